"""Pictures of which it is known who is in them: a folder for each person, or a CSV of pairs."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

COLUMNS = ("file_x", "file_y", "Decision")
DECISIONS = {"yes": True, "1": True, "genuine": True, "no": False, "0": False, "impostor": False}


@dataclass(frozen=True, slots=True)
class People:
    """Pictures below `root` and the person in each: all pairs of them can be compared."""

    root: Path
    files: tuple[Path, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pictures below `root` and the pairs to compare: two indices of `files`, and whether they show one person."""

    root: Path
    files: tuple[Path, ...]
    pairs: tuple[tuple[int, int, bool], ...]


def read(path: Path, skip: Collection[str] = ()) -> People | Pairs:
    """The folder or the CSV at `path`, without the folders named in `skip`.

    In a folder each folder is a person, and every file in it, however deep, a picture of them; hidden files and those
    beside the folders are left out. A CSV has the columns `file_x`, `file_y` (relative to it) and `Decision` (Yes, No;
    1, 0; genuine, impostor). Raises InputError, which lists all that is wrong.
    """
    if path.is_dir():
        return _folder(path, skip)
    if skip:
        raise InputError("--skip leaves out folders, and a CSV has none. Take the lines out of it instead.")
    return _csv(path)


def _folder(root: Path, skip: Collection[str]) -> People:
    folders = {p.name: p for p in sorted(root.iterdir()) if p.is_dir() and not p.name.startswith(".")}
    if unknown := sorted(set(skip) - set(folders)):
        raise InputError(f"--skip {', '.join(unknown)}: there is no such folder in {root}.")
    found = [(file, name) for name, folder in folders.items() if name not in skip for file in _files(folder)]
    if not found:
        raise InputError(
            f"{root} holds no folder with pictures. Put each person's pictures into a folder of their own."
        )
    files, labels = zip(*found, strict=True)
    return People(root, files, labels)


def _files(folder: Path) -> list[Path]:
    hidden = (".", "Thumbs.db")
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(hidden))


def _csv(path: Path) -> Pairs:
    files: dict[Path, int] = {}
    pairs: dict[tuple[int, int], bool] = {}
    faults = []
    for number, row in _rows(path):
        fault = _fault(row, path.parent)
        if fault is None:
            x, y = (files.setdefault(path.parent / row[column].strip(), len(files)) for column in COLUMNS[:2])
            fault = "this pair is there already" if (min(x, y), max(x, y)) in pairs else None
            pairs[min(x, y), max(x, y)] = DECISIONS[row["Decision"].strip().lower()]
        if fault is not None:
            faults.append(f"  line {number}: {fault}")
    if faults:
        raise InputError(f"{path} cannot be used:\n" + "\n".join(faults))
    if not pairs:
        raise InputError(f"{path} holds no pairs. Write one a line, as {', '.join(COLUMNS)}.")
    return Pairs(path.parent, tuple(files), tuple((x, y, same) for (x, y), same in pairs.items()))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of the CSV with their numbers; a cell that a line lacks is empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
                raise InputError(f"{path} has no column {', '.join(missing)}: its first line must name them.")
            for row in reader:
                yield reader.line_num, row
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Name a folder or a CSV.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is not a CSV in UTF-8: {error}. Name a folder or a CSV.") from error


def _fault(row: dict[str, str], root: Path) -> str | None:
    """What is wrong with a line. It names no file: people's names are in them."""
    if None in row:  # csv's key for what is left over
        return "there are more cells than columns"
    for column in COLUMNS[:2]:
        name = row[column].strip()
        if not name or not (root / name).is_file():
            return f"{column} is empty" if not name else f"{column}: there is no such file"
    if Path(row["file_x"].strip()) == Path(row["file_y"].strip()):
        return "a picture is compared with itself"
    if row["Decision"].strip().lower() not in DECISIONS:
        return "Decision must be Yes or No, 1 or 0, genuine or impostor"
    return None
