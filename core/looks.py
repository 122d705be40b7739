"""Where to look in the next frame: at the whole picture seldom, around the last faces often."""

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from core.domain import Box, Face, Image
from core.faces import FaceModel
from core.tracking import Track, Tracks, iou

WHOLE_EVERY = 0.4  # seconds between whole looks while somebody is followed; less than a track outlives its face
IDLE_EVERY = 0.2  # the same while nobody is: the first glance is part of the time until a decision
NEAR_EVERY = 0.06  # seconds between two looks near the last faces
NEAR = 2.0  # the side of such a look, in the face's longer side
NEAR_SIZE = 128  # what it is brought to: the face is then 64 pixels high, which SCRFD finds best
CLOSE_SIZE = 128  # of the whole picture, for a face that fills it
LEAST_PX = 20  # what the smallest face that counts has in a whole look; SCRFD finds them from about 16
MOST_NEAR = 3  # faces followed closely; others wait for the next whole look
TOUCHING = 0.1  # overlap (IoU) that a face seen near a track has with it at least
SAME = 0.5  # overlap (IoU) from which two looks have found one face


@dataclass(frozen=True, slots=True)
class Looks:
    """When the last looks were, in seconds (monotonic)."""

    least_width: int
    whole_at: float = float("-inf")
    near_at: float = float("-inf")

    def take(
        self, image: Image, tracks: Tracks, now: float, model: FaceModel
    ) -> tuple["Looks", tuple[Face, ...], frozenset[int]] | None:
        """The looks after this frame, the faces seen in it and the ids of the tracks looked for; None: not yet due."""
        followed = sorted(tracks.alive, key=lambda track: -_side(track.box))[:MOST_NEAR]
        if now - self.whole_at >= (WHOLE_EVERY if followed else IDLE_EVERY):
            faces = model.detect(image, (CLOSE_SIZE, _whole_size(image, self.least_width)))
            everybody = frozenset(track.id for track in tracks.alive)
            return replace(self, whole_at=now, near_at=now), faces, everybody
        if not followed or now - self.near_at < NEAR_EVERY:
            return None
        faces = _distinct([face for track in followed for face in _near(image, track, model)])
        return replace(self, near_at=now), faces, frozenset(track.id for track in followed)


def _whole_size(image: Image, least_width: int) -> int:
    """The detector's input that leaves LEAST_PX of a face of `least_width`; no more than the picture has."""
    longest = int(max(image.shape[:2]))
    return min(longest, ceil(LEAST_PX * longest / least_width / 32) * 32)


def _near(image: Image, track: Track, model: FaceModel) -> list[Face]:
    height, width = image.shape[:2]
    left, top, right, bottom = track.box
    x, y, half = (left + right) / 2, (top + bottom) / 2, NEAR * _side(track.box) / 2
    x0, y0 = max(0, int(x - half)), max(0, int(y - half))
    x1, y1 = min(width, int(x + half)), min(height, int(y + half))
    if x1 - x0 < LEAST_PX or y1 - y0 < LEAST_PX:
        return []  # it has left the picture
    found = [moved(face, x0, y0) for face in model.detect(image[y0:y1, x0:x1], (NEAR_SIZE,))]
    return [face for face in found if iou(face.box, track.box) > TOUCHING]  # a neighbour may be cut by the edge


def moved(face: Face, x: float, y: float) -> Face:
    """`face` as the picture has it, of which (x, y) was the corner of the part looked at."""
    left, top, right, bottom = face.box
    landmarks = face.landmarks + np.array((x, y), np.float32)
    return replace(face, box=(left + x, top + y, right + x, bottom + y), landmarks=landmarks)


def _distinct(faces: list[Face]) -> tuple[Face, ...]:
    """Each face once, though two looks overlap: the one that the detector was surer of."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(iou(face.box, other.box) < SAME for other in kept):
            kept.append(face)
    return tuple(kept)


def _side(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])
