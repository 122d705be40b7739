"""What the screen says in which scene. Pure; the one place of the door's sentences."""

from collections.abc import Callable
from dataclasses import dataclass

from core.domain import Fault, Phase, Reason, Scene
from core.errors import CameraUnavailable, DoorFailed, ModelMismatch, ModelUnavailable, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Words:
    """A banner: a few large words, and one sentence."""

    title: str
    detail: str = ""


GUIDANCE = {
    Reason.TOO_FAR: "Please step closer",
    Reason.TOO_CLOSE: "Please step back a little",
    Reason.OFF_CENTRE: "Please stand in front of the camera",
    Reason.BLURRED: "Hold still for a moment",
    Reason.TOO_DARK: "It is too dark to see your face",
    Reason.TOO_BRIGHT: "There is too much light on your face",
    Reason.TURNED_AWAY: "Please face the camera",
    Reason.PARTLY_HIDDEN: "Please show your whole face",
    Reason.MORE_THAN_ONE: "One person at a time, please",
    Reason.COOLING_DOWN: "The door was opened for you a moment ago",
}
HOLD_STILL = "Hold still for a moment"
INVITATION = "The door opens when it knows you"
ASK_FOR_HELP = "Look straight at the camera and wait, or ask for help"

FAULTS = {
    CameraUnavailable.code: "No picture from the camera",
    DoorFailed.code: "The door did not open",
    ModelMismatch.code: "The face model has changed",
    ModelUnavailable.code: "The face model is missing",
    StoreUnavailable.code: "The database does not answer",
}
OUT_OF_SERVICE = "Out of service"


def words(scene: Scene) -> Words:
    """The banner for `scene`."""
    return _WORDS[scene.phase](scene)


def _idle(scene: Scene) -> Words:
    return Words("Step in front of the camera", GUIDANCE.get(scene.reason, INVITATION) if scene.reason else INVITATION)


def _looking(scene: Scene) -> Words:
    return Words("Look at the camera", GUIDANCE.get(scene.reason, HOLD_STILL) if scene.reason else HOLD_STILL)


def _granted(scene: Scene) -> Words:
    return Words(f"Welcome, {scene.name}" if scene.name else "Welcome", "The door is open")


def _fault(scene: Scene) -> Words:
    fault = scene.fault or Fault("", "The log says more.")
    return Words(FAULTS.get(fault.code, OUT_OF_SERVICE), fault.message)


_WORDS: dict[Phase, Callable[[Scene], Words]] = {
    Phase.STARTING: lambda _: Words("Starting", "One moment, please"),
    Phase.IDLE: _idle,
    Phase.LOOKING: _looking,
    Phase.GRANTED: _granted,
    Phase.DENIED: lambda _: Words("Access denied", ASK_FOR_HELP),
    Phase.FAULT: _fault,
}
