"""Faces over time become tracks. Pure: a new `Tracks` for each frame, the clock passed in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.domain import Box, Face


@dataclass(frozen=True, slots=True)
class Track:
    """One face followed from frame to frame. `face` is None in a frame that does not show it."""

    id: int
    box: Box
    seen_at: float
    face: Face | None


@dataclass(frozen=True, slots=True)
class Tracks:
    """The tracks alive now. An id is never used twice."""

    alive: tuple[Track, ...] = ()
    next_id: int = 1

    def update(self, faces: Sequence[Face], now: float, *, keep: float, overlap: float) -> "Tracks":
        """The tracks after a frame at `now` (seconds) that shows `faces`.

        A face continues the track whose last box it overlaps most, if by at least `overlap` (intersection
        over union, 0 to 1); a track without a face is kept for `keep` seconds.
        """
        pairs = sorted(
            ((iou(track.box, face.box), t, f) for t, track in enumerate(self.alive) for f, face in enumerate(faces)),
            reverse=True,
        )
        taken: dict[int, int] = {}
        for score, t, f in pairs:
            if score >= overlap and t not in taken.values() and f not in taken:
                taken[f] = t
        continued = [_seen(self.alive[t], faces[f], now) for f, t in taken.items()]
        waiting = [
            replace(track, face=None)
            for t, track in enumerate(self.alive)
            if t not in taken.values() and now - track.seen_at <= keep
        ]
        fresh = [face for f, face in enumerate(faces) if f not in taken]
        started = [Track(self.next_id + i, face.box, now, face) for i, face in enumerate(fresh)]
        return Tracks((*continued, *started, *waiting), self.next_id + len(fresh))

    def cut(self, track: Track) -> "Tracks":
        """The same, but `track` goes on under a new id: what was known of it is not known of its successor."""
        alive = tuple(replace(t, id=self.next_id) if t.id == track.id else t for t in self.alive)
        return Tracks(alive, self.next_id + 1)


def _seen(track: Track, face: Face, now: float) -> Track:
    return replace(track, box=face.box, seen_at=now, face=face)


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
