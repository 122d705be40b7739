"""What the screen says in which scene, in the language of the moment. Pure; the one place of the door's sentences.

All are for whoever stands there. What an operator wants to know of a fault is on the operator's pages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from PySide6.QtCore import QCoreApplication

from core.domain import Reason, Turn
from core.errors import (
    CameraUnavailable,
    ConfigError,
    DoorFailed,
    LivenessUnavailable,
    LocalFileUnavailable,
    ModelMismatch,
    ModelUnavailable,
    OfflineTooLong,
    SearchUnavailable,
    StoreUnavailable,
)
from core.scene import Phase, Scene
from core.sight import BLOWN_OUT, COVERED, FROZEN, SLOW

Greeting = Literal["full", "first", "none"]
"""Which part of the name whoever is let in reads."""
LONG = 90  # seconds, beyond which minutes are told


@dataclass(frozen=True, slots=True)
class Words:
    """A banner: a few large words, and one sentence."""

    title: str
    detail: str = ""


def translate(_context: str, text: str, _note: None = None, _n: int = 0) -> str:
    """Marks a sentence for lupdate, which knows it by this name, and one with plurals by a digit as `n`."""
    return text


GUIDANCE: Mapping[Reason, str] = {
    Reason.TOO_FAR: translate("door", "Please step closer"),
    Reason.TOO_CLOSE: translate("door", "Please step back a little"),
    Reason.OFF_CENTRE: translate("door", "A little more to the middle, please"),
    Reason.BLURRED: translate("door", "Hold still for a moment"),
    Reason.TOO_DARK: translate("door", "It is too dark to see your face"),
    Reason.TOO_BRIGHT: translate("door", "There is too much light on your face"),
    Reason.TURNED_AWAY: translate("door", "Please face the camera"),
    Reason.PARTLY_HIDDEN: translate("door", "Please show your whole face"),
    Reason.MORE_THAN_ONE: translate("door", "One person at a time, please"),
    Reason.COOLING_DOWN: translate("door", "The door was opened for you a moment ago"),
}
GUIDANCE_TURNING: Mapping[Reason, str] = {
    **GUIDANCE,
    Reason.BLURRED: translate("door", "A little slower, please"),
    Reason.TURNED_AWAY: translate("door", "Not quite so far, please"),
}
HOLD_STILL = translate("door", "Hold still for a moment")
INVITATION = translate("door", "The door opens when it knows you")
ONLY_A_LITTLE = translate("door", "Only a little, eyes on the screen")
TURNS = {
    Turn.STRAIGHT: Words(translate("door", "Look straight ahead"), HOLD_STILL),
    Turn.LEFT: Words(translate("door", "Turn your head left"), ONLY_A_LITTLE),
    Turn.RIGHT: Words(translate("door", "Turn your head right"), ONLY_A_LITTLE),
}
STARTING = Words(translate("door", "Starting"), translate("door", "One moment, please"))
WELCOME, WELCOME_BY_NAME = translate("door", "Welcome"), translate("door", "Welcome, {name}")
OPEN = translate("door", "The door is open")
FACE_THE_CAMERA = translate("door", "Face the camera with nothing before your face, or ask for help")
DENIALS: Mapping[Reason, str] = {
    Reason.CHALLENGE_FAILED: translate("door", "Do what the screen asks, one step at a time, or ask for help"),
    Reason.WRONG_PIN: translate("door", "Check your ID, type your PIN again, or ask for help"),
}
"""What helps; else FACE_THE_CAMERA. That a photograph is not alive is not told: it is then somebody's who is let in."""
OTHER_WAY = translate("door", "Use another way in, or ask for help")
ASK = translate("door", "Please ask for help")
AGAIN_SOON = translate("door", "Try again in a moment, or ask for help")
TOO_MANY = translate("door", "Too many attempts")
IN_SECONDS = translate("door", "Try again in %n seconds, or use another way in", None, 2)
IN_MINUTES = translate("door", "Try again in %n minutes, or use another way in", None, 2)
TOMORROW = translate("door", "Try again tomorrow, or use another way in")
DAZZLED = translate("door", "There is too much light here. Use another way in, or ask for help.")
WITHOUT_PIN: Mapping[str, str] = {
    OTHER_WAY: ASK,
    IN_SECONDS: translate("door", "Try again in %n seconds, or ask for help", None, 2),
    IN_MINUTES: translate("door", "Try again in %n minutes, or ask for help", None, 2),
    TOMORROW: translate("door", "Try again tomorrow, or ask for help"),
    DAZZLED: translate("door", "There is too much light here. Please ask for help."),
}
"""What is said instead where there is no other way in than by face."""
LOCKED = Words(
    translate("door", "The door is locked"), translate("door", "Nobody is let in at the moment. Please ask for help.")
)

OUT_OF_SERVICE = translate("door", "Out of service")
FAULTS: Mapping[str, Words] = {
    BLOWN_OUT.code: Words(translate("door", "The camera is dazzled"), DAZZLED),
    CameraUnavailable.code: Words(translate("door", "No picture from the camera"), OTHER_WAY),
    ConfigError.code: Words(translate("door", "The door is not set up"), ASK),
    COVERED.code: Words(
        translate("door", "The camera is covered"),
        translate("door", "Uncover the camera, or ask for help"),
    ),
    "door_open": Words(
        translate("door", "The door may be open"),
        translate("door", "Please pull it shut and ask for help"),
    ),
    DoorFailed.code: Words(translate("door", "The door did not open"), AGAIN_SOON),
    FROZEN.code: Words(translate("door", "The picture is frozen"), OTHER_WAY),
    "recognition_hangs": Words(translate("door", "The door does not answer"), ASK),
    LivenessUnavailable.code: Words(translate("door", "Faces cannot be checked"), OTHER_WAY),
    LocalFileUnavailable.code: Words(translate("door", "Nothing can be recorded"), ASK),
    "locked_out": Words(TOO_MANY, OTHER_WAY),
    ModelMismatch.code: Words(translate("door", "Faces must be enrolled anew"), OTHER_WAY),
    ModelUnavailable.code: Words(translate("door", "Faces cannot be recognised"), OTHER_WAY),
    OfflineTooLong.code: Words(translate("door", "Offline for too long"), ASK),
    "recognition_failed": Words(translate("door", "Something went wrong"), AGAIN_SOON),
    SearchUnavailable.code: Words(translate("door", "Faces cannot be compared"), OTHER_WAY),
    SLOW.code: Words(translate("door", "The camera is too slow"), OTHER_WAY),
    StoreUnavailable.code: Words(translate("door", "The door is offline"), ASK),
}
"""By the code; any other is OUT_OF_SERVICE. Never the fault's own message, which is for the operator.

ASK where a PIN would not open the door either.
"""


def words(scene: Scene, greeting: Greeting = "full", *, pin: bool = True) -> Words:
    """The banner for `scene`. `pin`: whether somebody may come in by PIN instead."""
    if scene.phase is Phase.GRANTED:
        return _granted(scene.name or "", greeting)
    if scene.phase is Phase.PAUSED:
        return Words(_told(TOO_MANY), _when(scene.wait, pin=pin))
    said = _WORDS[scene.phase](scene)
    return Words(_told(said.title), _told(_open_to(said.detail, pin=pin)))


def titles(scene: Scene, greeting: Greeting = "full") -> tuple[str, ...]:
    """The titles that take turns while `scene` goes on, its own among them: they are to be of one size."""
    if scene.phase is Phase.CHALLENGE:
        return tuple(_told(turn.title) for turn in TURNS.values())
    return (words(scene, greeting).title,)


def _told(text: str, n: int = -1) -> str:
    """In the language of the moment; `n` takes the place of %n and chooses the plural."""
    return QCoreApplication.translate("door", text, None, n)


def _granted(name: str, greeting: Greeting) -> Words:
    shown = {"full": name.split(), "first": name.split()[:1], "none": []}[greeting]  # a Chinese name is one word
    welcome = _told(WELCOME_BY_NAME if shown else WELCOME)
    return Words(welcome.replace("{name}", " ".join(shown)), _told(OPEN))


def _when(wait: int | None, *, pin: bool) -> str:
    if wait is None:
        return _told(_open_to(TOMORROW, pin=pin))
    text, n = (IN_SECONDS, wait) if wait <= LONG else (IN_MINUTES, ceil(wait / 60))
    return _told(_open_to(text, pin=pin), n)


def _open_to(text: str, *, pin: bool) -> str:
    """`text`, without a way in that is not there."""
    return text if pin else WITHOUT_PIN.get(text, text)


def _advice(scene: Scene, known: Mapping[Reason, str], usual: str) -> str:
    return usual if scene.reason is None else known.get(scene.reason, usual)


def _idle(scene: Scene) -> Words:
    return Words(translate("door", "Step in front of the camera"), _advice(scene, GUIDANCE, INVITATION))


def _looking(scene: Scene) -> Words:
    return Words(translate("door", "Look at the camera"), _advice(scene, GUIDANCE, HOLD_STILL))


def _challenge(scene: Scene) -> Words:
    asked = scene.asked or Turn.STRAIGHT
    known = GUIDANCE if asked == Turn.STRAIGHT else GUIDANCE_TURNING
    return Words(TURNS[asked].title, _advice(scene, known, TURNS[asked].detail))


def _denied(scene: Scene) -> Words:
    return Words(translate("door", "Access denied"), _advice(scene, DENIALS, FACE_THE_CAMERA))


def _fault(scene: Scene) -> Words:
    return FAULTS.get(scene.fault.code if scene.fault else "", Words(OUT_OF_SERVICE, OTHER_WAY))


_WORDS: Mapping[Phase, Callable[[Scene], Words]] = {
    Phase.STARTING: lambda _: STARTING,
    Phase.IDLE: _idle,
    Phase.LOOKING: _looking,
    Phase.CHALLENGE: _challenge,
    Phase.DENIED: _denied,
    Phase.LOCKED: lambda _: LOCKED,
    Phase.FAULT: _fault,
}
