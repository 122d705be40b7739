"""Rows of the database as columns in memory, the damaged ones left out."""

import logging
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.domain import Validity
from core.templates import NO_ROWS, Rows

log = logging.getLogger(__name__)
STORED = np.dtype("<f4")
OFF = 1e-3  # how far from 1 the length of a row may be: float32 rounding over 512 dimensions stays far below it
NAMED = 20  # ids in one line of the log

Found = Sequence[tuple[int, str, str, bytes]]
"""Face id, user_id, name, embedding."""


def columns(found: Found, model_id: str, valid: Mapping[str, Validity]) -> Rows:
    """`valid` may tell of others as well. What is no embedding of that model is named in the log and left out."""
    dimension = int(model_id.rpartition(":")[2])
    whole = [row for row in found if len(row[3]) == dimension * STORED.itemsize]
    if not whole:
        _complain(found, ())
        return NO_ROWS
    ids, user_ids, names, embeddings = zip(*whole, strict=True)
    matrix = np.frombuffer(b"".join(embeddings), STORED).reshape(-1, dimension).astype(np.float32, copy=False)
    sound = _sound(matrix)
    if len(whole) < len(found) or not sound.all():
        keep = np.flatnonzero(sound)
        _complain(found, {ids[i] for i in keep})
        user_ids, names, matrix = tuple(user_ids[i] for i in keep), tuple(names[i] for i in keep), matrix[keep]
    return Rows(user_ids, names, matrix, {who: valid[who] for who in valid.keys() & set(user_ids)} if valid else {})


def _sound(matrix: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which rows are of length 1: written so that NaN is not."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("ij,ij->i", matrix, matrix)
        return np.asarray(np.abs(squares - 1) < 2 * OFF)


def _complain(found: Found, kept: Collection[int]) -> None:
    damaged = [row[0] for row in found if row[0] not in kept]
    if damaged:
        named = ", ".join(map(str, damaged[:NAMED])) + (" and others" if len(damaged) > NAMED else "")
        log.warning("%d stored embeddings are damaged and left out, those of face %s; enrol anew", len(damaged), named)
