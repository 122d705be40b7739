"""Faces over time become tracks. Pure: a new `Tracks` for each frame, the clock passed in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from core.domain import Box, Face

KEEP = 0.6  # seconds a track outlives its face: half a second behind a hand, and one look
OVERLAP = 0.2  # intersection over union, of where a face should be and where one is, from which it is the same
INERTIA = 0.5  # how much of its former speed a track keeps with each new box


@dataclass(frozen=True, slots=True)
class Track:
    """One face followed from frame to frame. `face` is None while it is not to be seen.

    `drift` is how fast the box's middle moves, (x, y) in pixels per second.
    """

    id: int
    box: Box
    seen_at: float
    face: Face | None
    drift: tuple[float, float] = (0.0, 0.0)

    def expected(self, now: float) -> Box:
        """Where the box should be at `now`, if it goes on as it went."""
        dx, dy = (speed * (now - self.seen_at) for speed in self.drift)
        left, top, right, bottom = self.box
        return left + dx, top + dy, right + dx, bottom + dy

    def moved_to(self, face: Face, now: float) -> "Track":
        elapsed = now - self.seen_at
        if elapsed <= 0:
            return replace(self, box=face.box, face=face)
        steps = [(b - a) / elapsed for a, b in zip(_middle(self.box), _middle(face.box), strict=True)]
        dx, dy = (INERTIA * old + (1 - INERTIA) * new for old, new in zip(self.drift, steps, strict=True))
        return replace(self, box=face.box, face=face, seen_at=now, drift=(dx, dy))


@dataclass(frozen=True, slots=True)
class Tracks:
    """The tracks alive now. An id is never used twice."""

    alive: tuple[Track, ...] = ()
    next_id: int = 1

    def update(self, faces: Sequence[Face], now: float, looked_for: Collection[int] | None = None) -> "Tracks":
        """The tracks after a look at `now` (seconds) that found `faces`.

        A face continues the track whose expected box it overlaps most. A track without one is kept for KEEP
        seconds; one that was not `looked_for` (ids; None: all were) keeps its face.
        """
        taken = self._pairs(faces, now)
        continued = [self.alive[t].moved_to(faces[f], now) for f, t in taken.items()]
        waiting = [
            replace(track, face=None) if looked_for is None or track.id in looked_for else track
            for t, track in enumerate(self.alive)
            if t not in taken.values() and now - track.seen_at <= KEEP
        ]
        fresh = [face for f, face in enumerate(faces) if f not in taken]
        started = [Track(self.next_id + i, face.box, now, face) for i, face in enumerate(fresh)]
        return Tracks((*continued, *started, *waiting), self.next_id + len(fresh))

    def _pairs(self, faces: Sequence[Face], now: float) -> dict[int, int]:
        """Face -> track, by index, the greatest overlaps first."""
        boxes = {t: track.expected(now) for t, track in enumerate(self.alive) if now - track.seen_at <= KEEP}
        scored = sorted(
            ((iou(box, face.box), t, f) for t, box in boxes.items() for f, face in enumerate(faces)), reverse=True
        )
        taken: dict[int, int] = {}
        for score, t, f in scored:
            if score >= OVERLAP and t not in taken.values() and f not in taken:
                taken[f] = t
        return taken

    def cut(self, track: Track) -> "Tracks":
        """The same, but `track` goes on under a new id: what was known of it is not known of its successor."""
        alive = tuple(replace(t, id=self.next_id) if t.id == track.id else t for t in self.alive)
        return Tracks(alive, self.next_id + 1)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
