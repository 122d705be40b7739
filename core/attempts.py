"""How often somebody may be denied before recognition pauses. Pure.

An attempt is a face that stayed until a decision; who passes by makes none. The figures are those of NIST SP
800-63B-4, section 3.2.3: 5 failures in a row, 10 where presentation attacks are detected, then a pause of at least
30 seconds; and no more than 50, or 100, over all.
"""

from dataclasses import dataclass
from datetime import date

from core.domain import Verdict


@dataclass(frozen=True, slots=True)
class Limits:
    """`in_row` denials start a pause of `pause` seconds; `per_day` of them one until midnight (0: no such ceiling)."""

    in_row: int = 5
    pause: float = 30.0
    per_day: int = 0


@dataclass(frozen=True, slots=True)
class Attempts:
    """What has been denied so far. `until` is in seconds of the engine's clock (monotonic)."""

    in_row: int = 0
    until: float = float("-inf")
    today: int = 0
    day: date = date.min

    def after(self, verdict: Verdict, limits: Limits, now: float, day: date) -> "Attempts":
        """With one more decision, made at `now` on `day`."""
        today = self.today if day == self.day else 0
        if verdict is Verdict.GRANTED:
            return Attempts(0, self.until, today, day)
        if verdict is not Verdict.DENIED:
            return self
        in_row = self.in_row + 1
        if in_row >= limits.in_row:
            return Attempts(0, now + limits.pause, today + 1, day)
        return Attempts(in_row, self.until, today + 1, day)

    def wait(self, limits: Limits, now: float, day: date) -> float:
        """Seconds until recognition goes on; 0 where it may now, infinite where only a new day helps."""
        if limits.per_day and day == self.day and self.today >= limits.per_day:
            return float("inf")
        return max(0.0, self.until - now)
