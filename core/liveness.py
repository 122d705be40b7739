"""Passive liveness: telling a face from a picture of one, by one frame, without asking anything of the person.

The protocol, InsightFace's RGB add-on behind it, and how its file is found and fetched. What follows from a score is
not decided here.
"""

import errno
import hashlib
from pathlib import Path
from typing import Any, Protocol

import numpy as np

import core.opencv  # noqa: F401 - before InsightFace imports cv2 in its own way
from core.domain import Face, Image
from core.errors import LivenessUnavailable, ModelUnavailable

THRESHOLD = 0.8
"""The least score of a live face: DEFAULT_THRESHOLD of `insightface.addons.liveness` 2.1, for the published model."""

AUTO = "auto"
NAME = "liveness"  # the add-on's in InsightFace's catalogue, and its file's
FETCH = "doorward-admin models fetch liveness"
REMEDY = f"Get one with {FETCH}, or set liveness.model to a file."
UNREADABLE = "it is damaged, or not an ONNX model"


class PassiveLiveness(Protocol):
    """Presentation attack detection (PAD) by a single frame. Safe to call from several threads at once."""

    def score(self, image: Image, face: Face) -> float | None:
        """The probability, 0 to 1, that `face` in `image` (BGR) is live.

        None where the picture leaves too little around the face to tell: guidance to the person, never a pass.
        Raises LivenessUnavailable where it cannot be judged.
        """


class RgbLiveness:
    """InsightFace's RGB add-on: an ONNX `file` that makes (N,) probabilities of (N, 3, 80, 80) float32, RGB, 0 to 1.

    `threads` are ONNX Runtime's; 0: as many as there are cores. Raises ModelUnavailable, which says what is wrong
    with `file`.
    """

    def __init__(self, file: Path, *, threads: int = 1) -> None:
        try:
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            self._model = _load(file, threads)
        except OSError as error:
            raise _unusable(file, str(error.strerror)) from error
        except Exception as error:  # ONNX Runtime raises all sorts; what InsightFace says is a RuntimeError
            raise _unusable(file, str(error) if isinstance(error, RuntimeError) else UNREADABLE) from error
        self._id = f"{NAME}:{digest[:12]}"

    @property
    def id(self) -> str:
        """`liveness:digest`, the first 12 hexadecimal digits of the file's SHA-256."""
        return self._id

    def score(self, image: Image, face: Face) -> float | None:
        """The probability, 0 to 1, that `face` in `image` (BGR) is live.

        None where over 30 % of what the model looks at, a square some five times as wide as the eyes are apart, is
        outside of the picture (MAX_OOB_RATIO of `insightface.addons.liveness`). Raises LivenessUnavailable where
        the image, the landmarks, the model or its answer are no good.
        """
        try:
            answer = self._model.predict(image, face.landmarks)
            return None if answer["status"] == "input_rejected" else float(answer["live_score"])
        except Exception as error:  # likewise, OpenCV too; InsightFace's own are of these two kinds
            fault = str(error) if isinstance(error, (RuntimeError, ValueError)) else type(error).__name__
            raise LivenessUnavailable(
                f"Whether a face is live cannot be judged: {fault}. Try again; if it stays so, use another model. "
                f"{REMEDY}"
            ) from error


def find_liveness(model: str, root: Path) -> Path:
    """The ONNX file of `model`: the published add-on under `root` where that is `auto`, else the file at that path.

    Only of the published one is the digest known, and checked. Raises ModelUnavailable where it is another, and
    where there is no file.
    """
    if model == AUTO:
        return _published(root, download=False)
    file = Path(model).expanduser()
    if not file.is_file():
        raise ModelUnavailable(f"liveness.model: there is no file {file}. Correct it, or set it to {AUTO}.")
    return file


def fetch_liveness(root: Path) -> Path:
    """Downloads the published add-on to `root` and gives its file; at once where it is there already.

    InsightFace checks the digest, and waits at most 10 s for a connection and 60 s for each part. Where it fails,
    nothing is left behind. The licence is the packs': show `core.packs.LICENCE` before. Raises ModelUnavailable.
    """
    return _published(root, download=True)


def _place(root: Path) -> Path:
    return root.expanduser() / "addons" / f"{NAME}.onnx"


def _published(root: Path, *, download: bool) -> Path:
    from insightface.addons import catalog  # noqa: PLC0415 - takes seconds

    try:
        return Path(catalog.ensure_addon(NAME, root, download=download))
    except RuntimeError as error:  # by digest or size
        fault, remedy = (_place(root), "Delete it and run") if _place(root).exists() else ("What came", "Try later:")
        raise ModelUnavailable(f"{fault} is not the published liveness model. {remedy} {FETCH}.") from error
    except FileNotFoundError as error:
        raise ModelUnavailable(f"There is no liveness model {_place(root)}. {REMEDY}") from error
    except OSError as error:  # requests' errors are such, without a number
        fault = _disk(error, root) if error.errno else _network(error, catalog.ADDON_CATALOG[NAME].url, root)
        raise ModelUnavailable(fault) from error


def _disk(error: OSError, root: Path) -> str:
    fault = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
    return f"{_place(root)} cannot be read or written: {fault}. Mend that and run {FETCH}."


def _network(error: OSError, url: str, root: Path) -> str:
    answer = getattr(error, "response", None)
    fault = type(error).__name__ if answer is None else f"it answers {answer.status_code}"
    return (
        f"{url} cannot be fetched: {fault}. Check the network and run {FETCH} again, or copy that file to "
        f"{_place(root)}, or set liveness.model to a file of your own."
    )


def _load(file: Path, threads: int) -> Any:
    """InsightFace's add-on with the model of `file`, tried on a black picture: files need not say what comes out.

    Raises all sorts.
    """
    from insightface.addons.liveness import DESTINATION_LANDMARKS, INPUT_SIZE, Liveness  # noqa: PLC0415 - takes seconds
    from onnxruntime import SessionOptions  # noqa: PLC0415 - likewise

    options = SessionOptions()
    options.intra_op_num_threads = threads
    model = Liveness(file, providers=["CPUExecutionProvider"], sess_options=options)
    model.predict(np.zeros((INPUT_SIZE, INPUT_SIZE, 3), np.uint8), DESTINATION_LANDMARKS)
    return model


def _unusable(file: Path, fault: str) -> ModelUnavailable:
    return ModelUnavailable(f"The liveness model {file} cannot be used: {fault}. {REMEDY}")
