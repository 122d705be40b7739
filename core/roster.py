"""A list of people to enrol: the rows of a CSV, each checked, and which files of a folder are whose pictures."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from core.cells import moment
from core.domain import Consent
from core.enrolment import checked
from core.errors import ImageUnreadable, InputError, InvalidField

NEEDED = ("user_id", "name")
COLUMNS = (*NEEDED, "pictures", "consent", "consent_at")
LONGEST = {"user_id": 64, "name": 255, "consent": 64}
MOST_BYTES = 64 * 2**20
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG", ".WEBP")
NO_PICTURES = (".", "Thumbs.db", "desktop.ini")  # how files begin that systems leave in folders


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list, and the `line` of the file that it begins in.

    `pictures` are paths below the folder, empty where those called as the user_id are meant. `fault` says why the row
    cannot be used; empty where it can. A row that cannot has no more than a user_id, as far as it could be read.
    """

    line: int
    user_id: str
    name: str = ""
    pictures: tuple[str, ...] = ()
    consent: Consent | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class PeopleList:
    """The rows in their order, the columns that were not understood, and the folder of the pictures."""

    rows: tuple[Row, ...]
    ignored: tuple[str, ...]
    folder: Path

    def files(self, row: Row) -> list[Path]:
        """Where the row's pictures are, none of them outside the folder. Raises InvalidField, ImageUnreadable."""
        return [self._inside(name) for name in row.pictures or self._called(row.user_id)]

    def _called(self, user_id: str) -> list[str]:
        """All of the folder USER_ID, or else the one file USER_ID.jpg."""
        single = Path(user_id).name == user_id  # not "a/b", nor "/"
        names = (_own(self.folder / user_id) or _one(self.folder, user_id)) if single else []
        if not names:
            raise InvalidField(
                "pictures", "the row names none, and there is no folder or picture called as the user_id"
            )
        return names

    def _inside(self, name: str) -> Path:
        try:
            path = (self.folder / name).resolve()
            is_file = path.is_file()
        except (OSError, RuntimeError, ValueError):  # too long a name, a ring of links, a NUL
            raise ImageUnreadable(f"{shown(name)} cannot be read. Correct the row or its picture.") from None
        if not path.is_relative_to(self.folder):
            raise InvalidField("pictures", f"{shown(name)} leaves the folder of the pictures")
        if not is_file:
            raise ImageUnreadable(f"{shown(name)} is not there. Correct the row, or add the picture.")
        return path


def read_people(
    path: Path, folder: Path | None = None, *, utcnow: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> PeopleList:
    """The list in the CSV `path`, whose pictures are in `folder`: the CSV's own by default.

    UTF-8, with commas, semicolons or tabs; the columns in any order, in capitals or not: `user_id` and `name`, and
    where wanted `pictures` (paths, with semicolons between them), `consent` (the version of the text) and `consent_at`
    (now by default). A row that cannot be used says so itself. Raises InputError where the file is no such list.
    """
    where = (folder or path.parent).resolve()
    if not where.is_dir():
        raise InputError(f"{folder} is no folder. Name the one that holds the pictures.")
    records = _records(path)
    header, ignored = _header(path, next(records, (1, []))[1])
    now, first, rows = utcnow(), dict[str, int](), list[Row]()
    for line, cells in records:
        row = _row(line, header, cells, now)
        if not row.fault and (other := first.setdefault(row.user_id, line)) != line:
            row = Row(line, row.user_id, fault=f"user_id: line {other} has the same")
        rows.append(row)
    if not rows:
        raise InputError(f"{path} holds no people. Write one a line, below user_id,name,pictures.")
    return PeopleList(tuple(rows), ignored, where)


def shown(text: str) -> str:
    """`text`, cut to 100 characters, so that it fits a line of a terminal or of the report."""
    return "".join(c if c.isprintable() else "?" for c in text)[:100]


def _own(folder: Path) -> list[str]:
    try:
        files = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError:
        return []
    return [f"{folder.name}/{name}" for name in files if not name.startswith(NO_PICTURES)]


def _one(folder: Path, user_id: str) -> list[str]:
    try:
        return [user_id + suffix for suffix in SUFFIXES if (folder / (user_id + suffix)).is_file()][:1]
    except (OSError, ValueError):  # too long a name
        return []


def _records(path: Path) -> Iterator[tuple[int, list[str] | str]]:
    """The line that each record begins in, and its cells or what is wrong with it. Without the empty ones."""
    text = _text(path)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield line, f"not CSV ({error}); it reaches down to line {reader.line_num}"
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _text(path: Path) -> str:
    """Bytes that are no UTF-8 as surrogates: they are their row's fault alone."""
    if not path.is_file():  # a pipe may never end
        raise InputError(f"{path} is no file. Name a CSV with the columns user_id, name, pictures.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is too large for a list of people. Name another file.")
        return path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Name another file.") from error


def _delimiter(text: str) -> str:
    """What stands between the names of the columns."""
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t", key=lambda mark: sum(name in COLUMNS for name in _names(first.split(mark))))


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip().strip('"').strip().casefold() for cell in cells]


def _header(path: Path, cells: list[str] | str) -> tuple[list[str], tuple[str, ...]]:
    """The names of the columns, and those that mean nothing to us as they are written."""
    if isinstance(cells, str) or not all(map(_is_text, cells)):
        raise InputError(f"{path} is not a CSV in UTF-8. Save it as one.")
    names = _names(cells)
    wrong = [name for name in COLUMNS if names.count(name) > 1 or (name in NEEDED and name not in names)]
    if wrong:
        raise InputError(f"{path}: its first line must have these columns, once each: {', '.join(wrong)}.")
    return names, tuple(shown(cell) for cell, name in zip(cells, names, strict=True) if name not in ("", *COLUMNS))


def _row(line: int, header: list[str], cells: list[str] | str, now: datetime) -> Row:
    """Cells that are missing at the end are empty."""
    if isinstance(cells, str):
        return Row(line, "", fault=cells)
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    raw = dict(zip(header, cells, strict=False))
    try:
        _whole(header, cells)
        user_id, name = (checked(field, raw.get(field, ""), LONGEST[field]) for field in NEEDED)
        pictures = tuple(part.strip() for part in given.get("pictures", "").split(";") if part.strip())
        return Row(line, user_id, name, pictures, _consent(given.get("consent", ""), given.get("consent_at", ""), now))
    except InputError as error:
        return Row(line, shown(given.get("user_id", "")), fault=str(error))


def _whole(header: list[str], cells: list[str]) -> None:
    if not all(map(_is_text, cells)):
        raise InputError("not UTF-8")
    if any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(f"{len(cells)} cells, but {len(header)} columns")


def _consent(version: str, at: str, now: datetime) -> Consent | None:
    if not version:
        if at:
            raise InvalidField("consent", "there is a time, but no version of the text")
        return None
    return Consent(checked("consent", version, LONGEST["consent"]), moment("consent_at", at) if at else now)


def _is_text(cell: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in cell)
