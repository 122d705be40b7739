"""What the screen says in which scene. Pure; the one place of the door's sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from core.domain import Fault, Phase, Reason, Scene, Turn
from core.errors import (
    CameraUnavailable,
    DoorFailed,
    LivenessUnavailable,
    ModelMismatch,
    ModelUnavailable,
    StoreUnavailable,
)
from core.sight import BLOWN_OUT, COVERED, FROZEN, SLOW


@dataclass(frozen=True, slots=True)
class Words:
    """A banner: a few large words, and one sentence."""

    title: str
    detail: str = ""


GUIDANCE = {
    Reason.TOO_FAR: "Please step closer",
    Reason.TOO_CLOSE: "Please step back a little",
    Reason.OFF_CENTRE: "A little more to the middle, please",
    Reason.BLURRED: "Hold still for a moment",
    Reason.TOO_DARK: "It is too dark to see your face",
    Reason.TOO_BRIGHT: "There is too much light on your face",
    Reason.TURNED_AWAY: "Please face the camera",
    Reason.PARTLY_HIDDEN: "Please show your whole face",
    Reason.MORE_THAN_ONE: "One person at a time, please",
    Reason.COOLING_DOWN: "The door was opened for you a moment ago",
}
GUIDANCE_TURNING = GUIDANCE | {
    Reason.BLURRED: "A little slower, please",
    Reason.TURNED_AWAY: "Not quite so far, please",
}
HOLD_STILL = "Hold still for a moment"
INVITATION = "The door opens when it knows you"
ONLY_A_LITTLE = "Only a little, eyes on the screen"
TURNS = {
    Turn.STRAIGHT: Words("Look straight ahead", HOLD_STILL),
    Turn.LEFT: Words("Turn your head left", ONLY_A_LITTLE),
    Turn.RIGHT: Words("Turn your head right", ONLY_A_LITTLE),
}
FACE_THE_CAMERA = "Face the camera with nothing before your face, or ask for help"
DENIALS = {
    Reason.CHALLENGE_FAILED: "Do what the screen asks, one step at a time, or ask for help",
    Reason.WRONG_PIN: "Type your PIN again, or ask for help",
}
"""What helps; else FACE_THE_CAMERA. That a photograph is not alive is not told: it is then somebody's who is let in."""
OTHER_WAY = "Use the other way in, or ask for help."
LONG = 90  # seconds, beyond which minutes are told

FAULTS = {
    BLOWN_OUT.code: "The camera is dazzled",
    CameraUnavailable.code: "No picture from the camera",
    COVERED.code: "The camera is covered",
    "door_open": "The door may be open",
    DoorFailed.code: "The door did not open",
    FROZEN.code: "The picture is frozen",
    LivenessUnavailable.code: "Liveness cannot be checked",
    ModelMismatch.code: "The face model has changed",
    ModelUnavailable.code: "A model is missing",
    SLOW.code: "The camera is too slow",
    StoreUnavailable.code: "The database does not answer",
    "recognition_failed": "Recognition failed",
    "recognition_hangs": "Recognition does not answer",
}
OUT_OF_SERVICE = "Out of service"


def words(scene: Scene) -> Words:
    """The banner for `scene`."""
    return _WORDS[scene.phase](scene)


def titles(scene: Scene) -> tuple[str, ...]:
    """The titles that take turns while `scene` goes on, its own among them: they are to be of one size."""
    return tuple(turn.title for turn in TURNS.values()) if scene.phase is Phase.CHALLENGE else (words(scene).title,)


def _idle(scene: Scene) -> Words:
    return Words("Step in front of the camera", GUIDANCE.get(scene.reason, INVITATION) if scene.reason else INVITATION)


def _looking(scene: Scene) -> Words:
    return Words("Look at the camera", GUIDANCE.get(scene.reason, HOLD_STILL) if scene.reason else HOLD_STILL)


def _challenge(scene: Scene) -> Words:
    asked = scene.asked or Turn.STRAIGHT
    guidance = GUIDANCE if asked == Turn.STRAIGHT else GUIDANCE_TURNING
    usual = TURNS[asked]
    return Words(usual.title, guidance.get(scene.reason, usual.detail) if scene.reason else usual.detail)


def _granted(scene: Scene) -> Words:
    return Words(f"Welcome, {scene.name}" if scene.name else "Welcome", "The door is open")


def _denied(scene: Scene) -> Words:
    return Words("Access denied", DENIALS.get(scene.reason, FACE_THE_CAMERA) if scene.reason else FACE_THE_CAMERA)


def _paused(scene: Scene) -> Words:
    return Words("Too many attempts", f"Recognition goes on {_when(scene.wait)}. {OTHER_WAY}")


def _when(wait: int | None) -> str:
    if wait is None:
        return "tomorrow"
    return f"in {wait} s" if wait <= LONG else f"in {ceil(wait / 60)} min"


def _fault(scene: Scene) -> Words:
    fault = scene.fault or Fault("", "The log says more.")
    return Words(FAULTS.get(fault.code, OUT_OF_SERVICE), fault.message)


_WORDS: dict[Phase, Callable[[Scene], Words]] = {
    Phase.STARTING: lambda _: Words("Starting", "One moment, please"),
    Phase.IDLE: _idle,
    Phase.LOOKING: _looking,
    Phase.CHALLENGE: _challenge,
    Phase.GRANTED: _granted,
    Phase.DENIED: _denied,
    Phase.PAUSED: _paused,
    Phase.FAULT: _fault,
}
