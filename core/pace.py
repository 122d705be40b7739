"""How often something happens, and how long it takes: for who wants to know how a part is doing."""

from collections import deque
from statistics import median

LATELY = 3.0  # seconds that count
MOST = 400  # and so many of them


class Pace:
    """Of what ended within the last 3 s. One thread tells, any may ask."""

    def __init__(self) -> None:
        self._ended: deque[tuple[float, float]] = deque(maxlen=MOST)

    def ended(self, at: float, took: float = 0.0) -> None:
        """One more, at `at` by the caller's clock, that took `took`; both in seconds."""
        self._ended.append((at, took))

    def rate(self, now: float) -> float:
        """How many in a second; 0 where there were not two."""
        times = [at for at, _ in self._recent(now)]
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0

    def took(self, now: float) -> float | None:
        """The median, in seconds; None where there was none."""
        recent = self._recent(now)
        return median(took for _, took in recent) if recent else None

    def _recent(self, now: float) -> list[tuple[float, float]]:
        return [(at, took) for at, took in self._ended.copy() if 0 <= now - at <= LATELY]
