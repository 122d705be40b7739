"""Finding faces and turning them into embeddings: the protocol, and InsightFace behind it."""

import hashlib
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.alignment import ARCFACE, CROP, similarity
from core.domain import Face, Image, Vector
from core.errors import InvalidEmbedding, ModelUnavailable
from core.gallery import unit
from core.opencv import cv2
from core.tracking import iou

FULL_LOOK = (128, 640)
"""Detector input sizes for a whole picture: small finds a face that fills it, large one that is far away."""

CAUTIOUS = 0.6
THRESHOLDS = {
    "e72a5710cce3": 0.45,  # the MobileFaceNet that Doorward is tested with
    "4c06341c33c2": 0.55,  # w600k_r50, the recogniser of buffalo_l and buffalo_m
}
STRIDE = 32  # SCRFD's coarsest; its input's sides must be multiples of it
FILLS = 0.5  # of the picture's longer side; SCRFD is not trained on larger faces
SAME = 0.4  # overlap (IoU) from which two boxes are of one face, as in InsightFace's own suppression
UNREADABLE = "a file in it is damaged, or of an unknown kind"


class FaceModel(Protocol):
    """A detector and a recogniser that belong together. Safe to call from several threads at once."""

    @property
    def id(self) -> str:
        """`name:digest:dimension`, equal for two models if and only if their embeddings may be compared."""

    def detect(self, image: Image, sizes: Sequence[int] = FULL_LOOK) -> tuple[Face, ...]:
        """All faces of `image`, largest first. `sizes`: the squares, in pixels, it is looked at in."""

    def embed(self, image: Image, face: Face) -> Vector:
        """The embedding, (dimension,) float32 of length 1. Raises InvalidEmbedding where there is none."""


class InsightFaceModel:
    """The detector and the recogniser of an InsightFace pack: any folder that holds one of each as ONNX.

    `threads` are ONNX Runtime's; 0: as many as there are cores. Raises ModelUnavailable, which says what is wrong
    with `folder`.
    """

    def __init__(self, folder: Path, *, name: str | None = None, threads: int = 0) -> None:
        if not any(folder.glob("*.onnx")):  # asked first: InsightFace would download a pack of that name
            raise _unusable(folder, "there is no ONNX file in it")
        try:
            self._detector, self._recogniser = _load(folder, threads)
            self._dimension = _dimension(self._recogniser)
            self.detect(np.zeros((CROP, CROP, 3), np.uint8), FULL_LOOK[:1])
        except Exception as error:  # InsightFace and ONNX Runtime raise all sorts
            raise _unusable(folder, str(error) if isinstance(error, LookupError) else UNREADABLE) from error
        with Path(self._recogniser.model_file).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._id = f"{name or folder.resolve().name}:{digest[:12]}:{self._dimension}"

    @property
    def id(self) -> str:
        return self._id

    def detect(self, image: Image, sizes: Sequence[int] = FULL_LOOK) -> tuple[Face, ...]:
        """All faces of `image` (BGR), largest first. `sizes`: the squares, in pixels, it is looked at in."""
        if min(image.shape[:2]) * min(sizes) < max(image.shape[:2]):
            return ()  # so thin a strip that nothing of it is left at that size
        longest = max(image.shape[:2])
        found = [(face, _precision(face, size, longest)) for size in sizes for face in self._found(image, size)]
        return tuple(sorted(_once(found), key=lambda face: face.width * face.height, reverse=True))

    def _found(self, image: Image, size: int) -> list[Face]:
        boxes, landmarks = self._detector.detect(image, input_size=_fitted(size, image.shape))
        return [
            Face((float(x0), float(y0), float(x1), float(y1)), points.astype(np.float32), float(score))
            for (x0, y0, x1, y1, score), points in zip(boxes, landmarks, strict=True)
            if np.isfinite((x0, y0, x1, y1, score)).all() and np.isfinite(points).all()
        ]

    def embed(self, image: Image, face: Face) -> Vector:
        """The embedding, (dimension,) float32 of length 1. Raises InvalidEmbedding where there is none."""
        return unit(self._recogniser.get_feat(align(image, face.landmarks)), self._dimension)


def _precision(face: Face, size: int, longest: int) -> int:
    """What ranks one face found at several sizes: the larger size has the finer landmarks, unless the face fills it."""
    return -size if max(face.width, face.height) > FILLS * longest else size


def _once(found: Sequence[tuple[Face, int]]) -> list[Face]:
    kept: list[Face] = []
    for face, _ in sorted(found, key=lambda one: -one[1]):
        if all(iou(face.box, other.box) < SAME for other in kept):
            kept.append(face)
    return kept


def _fitted(size: int, shape: tuple[int, ...]) -> tuple[int, int]:
    """(width, height) of the detector's input: a square of `size` less the padding that the picture would leave."""
    height, width = shape[:2]
    longest = max(height, width)
    return _stride(size * width / longest), _stride(size * height / longest)


def _stride(pixels: float) -> int:
    return max(1, ceil(pixels / STRIDE)) * STRIDE


def _load(folder: Path, threads: int) -> tuple[Any, Any]:
    """InsightFace's own detector and recogniser. Raises LookupError with what is missing, and all sorts."""
    from insightface.app import FaceAnalysis  # noqa: PLC0415 - takes a second, and the demo does without
    from onnxruntime import SessionOptions  # noqa: PLC0415 - likewise

    options = SessionOptions()
    options.intra_op_num_threads = threads
    try:
        app = FaceAnalysis(
            str(folder),
            allowed_modules=["detection", "recognition"],
            sess_options=options,
            static_shape_sessions=False,  # no faster where measured, and each size would keep a session of its own
        )
    except AssertionError as error:
        raise LookupError("it has no face detector") from error
    app.prepare(ctx_id=0, det_thresh=0.5, det_size=[(size, size) for size in FULL_LOOK])
    if not getattr(app.det_model, "use_kps", False):
        raise LookupError("its detector finds no landmarks")
    if "recognition" not in app.models:
        raise LookupError("it has no face recogniser")
    return app.det_model, app.models["recognition"]


def _dimension(recogniser: Any) -> int:
    """The length of what `recogniser` makes of one crop: files need not say it. Raises LookupError."""
    features = recogniser.get_feat(np.zeros((CROP, CROP, 3), np.uint8))
    if tuple(recogniser.input_size) != (CROP, CROP) or features.ndim != 2 or len(features) != 1:
        raise LookupError(f"its recogniser does not make one embedding of one {CROP} x {CROP} crop")
    return int(features.shape[1])


def _unusable(folder: Path, fault: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"The model pack {folder} cannot be used: {fault}. Get one with doorward-admin models fetch NAME, or set "
        "models.pack to a folder with a detector and a recogniser."
    )


def align(image: Image, landmarks: NDArray[np.floating]) -> Image:
    """The face of `image` as a 112 x 112 crop, BGR, its `landmarks` (5, 2) moved onto ARCFACE.

    Raises InvalidEmbedding where the landmarks are not finite or all in one place.
    """
    matrix = similarity(landmarks, ARCFACE)
    if not np.isfinite(matrix).all():
        raise InvalidEmbedding("The landmarks found make no face. Take another picture.")
    return cv2.warpAffine(image, matrix, (CROP, CROP)).astype(np.uint8, copy=False)


def auto_threshold(model_id: str) -> float:
    """The least cosine similarity for `recognition.threshold: auto`; 0.6 for a recogniser that is not known.

    InsightFace publishes no false-match rate at any threshold for its packs. Others' best-accuracy thresholds for
    w600k_r50 are 0.19 to 0.25 (huggingface.co/deepghs/insightface); 0.55 is far on the strict side of that, and a
    guess until it is measured here. For the other packs there is less, so they get 0.6.
    """
    return THRESHOLDS.get(model_id.split(":")[1], CAUTIOUS)
