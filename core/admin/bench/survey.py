"""Who is in a video, and from which frame on they could be recognised: what every loop is measured against.

Every frame is looked at in full and every face followed, at leisure. No loop at a door could afford it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from core.camera import Camera
from core.domain import Frame, Observation, Vector
from core.errors import InputError, InvalidEmbedding
from core.faces import FaceModel
from core.fusion import fused
from core.gallery import Gallery
from core.quality import Limits, assess
from core.tracking import Track, Tracks
from core.watch import ANOTHER

SIZES = (640,)
"""What each frame is looked at in, as in the plain loop; where that shows nothing, in the door's own sizes."""
RECENT = 8  # frames of a face that the next must resemble one of


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One face from its first frame to its last (`Frame.seq`).

    `usable` holds the frames in which it was fit to be matched, `usable_from` is the first of them. `recent` are the
    last embeddings, of any frame.
    """

    first: int
    last: int
    usable_from: int | None = None
    usable: tuple[Observation, ...] = ()
    recent: tuple[Vector, ...] = ()

    def seen(self, seq: int, observation: Observation, *, fit: bool) -> "Passage":
        """With one more frame."""
        recent = (*self.recent, observation.vector)[-RECENT:]
        if not fit:
            return replace(self, last=seq, recent=recent)
        usable_from = seq if self.usable_from is None else self.usable_from
        return replace(self, last=seq, usable_from=usable_from, usable=(*self.usable, observation), recent=recent)

    def who(self, gallery: Gallery, threshold: float) -> str | None:
        """The person whom all usable frames together resemble, None where that is nobody enrolled."""
        best = gallery.match(fused([frame.vector for frame in self.usable])).best if self.usable else None
        return best.user_id if best is not None and best.similarity >= threshold else None


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is to be granted: in sight from frame `first` to `last`, and first usable at `usable_from`."""

    user_id: str
    first: int
    usable_from: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A video as it truly is. `times` are its frames' media times, in seconds; `expected` who is to be granted."""

    times: tuple[float, ...]
    passages: tuple[Passage, ...]
    expected: tuple[str, ...]
    gallery: Gallery
    threshold: float

    @property
    def seconds(self) -> float:
        return duration(self.times)

    def of(self, passage: Passage) -> str | None:
        """Which of the expected persons it shows; None for anybody else."""
        who = passage.who(self.gallery, self.threshold)
        return who if who in self.expected else None

    def visits(self, cooldown: float) -> tuple[Visit, ...]:
        """The passages of the expected persons; of one person's, those less than `cooldown` seconds apart are one."""
        found: list[Visit] = []
        for passage in sorted(self.passages, key=lambda p: p.first):
            who = self.of(passage)
            if who is None or passage.usable_from is None:
                continue
            visit = Visit(who, passage.first, passage.usable_from, passage.last)
            before = next((v for v in found if v.user_id == who and self._gap(v, visit) < cooldown), None)
            if before is None:
                found.append(visit)
            else:
                found[found.index(before)] = replace(before, last=max(before.last, visit.last))
        return tuple(found)

    def _gap(self, one: Visit, later: Visit) -> float:
        return self.times[later.first] - self.times[one.last]


def survey(
    camera: Camera, model: FaceModel, gallery: Gallery, threshold: float, limits: Limits, expected: Sequence[str]
) -> Survey:
    """Looks through all of an unpaced `camera`.

    Raises InputError where an expected person is not enrolled or not in the video, and CameraUnavailable.
    """
    _among(expected, set(gallery.people), "nobody is enrolled under that user_id. Enrol them")
    times: list[float] = []
    passages = tuple(_passages(_noted(camera, times), model, gallery, limits, ANOTHER * threshold))
    if len(times) < 3:
        raise InputError("The video has fewer than three frames. Name another.")
    seen = Survey(tuple(times), passages, tuple(expected), gallery, threshold)
    _among(expected, {visit.user_id for visit in seen.visits(inf)}, "they are not in the video. Leave them out")
    return seen


def _among(expected: Sequence[str], known: set[str], what: str) -> None:
    if missing := [user_id for user_id in expected if user_id not in known]:
        raise InputError(f"--expect {', '.join(missing)}: {what}.")


def _noted(camera: Camera, times: list[float]) -> Iterator[Frame]:
    for frame in camera.frames():
        times.append(frame.media_time)
        yield frame


def _passages(
    frames: Iterator[Frame], model: FaceModel, gallery: Gallery, limits: Limits, same: float
) -> Iterator[Passage]:
    tracks = Tracks()
    passages: dict[int, Passage] = {}
    for frame in frames:
        found = model.detect(frame.image, SIZES) or model.detect(frame.image)
        tracks = tracks.update(found, frame.media_time)
        for track in tracks.alive:
            observed = _observed(track, frame, model, gallery, limits)
            if observed is None:
                continue
            observation, fit = observed
            id_, passage = track.id, passages.get(track.id, Passage(frame.seq, frame.seq))
            if _another(passage, observation.vector, same):
                tracks, id_, passage = tracks.cut(track), tracks.next_id, Passage(frame.seq, frame.seq)
            passages[id_] = passage.seen(frame.seq, observation, fit=fit)
    yield from passages.values()


def _observed(
    track: Track, frame: Frame, model: FaceModel, gallery: Gallery, limits: Limits
) -> tuple[Observation, bool] | None:
    """What the frame shows of the track, and whether that is fit to be matched."""
    if track.face is None:
        return None
    quality = assess(track.face, frame.image, limits)
    try:
        vector = model.embed(frame.image, track.face)
    except InvalidEmbedding:
        return None
    return Observation(frame.media_time, vector, gallery.match(vector), quality.score), quality.reason is None


def _another(passage: Passage, vector: Vector, same: float) -> bool:
    """Whether a cut of the film, or somebody stepping in, put another face where the passage's was."""
    return bool(passage.recent) and max(float(one @ vector) for one in passage.recent) < same


def duration(times: Sequence[float]) -> float:
    """Seconds that frames at `times` last, the last one as long as the others do on average."""
    return (times[-1] - times[0]) * len(times) / (len(times) - 1)
