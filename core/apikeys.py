"""Keys to the REST API: what one looks like, how one is made, whether one that was sent is good.

`dw_PREFIX_SECRET`, all of it hexadecimal: scanners for leaked secrets know it by `dw_[0-9a-f]{12}_[0-9a-f]{64}`.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import KeyExpired, KeyRevoked, KeyUnknown

SHAPE = re.compile(r"dw_([0-9a-f]{12})_[0-9a-f]{64}")
NOBODYS = hashlib.sha256(b"").hexdigest()
"""To compare with where the prefix is unknown, so that it takes as long as where it is known."""


class Scope(StrEnum):
    """What a key to the REST API is good for."""

    ENROL = "enrol"
    MATCH = "match"
    MATCH_EXPLAIN = "match:explain"
    """May also see why an answer is what it is."""
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    EVENTS_READ = "events:read"
    DOOR_OPEN = "door:open"
    SYSTEM_READ = "system:read"
    """How Doorward is: its state and its figures."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key to the REST API as the store holds it: `prefix` is the part that is no secret, and tells keys apart.

    All moments are UTC, to the second; `expires`: that moment is out already. None: never, or not yet.
    """

    prefix: str
    name: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None

    def good(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


def new_key(name: str, scopes: Iterable[Scope], now: datetime, expires: datetime | None) -> tuple[ApiKey, str]:
    """The key as it is stored, and the text that opens; the latter is nowhere else."""
    now = now.replace(microsecond=0)
    key = ApiKey(secrets.token_hex(6), name, frozenset(scopes), now, expires and expires.replace(microsecond=0))
    return key, f"dw_{key.prefix}_{secrets.token_hex(32)}"


def prefix_of(text: str) -> str:
    """By which a key is looked up. Raises KeyUnknown for what cannot be a key."""
    found = SHAPE.fullmatch(text)
    if found is None:
        raise _unknown()
    return found[1]


def digest(text: str) -> str:
    """What is stored of a key. Nobody guesses 256 random bits, so no slow hash need stand in the way."""
    return hashlib.sha256(text.encode()).hexdigest()


def checked(text: str, found: tuple[ApiKey, str] | None, now: datetime) -> ApiKey:
    """The key that `text` is, where `found` holds the one of its prefix and its digest. Raises KeyRefused.

    Takes as long for an unknown prefix as for a wrong secret. Only who has the whole key is told what became of it.
    """
    right = hmac.compare_digest(digest(text), found[1] if found else NOBODYS)
    return alive(found[0] if found and right else None, now)


def alive(key: ApiKey | None, now: datetime) -> ApiKey:
    """The key, if it is good at `now`. Raises KeyRefused, by what became of it."""
    if key is None:
        raise _unknown()
    if key.revoked is not None:
        raise KeyRevoked("This API key was revoked. Ask for a new one: doorward-admin key create.")
    if key.expires is not None and now >= key.expires:
        raise KeyExpired("This API key has expired. Ask for a new one: doorward-admin key create.")
    return key


def _unknown() -> KeyUnknown:
    return KeyUnknown("There is no such API key. Send one as doorward-admin key create showed it.")
