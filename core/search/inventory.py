"""What a process knows of a collection in Milvus: whose each number is, and what has yet to be written or deleted."""

from collections.abc import Collection, Sequence
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.domain import Vector
from core.errors import SearchUnavailable

MISSED = 65_536  # templates kept for a Milvus that is away
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


class Inventory:
    """One thread says what there is, one (or the same) passes it on with `settle`. All may look at `known`."""

    def __init__(self, collection: Numbered) -> None:
        self.known: dict[int, tuple[str, str]] = {}
        self._collection = collection
        self._numbers: dict[str, set[int]] = {}
        self._missed: dict[int, Vector] = {}
        self._doomed: set[int] = set()
        self._lost: set[int] = set()
        self._held: set[int] = set()
        self._seen = -1
        self._dimension = 0
        self._lock = Lock()  # never held while Milvus is asked

    @property
    def complete(self) -> bool:
        """Whether the collection has all that it should; it may have more, which is nobody's."""
        return not self._missed and not self._lost and self._seen == self._collection.failures

    @property
    def settled(self) -> bool:
        return not self._dimension or (self.complete and not self._doomed)

    def put(self, numbers: Sequence[int], people: Sequence[tuple[str, str]], matrix: NDArray[np.float32]) -> None:
        with self._lock:
            self._dimension = matrix.shape[1]
            self._doomed.difference_update(numbers)
            self._missed.update(zip(numbers, matrix, strict=True))
            for number, person in zip(numbers, people, strict=True):
                self.known[number] = person
                self._numbers.setdefault(person[0], set()).add(number)

    def shed(self) -> None:
        """Lets go of vectors that wait, where they have become too many."""
        with self._lock:
            for number in list(self._missed)[MISSED:]:
                del self._missed[number]
                self._lost.add(number)

    def drop(self, user_ids: Collection[str]) -> None:
        with self._lock:
            gone = {number for user_id in user_ids for number in self._numbers.pop(user_id, ())}
            self._forget(gone)
            self._doomed |= gone

    def take_back(self, numbers: Collection[int]) -> None:
        """As if they had not been put. What the collection has of them it keeps: other processes may have put them."""
        with self._lock:
            self._forget(numbers)

    def weed(self) -> None:
        """What the collection held when it was opened and is nobody's is to be deleted."""
        with self._lock:
            self._doomed |= self._held - self.known.keys()

    def settle(self) -> None:
        """Writes and deletes until nothing is left to. Raises SearchUnavailable; what was not done is left."""
        if self._dimension and (self._lost or self._seen != self._collection.failures):
            self._look()
        while self._missed or self._doomed:
            self._pass_on()
        if self._lost:
            raise SearchUnavailable(LACKING)

    def _forget(self, numbers: Collection[int]) -> None:
        for number in numbers:
            self.known.pop(number, None)
            self._missed.pop(number, None)
        self._lost.difference_update(numbers)
        self._held.difference_update(numbers)  # another process may delete them, so they are written again if need be

    def _look(self) -> None:
        failures = self._collection.failures
        held = self._collection.open(self._dimension)
        with self._lock:
            self._held, self._seen = held, failures
            self._lost = self.known.keys() - held - self._missed.keys()

    def _pass_on(self) -> None:
        with self._lock:
            missed, doomed = self._missed.copy(), self._doomed.copy()
            fresh = [number for number in missed if number not in self._held]
        if fresh:
            self._collection.write(fresh, np.stack([missed[number] for number in fresh]))
        if doomed:
            self._collection.delete(list(doomed))
        with self._lock:
            self._held = (self._held | set(fresh)) - doomed
            self._doomed -= doomed
            for number in missed:
                self._missed.pop(number, None)
