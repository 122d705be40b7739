"""PINs and the administrator's passphrase: what one may be, its hash, the pause after too many wrong. Knows no Qt."""

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from core.domain import Decision, Person, Reason, Verdict
from core.errors import DoorwardError, InvalidField

LEAST_DIGITS, MOST_DIGITS = 6, 32
LEAST_CHARACTERS, MOST_CHARACTERS = 10, 128
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


def hashed_passphrase(text: str, again: str) -> str:
    """The argon2id hash of a new passphrase, typed twice. Raises InvalidField where it cannot be one."""
    if not (len(text.strip()) >= LEAST_CHARACTERS and len(text) <= MOST_CHARACTERS and text.isprintable()):
        raise InvalidField("Passphrase", f"expected {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters")
    if text != again:
        raise InvalidField("Passphrase", "the two are not the same; type both again")
    return _HASHER.hash(_bytes(text))


def matches(secret: str, stored: str) -> bool:
    """Whether `stored` is the hash of `secret`, a PIN or a passphrase. Takes a tenth of a second, as it should."""
    try:
        return _HASHER.verify(stored, _bytes(secret))
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as error:
        raise DoorwardError("The stored PIN or passphrase is damaged. Set a new one with doorward-admin.") from error


def _bytes(text: str) -> bytes:
    """The same for "é" of one code point and of two: keyboards differ. And for what is no text some bytes as well."""
    return unicodedata.normalize("NFC", text).encode(errors="surrogatepass")


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


class Pins(Protocol):
    """Where people's PINs are kept. May raise StoreUnavailable."""

    def pin(self, user_id: str) -> tuple[Person, str] | None: ...


@cache
def _nobodys() -> str:
    """A hash to compare with, so that an unknown user_id takes as long as a wrong PIN."""
    return _HASHER.hash("0" * MOST_DIGITS)


def enter(user_id: str, pin: str, pins: Pins, now: datetime) -> Decision:
    """Granted or denied to who typed `user_id` and `pin` at `now`; a tenth of a second either way.

    Raises StoreUnavailable.
    """
    found = pins.pin(user_id)
    right = matches(pin, found[1] if found else _nobodys())
    if found is None or not right or not found[0].may_enter(now):
        return Decision(Verdict.DENIED, Reason.WRONG_PIN)
    return Decision(Verdict.GRANTED, Reason.PIN_MATCHED, found[0].user_id, found[0].name)
