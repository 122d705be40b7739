"""How far a head has turned, from five landmarks, in a sense in which nothing flat can turn. Pure.

The eyes and the mouth's corners of a symmetrical head are the ends of two parallel lines, so they lie in one plane;
the nose's tip stands out of it by D. A pinhole camera maps a plane by a homography, four points fix it (Hartley and
Zisserman, Multiple View Geometry, 2nd ed., section 4.1), and undoing it leaves all of that plane where it was. The
nose's tip, seen from a camera at (cx, cy, cz) of the face's own axes, lands on the plane at n - D (cx, cy) / (cz - D):
from afar it moves by D times the tangent of the turn. A photograph has D = 0: its nose stays where it is however the
photograph is moved, tilted or rotated, near or far. (The affine map that three points fix would hold from afar only:
a large photograph, tilted close to the camera, moves its nose by a third of what a turned head does.)

Landmarks are found, not known, and what finds them has only ever seen heads: of a tilted photograph it makes a little
of a turned head. So a turn must also be worth its tilt: moving the nose by t while the plane tilts by a means that it
stands out by t / tan(a).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PLANE = [0, 1, 3, 4]  # the eyes and the mouth's corners among the five landmarks
UPRIGHT = np.array([(-0.5, 0.0), (0.5, 0.0), (-0.41, 1.16), (0.41, 1.16)])
"""Where they are in a straight face: ArcFace's crop (insightface, utils/face_align.py), in distances of the eyes."""
STANDS_OUT = 0.35
"""At least, of a head's nose, D in distances of the eyes: 0.49 in InsightFace's mean shape of 68 points, 0.56 in
MediaPipe's canonical face, 0.5 in the one real head turn of the tests' clip."""
SAME_SIZE = 1.5  # at most, and its inverse: a photograph straight from afar moves its nose when it is tilted close by
ROLL = np.tan(np.deg2rad(25))  # beyond it a detector's landmarks of tilted photographs no longer fit together
LEAST = 5.0  # pixels of the eyes' distance, and of the mouth's below them


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture's landmarks: `nose`, where it lies across the face, in distances of the eyes, 0 in the middle and
    positive towards the picture's right; `plane`, (2, 2), what the picture makes of the face's right and down."""

    nose: float
    plane: NDArray[np.float64]


def look(landmarks: NDArray[np.floating]) -> Look | None:
    """The look of `landmarks`, (5, 2) in pixels as `core.domain.Face` has them; None where that is no upright face."""
    points = np.asarray(landmarks, np.float64)
    if points.shape != (5, 2) or not np.isfinite(points).all():
        return None
    plane = _plane(points[PLANE])
    nose = _nose(points) if _upright(plane) else None
    return None if nose is None else Look(nose, plane)


def middle(looks: Sequence[Look]) -> Look:
    """The mean of `looks`."""
    return Look(float(np.mean([one.nose for one in looks])), np.mean([one.plane for one in looks], axis=0))


def distance(seen: Look, focal: float) -> float:
    """How far away the face is, in distances of its eyes; `focal` is the lens's focal length in pixels.

    Of a face and of a photograph of any size alike. A plane that is tilted is squeezed one way only: the other counts.
    """
    return focal / float(np.linalg.svd(seen.plane @ np.linalg.inv(_plane(UPRIGHT)), compute_uv=False)[0])


def turned(now: Look, straight: Look) -> float:
    """How far the nose has gone since `straight`, in distances of the eyes; 0 where the face tilted too much for
    it, or came nearer or went away.

    Positive towards the picture's right, which is the person's left: a camera's picture is no mirror.
    """
    moved = now.nose - straight.nose
    return moved if abs(moved) >= STANDS_OUT * _tilt(now, straight) else 0.0


def _tilt(now: Look, straight: Look) -> float:
    """The tangent of the angle by which the plane has tilted: tilting squeezes it by the cosine, one way only.

    Infinite where it has come so much nearer, or gone so much farther, that the two are no turn on the spot.
    """
    longest, shortest = np.linalg.svd(now.plane @ np.linalg.inv(straight.plane), compute_uv=False)
    there = shortest > 0 and 1 / SAME_SIZE <= longest <= SAME_SIZE
    return float(np.sqrt((longest / shortest) ** 2 - 1)) if there else float("inf")


def _plane(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    left_eye, right_eye, left_mouth, right_mouth = corners
    across, down = right_eye - left_eye + right_mouth - left_mouth, left_mouth + right_mouth - left_eye - right_eye
    return np.column_stack([across, down]) / 2


def _upright(plane: NDArray[np.float64]) -> bool:
    """Whether the face's right is on the right, its down is below, and neither has vanished."""
    (across, leaning), (sinking, down) = plane
    return bool(min(across, down) >= LEAST and abs(sinking) <= ROLL * across and abs(leaning) <= down)


def _nose(points: NDArray[np.float64]) -> float | None:
    """Where the nose lands across UPRIGHT, by the homography that brings the other four there; None if none does."""
    seen, fixed = _homogeneous(points), _homogeneous(UPRIGHT)
    try:
        fourth, nose = np.linalg.solve(seen[:, PLANE[:3]], seen[:, [4, 2]]).T
    except np.linalg.LinAlgError:
        return None
    if not fourth.all():
        return None
    stretch = np.linalg.solve(fixed[:, :3], fixed[:, 3]) / fourth
    x, _, w = fixed[:, :3] @ (stretch * nose)
    return float(x / w) if min(*stretch, w) > 0 else None  # else it is turned inside out


def _homogeneous(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([points.T, np.ones(len(points))])
