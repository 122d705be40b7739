"""AES-256-GCM, and where its keys are: in a file, in the environment, or where a command fetches them from.

A source holds one key or several, each as 64 hexadecimal digits, with white space between. New ones come first; older
ones stay for what they once sealed.
"""

import hashlib
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import EncryptionKeyUnavailable, SealBroken

NONCE, TAG = 12, 16  # bytes
LONGER = NONCE + TAG
"""Bytes by which what is sealed is longer."""
SECRET = 32  # bytes
AGAIN = 1.0  # seconds until a source that did not have a key is asked once more
COMMAND_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Key:
    """`secret` is 32 random bytes; `id` follows from it and tells nothing of it."""

    secret: bytes = field(repr=False)
    id: str = field(init=False)
    cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", hashlib.sha256(b"doorward key id" + self.secret).hexdigest()[:16])
        object.__setattr__(self, "cipher", AESGCM(self.secret))

    @classmethod
    def new(cls) -> "Key":
        return cls(secrets.token_bytes(SECRET))

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """nonce || ciphertext || tag. It opens only with the same `aad`, which is not in it."""
        nonce = os.urandom(NONCE)
        return nonce + self.cipher.encrypt(nonce, plain, aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """Raises SealBroken where `sealed` was altered, is of another key, or was sealed with another `aad`."""
        try:
            return self.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], aad)
        except (InvalidTag, ValueError):
            raise SealBroken("What was sealed has been altered, or is not what it is taken for.") from None


def bound(*parts: str) -> bytes:
    """`parts` as `aad`: each with its length before it, so that no other parts make the same."""
    return b"".join(b"%d:%b" % (len(part), part) for part in (text.encode() for text in parts))


class KeySource(Protocol):
    @property
    def name(self) -> str:
        """As it is told to an operator."""

    @property
    def slow(self) -> bool:
        """Whether reading may take longer than anybody at a door wants to wait."""

    def read(self) -> str:
        """All keys; empty where there are none yet. Raises EncryptionKeyUnavailable."""

    def write(self, text: str, *, new: bool) -> None:
        """Puts `text` in the place of what is there; `new`: unless something is. Raises EncryptionKeyUnavailable."""


class Keys:
    """The keys of one source, read when one is needed that was not there before. Safe to use from several threads."""

    def __init__(self, source: KeySource, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._keys: tuple[Key, ...] = ()
        self._read_at = -AGAIN
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._source.name

    def all(self) -> tuple[Key, ...]:
        """The newest first, as the source has them now; none where there are none yet."""
        with self._lock:
            self._keys = _parsed(self._source.read(), self.name)
            self._read_at = self._clock()
            return self._keys

    def find(self, key_id: str) -> Key | None:
        """The key of that id, where the source has it."""
        found = _of(key_id, self._keys)
        if found is None and self._clock() - self._read_at >= AGAIN:
            found = _of(key_id, self.all())
        return found

    def get(self, key_id: str) -> Key:
        """Raises EncryptionKeyUnavailable, which names the key and where it was looked for."""
        found = self.find(key_id)
        if found is None:
            raise EncryptionKeyUnavailable(
                f"The embeddings in the database are encrypted with the key {key_id}, which is not in {self.name}. "
                "Put back the key that was there, or the right database. Nothing was changed."
            )
        return found

    def first(self) -> Key:
        """The newest; made where there is none yet."""
        there = self.all()
        if not there:
            self._source.write(_text([Key.new()]), new=True)
            there = self.all()  # perhaps another process was quicker
        return there[0]

    def newest(self) -> Key:
        """As `first`, but what a slow source said last, so that nobody waits for it."""
        known = self._keys
        return known[0] if known and self._source.slow else self.first()

    def add(self) -> Key:
        """A new one, before the others."""
        key = Key.new()
        self._source.write(_text([key, *self.all()]), new=False)
        self.all()
        return key

    def keep(self, key_ids: Sequence[str]) -> int:
        """Forgets all others, and says how many those were."""
        there = self.all()
        kept = [key for key in there if key.id in key_ids]
        if len(kept) < len(there):
            self._source.write(_text(kept), new=False)
            self.all()
        return len(there) - len(kept)


class KeyFile:
    """A file that nobody but its owner may read, made with its folder where it is not there."""

    slow = False

    def __init__(self, path: Path) -> None:
        self._path = path.expanduser()

    @property
    def name(self) -> str:
        return f"the key file {self._path}"

    def read(self) -> str:
        try:
            if self._path.stat().st_mode & 0o077:
                raise EncryptionKeyUnavailable(
                    f"{self._path} holds keys, and others than its owner may read it. Run: chmod 600 {self._path}"
                )
            return self._path.read_text("ascii")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise EncryptionKeyUnavailable(f"{self._path} cannot be read ({type(error).__name__}).") from None

    def write(self, text: str, *, new: bool) -> None:
        written = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _put(written, text)
            if new:
                with suppress(FileExistsError):
                    os.link(written, self._path)  # fails where there is one, whoever made it
            else:
                written.replace(self._path)
            _sync(self._path.parent)
        except OSError as error:
            raise EncryptionKeyUnavailable(f"{self._path} cannot be written ({type(error).__name__}).") from None
        finally:
            written.unlink(missing_ok=True)


class KeyVariable:
    """A variable of the environment, which stays as it was when the process started."""

    slow = False

    def __init__(self, variable: str) -> None:
        self._variable = variable

    @property
    def name(self) -> str:
        return f"the environment variable {self._variable}"

    def read(self) -> str:
        return os.environ.get(self._variable, "")

    def write(self, text: str, *, new: bool) -> None:  # noqa: ARG002 - as the others are asked
        raise _yours(self.name)


class KeyCommand:
    """A program that prints the keys; no shell."""

    slow = True

    def __init__(self, command: Sequence[str], *, timeout: float = COMMAND_SECONDS) -> None:
        self._command = list(command)
        self._timeout = timeout

    @property
    def name(self) -> str:
        return f"what {self._command[0]} prints (encryption.key_command)"

    def read(self) -> str:
        try:
            done = subprocess.run(self._command, capture_output=True, timeout=self._timeout, check=True)  # noqa: S603 - the operator's own
            return done.stdout.decode("ascii")
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
            raise EncryptionKeyUnavailable(
                f"{self._command[0]} of encryption.key_command failed ({type(error).__name__}). Run it by hand."
            ) from None

    def write(self, text: str, *, new: bool) -> None:  # noqa: ARG002 - as the others are asked
        raise _yours(self.name)


def _yours(name: str) -> EncryptionKeyUnavailable:
    return EncryptionKeyUnavailable(
        f"A key is to be added to {name}, which only you can do: put 64 hexadecimal digits there "
        "(openssl rand -hex 32), before those that are there already."
    )


def _parsed(text: str, name: str) -> tuple[Key, ...]:
    """The words themselves are never told."""
    try:
        found = [bytes.fromhex(word) for word in text.split()]
    except ValueError:
        found = [b""]
    if any(len(secret) != SECRET for secret in found):
        raise EncryptionKeyUnavailable(f"There is something else than keys of 64 hexadecimal digits in {name}.")
    return tuple(map(Key, found))


def _text(keys: Sequence[Key]) -> str:
    return "".join(f"{key.secret.hex()}\n" for key in keys)


def _of(key_id: str, keys: Sequence[Key]) -> Key | None:
    return next((key for key in keys if key.id == key_id), None)


def _put(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """So that the name is on disk as well."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
