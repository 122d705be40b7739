"""The scan over sketches with FAISS's own loops, on plain arrays: there is no index that somebody could be writing."""

import faiss
import numpy as np
from numpy.typing import NDArray

from core.domain import Vector


def near(sketches: NDArray[np.uint8], sketch: NDArray[np.uint8], radius: int) -> NDArray[np.intp]:
    """The rows of `sketches` (n, width) that differ from `sketch` (width,) in at most `radius` bits, ascending."""
    differing = np.empty(len(sketches), np.int32)
    faiss.hammings(
        faiss.swig_ptr(sketch), faiss.swig_ptr(sketches), 1, len(sketches), sketch.size, faiss.swig_ptr(differing)
    )
    return np.flatnonzero(differing <= radius)


def similarities(matrix: NDArray[np.float32], rows: NDArray[np.intp], probe: Vector) -> NDArray[np.float32]:
    """(rows,) cosines of `probe` (dimension,) with those rows of `matrix` (n, dimension), which is C-contiguous."""
    found = np.empty(len(rows), np.float32)
    faiss.fvec_inner_products_by_idx(
        faiss.swig_ptr(found),
        faiss.swig_ptr(probe),
        faiss.swig_ptr(matrix),
        faiss.swig_ptr(rows),
        probe.size,
        1,
        len(rows),
    )
    return found
