"""How much one caller may ask for, and how long who guesses has to wait. Pure: the caller tells the time.

Both remember a bounded number of callers, those heard of last: a flood of addresses costs no memory, and whom it pushes
out only begins anew.
"""

from collections import OrderedDict
from typing import TypeVar

T = TypeVar("T")
MINUTE = 60.0
MOST = 10_000  # callers remembered
FREE = 5  # wrong keys that cost nothing: somebody who pastes the wrong one
LONGEST = 900.0  # seconds


class Throttle:
    """A token bucket for each caller: `per_minute` at once, and as many again within a minute. 0: no limit."""

    def __init__(self, per_minute: int, most: int = MOST) -> None:
        self._interval = MINUTE / per_minute if per_minute else 0.0
        self._most = most
        self._full: OrderedDict[str, float] = OrderedDict()

    def take(self, who: str, now: float) -> float:
        """Takes one, and returns 0; or returns the seconds until there is one again, and takes none."""
        full = max(self._full.get(who, now), now) + self._interval  # when the bucket will be full again
        if full - now > MINUTE * (1 + 1e-9):
            return full - now - MINUTE
        if self._interval:
            _remember(self._full, who, full, self._most)
        return 0.0

    def __len__(self) -> int:
        return len(self._full)


class Guesses:
    """Wrong keys of each caller: the sixth costs a second, each further one twice as long, up to 15 minutes.

    After as long again without one, all are forgotten.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, who: str, now: float) -> float:
        """Seconds until `who` is listened to again; 0 where it is now."""
        return max(0.0, self._wrong.get(who, (0, now))[1] - now)

    def wrong(self, who: str, now: float) -> float:
        """One more, at `now`. Returns the seconds to wait from now on.

        Of many sent at once, those that are looked at when the wait has begun count no more.
        """
        count, until = self._wrong.get(who, (0, now))
        if now < until:
            return until - now
        count = 1 if now - until > LONGEST else count + 1
        pause = min(2.0 ** min(count - FREE - 1, 20), LONGEST) if count > FREE else 0.0
        _remember(self._wrong, who, (count, now + pause), self._most)
        return pause

    def __len__(self) -> int:
        return len(self._wrong)


def _remember(table: OrderedDict[str, T], who: str, value: T, most: int) -> None:
    table[who] = value
    table.move_to_end(who)
    if len(table) > most:
        table.popitem(last=False)
