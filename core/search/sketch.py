"""A few bits for each template, alike where templates are alike. Pure.

A template is turned by a rotation drawn once, and of each number only its sign is kept. Two templates at an angle a
then differ in each bit with the probability a / pi (Goemans and Williamson, J. ACM 42, 1995), whatever the model makes
of faces: so how many bits two of a given similarity differ in does not depend on who else is enrolled.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.domain import Vector

SPREAD = 3.6
"""Standard deviations of independent bits. Those of one rotation differ less: 4.5 of theirs (docs/scale.md)."""
CHUNK = 4096  # rows turned at a time


class Sketcher:
    """Sketches of `dimension` numbers. All of one process, and of all processes, are made alike."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.bits = 512 if dimension >= 512 else 1024  # fewer numbers tell strangers apart less well
        self.width = self.bits // 8

    def of(self, matrix: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(n, width) for `matrix` (n, dimension)."""
        chunks = [matrix[i : i + CHUNK] for i in range(0, len(matrix), CHUNK)]
        sketches = [np.packbits(chunk @ self._turn > 0, axis=1) for chunk in chunks]
        return np.concatenate(sketches) if sketches else np.empty((0, self.width), np.uint8)

    def of_one(self, vector: Vector) -> NDArray[np.uint8]:
        """(width,) for one of (dimension,)."""
        return np.packbits(vector @ self._turn > 0)

    def radius(self, reach: float) -> int:
        """In how many bits two of a similarity of at least `reach` may differ, all but a few in a million."""
        share = float(np.arccos(np.clip(reach, -1, 1)) / np.pi)
        return int(self.bits * share + SPREAD * np.sqrt(self.bits * share * (1 - share)))

    @cached_property
    def _turn(self) -> NDArray[np.float32]:
        """(dimension, bits): as many whole rotations as the bits take, the last one cut."""
        dice = np.random.default_rng(0)
        whole = [np.linalg.qr(dice.standard_normal((self.dimension,) * 2))[0] for _ in range(-(-self.bits // self.dimension))]
        return np.ascontiguousarray(np.concatenate(whole, axis=1)[:, : self.bits], np.float32)
