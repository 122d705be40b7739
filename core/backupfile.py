"""A backup as a file: JSON lines, gzipped. What it is; each table's columns and rows; how many, and SHA-256 of all."""

import errno
import gzip
import hashlib
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import InputError

FORMAT = 1
LINE = 1 << 20  # bytes: no row is longer
NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
Columns = dict[str, list[str]]
Content = Iterable[tuple[str, list[str], Iterable[Any]]]
"""Each table's name, its columns and its rows."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds. `at` is UTC, `key_id` that of the key its embeddings are sealed with."""

    at: datetime
    key_id: str | None
    rows: dict[str, int]


def write(path: Path, at: datetime, key_id: str | None, tables: Content) -> None:
    """A new file for its owner alone, on disk when this returns. Raises InputError."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with gzip.open(file, "wb", compresslevel=1) as packed:
                for line in _lines(at, key_id, tables):
                    packed.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def put(part: Path, path: Path) -> None:
    """Gives it the name that it is to have. Raises InputError where there is such a file."""
    try:
        try:
            os.link(part, path)
        except OSError as error:
            if error.errno not in NO_LINKS or path.exists():
                raise
            part.rename(path)  # as on a stick: whoever makes a file of that name at this very moment loses it
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def _lines(at: datetime, key_id: str | None, tables: Content) -> Iterator[bytes]:
    told = hashlib.sha256()
    counts: dict[str, int] = {}
    for value in _values_of(at, key_id, tables):
        _count(counts, value)
        line = _line(value)
        told.update(line)
        yield line
    yield _line({"rows": counts, "sha256": told.hexdigest()})


def _count(counts: dict[str, int], value: Any) -> None:
    """A row counts for the table that was named last."""
    if isinstance(value, list):
        counts[next(reversed(counts))] += 1
    elif "table" in value:
        counts[value["table"]] = 0


def _values_of(at: datetime, key_id: str | None, tables: Content) -> Iterator[Any]:
    yield {"doorward_backup": FORMAT, "at": at.isoformat(), "key_id": key_id}
    for table, columns, rows in tables:
        yield {"table": table, "columns": columns}
        for row in rows:
            yield [_shown(value) for value in row]


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def verified(path: Path, known: Columns) -> Contents:
    """Reads all of the file. Raises InputError where it is no whole backup, or has what `known` tables have not."""
    head, told = None, hashlib.sha256()
    counts: dict[str, int] = {}
    for line, value in _values(path):
        if isinstance(value, dict) and "sha256" in value:
            if head is None or value["sha256"] != told.hexdigest() or value["rows"] != counts:
                break
            return Contents(datetime.fromisoformat(head["at"]), head["key_id"], counts)
        told.update(line)
        if head is None:
            head = _head(path, value)
        elif isinstance(value, dict):
            _refuse_newer(value, known)
            counts[value["table"]] = 0
        else:
            counts[next(reversed(counts))] += 1
    raise InputError(f"{path} is not a whole backup: it was cut short or altered. Nothing was changed.")


def _head(path: Path, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or value.get("doorward_backup") != FORMAT:
        raise InputError(f"{path} is no backup that this Doorward can read.")
    return value


def _refuse_newer(value: dict[str, Any], known: Columns) -> None:
    if not set(value["columns"]) <= set(known.get(value["table"], ())):
        raise InputError("The backup was made by a newer Doorward. Install that version or a later one.")


def tables(path: Path) -> Iterator[tuple[str, list[str], Iterator[list[Any]]]]:
    """Name, columns and rows, each to be read to its end."""
    values = (value for _, value in _values(path))
    next(values)
    table = next(values)
    while "table" in table:
        following: list[dict[str, Any]] = []
        yield table["table"], table["columns"], _rows(values, following)
        table = following[0]


def _rows(values: Iterator[Any], following: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """Up to what is no row, which goes into `following`."""
    for value in values:
        if isinstance(value, dict):
            following.append(value)
            return
        yield value


def _values(path: Path) -> Iterator[tuple[bytes, Any]]:
    try:
        with gzip.open(path, "rb") as file:
            while line := file.readline(LINE):
                yield line, json.loads(line)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"{path} cannot be read as a backup ({type(error).__name__}).") from None


def _shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value


def as_bytes(value: str) -> bytes:
    return b64decode(value)
