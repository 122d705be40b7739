"""A guided enrolment at the camera: which picture is wanted, what is wrong with this one, what is kept. Pure.

Of each pose the best picture of about a second is kept, as a crop around the face, which is what enrolment is handed:
no whole frame outlives its look. A pose is skipped after a while, the front never: without it nothing is enrolled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf
from typing import Protocol

from core.domain import Candidate, Face, Image, Match, Reason, Vector
from core.errors import InvalidEmbedding
from core.gallery import Gallery
from core.quality import Limits, assess, turn

BEST_OF = 1.0  # seconds from a pose's first picture in which a better one takes its place
PATIENCE = 8.0  # seconds that a pose is asked for until it is skipped
HOLD = 0.5  # seconds that guidance stays after the last frame that asked for it
SOMEBODY_ELSE = 1.0  # seconds of another face until that one's sitting begins

FRONTAL, SIDE = 0.15, 0.15  # most turn of a front picture, as core.challenge's; least from it, about 17 degrees
LEVEL, NOD = 0.55, 0.25  # where the nose is in a front picture, and how far off; the photographs of ../shared: 0.20
RISE = 0.12  # least way up of the nose from the front picture, about 16 degrees; landmarks tremble by 0.03
ROOM = 2.0  # the side of a crop, in the face's longer side: the detector finds the face in it again


class Pose(StrEnum):
    """What a picture shows, in the order asked. Left is the person's left: the nose goes to the picture's right."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"


class Model(Protocol):
    """What is needed of `core.faces.FaceModel`."""

    def detect(self, image: Image) -> Sequence[Face]: ...
    def embed(self, image: Image, face: Face) -> Vector: ...


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What enrolment will ask of the pictures, and the `poses` that a sitting asks for, the front first.

    `threshold` and `gallery` are the recogniser's; `floor` is the least cosine of two pictures of one person.
    """

    user_id: str = field(repr=False)
    threshold: float
    floor: float
    limits: Limits
    gallery: Gallery | None = field(default=None, repr=False)
    poses: tuple[Pose, ...] = tuple(Pose)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """The one fit face of a picture. `crop`, BGR, shows it with some room; `face` is where it was in the whole.

    `score` is `core.quality`'s; `other` the person most like it among those enrolled under another user_id.
    In a sitting it is the best of its `pose`, the first of which was taken at `since`.
    """

    face: Face = field(repr=False)
    crop: Image = field(repr=False)
    score: float
    vector: Vector = field(repr=False)
    other: Candidate | None = field(default=None, repr=False)
    pose: Pose | None = None
    since: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """One person's sitting and how far it has come. Each frame makes a new one; one that is over stays as it is.

    `asked_at` is since when `wanted` is; `shots` are kept, in the order asked. `guidance` is what is wrong, steadily:
    NOBODY, MORE_THAN_ONE, what `core.quality` finds, TURNED_AWAY also where the front is wanted and not shown,
    DISAGREEING: not the person of those kept, MATCHED: enrolled already, as `twin`; None: nothing is. `face` is the
    newest frame's, if it is fit. Times are seconds of the clock that `see` and `retake` are told.
    """

    terms: Terms
    now: float
    asked_at: float
    shots: tuple[Portrait, ...] = ()
    skipped: frozenset[Pose] = frozenset()
    guidance: Reason | None = None
    guided_at: float = -inf
    stranger_since: float = inf
    twin: Candidate | None = field(default=None, repr=False)
    face: Face | None = field(default=None, repr=False)

    @property
    def wanted(self) -> Pose | None:
        """What the person is to do now; None once it is over. Another pose, if offered, is taken as well."""
        return next((pose for pose in self.terms.poses if self.share(pose) < 1 and pose not in self.skipped), None)

    @property
    def progress(self) -> float:
        """0 to 1, over all that is asked; what was skipped counts as done."""
        poses = self.terms.poses
        return sum(1.0 if pose in self.skipped else self.share(pose) for pose in poses) / len(poses)

    def shot(self, pose: Pose) -> Portrait | None:
        return next((shot for shot in self.shots if shot.pose is pose), None)

    def share(self, pose: Pose) -> float:
        """How much of its second is over, 0 to 1."""
        shot = self.shot(pose)
        return 0.0 if shot is None else min(1.0, max(0.0, (self.now - shot.since) / BEST_OF))

    def see(self, image: Image, model: Model, now: float) -> "Sitting":
        """After a frame (BGR). Passes on what `model` raises, except InvalidEmbedding."""
        if self.wanted is None:
            return self
        found = portrait(image, model, self.terms)
        here = replace(self, now=now, face=None if isinstance(found, Reason) else found.face)
        after, wrong = (here, found) if isinstance(found, Reason) else _met(here, found, model)
        return _patient(_guided(after, wrong), self.wanted)

    def retake(self, pose: Pose, now: float) -> "Sitting":
        """Without the picture of `pose`, which is wanted again, also where it had been skipped or all was over."""
        kept = tuple(shot for shot in self.shots if shot.pose is not pose)
        return replace(self, now=now, asked_at=now, shots=kept, skipped=self.skipped - {pose})


def portrait(image: Image, model: Model, terms: Terms) -> Portrait | Reason:
    """The one fit face of `image` (BGR), or why there is none. Passes on what `model` raises but InvalidEmbedding."""
    faces = model.detect(image)
    if len(faces) != 1:
        return Reason.MORE_THAN_ONE if faces else Reason.NOBODY
    face, quality = faces[0], assess(faces[0], image, terms.limits)
    if quality.reason is not None:
        return quality.reason
    try:
        vector = model.embed(image, face)
        match = Match() if terms.gallery is None else terms.gallery.match(vector)
    except InvalidEmbedding:
        return Reason.PARTLY_HIDDEN
    other = next((c for c in (match.best, match.runner_up) if c and c.user_id != terms.user_id), None)
    return Portrait(face, _crop(image, face), quality.score, vector, other)


def lookalike(portraits: Iterable[Portrait], terms: Terms) -> Candidate | None:
    """Who is enrolled under another user_id and as much like one of `portraits` as two pictures of one person are."""
    others = [p.other for p in portraits if p.other is not None and p.other.similarity >= terms.floor]
    return max(others, key=lambda other: other.similarity, default=None)


def pose_of(face: Face, front: Face | None) -> Pose | None:
    """What `face` shows, measured from the same person's `front`; where there is none yet, FRONT or nothing."""
    if front is None:
        return Pose.FRONT if abs(turn(face)) <= FRONTAL and abs(pitch(face) - LEVEL) <= NOD else None
    turned = turn(face) - turn(front)
    if abs(turned) >= SIDE:
        return Pose.LEFT if turned > 0 else Pose.RIGHT
    return Pose.UP if pitch(front) - pitch(face) >= RISE else Pose.FRONT


def pitch(face: Face) -> float:
    """How far down from the eyes' middle the nose is, in distances to the mouth's middle; less with the chin up."""
    left, right, nose, mouth_left, mouth_right = face.landmarks
    eyes = (left + right) / 2
    down = (mouth_left + mouth_right) / 2 - eyes
    return float((nose - eyes) @ down / max(1e-6, float(down @ down)))


def _met(sitting: Sitting, found: Portrait, model: Model) -> tuple[Sitting, Reason | None]:
    """After a fit face, and what is wrong with it. Whose it is comes first: a passer-by ends nobody's sitting."""
    terms, anew = sitting.terms, replace(sitting, shots=(), skipped=frozenset(), stranger_since=inf, twin=None)
    if any(not float(found.vector @ shot.vector) >= terms.floor for shot in sitting.shots):
        since = min(sitting.stranger_since, sitting.now)
        late = sitting.now - since >= SOMEBODY_ELSE
        return anew if late else replace(sitting, stranger_since=since), Reason.DISAGREEING
    if found.other is not None and found.other.similarity >= terms.threshold:
        return replace(anew, twin=found.other), Reason.MATCHED
    front = sitting.shot(Pose.FRONT) if sitting.share(Pose.FRONT) == 1 else None
    pose = pose_of(found.face, front.face if front else None)
    astray = sitting.wanted is Pose.FRONT and pose is not Pose.FRONT
    same = replace(sitting, stranger_since=inf, twin=None)
    return _with(same, pose, found, model) if pose in terms.poses else same, Reason.TURNED_AWAY if astray else None


def _with(sitting: Sitting, pose: Pose, found: Portrait, model: Model) -> Sitting:
    """With `found`, if there is none better yet, and enrolment will find the face in its crop, and no other."""
    before = sitting.shot(pose)
    if before and (sitting.share(pose) == 1 or found.score <= before.score):
        return sitting
    since = before.since if before else sitting.now
    kept = {shot.pose: shot for shot in (*sitting.shots, replace(found, pose=pose, since=since))}
    shots = tuple(kept[each] for each in sitting.terms.poses if each in kept)
    return replace(sitting, shots=shots) if len(model.detect(found.crop)) == 1 else sitting


def _guided(sitting: Sitting, wrong: Reason | None) -> Sitting:
    """What is said stays until no frame of the last half a second asked for it."""
    stays = wrong is not sitting.guidance and sitting.now - sitting.guided_at < HOLD
    return sitting if stays else replace(sitting, guidance=wrong, guided_at=sitting.now)


def _patient(sitting: Sitting, before: Pose | None) -> Sitting:
    """A pose's time begins when it is asked for; the front has all the time there is."""
    pose = sitting.wanted
    if pose is not before:
        return replace(sitting, asked_at=sitting.now)
    if pose in (None, Pose.FRONT) or sitting.shot(pose) or sitting.now - sitting.asked_at <= PATIENCE:
        return sitting
    return replace(sitting, asked_at=sitting.now, skipped=sitting.skipped | {pose})


def _crop(image: Image, face: Face) -> Image:
    """About a square around the face, less where the picture ends; a copy, so that the rest can be let go of."""
    left, top, right, bottom = face.box
    x, y, half = (left + right) / 2, (top + bottom) / 2, ROOM * max(face.width, face.height) / 2
    return image[max(0, int(y - half)) : int(y + half), max(0, int(x - half)) : int(x + half)].copy()
