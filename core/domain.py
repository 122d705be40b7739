"""Who is enrolled, what is seen at the door, and what is decided of it. All frozen, none knows a library beyond numpy.

Coordinates are pixels of the frame, x to the right, y down, the origin at the top left corner.
Images are uint8 arrays (height, width, 3) in BGR order, as OpenCV gives them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(height, width, 3), BGR."""
Vector = NDArray[np.float32]
"""(dimension,), L2-normalised: the embedding of one face."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Reason(StrEnum):
    """Why a decision is what it is. Stable codes: they are stored, exported and translated."""

    MATCHED = "matched"
    UNKNOWN_FACE = "unknown_face"
    AMBIGUOUS = "ambiguous"
    DISAGREEING = "disagreeing"
    COLLECTING = "collecting"
    NOBODY = "nobody"
    TOO_FAR = "too_far"
    TOO_CLOSE = "too_close"
    OFF_CENTRE = "off_centre"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    TURNED_AWAY = "turned_away"
    PARTLY_HIDDEN = "partly_hidden"
    MORE_THAN_ONE = "more_than_one"
    COOLING_DOWN = "cooling_down"
    NOT_LIVE = "not_live"
    CHALLENGED = "challenged"
    CHALLENGE_FAILED = "challenge_failed"
    PIN_MATCHED = "pin_matched"
    WRONG_PIN = "wrong_pin"


class Turn(StrEnum):
    """What a challenge asks. Left is the person's left: the nose goes to the picture's right, to a mirror's left."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"


class Outcome(StrEnum):
    """How a challenge stands."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


class Liveness(StrEnum):
    """What was made of the question whether a living face stands there. None where nobody asked it."""

    LIVE = "live"
    SPOOF = "spoof"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a decision comes to. There is no default that opens a door."""

    WAIT = "wait"
    GRANTED = "granted"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a camera.

    `at` is when it was captured, in seconds of the clock that the engine runs on (monotonic);
    `media_time` is where it stands in the source's own time, in seconds (a live camera's: since it opened).
    """

    image: Image
    at: float
    media_time: float
    seq: int


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face found in a picture.

    `landmarks` is (5, 2) float32: the eye at the picture's left, the eye at its right, the nose's tip, the
    mouth's corner at the left and at the right. `score` is the detector's, 0 to 1.
    """

    box: Box
    landmarks: NDArray[np.float32]
    score: float

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Validity:
    """From when on, and until when (UTC; that moment is out already). None: no such bound."""

    since: datetime | None = None
    until: datetime | None = None

    def at(self, now: datetime) -> bool:
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Consent:
    """That a person agreed to the storing of their face: to which version of the text, and when (UTC)."""

    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be enrolled. `faces` counts the templates stored, of whichever model; `has_pin`: whether there
    is a PIN for this person. `valid` is from when and until when (UTC) they are let in; None: no such bound.
    `consent` is the newest that was given, None: none is on record."""

    user_id: str
    name: str
    active: bool = True
    faces: int = 0
    has_pin: bool = False
    valid: Validity = Validity()
    consent: Consent | None = None

    def may_enter(self, now: datetime) -> bool:
        return self.active and self.valid.at(now)


class Changes(TypedDict, total=False):
    """What is to be otherwise of a person; what is not named stays. The bounds as those of Validity, None: none."""

    name: str
    active: bool
    valid_from: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many faces were erased. No gallery of that `gallery_version` or a later one holds them."""

    faces: int
    version: int


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One enrolled face as the store holds it: the vector and whose it is, never the picture.

    `quality` is the detector's score of the picture that it was made from, 0 to 1; `valid` is its person's.
    """

    user_id: str
    name: str
    vector: Vector
    model_id: str
    quality: float
    valid: Validity = Validity()


@dataclass(frozen=True, slots=True)
class StoredFace:
    """One enrolled face as an operator sees it: no vector. `quality` as a template's, 0 to 1; `at` is UTC."""

    id: int
    model_id: str
    quality: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person with the best cosine similarity, -1 to 1, over that person's templates."""

    user_id: str
    name: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Match:
    """What the gallery says of one probe: the best person, and the best of all the other persons."""

    best: Candidate | None = None
    runner_up: Candidate | None = None

    @property
    def margin(self) -> float:
        """How far the best is ahead of the runner-up; infinite where there is nobody else."""
        if self.best is None or self.runner_up is None:
            return float("inf")
        return self.best.similarity - self.runner_up.similarity


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One frame of one track: when it was captured (seconds, monotonic), the embedding, what the gallery said of it.

    `quality` ranks the frames of the track, 0 to 1. `live` is the passive liveness model's score, 0 to 1; None where
    it was not asked.
    """

    at: float
    vector: Vector
    match: Match
    quality: float
    live: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that is known of one visit. `fused` is the gallery's word on the mean of the frames' embeddings.

    `since` is when the visit's first usable frame was captured, `resumed` when it began anew after a challenge, whose
    `claim` is the user_id that it was started for (seconds, monotonic). `alone`: nobody else stands as near.
    `granted` is who was last let in at this door, and when.
    """

    since: float = 0.0
    frames: tuple[Observation, ...] = ()
    fused: Match = field(default_factory=Match)
    alone: bool = True
    challenge: Outcome | None = None
    claim: str | None = None
    resumed: float | None = None
    granted: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What policy made of the evidence. Granted carries who; denied never names anybody."""

    verdict: Verdict
    reason: Reason
    user_id: str | None = None
    name: str | None = None
    similarity: float | None = None
    margin: float | None = None
    threshold: float | None = None
    frames: int = 0
    latency: float | None = None
    """Seconds from the first usable frame to the decision."""
    liveness: Liveness | None = None
    liveness_score: float | None = None
    """The passive model's mean over the frames, 0 to 1."""
    policy: str = ""
    """`Rules.version` of the rules that it was made by."""


class Role(StrEnum):
    """Who may use the operator's pages. An administrator may all that an operator may."""

    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
