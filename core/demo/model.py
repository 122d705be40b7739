"""The demo's face model: drawn heads and nothing else, from the pixels alone."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.demo.drawing import FACE, HEAD, LANDMARKS, Pen, draw_person, oval, placed
from core.demo.people import DEMO_PEOPLE, DemoPerson
from core.domain import Face, Image, Vector
from core.faces import FULL_LOOK, align
from core.gallery import unit
from core.opencv import cv2

DEMO_THRESHOLD = 0.6
VERSION = 1  # to be raised with every change that makes old embeddings useless, of the drawings too
CELLS = 8
INK_FROM, INK_TO = (0, 90, 140), (130, 150, 255)  # Y, Cr, Cb, with room for what JPEG does to thin lines
MIN_WIDTH = 28  # pixels; the ink of smaller heads is too thin to tell


class DemoFaceModel:
    """Finds heads by their ring of ink, and tells them apart by the colours within it."""

    def __init__(self) -> None:
        self._mean, self._spread = _learned()

    @property
    def id(self) -> str:
        return f"demo:{VERSION}:{2 * CELLS * CELLS}"

    def detect(self, image: Image, sizes: Sequence[int] = FULL_LOOK) -> tuple[Face, ...]:  # noqa: ARG002 - the protocol has it
        """All drawn faces of `image` (BGR), largest first. `sizes` makes no difference."""
        ink = cv2.inRange(cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb), np.array(INK_FROM), np.array(INK_TO))
        contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        holes = [c for c, (_, _, _, parent) in zip(contours, tree[0], strict=True) if parent >= 0] if contours else []
        faces = [face for hole in holes if (face := _face(hole)) is not None]
        return tuple(sorted(faces, key=lambda face: face.width * face.height, reverse=True))

    def embed(self, image: Image, face: Face) -> Vector:
        """The embedding, (128,) float32 of length 1. Raises InvalidEmbedding where there is none."""
        return unit((_colours(image, face.landmarks) - self._mean) @ self._spread)


@cache
def _learned() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean of the demo's people, (128,), and what spreads them; drawn once a process."""
    known = np.stack([_colours(*_portrait(person)) for person in DEMO_PEOPLE])
    mean = known.mean(axis=0)
    return mean, _even_spread(known - mean)


def _colours(image: Image, landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """Lightness and warmth, (128,), of the face, nothing but the face."""
    blue, green, red = align(image, landmarks).astype(np.float64).transpose(2, 0, 1)
    planes = np.stack([(blue + green + red) / 3, red - blue]) * _face_mask()
    side = planes.shape[1] // CELLS
    return np.asarray(planes.reshape(2, CELLS, side, CELLS, side).mean(axis=(2, 4)).ravel())


def _face(hole: NDArray[np.integer | np.floating]) -> Face | None:
    """The head whose ring encloses `hole` (a contour), None where that is no upright oval of a head's shape."""
    if len(hole) < 2 * MIN_WIDTH:
        return None
    (x, y), (across, down), angle = cv2.fitEllipse(hole)
    fit = cv2.contourArea(hole) / (np.pi / 4 * across * down) if across and down else 0.0
    tilt = angle if angle < 90 else angle - 180
    shape = FACE[2] / FACE[3]
    if across < MIN_WIDTH or not 0.93 < fit < 1.05 or abs(across / down - shape) > 0.06 or abs(tilt) > 30:
        return None
    width = (across - 2) / (2 * FACE[2])  # a hole's contour runs on the ink around it
    half_width, half_height = HEAD[2] * width, HEAD[3] * width
    return Face(
        box=(x - half_width, y - half_height, x + half_width, y + half_height),
        landmarks=placed(LANDMARKS, (x, y), width, tilt).astype(np.float32),
        score=float(np.clip(1 - abs(fit - 1), 0, 1)),
    )


def _portrait(person: DemoPerson) -> tuple[Image, NDArray[np.float64]]:
    image = np.zeros((200, 200, 3), np.uint8)
    draw_person(image, person, (100, 100), 140)
    return image, placed(LANDMARKS, (100, 100), 140)


@cache
def _face_mask() -> NDArray[np.float64]:
    """1 on the face of an aligned crop; 0 around it, which shows the background, and on the eyes, which blink."""
    image = np.zeros((200, 200, 3), np.uint8)
    pen = Pen(image, (100, 100), 140)
    pen.fill(oval((0.0, 0.0, 0.92 * FACE[2], 0.92 * FACE[3])), "#ffffff")
    for x, y in LANDMARKS[:2]:
        pen.fill(oval((x, y, 0.12, 0.13)), "#000000")
    return align(image, placed(LANDMARKS, (100, 100), 140))[..., 0] / 255


def _even_spread(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix that sets `known` (N, 128), of mean zero, equally far from each other: no two people are alike."""
    _, lengths, axes = (part[: len(known) - 1] for part in np.linalg.svd(known, full_matrices=False))
    stretch = np.diag(lengths.mean() / lengths - 1)
    return np.asarray(np.eye(known.shape[1]) + axes.T @ stretch @ axes)
