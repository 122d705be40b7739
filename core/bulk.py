"""Many people at once: a list and a folder of pictures in, what became of each row out.

One row at a time, through the one way a face enters. To go on after a stop, or after whatever ended it, run it again:
whoever is enrolled is left as they are, and what was refused is tried again.
"""

import csv
import fcntl
import logging
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Protocol, Self

from core.cells import harmless
from core.domain import StoredFace
from core.enrolment import Encoded, Enrolment
from core.errors import DoorwardError, ImageUnreadable, InputError, InvalidField, PersonNotFound, Unavailable
from core.pictures import MAX_BYTES
from core.roster import PeopleList, Row, shown

log = logging.getLogger(__name__)
ALREADY_ENROLLED = "already_enrolled"
MOST_FRESH = 100  # faces after which the gallery is read anew: less often than each time, and the store looks at these


class Status(StrEnum):
    """What became of a row. Unchanged: that person has faces of this model already."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowResult:
    """A line of the report. `code` is the error's, or `already_enrolled`; `faces` is how many were stored."""

    line: int
    user_id: str
    status: Status
    code: str = ""
    message: str = ""
    faces: int = 0


class People(Protocol):
    """What is asked of the store beside enrolment itself. May raise PersonNotFound, StoreUnavailable."""

    def faces(self, user_id: str) -> list[StoredFace]: ...


class Report:
    """A CSV of the columns of RowResult, one line for each row of the last run, there as soon as the row is done.

    Only its owner may read it, and only one import at a time may write it. Raises InputError where `path` cannot be
    written, or holds anything but such a report.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._begin()
        except OSError as error:
            self.close()
            raise self._unwritable(error) from error
        except InputError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._fd)

    def add(self, result: RowResult) -> None:
        """Raises InputError where the disk takes no more."""
        self._write(_csv(astuple(result)))

    def _begin(self) -> None:
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            raise InputError(f"{self._path} is no file. Name another report.")
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"{self._path} is in use. Wait until the other import has ended.") from error
        there = os.pread(self._fd, len(HEADER), 0)
        if there not in (b"", HEADER):
            raise InputError(f"{self._path} is not the report of an import, and was left as it is. Name another file.")
        os.ftruncate(self._fd, 0)
        self._write(HEADER)

    def _write(self, line: bytes) -> None:
        try:
            while line:
                line = line[os.write(self._fd, line) :]
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(f"{self._path} cannot be written: {error.strerror}. Make room, or name another report.")


def beside(listed: Path) -> Path:
    """Where the report of the list `listed` is written unless somebody says otherwise."""
    return listed.with_name(f"{listed.stem}-report.csv")


def enrol_all(
    listed: PeopleList,
    enrolment: Enrolment,
    people: People,
    *,
    replace: bool = False,
    report: Report | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[RowResult]:
    """What became of each row, once that is stored and in the report; no further row once `stopped`.

    `replace`: who is enrolled gets the faces of the row in the place of the old ones, as often as it is run.
    Raises StoreUnavailable, ModelUnavailable and the like, which are no fault of a row, and InputError where the report
    cannot be written. What was yielded before stays done.
    """
    run = _Run(listed, enrolment, people, replace=replace)
    enrolment.catch_up()
    try:
        for row in listed.rows:
            if stopped():
                return
            result = run.result(row)
            if report is not None:
                report.add(result)
            yield result
    finally:
        enrolment.catch_up()


class _Run:
    """What the rows of one run have in common, and how many faces it stored since the gallery was read."""

    def __init__(self, listed: PeopleList, enrolment: Enrolment, people: People, *, replace: bool) -> None:
        self._listed, self._enrolment, self._people = listed, enrolment, people
        self._replace = replace
        self._fresh = 0

    def result(self, row: Row) -> RowResult:
        try:
            return self._enrolled(row)
        except Unavailable:
            raise
        except DoorwardError as error:
            message = " ".join(str(error).split())  # one line
            return RowResult(row.line, row.user_id, Status.REFUSED, error.code, message)
        except Exception:
            log.exception("line %d of the import failed", row.line)
            message = "Doorward failed at this row; the log says where. The next ones were tried."
            return RowResult(row.line, row.user_id, Status.REFUSED, DoorwardError.code, message)

    def _enrolled(self, row: Row) -> RowResult:
        if row.fault:
            return RowResult(row.line, row.user_id, Status.REFUSED, InvalidField.code, row.fault)
        if not self._replace and self._has_faces(row.user_id):
            message = "This person is enrolled already, and was left as they are."
            return RowResult(row.line, row.user_id, Status.UNCHANGED, ALREADY_ENROLLED, message)
        if self._fresh >= MOST_FRESH:
            self._enrolment.catch_up()
            self._fresh = 0
        pictures = _pictures(self._listed.files(row))
        faces = self._enrolment.enrol(
            row.user_id, row.name, pictures, replace=self._replace, consent=row.consent, catch_up=False
        )
        self._fresh += faces
        return RowResult(row.line, row.user_id, Status.STORED, faces=faces)

    def _has_faces(self, user_id: str) -> bool:
        """Those of another model do not count: they open nothing."""
        try:
            return any(face.model_id == self._enrolment.model_id for face in self._people.faces(user_id))
        except PersonNotFound:
            return False


def _pictures(files: Sequence[Path]) -> Encoded:
    names = [shown(file.name) for file in files]
    return Encoded([(name, partial(_content, file, name)) for file, name in zip(files, names, strict=True)])


def _content(file: Path, name: str) -> bytes:
    """What is in it; of a file that is too large, enough to be refused for that."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ImageUnreadable(f"{name} cannot be read: {error.strerror}.") from error


def _csv(cells: Sequence[object]) -> bytes:
    line = StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow(map(harmless, cells))
    return line.getvalue().encode()


HEADER = _csv([field.name for field in fields(RowResult)])
