"""A few bits for each template, alike where templates are alike. Pure.

A template is turned by a rotation drawn once, and of each number only its sign is kept. Two templates at an angle a
then differ in each bit with the probability a / pi (Goemans and Williamson, J. ACM 42, 1995), whatever the model makes
of faces: so how many bits two of a given similarity differ in does not depend on who else is enrolled.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.domain import Vector

BITS = 1024
WIDTH = BITS // 8
SPREAD = 3.6
"""Standard deviations of independent bits. Those of one rotation differ less: 4.5 of theirs (docs/scale.md)."""
CHUNK = 4096  # rows turned at a time
FEW = 8  # rows for which no thread of BLAS's is worth waking, which are waited for when others are busy


def radius(reach: float) -> int:
    """In how many bits two of a similarity of at least `reach` may differ, all but a few in a million."""
    share = float(np.arccos(reach) / np.pi)
    return int(BITS * share + SPREAD * np.sqrt(BITS * share * (1 - share)))


class Sketcher:
    """Sketches of `dimension` numbers. All of one process, and of all processes, are made alike."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._last: tuple[Vector | None, NDArray[np.uint8]] = None, np.empty(0, np.uint8)

    def of(self, matrix: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(n, WIDTH) for `matrix` (n, dimension)."""
        if len(matrix) <= FEW:
            return np.packbits(np.vecdot(matrix[:, np.newaxis], self._turn) > 0, axis=1)
        if len(matrix) <= CHUNK:
            return np.packbits(matrix @ self._turn.T > 0, axis=1)
        return np.concatenate([self.of(matrix[i : i + CHUNK]) for i in range(0, len(matrix), CHUNK)])

    def of_probe(self, probe: Vector) -> NDArray[np.uint8]:
        """(WIDTH,) for (dimension,). The last one is kept: every block of a gallery asks for it."""
        known, sketch = self._last
        if known is not probe:
            sketch = self.of(probe[np.newaxis])[0]
            self._last = probe, sketch
        return sketch

    @cached_property
    def _turn(self) -> NDArray[np.float32]:
        """(BITS, dimension): as many whole rotations as the bits take, the last one cut."""
        dice, square = np.random.default_rng(0), (self._dimension, self._dimension)
        whole = [np.linalg.qr(dice.standard_normal(square))[0] for _ in range(-(-BITS // self._dimension))]
        return np.ascontiguousarray(np.concatenate(whole)[:BITS], np.float32)
