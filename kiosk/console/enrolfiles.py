"""Pictures out of files, looked at as those of the camera are: one fit face each, of which a crop is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QFileDialog, QWidget

from core.domain import Reason
from core.errors import InputError
from core.pictures import FORMATS, MAX_BYTES, decode_image
from core.sitting import Model, Portrait, Terms, portrait
from kiosk.console.enrolwords import NO_MORE, UNFIT

FILTER = f"Pictures ({' '.join(f'*.{kind.lower()}' for kind in (*FORMATS, 'JPG'))})"


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A picture to be enrolled, and what it is called."""

    title: str
    portrait: Portrait


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What became of some files: those kept, and for each of the others a sentence that says why not."""

    kept: tuple[Kept, ...]
    refusals: tuple[str, ...]


def paths_of(dropped: QMimeData) -> list[Path]:
    """The files of this machine among what is dropped."""
    return [Path(url.toLocalFile()) for url in dropped.urls() if url.isLocalFile()]


def choose(parent: QWidget, chosen: Callable[[list[Path]], object]) -> None:
    """Asks which files, over `parent`; `chosen` is told, unless it is cancelled."""
    dialog = QFileDialog(parent, "Pictures of one person", filter=FILTER)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def read(paths: Sequence[Path], model: Model, terms: Terms, *, room: int, most: int) -> Read:
    """Takes its time. At most `room` of the files are kept, of the `most` that one enrolment takes."""
    kept: list[Kept] = []
    refusals: list[str] = []
    for path in paths:
        found = _read(path, model, terms) if len(kept) < room else NO_MORE.format(path.name, most)
        if isinstance(found, str):
            refusals.append(found)
        else:
            kept.append(Kept(path.name, found))
    return Read(tuple(kept), tuple(refusals))


def _read(path: Path, model: Model, terms: Terms) -> Portrait | str:
    """The portrait in a file, or why there is none."""
    try:
        with path.open("rb") as file:
            image = decode_image(file.read(MAX_BYTES + 1), path.name)
    except OSError:
        return f"{path.name} cannot be read. Choose a file that can."
    except InputError as error:
        return str(error)
    found = portrait(image, model, terms)
    if not isinstance(found, Reason):
        return found
    return f"{path.name}: {UNFIT.get(found, 'the face is not fit to be enrolled. Take another picture.')}"
