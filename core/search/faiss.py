"""A quick look over sketches, by FAISS's own loops on plain arrays: no index that somebody could be writing."""

from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from core.domain import Vector
from core.search.sketch import Sketcher

MANY = 8  # one row of so many is too many to be picked out: reading all in a row is quicker


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """`sketches` is (n, WIDTH) for a block of n rows. What differs in more than `radius` bits is left out."""

    sketches: NDArray[np.uint8]
    sketcher: Sketcher
    radius: int

    @property
    def engine(self) -> str:
        return "faiss"

    def near(self, matrix: NDArray[np.float32], probe: Vector) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        faiss.omp_set_num_threads(1)  # of this thread: waking a second one takes longer than this
        rows = np.flatnonzero(differing(self.sketches, self.sketcher.of_probe(probe)) <= self.radius)
        if len(rows) * MANY > len(matrix):
            return np.arange(len(matrix)), np.vecdot(matrix, probe)
        return rows, cosines(matrix, rows, probe)


def differing(sketches: NDArray[np.uint8], sketch: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(n,): in how many bits each of `sketches` (n, width) differs from `sketch` (width,)."""
    bits = np.empty(len(sketches), np.int32)
    faiss.hammings(*map(faiss.swig_ptr, (sketch, sketches)), 1, len(sketches), sketch.size, faiss.swig_ptr(bits))
    return bits


def cosines(matrix: NDArray[np.float32], rows: NDArray[np.intp], probe: Vector) -> NDArray[np.float32]:
    """(k,): of `probe` (dimension,) with the rows `rows` (k,) of `matrix` (n, dimension), which is C-contiguous."""
    found = np.empty(len(rows), np.float32)
    arrays = map(faiss.swig_ptr, (found, np.ascontiguousarray(probe), matrix, rows))
    faiss.fvec_inner_products_by_idx(*arrays, probe.size, 1, len(rows))
    return found
