"""The operator's PIN: what one may be, its hash, and the pause after too many wrong ones. Knows no Qt."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.errors import DoorwardError, InvalidField

LEAST_DIGITS, MOST_DIGITS = 6, 32
ATTEMPTS = 5
PAUSE = 30.0  # seconds
_HASHER = PasswordHasher()  # argon2id, RFC 9106's parameters for little memory


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong PINs in a row. `until` is when the pause after the fifth ends, in seconds of the caller's clock."""

    wrong: int = 0
    until: float = 0.0

    def after(self, *, right: bool, now: float) -> "Attempts":
        """With one more attempt, made at `now`."""
        if right:
            return Attempts()
        wrong = self.wrong + 1
        return Attempts(0, now + PAUSE) if wrong >= ATTEMPTS else Attempts(wrong, self.until)

    def pause(self, now: float) -> float:
        """Seconds until the next attempt may be made; 0 where it may be now."""
        return max(0.0, self.until - now)


def hashed(pin: str, again: str) -> str:
    """The argon2id hash of a new PIN, typed twice. Raises InvalidField where it cannot be one."""
    if not (pin.isascii() and pin.isdigit() and LEAST_DIGITS <= len(pin) <= MOST_DIGITS):
        raise InvalidField("PIN", f"expected {LEAST_DIGITS} to {MOST_DIGITS} digits")
    if pin != again:
        raise InvalidField("PIN", "the two are not the same; type both again")
    return _HASHER.hash(pin)


def matches(pin: str, stored: str) -> bool:
    """Whether `stored` is the hash of `pin`. Takes a tenth of a second, as it should."""
    try:
        return _HASHER.verify(stored, pin)
    except VerifyMismatchError:
        return False
    except InvalidHashError as error:
        raise DoorwardError(
            "The stored operator's PIN is damaged. Remove it from the database, then set a new one here."
        ) from error


class Guard:
    """Counts the attempts for as long as the kiosk runs, whichever dialog they are made in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._attempts = Attempts()

    def note(self, *, right: bool) -> None:
        """One attempt was made, now."""
        self._attempts = self._attempts.after(right=right, now=self._clock())

    def pause(self) -> float:
        """Seconds until the next attempt may be made; 0 where it may be now."""
        return self._attempts.pause(self._clock())
