"""People who do not exist, as many as are asked for, and probes of which one knows whose they are. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Vector
from core.templates import Rows

PAGE = 4096  # an even number: both templates of a person are on one page
SECOND = 0.6  # similarity of a person's second template to the first
ALIKE = 0.97  # of the first templates of two people who look alike
EVERY = 16  # of so many people the last looks like the one before
LEAST, GREATEST = 0.4, 0.7  # similarity of a genuine probe to a template


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """`user_id` is whose it is; None: a stranger's."""

    vector: Vector
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Crowd:
    """`templates` of `dimension` numbers, two a person. The same each time they are asked for."""

    templates: int
    dimension: int = 512
    seed: int = 1

    def pages(self) -> Iterator[Rows]:
        for number, first in enumerate(range(0, self.templates, PAGE)):
            yield self._page(number, min(PAGE, self.templates - first))

    def probes(self, genuine: int, strangers: int) -> list[Probe]:
        """Genuine ones from all over the crowd, then strangers'; each of which similarity is left to chance."""
        dice = np.random.default_rng((self.seed, 0, 0))
        rows = np.sort(dice.choice(self.templates, genuine, replace=genuine > self.templates))
        found: list[Probe] = []
        for number in np.unique(rows // PAGE).tolist():
            own = rows[rows // PAGE == number] % PAGE
            page = self._page(number, min(PAGE, self.templates - number * PAGE))
            vectors = like(dice, page.matrix[own], dice.uniform(LEAST, GREATEST, len(own)))
            found += [Probe(vector, page.user_ids[row]) for vector, row in zip(vectors, own.tolist(), strict=True)]
        dice.shuffle(found)
        return found + [Probe(vector, None) for vector in faces(dice, strangers, self.dimension)]

    def _page(self, number: int, count: int) -> Rows:
        dice = np.random.default_rng((self.seed, 1, number))
        first = faces(dice, -(-count // 2), self.dimension)
        twins = np.arange(EVERY - 1, len(first), EVERY)
        first[twins] = like(dice, first[twins - 1], np.full(len(twins), ALIKE))
        matrix = np.empty((2 * len(first), self.dimension), np.float32)
        matrix[::2], matrix[1::2] = first, like(dice, first, np.full(len(first), SECOND))
        ids = [f"{number * PAGE // 2 + row // 2}" for row in range(count)]
        return Rows(ids, ids, matrix[:count])


def faces(dice: np.random.Generator, count: int, dimension: int) -> NDArray[np.float32]:
    """(count, dimension) in any direction, of length 1."""
    return _unit(dice.standard_normal((count, dimension), np.float32))


def like(
    dice: np.random.Generator, matrix: NDArray[np.float32], similarity: NDArray[np.floating]
) -> NDArray[np.float32]:
    """For each row of `matrix` (n, dimension) another vector of that similarity (n,) to it, else in any direction."""
    other = faces(dice, *matrix.shape)
    other = _unit(other - np.einsum("ij,ij->i", other, matrix)[:, np.newaxis] * matrix)
    share = similarity.astype(np.float32)[:, np.newaxis]
    return (share * matrix + np.sqrt(1 - share**2) * other).astype(np.float32, copy=False)


def _unit(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32, copy=False)
    return unit
