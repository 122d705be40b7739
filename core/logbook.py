"""What the log holds: decisions, faults, and what operators did; and what is asked of it. All frozen."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain import Decision


@dataclass(frozen=True, slots=True)
class Event:
    """A decision as the log of the door keeps it, with when (UTC), by which model, and what the door did."""

    at: datetime
    source: str
    """`door` for the kiosk's camera, `pin` for its keys, `api` for `POST /match_face`."""
    decision: Decision
    model_id: str
    door: str | None = None
    """`opened` or `failed`; None while nobody knows, and where no door was asked."""
    id: int | None = None
    request_id: str | None = None
    """The X-Request-ID of the call that it came of, where it was one."""
    actor: str | None = None
    """Whose key that call came with."""


class Act(StrEnum):
    """What an operator did, or another system in their stead. Stable codes: they are stored and exported."""

    LOCKED = "locked_by_operator"
    UNLOCKED = "unlocked_by_operator"
    DOOR_TRIED = "door_tried"
    REMOTE_OPENING = "remote_opening"
    ENROLLED = "enrolled"
    RENAMED = "renamed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DATES_CHANGED = "dates_changed"
    PIN_SET = "pin_set"
    PIN_REMOVED = "pin_removed"
    FACE_DROPPED = "face_dropped"
    DELETED = "deleted"
    SECRET_SET = "secret_set"  # noqa: S105 - a code: the operator's PIN or the administrator's passphrase
    SETTINGS_CHANGED = "settings_changed"
    EVENTS_EXPORTED = "events_exported"
    KEY_ROTATED = "key_rotated"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


ACTS = frozenset(Act)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that kept the door shut, or may have kept it open, or what an operator did, as the log keeps it.

    The last three as an event's; `door` may also be `refused`.
    """

    at: datetime
    source: str
    code: str
    """A fault's, `locked_out`, or an `Act`: then `source` is who did it, a `Role`, `shell` or `api`."""
    id: int | None = None
    user_id: str | None = None
    """Whom an act was about."""
    door: str | None = None
    request_id: str | None = None
    actor: str | None = None

    @property
    def outcome(self) -> str:
        """`act` or `fault`, as EventFilter has them."""
        return "act" if self.code in ACTS else "fault"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a `Role`, `shell` or `api`. Of a call over REST whose key it came with, and its id."""

    source: str
    name: str | None = None
    request_id: str | None = None

    def did(self, acts: Iterable[Act], now: Callable[[], datetime], whom: str | None) -> Iterator[Incident]:
        """What is written down of `acts`, `whom` being the user_id of whoever they were about."""
        return (
            Incident(now(), self.source, act, user_id=whom, request_id=self.request_id, actor=self.name) for act in acts
        )


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which entries of the log are asked for. The moments are UTC; `since` is in, `until` is out; None: no such bound.

    `person` is a part of the user_id or of the name; `outcome` is `granted`, `denied`, `act` (of an operator) or
    `fault` (any other incident), and `reason` a code of `Reason` or of an incident. Empty: any.
    """

    since: datetime | None = None
    until: datetime | None = None
    person: str = ""
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EventStats:
    """What the decisions of a filter come to. `hours` holds the hours (UTC) that had one, the oldest first, with how
    many were granted and denied; `reasons` the denials by code, the most first; the latencies are seconds from
    the first usable frame to the decision, None where none was taken."""

    hours: tuple[tuple[datetime, int, int], ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    latency_p50: float | None = None
    latency_p95: float | None = None
