"""The embedding in a face's row: sealed for that person and model, or plain; many of them as one matrix."""

import logging
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from cryptography.exceptions import InvalidTag
from numpy.typing import NDArray

from core.domain import Validity, Vector
from core.encryption import NONCE, Key, Keys, bound
from core.errors import SealBroken, StoreUnavailable
from core.templates import NO_ROWS, Rows

log = logging.getLogger(__name__)
STORED = np.dtype("<f4")
OFF = 1e-3  # how far from 1 the length of a row may be: float32 rounding over 512 dimensions stays far below it
NAMED = 20  # ids in one line of the log

Found = Sequence[tuple[int, str, str, bytes, str | None]]
"""Face id, user_id, name, embedding, key_id."""


def sealed(vector: Vector, user_id: str, model_id: str, key: Key | None) -> bytes:
    """What a row holds; without a key the plain numbers."""
    plain = vector.astype(STORED, copy=False).tobytes()
    return plain if key is None else key.seal(plain, aad_of(user_id, model_id))


class Embeddings:
    """Opens what `sealed` made. With `keys`, nothing plain is an embedding: anybody could have put it there."""

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys

    def vector(self, face_id: int, user_id: str, model_id: str, embedding: bytes, key_id: str | None) -> Vector:
        """Raises StoreUnavailable where the row is damaged."""
        try:
            opened = self.opened(user_id, model_id, embedding, key_id)
            return np.frombuffer(opened, STORED).astype(np.float32, copy=False)
        except (SealBroken, ValueError):
            raise StoreUnavailable(f"Face {face_id} in the database is damaged. Enrol that person again.") from None

    def opened(self, user_id: str, model_id: str, embedding: bytes, key_id: str | None, *, old: bool = False) -> bytes:
        """`old`: plain is good though there are keys. Raises SealBroken."""
        if not isinstance(embedding, bytes):  # SQLite keeps text in a column of bytes, if asked to
            raise SealBroken("The embedding is a text.")
        if key_id is None and (self._keys is None or old):
            return embedding
        key = self._keys.find(key_id) if self._keys is not None and key_id is not None else None
        if key is None:
            raise SealBroken("The embedding is not sealed with one of our keys.")
        return key.open(embedding, aad_of(user_id, model_id))

    def rows(self, found: Found, model_id: str, valid: Mapping[str, Validity]) -> Rows:
        """`valid` may tell of others as well. What is no embedding of its row's person is left out, and logged."""
        if not found:
            return NO_ROWS
        matrix = self._matrix(found, model_id)
        sound = _sound(matrix)
        user_ids: Sequence[str] = [row[1] for row in found]
        names: Sequence[str] = [row[2] for row in found]
        if not sound.all():
            keep: list[int] = np.flatnonzero(sound).tolist()
            _complain([row[0] for row, well in zip(found, sound, strict=True) if not well])
            user_ids, names, matrix = [user_ids[i] for i in keep], [names[i] for i in keep], matrix[keep]
        return Rows(user_ids, names, matrix, {who: valid[who] for who in valid.keys() & set(user_ids)} if valid else {})

    def _matrix(self, found: Found, model_id: str) -> NDArray[np.float32]:
        """All rows as they are; zeros where one does not open."""
        dimension = int(model_id.rpartition(":")[2])
        width = dimension * STORED.itemsize
        if self._keys is None and all(_is_plain(row, width) for row in found):
            plain = np.frombuffer(b"".join([row[3] for row in found]), STORED)
        else:
            memory = bytearray(len(found) * width)
            self._open_into(memoryview(memory), found, model_id, width)
            plain = np.frombuffer(memory, STORED)
        return plain.reshape(-1, dimension).astype(np.float32, copy=False)

    def _open_into(self, memory: memoryview, found: Found, model_id: str, width: int) -> None:
        """Leaves zeros where nothing opens. There is one key, or two while keys are changed."""
        for key_id in {row[4] for row in found}:
            key = self._keys.find(key_id) if self._keys is not None and key_id is not None else None
            if key is not None:
                _unseal(memory, found, model_id, width, key)
            elif self._keys is None and key_id is None:
                _copy(memory, found, width)


def _unseal(memory: memoryview, found: Found, model_id: str, width: int, key: Key) -> None:
    """As `Key.open`, straight into `memory`. Whatever else is done for each row is what takes the time."""
    decrypt, model, wanted, nonce, at = key.cipher.decrypt_into, bound(model_id), key.id, NONCE, 0
    for _, user_id, _, embedding, key_id in found:
        end = at + width
        if key_id == wanted:
            try:
                sealed = memoryview(embedding)[nonce:]
                decrypt(embedding[:nonce], sealed, model + user_id.encode(), memory[at:end])
            except (InvalidTag, ValueError, TypeError):  # altered, of another length, no bytes at all
                memory[at:end] = bytes(width)
        at = end


def _copy(memory: memoryview, found: Found, width: int) -> None:
    for place, row in enumerate(found):
        if _is_plain(row, width):
            memory[place * width : (place + 1) * width] = row[3]


def _is_plain(row: tuple[int, str, str, bytes, str | None], width: int) -> bool:
    return row[4] is None and len(row[3]) == width and isinstance(row[3], bytes)


def aad_of(user_id: str, model_id: str) -> bytes:
    """Whose embedding it is: the model's id with its length, then all the rest."""
    return bound(model_id) + user_id.encode()


def _sound(matrix: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which rows are of length 1: written so that NaN is not."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("ij,ij->i", matrix, matrix)
        return np.asarray(np.abs(squares - 1) < 2 * OFF)


def _complain(damaged: Collection[int]) -> None:
    named = ", ".join(str(face_id) for face_id in list(damaged)[:NAMED])
    named += " and others" if len(damaged) > NAMED else ""
    log.warning("%d stored embeddings are damaged and left out, those of face %s; enrol anew", len(damaged), named)
