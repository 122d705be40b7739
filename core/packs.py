"""InsightFace's model packs: where they are kept, and how they get there."""

import errno
import shutil
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import httpx

import core.opencv  # noqa: F401 - before InsightFace imports cv2 in its own way
from core.errors import ModelUnavailable, Stopped

NAMES = ("buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc", "antelopev2")
LICENCE = """\
The pretrained models of InsightFace (https://github.com/deepinsight/insightface) are available for
non-commercial research purposes only. For any other use ask InsightFace for a licence, or point models.pack at a
folder with a detector and a recogniser that you may use. Doorward's own code is not concerned by this."""
MAX_BYTES = 2 * 2**30  # unpacked; the largest pack has 0.4 GiB
KEPT = {".onnx", ".txt", ".md"}
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)

Progress = Callable[[int, int | None], None]
"""Told how many bytes have come, and of how many where that is known."""


def find(pack: str, root: Path) -> Path:
    """The folder of `pack`: itself where it is a path, else the pack of that name under `root`.

    Raises ModelUnavailable where the name has no files yet.
    """
    path = Path(pack).expanduser()
    if "/" in pack or path.is_dir():
        return path
    folder = _held(pack, root)
    if folder is None:
        how = f"Run doorward-admin models fetch {pack}." if pack in NAMES else f"Known are {', '.join(NAMES)}."
        raise ModelUnavailable(f"The model pack {pack} is not in {_models(root) / pack}. {how}")
    return folder


def accepted(name: str, root: Path) -> bool:
    """Whether somebody has accepted the licence of the pack `name` here before."""
    return _acceptance(name, root).exists()


def accept(name: str, root: Path) -> None:
    """Remembers that LICENCE was shown and accepted for `name`. Raises OSError."""
    note = _acceptance(name, root)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(LICENCE + "\n", encoding="utf-8")


def fetch(
    name: str,
    root: Path,
    *,
    accepted: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    base_url: str | None = None,
    timeout: float = 20.0,
) -> Path:
    """Downloads the pack `name` from InsightFace's releases and gives its folder; at once where it is there already.

    `accepted`: the user was shown LICENCE and accepts it; it is remembered. `timeout` is the longest silence, in
    seconds. `cancelled` is asked whenever bytes have come. A download that was cut goes on where it stopped.
    The packs come without checksums: which file is in use is told by the model's id, which holds its digest.
    Raises ModelUnavailable, and Stopped where it was cancelled.
    """
    if name not in NAMES:
        raise ModelUnavailable(f"There is no model pack {name}. Choose one of {', '.join(NAMES)}.")
    try:
        if accepted:
            accept(name, root)
        elif not _acceptance(name, root).exists():
            raise ModelUnavailable(f"The licence of {name} is not accepted. Run doorward-admin models fetch {name}.")
        folder = _held(name, root)
        if folder is None:
            folder, part = _models(root) / name, _models(root) / f"{name}.zip.part"
            note = partial(_note, progress=progress, cancelled=cancelled)
            _download(f"{base_url or _releases()}{name}.zip", part, note, timeout)
            _unpack(part, folder)
    except OSError as error:
        fault = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise ModelUnavailable(f"{_models(root)} cannot be written: {fault}. Mend that and fetch again.") from error
    return folder


def _models(root: Path) -> Path:
    return root.expanduser() / "models"


def _acceptance(name: str, root: Path) -> Path:
    return _models(root) / f"{name}.licence-accepted"


def _held(name: str, root: Path) -> Path | None:
    """Where the pack is; InsightFace's own download leaves some a folder deeper."""
    folder = _models(root) / name
    return next((place for place in (folder, folder / name) if any(place.glob("*.onnx"))), None)


def _releases() -> str:
    from insightface.utils.storage import MODEL_ZOO_RELEASE_DOWNLOAD_URL  # noqa: PLC0415 - takes a second

    return str(MODEL_ZOO_RELEASE_DOWNLOAD_URL)


def _download(url: str, part: Path, note: Progress, timeout: float) -> None:
    try:
        with httpx.Client(follow_redirects=True, timeout=timeout) as client:
            while not _receive(client, url, part, note):
                part.unlink()
    except httpx.HTTPError as error:
        raise ModelUnavailable(
            f"{url} cannot be fetched ({type(error).__name__}). Check the network and run it again: it goes on where "
            f"it stopped. Or copy the pack's ONNX files to {part.with_suffix('').with_suffix('')}."
        ) from error


def _receive(client: httpx.Client, url: str, part: Path, note: Progress) -> bool:
    """Adds what `part` lacks. False where `part` cannot be the beginning of what the server has."""
    done = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    with client.stream("GET", url, headers=headers) as response:
        if done and response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return bool(response.headers.get("Content-Range") == f"bytes */{done}")
        if response.is_error:
            raise ModelUnavailable(
                f"{url} answers {response.status_code}. Try later, or set models.pack to a folder of your own."
            )
        _write(response, part, done if response.status_code == httpx.codes.PARTIAL_CONTENT else 0, note)
    return True


def _write(response: httpx.Response, part: Path, done: int, note: Progress) -> None:
    length = response.headers.get("Content-Length")
    total = done + int(length) if length else None
    with part.open("ab" if done else "wb") as file:
        for chunk in response.iter_raw():
            file.write(chunk)
            done += len(chunk)
            note(done, total)


def _note(done: int, total: int | None, *, progress: Progress | None, cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Stopped("The download was stopped. Fetch it again: it goes on where it stopped.")
    if progress is not None:
        progress(done, total)


def _unpack(part: Path, folder: Path) -> None:
    """Moves the files of the archive `part` to `folder`, in one step, and removes it."""
    try:
        with zipfile.ZipFile(part) as archive, TemporaryDirectory(dir=folder.parent, prefix=".unpacked-") as scratch:
            whole = Path(scratch) / folder.name
            whole.mkdir()
            _extract(archive, whole)
            whole.rename(folder)
    except BROKEN as error:
        part.unlink()
        raise ModelUnavailable(f"What came for {folder.name} is damaged, or no model pack. Fetch it again.") from error
    part.unlink()


def _extract(archive: zipfile.ZipFile, folder: Path) -> None:
    """Models and texts, without their folders and hence never outside of `folder`."""
    entries = {PurePosixPath(entry.filename).name: entry for entry in archive.infolist() if not entry.is_dir()}
    wanted = {
        name: entry
        for name, entry in entries.items()
        if PurePosixPath(name).suffix in KEPT and not name.startswith(".")
    }
    if sum(entry.file_size for entry in wanted.values()) > MAX_BYTES or not any(n.endswith(".onnx") for n in wanted):
        raise zipfile.BadZipFile("no model in it, or too much of it")
    for name, entry in wanted.items():
        with archive.open(entry) as packed, (folder / name).open("wb") as file:
            shutil.copyfileobj(packed, file)
