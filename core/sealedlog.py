"""A local file that only grows: records, each sealed in its place, on disk before `append` returns.

The file begins with a random name of its own. Each record is AES-256-GCM, bound to that name, its kind and its number,
so that none can be changed, swapped, repeated or taken from another file. A record cut short at the end, as by a power
cut, was never acknowledged and is dropped. Damage elsewhere takes no other record with it.
"""

import fcntl
import logging
import os
import secrets
import shutil
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.encryption import LONGER, Key, Keys
from core.errors import EncryptionKeyUnavailable, LocalFileUnavailable, LocalFileUnreadable, SealBroken

log = logging.getLogger(__name__)
MAGIC = b"doorward"
NAME = 16  # bytes
FRAME = struct.Struct("<IB")  # how many bytes are sealed, and the kind
BOUND = struct.Struct("<QB")  # number and kind
FIRST = 0xFF  # the kind of the record that tells whether the key is right
KEY_ID = 16  # characters
HEAD = len(MAGIC) + NAME + KEY_ID
FAR = 1 << 20  # bytes within which the record after a damaged one is looked for


@dataclass(frozen=True, slots=True)
class Place:
    """Between two records: in bytes from the beginning, and how many records are before."""

    offset: int
    number: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One record, not read yet: of which kind (0 to 254), where it begins, how many bytes are sealed."""

    kind: int
    at: Place
    size: int

    @property
    def end(self) -> Place:
        return Place(self.at.offset + FRAME.size + self.size, self.at.number + 1)


def records(path: Path) -> int:
    """How many records there are, for who has no key, or while another process is at it; 0 where there is no file."""
    with suppress(OSError), path.open("rb") as file:
        size, at, count = os.fstat(file.fileno()).st_size, HEAD, -1  # the first one tells of the key alone
        while len(frame := os.pread(file.fileno(), FRAME.size, at)) == FRAME.size:
            at += FRAME.size + FRAME.unpack(frame)[0]
            count += at <= size
        return max(0, count)
    return 0


class SealedLog:
    """Sealed with the newest of `keys`. Opens nothing before the first call. From any thread; one process at a time.

    Each method may raise LocalFileUnavailable, and LocalFileUnreadable where the key is not among `keys`.
    """

    def __init__(self, path: Path, keys: Keys, *, keep: bool = True) -> None:
        """`keep`: what cannot be mended is kept beside it, and the rest gone on with; else LocalFileUnreadable."""
        self.path = path
        self._keys = keys
        self._keep = keep
        self._key: Key | None = None
        self._lock = threading.RLock()
        self._fd: int | None = None
        self._name = b""
        self._begin = self._end = Place(0, 0)

    def count(self, after: Place | None = None) -> int:
        """How many records there are beyond `after`, by default all."""
        with self._opened():
            return max(0, self._end.number - (after or self._begin).number)

    def append(self, payload: bytes, kind: int = 0, *, sync: bool = True) -> Entry:
        """Once it returns the record survives the end of this process, and with `sync` a power cut."""
        with self._opened() as fd:
            if os.fstat(fd).st_nlink == 0:
                raise OSError(0, "somebody has deleted it; it is made anew")
            if not self._name:
                self._begin_anew(fd)
            try:
                self._write(fd, payload, kind)
                if sync:
                    os.fsync(fd)
            except OSError:
                os.ftruncate(fd, self._end.offset)
                raise
            entry = Entry(kind, self._end, LONGER + len(payload))
            self._end = entry.end
            return entry

    def entries(self, after: Place | None = None) -> Iterator[Entry]:
        """Those beyond `after`, by default all, the oldest first."""
        with self._opened():
            at, end = after or self._begin, self._end
        while at.offset < end.offset:
            with self._opened() as fd:
                entry = self._entry(fd, at, end.offset)
            if entry is None:
                return
            yield entry
            at = entry.end

    def read(self, entry: Entry) -> bytes | None:
        """None where it is damaged."""
        with self._opened() as fd:
            return self._open(fd, entry)

    def clear(self, read: Place) -> bool:
        """Forgets all records, unless there are some beyond `read`. Whether it did."""
        with self._opened() as fd:
            if self._end != read:
                return False
            os.ftruncate(fd, 0)
            self._name, self._begin, self._end = b"", Place(0, 0), Place(0, 0)
            return True

    def renew_key(self) -> bool:
        """Whether what is in it is sealed with the newest key; what is begun anew is in any case.

        Asks where the keys are, which may take its time, and holds up nobody meanwhile.
        """
        try:
            newest = self._keys.first()
        except EncryptionKeyUnavailable:
            return True  # there is none that is newer
        with self._opened():
            return self._key == newest or not self._name

    def keep_aside(self) -> None:
        """A copy of it as it is, for whoever wants to look what was in there."""
        aside = self.path.with_name(f"{self.path.stem}.damaged-{time.time_ns()}")
        shutil.copy(self.path, aside)
        log.error("%s is damaged: it is kept as %s, and what can be read is gone on with", self.path.name, aside.name)

    def put_away(self, path: Path) -> bool:
        """Gives it that name, if it is unreadable still. Whether it was: another thread may have been quicker."""
        with self._lock:
            try:
                self.count()
            except LocalFileUnreadable:
                self.path.replace(path)
                return True
        return False

    def rename(self, path: Path) -> None:
        """In the place of whatever is called so."""
        with self._opened():
            self.path.replace(path)
            self.path = path
            _sync(path.parent)

    def remove(self) -> None:
        """The file is gone. Not where another process has it: raises OSError."""
        with self._lock:
            if self._fd is None:
                self._fd = self._locked()
            self.path.unlink(missing_ok=True)
            self.close()

    def close(self) -> None:
        """Twice is fine; a later call opens it again."""
        with self._lock:
            fd, self._fd = self._fd, None
            if fd is not None:
                os.close(fd)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        with self._lock:
            try:
                if self._fd is None:
                    self._fd = self._prepared()
                yield self._fd
            except OSError as error:
                self.close()
                raise LocalFileUnavailable(
                    f"{self.path} cannot be used ({error.strerror}). See offline.folder, and that its disk has room."
                ) from error
            except LocalFileUnreadable:
                self.close()
                raise
            except EncryptionKeyUnavailable as error:
                self.close()
                raise LocalFileUnavailable(f"{self.path} cannot be used. {error}") from error

    def _prepared(self) -> int:
        fd = self._locked()
        try:
            self._recover(fd)
            _sync(self.path.parent)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _locked(self) -> int:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(fd)
            if isinstance(error, BlockingIOError):
                raise OSError(0, "another Doorward uses it: each kiosk needs its own") from None
            raise
        return fd

    def _recover(self, fd: int) -> None:
        """Finds the end of what was written as a whole."""
        size, head = os.fstat(fd).st_size, os.pread(fd, HEAD, 0)
        self._name, self._begin, self._end = b"", Place(0, 0), Place(0, 0)
        first = Entry(FIRST, Place(HEAD, 0), LONGER)
        if size < first.end.offset:
            os.ftruncate(fd, 0)
            self._key = self._keys.first()
            return
        self._name = head[len(MAGIC) : -KEY_ID]
        self._key = self._keys.find(head[-KEY_ID:].decode("ascii", "replace"))
        if not head.startswith(MAGIC) or self._open(fd, first) is None:
            self._name = b""
            raise LocalFileUnreadable(
                f"{self.path} was sealed with a key that is not in {self._keys.name}, or is damaged. Set the key back, "
                "or move the file away."
            )
        self._begin = self._end = first.end
        while self._end.offset < size:
            entries = list(self._walk(fd, self._end, size))
            whole = bool(entries) and entries[-1].end.offset == size
            while entries and self._open(fd, entries[-1]) is None:
                entries.pop()
                whole = False
            self._end = entries[-1].end if entries else self._end  # its number is right, so those of all before it are
            if not whole and not self._mend(fd, size):
                self._cut(fd, size)
                return

    def _mend(self, fd: int, size: int) -> bool:
        """Whether there is a record beyond the damaged one at the end. That one's frame leads there from now on."""
        number, data = self._end.number + 1, os.pread(fd, FAR, self._end.offset)
        for skip in range(FRAME.size + LONGER, len(data) - FRAME.size - LONGER + 1):
            length, kind = FRAME.unpack_from(data, skip)
            entry = Entry(kind, Place(self._end.offset + skip, number), length)
            if LONGER <= length <= FAR and entry.end.offset <= size and self._open(fd, entry) is not None:
                log.error("%s is damaged; the records after that are found again", self.path.name)
                _write_all(fd, FRAME.pack(skip - FRAME.size, data[FRAME.size - 1]), self._end.offset)
                return True
        return False

    def _cut(self, fd: int, size: int) -> None:
        """Drops what was never acknowledged. Raises LocalFileUnreadable where it may have been."""
        frame = os.pread(fd, FRAME.size, self._end.offset)
        length = FRAME.unpack(frame)[0] if len(frame) == FRAME.size else size
        if self._end.offset + FRAME.size + length >= _solid(fd, self._end.offset, size):
            log.info("a record of %s was cut short before it counted; it is dropped", self.path.name)
        elif self._keep:
            self.keep_aside()
        else:
            raise LocalFileUnreadable(f"{self.path} is damaged. It is made anew as soon as the database answers.")
        os.ftruncate(fd, self._end.offset)

    def _begin_anew(self, fd: int) -> None:
        os.ftruncate(fd, 0)
        with suppress(EncryptionKeyUnavailable):  # then the one that is known
            self._key = self._keys.newest()
        name = secrets.token_bytes(NAME)
        _write_all(fd, MAGIC + name + self._sealing.id.encode(), 0)
        self._name, self._end = name, Place(HEAD, 0)
        self._write(fd, b"", FIRST)
        self._begin = self._end = Entry(FIRST, self._end, LONGER).end

    def _write(self, fd: int, payload: bytes, kind: int) -> None:
        sealed = self._sealing.seal(payload, self._bound(self._end.number, kind))
        _write_all(fd, FRAME.pack(len(sealed), kind) + sealed, self._end.offset)

    def _walk(self, fd: int, at: Place, end: int) -> Iterator[Entry]:
        """As far as one frame leads to the next."""
        while (entry := self._entry(fd, at, end)) is not None:
            yield entry
            at = entry.end

    def _entry(self, fd: int, at: Place, end: int) -> Entry | None:
        frame = os.pread(fd, FRAME.size, at.offset)
        if len(frame) < FRAME.size:
            return None
        size, kind = FRAME.unpack(frame)
        entry = Entry(kind, at, size)
        return entry if size >= LONGER and entry.end.offset <= end else None

    def _open(self, fd: int, entry: Entry) -> bytes | None:
        sealed = os.pread(fd, entry.size, entry.at.offset + FRAME.size)
        if self._key is None:
            return None
        with suppress(SealBroken):
            return self._key.open(sealed, self._bound(entry.at.number, entry.kind))
        return None

    @property
    def _sealing(self) -> Key:
        if self._key is None:
            self._key = self._keys.first()
        return self._key

    def _bound(self, number: int, kind: int) -> bytes:
        return self._name + BOUND.pack(number, kind)


def _write_all(fd: int, data: bytes, offset: int) -> None:
    while data:
        written = os.pwrite(fd, data, offset)
        data, offset = data[written:], offset + written


def _solid(fd: int, begin: int, end: int) -> int:
    """Where the zeros begin with which a power cut leaves what was not on disk yet."""
    while end > begin:
        at = max(begin, end - FAR)
        data = os.pread(fd, end - at, at).rstrip(b"\0")
        if data:
            return at + len(data)
        end = at
    return end


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
