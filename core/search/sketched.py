"""A gallery in memory with a sketch beside each template, so that a match looks at few of them."""

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.gallery import Block, Gallery, Scan
from core.search.sketch import WIDTH, Sketcher, radius
from core.shelf import CAPACITY, Shelf
from core.templates import Rows

LEAST = 10_000
"""Templates from which on it is quicker than to look at each (docs/scale.md)."""


class SketchedShelf:
    """A `Shelf` whose larger galleries are searched by sketches.

    Any template of a similarity of at least `reach` is found, but for a few in a million; its similarity is exact.
    """

    def __init__(
        self,
        model_id: str,
        reach: float,
        *,
        capacity: int = CAPACITY,
        least: int = LEAST,
        sketcher: Callable[[int], Sketcher] = Sketcher,
    ) -> None:
        """Galleries of fewer than `least` templates are searched whole."""
        self._shelf = Shelf(model_id, capacity=capacity)
        self._capacity = capacity
        self._least = least
        self._radius = radius(reach)
        self._new_sketcher = sketcher
        self._sketcher: Sketcher | None = None
        self._kept: list[_Kept] = []

    def __len__(self) -> int:
        return len(self._shelf)

    def add(self, rows: Rows) -> None:
        self._shelf.add(rows)

    def drop(self, user_ids: Collection[str]) -> None:
        self._shelf.drop(user_ids)

    def gallery(self, version: int, *, partial: bool = False) -> Gallery:
        plain = self._shelf.gallery(version, partial=partial)
        if len(plain) < self._least:
            return plain
        blocks = self._shelf.blocks()
        self._kept = [self._of(block) for block in blocks]
        pairs = zip(blocks, self._kept, strict=True)
        return replace(plain, parts=tuple(replace(block, scan=self._scan(block, kept)) for block, kept in pairs))

    def _of(self, block: Block) -> "_Kept":
        known = (kept for kept in self._kept if kept.storage is block.matrix.base)
        return next(known, None) or _Kept(block.matrix.base, self._capacity)

    def _scan(self, block: Block, kept: "_Kept") -> Scan:
        from core.search.faiss import Sketches  # noqa: PLC0415 - a small door does without

        self._sketcher = self._sketcher or self._new_sketcher(block.matrix.shape[1])
        return Sketches(kept.upto(block.matrix, self._sketcher), self._sketcher, self._radius)


class _Kept:
    """The sketches of one block, written row after row like the block itself."""

    def __init__(self, storage: object, capacity: int) -> None:
        self.storage = storage
        self._sketches = np.empty((capacity, WIDTH), np.uint8)
        self._used = 0

    def upto(self, matrix: NDArray[np.float32], sketcher: Sketcher) -> NDArray[np.uint8]:
        """Those of all rows of `matrix`, of which the first ones are known."""
        self._sketches[self._used : len(matrix)] = sketcher.of(matrix[self._used :])
        self._used = len(matrix)
        return self._sketches[: self._used]
