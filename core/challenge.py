"""Turn your head, as asked: proof that a head stands there and no photograph. Pure, the clock passed in.

The person is asked to look straight, to turn, to look straight again, and so on. Which way is drawn at the start and
asked one by one. With n turns, at least one each way, a recording that was made before has to fit one of 2**n - 2
orders: of three turns, one try in six (2.6 bits). It does not stop whoever picks recordings as he reads the screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import product
from math import radians, tan
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.domain import Outcome, Turn
from core.headturn import Look, distance, look, middle, turned

FRONTAL = 0.15  # of the nose from the middle, in distances of the eyes: people's own noses, and a camera to the side
STEADY = 0.06  # between the frames of one look; five times what a detector trembles by

T = TypeVar("T")


class Chooser(Protocol):
    """`secrets.SystemRandom()` at a door, `random.Random(seed)` in a test."""

    def choice(self, seq: Sequence[T], /) -> T: ...


class Failure(StrEnum):
    """Why a challenge failed. Stable codes."""

    WRONG_WAY = "wrong_way"
    TOO_SLOW = "too_slow"
    LOST = "lost"
    OTHER_PERSON = "other_person"


@dataclass(frozen=True, slots=True)
class Limits:
    """`turns` to ask for; `step`, seconds for each thing asked; `frames` in a row that must show it.

    `far`: the least way of the nose, in distances of the eyes (0.2: a head turned by 20 to 25 degrees).
    `gap`: the longest time without a face, in seconds. `away`: the least distance to the camera, in distances of the
    eyes: of a photograph held nearer, a detector's landmarks can be made to look like a turned head's.
    `view`: the camera's angle of view across the longer side of its picture, in degrees.
    """

    turns: int = 3
    step: float = 5.0
    frames: int = 3
    far: float = 0.2
    gap: float = 0.5
    away: float = 8.0
    view: float = 75.0

    def __post_init__(self) -> None:
        in_time, lens = self.step > 0 and self.gap > 0, 0 < self.view < 180 and self.away > 0
        if not (2 <= self.turns <= 8 and self.frames >= 2 and 0.15 <= self.far < 1 and in_time and lens):
            raise ValueError(f"limits that prove nothing: {self}")

    def too_close(self, landmarks: NDArray[np.floating], shape: tuple[int, ...]) -> bool:
        """Whether the face of `landmarks`, (5, 2) in a picture of `shape`, is nearer than `away`."""
        seen, focal = look(landmarks), max(shape[:2]) / 2 / tan(radians(self.view) / 2)
        return seen is not None and distance(seen, focal) < self.away


@dataclass(frozen=True, slots=True, eq=False)
class Challenge:
    """One challenge and how far it has come. Each frame makes a new one; one that is over stays as it is."""

    limits: Limits
    steps: tuple[Turn, ...] = field(repr=False)
    asked_at: float
    seen_at: float
    done: int = 0
    track_id: int | None = None
    straight: Look | None = field(default=None, repr=False)
    recent: tuple[Look, ...] = field(default=(), repr=False)
    outcome: Outcome = Outcome.RUNNING
    reason: Failure | None = None

    @classmethod
    def start(cls, chooser: Chooser, now: float, limits: Limits) -> "Challenge":
        """A new challenge; `now` is in seconds of the clock that `see` is told. All orders are equally likely."""
        orders = [order for order in product((Turn.LEFT, Turn.RIGHT), repeat=limits.turns) if len(set(order)) > 1]
        steps = [step for turn in chooser.choice(orders) for step in (Turn.STRAIGHT, turn)]
        return cls(limits, (*steps, Turn.STRAIGHT), asked_at=now, seen_at=now)

    @property
    def asked(self) -> Turn | None:
        """What the person is to do now; None once it is over."""
        return self.steps[self.done] if self.outcome is Outcome.RUNNING else None

    @property
    def deadline(self) -> float:
        """When what is asked now must have been done, in seconds of the clock."""
        return self.asked_at + self.limits.step

    @property
    def progress(self) -> float:
        """0 to 1, over the whole of it: the nose's way on a turn counts as part of its step."""
        if self.outcome is Outcome.PASSED:
            return 1.0
        return (self.done + self._share()) / len(self.steps)

    def see(self, landmarks: NDArray[np.floating], track_id: int, *, same_identity: bool, now: float) -> "Challenge":
        """After a frame at `now` that shows the face, its `landmarks` (5, 2), on the track `track_id`.

        `same_identity`: whether it is the person that it was, as far as this frame can tell.
        """
        waited = self.wait(now)
        if waited.outcome is not Outcome.RUNNING:
            return waited
        if self.track_id not in (None, track_id):
            return self._failed(Failure.LOST)
        if not same_identity:
            return self._failed(Failure.OTHER_PERSON)
        latest = look(landmarks)
        recent = () if latest is None else (*self.recent, latest)[-self.limits.frames :]
        held, before = self._held(recent), self.steps[self.done - 1] if self.done else None
        if held not in (None, before, self.asked):
            return self._failed(Failure.WRONG_WAY)
        seen = replace(self, track_id=track_id, seen_at=now, recent=recent)
        return _next(seen, now) if held is self.asked else seen

    def wait(self, now: float, *, there: bool = False) -> "Challenge":
        """After a frame at `now` that does not show the face or, `there`, shows it turned too far to prove a thing."""
        if self.outcome is not Outcome.RUNNING:
            return self
        if not 0 <= now - self.seen_at <= self.limits.gap:  # a clock that steps back is no clock
            return self._failed(Failure.LOST)
        if now > self.deadline:
            return self._failed(Failure.TOO_SLOW)
        return replace(self, seen_at=now) if there else self

    def _held(self, recent: tuple[Look, ...]) -> Turn | None:
        """What all of the `recent` looks show; None where they do not agree, or are too few."""
        if len(recent) < self.limits.frames:
            return None
        if self.straight is None:
            noses = [one.nose for one in recent]
            frontal = max(map(abs, noses)) <= FRONTAL and max(noses) - min(noses) <= STEADY
            return Turn.STRAIGHT if frontal else None
        moved = [turned(one, self.straight) for one in recent]
        if max(map(abs, moved)) <= self.limits.far / 2:
            return Turn.STRAIGHT
        if min(moved) >= self.limits.far:
            return Turn.LEFT
        return Turn.RIGHT if max(moved) <= -self.limits.far else None

    def _share(self) -> float:
        if self.asked in (None, Turn.STRAIGHT) or self.straight is None or not self.recent:
            return 0.0
        moved = turned(self.recent[-1], self.straight)
        return float(np.clip((moved if self.asked is Turn.LEFT else -moved) / self.limits.far, 0, 1))

    def _failed(self, reason: Failure) -> "Challenge":
        return replace(self, outcome=Outcome.FAILED, reason=reason)


def _next(seen: Challenge, now: float) -> Challenge:
    """What was asked is shown: the next step, or the end."""
    over = seen.done + 1 == len(seen.steps)
    return replace(
        seen,
        done=seen.done + 1,
        asked_at=now,
        straight=seen.straight or middle(seen.recent),
        recent=(),
        outcome=Outcome.PASSED if over else Outcome.RUNNING,
    )
