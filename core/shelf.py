"""Where a gallery is kept in memory and changed: by one thread, while others search what they hold of it."""

import logging
from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidEmbedding
from core.gallery import NONE_GONE, Block, Gallery
from core.templates import Rows

log = logging.getLogger(__name__)
CAPACITY = 65_536  # rows of a block: 128 MiB of 512 numbers each, of which the system gives what is written to
LEAST_LENGTH = 0.5  # of a stored embedding; what is shorter was damaged


class Keeper(Protocol):
    """Keeps the templates of one model, and hands out what they can be searched with. For one thread."""

    def __len__(self) -> int:
        """The number of templates."""

    def add(self, rows: Rows) -> None:
        """Damaged rows are left out, and said so. Raises InvalidEmbedding for rows of another dimension."""

    def drop(self, user_ids: Collection[str]) -> None:
        """All rows of these people. Who has none is passed over."""

    def gallery(self, version: int, *, partial: bool = False) -> Gallery:
        """Everything up to `version`. One handed out before stays as it is, or already tells of what is later."""


class Shelf:
    """Templates of one model, in blocks that are written once, row after row, and so are never copied as a whole.

    `gallery` hands out a view, at the cost of no more than its blocks' number. Views handed out before stay as they
    are. Whoever is dropped is in no later view; their numbers stay in memory until half of a block has been dropped.
    """

    def __init__(self, model_id: str, *, capacity: int = CAPACITY) -> None:
        self._model_id = model_id
        self._capacity = capacity
        self._blocks: list[_Store] = []

    def __len__(self) -> int:
        return sum(len(block.view()) for block in self._blocks)

    def add(self, rows: Rows) -> None:
        """Damaged rows are left out, and said so. Raises InvalidEmbedding for rows of another dimension."""
        kept, matrix = sound(rows.matrix)
        people = [(rows.user_ids[row], rows.names[row]) for row in kept.tolist()]
        done = 0
        while done < len(people):
            block = self._open(matrix.shape[1])
            taken = block.take(people[done:], matrix[done:])
            done += taken

    def drop(self, user_ids: Collection[str]) -> None:
        """All rows of these people. Who has none is passed over."""
        for block in self._blocks:
            block.drop(user_ids)
        self._blocks = [block.compacted() for block in self._blocks if len(block.view())]

    def gallery(self, version: int, *, partial: bool = False) -> Gallery:
        return Gallery(self._model_id, self.blocks(), version, partial)

    def blocks(self) -> tuple[Block, ...]:
        return tuple(block.view() for block in self._blocks)

    def _open(self, dimension: int) -> "_Store":
        if self._blocks and self._blocks[0].dimension != dimension:
            raise InvalidEmbedding("The gallery mixes embeddings of different lengths. Re-enrol its people.")
        if not self._blocks or self._blocks[-1].full:
            self._blocks.append(_Store(self._capacity, dimension))
        return self._blocks[-1]


class _Store:
    """The memory of one block. What is below `_used` is never written to again."""

    def __init__(self, capacity: int, dimension: int) -> None:
        self._matrix = np.empty((capacity, dimension), np.float32)
        self._owner = np.empty(capacity, np.int32)
        self._people: list[tuple[str, str]] = []
        self._places: dict[str, int] = {}
        self._gone = NONE_GONE
        self._used = 0

    @property
    def dimension(self) -> int:
        return int(self._matrix.shape[1])

    @property
    def full(self) -> bool:
        return self._used == len(self._matrix)

    def view(self) -> Block:
        matrix, owner = self._matrix[: self._used], self._owner[: self._used]
        matrix.setflags(write=False)
        return Block(matrix, owner, self._people, self._gone)

    def take(self, people: Sequence[tuple[str, str]], matrix: NDArray[np.float32]) -> int:
        """Writes as many rows as there is room for, and returns how many."""
        taken = min(len(people), len(self._matrix) - self._used)
        rows = slice(self._used, self._used + taken)
        self._matrix[rows] = matrix[:taken]
        self._owner[rows] = [self._place(person) for person in people[:taken]]
        self._used += taken
        return taken

    def drop(self, user_ids: Collection[str]) -> None:
        places = [self._places.pop(user_id) for user_id in user_ids if user_id in self._places]
        if places:
            dropped = np.flatnonzero(np.isin(self._owner[: self._used], places))
            self._gone = np.union1d(self._gone, dropped)

    def compacted(self) -> "_Store":
        """Itself, or a copy without what is gone, where that is more than half."""
        if 2 * len(self._gone) <= self._used:
            return self
        kept = np.delete(np.arange(self._used), self._gone)
        copy = _Store(len(self._matrix), self.dimension)
        copy.take([self._people[place] for place in self._owner[kept].tolist()], self._matrix[kept])
        return copy

    def _place(self, person: tuple[str, str]) -> int:
        place = self._places.setdefault(person[0], len(self._people))
        if place == len(self._people):
            self._people.append(person)
        return place


def sound(matrix: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The rows that are embeddings, and these with length 1. A damaged one locks nobody else out."""
    length = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    kept = np.flatnonzero(np.isfinite(length) & (length > LEAST_LENGTH))
    if len(kept) < len(matrix):
        log.warning("%d stored embeddings are damaged and are left out; enrol them again", len(matrix) - len(kept))
    return kept, matrix[kept] / length[kept, np.newaxis]
