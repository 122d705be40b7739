"""A gallery that Milvus searches, and this process understands.

The store stays the truth. The collection holds vectors and numbers, made of the vector and of whose it is; which number
is whose stands in this process's memory, as the store told it. So whatever the collection still has of somebody who is
not enrolled any more matches nobody as soon as this process knows. All processes write the same, so that it does not
matter who of them is first; and none takes out what it merely does not know, for it may be the one that is behind.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.domain import Candidate, Vector
from core.errors import SearchUnavailable
from core.gallery import Gallery, Part
from core.shelf import Keeper, sound
from core.templates import Rows

log = logging.getLogger(__name__)
AWAY = "Milvus does not answer, or not as it should. The door stays shut meanwhile; see search.uri and search.local."
CLOSEST = 64  # templates asked for; a person has four at most, as configured
MANY = 4096  # asked for where those are all of one person, or of nobody
MISSED = 65_536  # templates kept for a Milvus that is away
LARGEST = 1.01  # a cosine, as rounded
NO_COSINE = "Milvus answers with what no cosine can be, and is not relied on. Run: doorward-admin reindex --drop"
LACKING = "Milvus lacks templates that the store has. Run: doorward-admin reindex"


class Numbered(Protocol):
    """Vectors under numbers, in Milvus. Whatever fails raises SearchUnavailable, and is soon tried again."""

    failures: int
    """Moves whenever something fails. Who writes to it then looks what has arrived."""

    def open(self, dimension: int) -> set[int]:
        """Makes it where there is none; the numbers that are in it."""

    def write(self, numbers: Sequence[int], matrix: NDArray[np.float32]) -> None:
        """`matrix` (n, dimension), with rows of length 1. What is there already is written over."""

    def delete(self, numbers: Sequence[int]) -> None:
        """What is not there is passed over."""

    def closest(self, probe: Vector, limit: int) -> list[tuple[int, float]]:
        """(number, cosine) of those most alike, the most alike first. All that was written or deleted before counts."""


class MilvusKeeper:
    """Templates of one model in a collection of their own.

    With a `local` keeper they are there too, and searched there while Milvus is away or lacks some: nothing is raised
    then. Without, each call may raise SearchUnavailable, and is then to be made again.
    """

    def __init__(self, collection: Numbered, model_id: str, local: Keeper | None = None) -> None:
        self._collection = collection
        self._model_id = model_id
        self._local = local
        self._known: dict[int, tuple[str, str]] = {}
        self._numbers: dict[str, set[int]] = {}
        self._before: set[int] | None = None
        self._doomed: set[int] = set()
        self._missed: dict[int, Vector] = {}
        self._seen = -1
        self._said = ""
        self._dimension = 0

    def __len__(self) -> int:
        return len(self._known)

    def add(self, rows: Rows) -> None:
        kept, matrix = sound(rows.matrix)
        people = [(rows.user_ids[row], rows.names[row]) for row in kept.tolist()]
        if self._local is not None:
            self._local.add(rows)
        if not people:
            return
        self._dimension = matrix.shape[1]
        numbers = [number_of(rows.user_ids[row], rows.matrix[row]) for row in kept.tolist()]
        self._doomed.difference_update(numbers)
        self._write(numbers, matrix)
        for number, person in zip(numbers, people, strict=True):
            self._known[number] = person
            self._numbers.setdefault(person[0], set()).add(number)

    def drop(self, user_ids: Collection[str]) -> None:
        gone = {number for user_id in user_ids for number in self._numbers.pop(user_id, ())}
        for number in gone:
            del self._known[number]  # first of all: from here on they match nobody
            self._missed.pop(number, None)
        self._doomed |= gone
        if self._local is not None:
            self._local.drop(user_ids)
        self._try_again()

    def weed(self) -> None:
        """What was in the collection before and is nobody's here leaves it. Only for who has just read the whole store.

        Raises SearchUnavailable.
        """
        self._doomed |= (self._before or set()) - self._known.keys()
        self._try_again()

    def gallery(self, version: int, *, partial: bool = False) -> Gallery:
        behind = self._fault() is not None
        local = None if self._local is None else self._local.gallery(version, partial=partial)
        if local is not None and behind:
            return local
        part = MilvusPart(self._collection, self._known, len(self._known), self._dimension, local)
        return Gallery(self._model_id, (part,) if self._known else (), version, partial)

    def _write(self, numbers: list[int], matrix: NDArray[np.float32]) -> None:
        self._missed.update(zip(numbers, matrix, strict=True))
        if not self._try_again():
            for number in list(self._missed)[MISSED:]:
                del self._missed[number]

    def _try_again(self) -> bool:
        """Whether the collection has all that it should. Raises SearchUnavailable where there is no other place."""
        error = self._fault()
        if error is not None and self._local is None:
            self._missed.clear()  # whoever brought them brings them again
            raise error
        return error is None

    def _fault(self) -> SearchUnavailable | None:
        """Why the collection is not in step, said in the log once; None: it is."""
        try:
            self._bring_in_step()
        except SearchUnavailable as error:
            if str(error) != self._said:
                log.warning("%s", error)
            self._said = str(error)
            return error
        self._said = ""
        return None

    def _bring_in_step(self) -> None:
        if self._dimension and self._seen != self._collection.failures:
            there = self._collection.open(self._dimension)
            self._before = there if self._before is None else self._before
            self._seen = self._collection.failures
            if self._known.keys() - there - self._missed.keys():
                self._seen = -1
                raise SearchUnavailable(LACKING)
        fresh = [number for number in self._missed if number not in (self._before or ())]
        if fresh:
            self._collection.write(fresh, np.stack([self._missed[number] for number in fresh]))
        self._missed.clear()
        if self._doomed:
            self._collection.delete(list(self._doomed))
            self._before = (self._before or set()) - self._doomed
            self._doomed.clear()


@dataclass(frozen=True, slots=True, eq=False)
class MilvusPart:
    """`known`: whose each number is, at any time. `count` of them there were when it was made."""

    collection: Numbered
    known: dict[int, tuple[str, str]]
    count: int
    dimension: int
    local: Gallery | None

    def __len__(self) -> int:
        return self.count

    @property
    def reads(self) -> int:
        return 0

    def best(self, probe: Vector, since: Part | None = None) -> list[Candidate]:  # noqa: ARG002 - continues nothing
        try:
            found = self._people(probe, CLOSEST)
            return found if len(found) == 2 or self.count <= CLOSEST else self._people(probe, MANY)
        except SearchUnavailable:
            if self.local is None:
                raise
            match = self.local.match(probe)
            return [candidate for candidate in (match.best, match.runner_up) if candidate is not None]

    def everyone(self) -> dict[str, str]:
        return dict(self.known.copy().values())

    def named(self, user_id: str) -> str | None:
        return self.everyone().get(user_id)

    def continues(self, old: Part, people: set[str]) -> bool:  # noqa: ARG002 - it is asked anew
        return False

    def _people(self, probe: Vector, limit: int) -> list[Candidate]:
        """The first two persons among so many templates. Raises SearchUnavailable for what no cosine can be."""
        found: dict[str, Candidate] = {}
        for number, similarity in sorted(self.collection.closest(probe, limit), key=lambda hit: -hit[1]):
            if not abs(similarity) <= LARGEST:  # written so that NaN fails it too
                raise SearchUnavailable(NO_COSINE)
            person = self.known.get(number)
            if person is not None and person[0] not in found:
                found[person[0]] = Candidate(*person, similarity)
        return list(found.values())[:2]


def number_of(user_id: str, vector: Vector) -> int:
    """The same for the same vector, as stored, of the same person; whoever computes it."""
    told = blake2b(user_id.encode() + b"\0" + vector.tobytes(), digest_size=8).digest()
    return int.from_bytes(told, "little", signed=True)
