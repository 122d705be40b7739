"""What the screen at the door is told. Frozen, without pixels."""

from dataclasses import dataclass
from enum import StrEnum

from core.domain import Box, Reason, Turn


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
