"""Is this face fit to be matched, fit to be enrolled? Pure, with stable reason codes.

The limits were set on `../shared`: what is said of them below was seen there, with the test pack.
"""

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from core.alignment import hidden_share
from core.domain import Face, Image, Reason

FACE_PX = 40  # the width that a face is brought to before its sharpness is measured
HIDDEN = 0.2  # share of the crop outside the picture; half faces have 0.26 and more, a face cut close about 0.1
NARROW = 0.33  # least distance of the eyes, in widths of the box; frontal faces 0.42 to 0.49, profiles under 0.30
TURNED = 0.45  # most distance of the nose from the eyes' middle, in distances of the eyes; frontal under 0.30


@dataclass(frozen=True, slots=True)
class Limits:
    """What a face must reach. Widths in pixels of the frame, `smallest` and `largest` in heights of the picture, luma
    0 to 255.

    `polygon`, (x, y) in shares of the picture, is where the middle of the face must be; anywhere where it is empty.
    `sharpness` as `sharpness()` has it: where a blur brings it to 0.2, similarities fall to about half.
    """

    least_width: int = 60
    smallest: float = 0.0
    largest: float = 0.9
    polygon: tuple[tuple[float, float], ...] = ()
    sharpness: float = 0.15
    darkest: float = 28.0
    brightest: float = 230.0


@dataclass(frozen=True, slots=True)
class Quality:
    """`score` ranks the frames of one track, 0 to 1; `reason` says why the face is unfit, None where it is fit."""

    score: float
    reason: Reason | None = None


def assess(face: Face, image: Image, limits: Limits) -> Quality:
    """How good `face` in `image` (BGR) is for being recognised."""
    reason = _misplaced(face, image.shape, limits)
    if reason is not None:
        return Quality(0.0, reason)
    luma = _luma(face, image)
    level, sharp = float(luma.mean()), sharpness(luma)
    if level < limits.darkest:
        return Quality(0.0, Reason.TOO_DARK)
    if level > limits.brightest:
        return Quality(0.0, Reason.TOO_BRIGHT)
    if sharp < limits.sharpness:
        return Quality(0.0, Reason.BLURRED)
    frontal = 1 - min(1.0, abs(turn(face)) / TURNED)
    return Quality(face.score * min(1.0, sharp) * (0.5 + 0.5 * frontal))


def out_of_zone(face: Face, shape: tuple[int, ...], limits: Limits) -> Reason | None:
    """Whether the face is too far, beside the door's zone, or too close; `shape` is the picture's."""
    if face.width < limits.least_width or face.height < limits.smallest * shape[0]:
        return Reason.TOO_FAR
    x, y = (face.box[0] + face.box[2]) / 2 / shape[1], (face.box[1] + face.box[3]) / 2 / shape[0]
    if limits.polygon and not inside(x, y, limits.polygon):
        return Reason.OFF_CENTRE
    if face.height > limits.largest * shape[0]:
        return Reason.TOO_CLOSE
    return None


def inside(x: float, y: float, polygon: tuple[tuple[float, float], ...]) -> bool:
    """Whether a ray to the right crosses the outline an odd number of times (the even-odd rule)."""
    edges = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    crossed = [x < x0 + (y - y0) / (y1 - y0) * (x1 - x0) for (x0, y0), (x1, y1) in edges if (y0 > y) != (y1 > y)]
    return sum(crossed) % 2 == 1


def _misplaced(face: Face, shape: tuple[int, ...], limits: Limits) -> Reason | None:
    reason = out_of_zone(face, shape, limits)
    if reason is not None:
        return reason
    if hidden_share(face.landmarks, shape) > HIDDEN:
        return Reason.PARTLY_HIDDEN
    if eye_distance(face) < NARROW * face.width or abs(turn(face)) > TURNED:
        return Reason.TURNED_AWAY
    return None


def turn(face: Face) -> float:
    """How far the nose is off the middle between the eyes, along them, in distances of the eyes; 0 is frontal.

    Positive where the nose points to the picture's right.
    """
    left, right, nose = face.landmarks[0], face.landmarks[1], face.landmarks[2]
    eyes = right - left
    return float((nose - (left + right) / 2) @ eyes / max(1e-6, float(eyes @ eyes)))


def eye_distance(face: Face) -> float:
    """In pixels."""
    x, y = face.landmarks[1] - face.landmarks[0]
    return hypot(float(x), float(y))


def sharpness(luma: NDArray[np.floating]) -> float:
    """The root mean square of the Laplacian in standard deviations of `luma` (height, width): contrast cancels out."""
    if min(luma.shape) < 3:
        return 0.0
    core = luma[1:-1, 1:-1]
    laplacian = 4 * core - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    return float(np.sqrt((laplacian**2).mean()) / max(1.0, float(luma.std())))


def _luma(face: Face, image: Image) -> NDArray[np.floating]:
    """The face's box in grey, averaged down to about FACE_PX, so that a large face is not measured for its pores."""
    height, width = image.shape[:2]
    left, top, right, bottom = (int(v) for v in face.box)
    crop = image[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    k = max(1, int(face.width / FACE_PX))
    rows, columns = crop.shape[0] // k, crop.shape[1] // k
    if not (rows and columns):
        return np.zeros((1, 1))
    blocks = crop[: rows * k, : columns * k].reshape(rows, k, columns, k, 3)
    averaged: NDArray[np.floating] = blocks.mean(axis=(1, 3, 4), dtype=np.float32)
    return averaged
