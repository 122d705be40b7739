"""A gallery that Milvus searches, and this process understands.

The store stays the truth. The collection holds vectors and numbers, made of the vector and of whose it is; which number
is whose stands in this process's memory, as the store told it. So whatever the collection still has of somebody who is
not enrolled any more matches nobody as soon as this process knows. All processes write the same, so that it does not
matter who of them is first; and none takes out what it merely does not know, for it may be the one that is behind.
"""

import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock, Thread

from core.domain import Candidate, Vector
from core.errors import SearchUnavailable
from core.gallery import Gallery, Part
from core.search.inventory import Inventory, Numbered
from core.shelf import Keeper, sound
from core.templates import Rows

log = logging.getLogger(__name__)
AWAY = "Milvus does not answer, or not as it should. The door stays shut meanwhile; see search.uri and search.local."
CLOSEST = 64  # templates asked for; a person has four at most, as configured
MANY = 4096  # asked for where those are all of one person, or of nobody
PAUSE = 30.0  # seconds until what failed in the background is tried again
LARGEST = 1.01  # a cosine, as rounded
NO_COSINE = "Milvus answers with what no cosine can be, and is not relied on. Run: doorward-admin reindex --drop"


def _in_background(work: Callable[[], None]) -> None:
    Thread(target=work, name="milvus", daemon=True).start()


class MilvusKeeper:
    """Templates of one model in a collection of their own.

    With a `local` keeper they are there too, and searched there while Milvus is away or lacks some: nothing is raised
    then, and Milvus is written to in the background, so that nobody waits for it who has somebody to forget. Without,
    each call may raise SearchUnavailable, and is then to be made again.
    """

    def __init__(
        self,
        collection: Numbered,
        model_id: str,
        local: Keeper | None = None,
        *,
        start: Callable[[Callable[[], None]], None] = _in_background,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collection = collection
        self._model_id = model_id
        self._inventory = Inventory(collection)
        self._local = local
        self._newest = Gallery(model_id)
        self._start = start
        self._clock = clock
        self._busy = Lock()
        self._not_before = -1.0
        self._said = ""
        self._dimension = 0

    def __len__(self) -> int:
        return len(self._inventory.known)

    def add(self, rows: Rows) -> None:
        kept, matrix = sound(rows.matrix)
        people = [(rows.user_ids[row], rows.names[row]) for row in kept.tolist()]
        if self._local is not None:
            self._local.add(rows)
        if not people:
            return
        self._dimension = matrix.shape[1]
        numbers = [number_of(rows.user_ids[row], rows.matrix[row]) for row in kept.tolist()]
        self._inventory.put(numbers, people, matrix)
        if self._local is None:
            try:
                self._settle()
            except SearchUnavailable:
                self._inventory.take_back(numbers)  # whoever brought them brings them again
                raise

    def drop(self, user_ids: Collection[str]) -> None:
        self._inventory.drop(user_ids)  # first of all: from here on they match nobody, in galleries handed out too
        if self._local is None:
            self._settle()
        else:
            self._local.drop(user_ids)
            self._newest = self._local.gallery(self._newest.version)

    def weed(self) -> None:
        """What was in the collection before and is nobody's here leaves it. Only for who has just read the whole store.

        Raises SearchUnavailable.
        """
        self._inventory.weed()
        self._settle()

    def gallery(self, version: int, *, partial: bool = False) -> Gallery:
        if self._local is not None:
            self._newest = self._local.gallery(version)
            self._inventory.shed()
            self._wake()
        local = None if self._local is None else lambda: self._newest
        part = MilvusPart(self._collection, self._inventory.known, len(self), self._dimension, self._ready, local)
        return Gallery(self._model_id, (part,) if len(self) else (), version, partial)

    def _ready(self) -> bool:
        """Whether Milvus can be searched in the place of what is in memory."""
        self._wake()
        return self._inventory.complete

    def _wake(self) -> None:
        if not self._inventory.settled and self._clock() >= self._not_before and self._busy.acquire(blocking=False):
            self._start(self._settle_quietly)

    def _settle_quietly(self) -> None:
        try:
            self._settle()
        except SearchUnavailable:
            self._not_before = self._clock() + PAUSE
        finally:
            self._busy.release()

    def _settle(self) -> None:
        """Raises SearchUnavailable, said in the log once."""
        try:
            self._inventory.settle()
        except SearchUnavailable as error:
            if str(error) != self._said:
                log.warning("%s", error)
            self._said = str(error)
            raise
        self._said = ""


@dataclass(frozen=True, slots=True, eq=False)
class MilvusPart:
    """`known`: whose each number is, at any time. `count` of them there were when it was made.

    `local` is the newest gallery in memory, searched where Milvus is not `ready` or fails: an older one knows people
    who have been erased.
    """

    collection: Numbered
    known: dict[int, tuple[str, str]]
    count: int
    dimension: int
    ready: Callable[[], bool]
    local: Callable[[], Gallery] | None

    def __len__(self) -> int:
        return self.count

    @property
    def engine(self) -> str:
        return "milvus"

    @property
    def reads(self) -> int:
        return 0

    def best(self, probe: Vector, since: Part | None = None) -> list[Candidate]:  # noqa: ARG002 - continues nothing
        if self.local is None:
            return self._found(probe)
        if self.ready():
            with suppress(SearchUnavailable):
                return self._found(probe)
        match = self.local().match(probe)
        return [candidate for candidate in (match.best, match.runner_up) if candidate is not None]

    def everyone(self) -> dict[str, str]:
        return dict(self.known.copy().values())

    def named(self, user_id: str) -> str | None:
        return self.everyone().get(user_id)

    def continues(self, old: Part, people: set[str]) -> bool:  # noqa: ARG002 - it is asked anew
        return False

    def _found(self, probe: Vector) -> list[Candidate]:
        found = self._people(probe, CLOSEST)
        return found if len(found) == 2 or self.count <= CLOSEST else self._people(probe, MANY)

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
