"""The facts that pass between the parts. All frozen, none knows a library beyond numpy.

Coordinates are pixels of the frame, x to the right, y down, the origin at the top left corner.
Images are uint8 arrays (height, width, 3) in BGR order, as OpenCV gives them.
"""

from collections.abc import Callable, Iterable, Iterator
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


@dataclass(frozen=True, slots=True)
class Event:
    """A decision as the log of the door keeps it, with when (UTC), by which model, and what the door did."""

    at: datetime
    source: str
    """`door` for the kiosk's camera, `pin` for its keys, `api` for `POST /match_face`."""
    decision: Decision
    model_id: str
    door: str | None = None
    """`opened` or `failed`; None while nobody knows, and where no door was asked."""
    id: int | None = None
    request_id: str | None = None
    """The X-Request-ID of the call that it came of, where it was one."""
    actor: str | None = None
    """Whose key that call came with."""


class Act(StrEnum):
    """What an operator did, or another system in their stead. Stable codes: they are stored and exported."""

    LOCKED = "locked_by_operator"
    UNLOCKED = "unlocked_by_operator"
    DOOR_TRIED = "door_tried"
    REMOTE_OPENING = "remote_opening"
    ENROLLED = "enrolled"
    RENAMED = "renamed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DATES_CHANGED = "dates_changed"
    PIN_SET = "pin_set"
    PIN_REMOVED = "pin_removed"
    FACE_DROPPED = "face_dropped"
    DELETED = "deleted"
    SECRET_SET = "secret_set"  # noqa: S105 - a code: the operator's PIN or the administrator's passphrase
    SETTINGS_CHANGED = "settings_changed"
    EVENTS_EXPORTED = "events_exported"
    KEY_ROTATED = "key_rotated"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


ACTS = frozenset(Act)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that kept the door shut, or may have kept it open, or what an operator did, as the log keeps it.

    The last three as an event's; `door` may also be `refused`.
    """

    at: datetime
    source: str
    code: str
    """A fault's, `locked_out`, or an `Act`: then `source` is who did it, a `Role`, `shell` or `api`."""
    id: int | None = None
    user_id: str | None = None
    """Whom an act was about."""
    door: str | None = None
    request_id: str | None = None
    actor: str | None = None

    @property
    def outcome(self) -> str:
        """`act` or `fault`, as EventFilter has them."""
        return "act" if self.code in ACTS else "fault"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a `Role`, `shell` or `api`. Of a call over REST whose key it came with, and its id."""

    source: str
    name: str | None = None
    request_id: str | None = None

    def did(self, acts: Iterable[Act], now: Callable[[], datetime], whom: str | None) -> Iterator[Incident]:
        """What is written down of `acts`, `whom` being the user_id of whoever they were about."""
        return (
            Incident(now(), self.source, act, user_id=whom, request_id=self.request_id, actor=self.name) for act in acts
        )


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which entries of the log are asked for. The moments are UTC; `since` is in, `until` is out; None: no such bound.

    `person` is a part of the user_id or of the name; `outcome` is `granted`, `denied`, `act` (of an operator) or
    `fault` (any other incident), and `reason` a code of `Reason` or of an incident. Empty: any.
    """

    since: datetime | None = None
    until: datetime | None = None
    person: str = ""
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EventStats:
    """What the decisions of a filter come to. `hours` holds the hours (UTC) that had one, the oldest first, with how
    many were granted and denied; `reasons` the denials by code, the most first; the latencies are seconds from
    the first usable frame to the decision, None where none was taken."""

    hours: tuple[tuple[datetime, int, int], ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    latency_p50: float | None = None
    latency_p95: float | None = None


class Role(StrEnum):
    """Who may use the operator's pages. An administrator may all that an operator may."""

    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a key to the REST API is good for."""

    ENROL = "enrol"
    MATCH = "match"
    MATCH_EXPLAIN = "match:explain"
    """May also see why an answer is what it is."""
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    EVENTS_READ = "events:read"
    DOOR_OPEN = "door:open"
    SYSTEM_READ = "system:read"
    """How Doorward is: its state and its figures."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key to the REST API as the store holds it: `prefix` is the part that is no secret, and tells keys apart.

    All moments are UTC, to the second; `expires`: that moment is out already. None: never, or not yet.
    """

    prefix: str
    name: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None

    def good(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


class Phase(StrEnum):
    """What the screen at the door is about."""

    STARTING = "starting"
    IDLE = "idle"
    LOOKING = "looking"
    CHALLENGE = "challenge"
    GRANTED = "granted"
    DENIED = "denied"
    PAUSED = "paused"
    FAULT = "fault"
    LOCKED = "locked"
    """By the operator."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that keeps the door shut: a code of `core.errors`, and a sentence with the remedy."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What the engine makes of the newest frame: all that the screen is told. No pixels.

    `boxes` are the faces of that frame, `subject` the one that the decision is about, all in pixels of a
    frame of `size` (height, width). `reason` says why it is denied, or what the person had better do. `asked` is what
    a challenge asks and `progress` how far it has come, 0 to 1; `wait` the seconds until a pause ends, None: not today.
    """

    phase: Phase
    size: tuple[int, int] = (0, 0)
    boxes: tuple[Box, ...] = ()
    subject: Box | None = None
    name: str | None = None
    reason: Reason | None = None
    fault: Fault | None = None
    asked: Turn | None = None
    progress: float = 0.0
    wait: int | None = None
