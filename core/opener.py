"""A door opened from afar: for a process that is not the door's kiosk, and shares with it the driver and the database.

It keeps to what the operator says at the kiosk: a locked door stays shut.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from core.doors import DoorState
from core.errors import DoorFailed, DoorLocked, StoreUnavailable
from core.logbook import Act, Incident

log = logging.getLogger(__name__)
LATE = 5.0  # seconds from being asked to opening, of which the line or the database may take most


class Journal(Protocol):
    """Where it is recorded what happens. Each may raise StoreUnavailable."""

    def report(self, incident: Incident) -> int: ...
    def door_did(self, event_id: int, outcome: str) -> None: ...


class Latch(Protocol):
    """The door, as `core.latch.Latch` is one. `open` and `close` raise DoorFailed."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def open(self, seconds: float) -> None: ...
    def close(self) -> None: ...


class Opener:
    """Opens one door for `seconds`. `doors` tells how each door stands, this one as `name`. From any thread."""

    def __init__(
        self,
        latch: Latch,
        journal: Journal,
        doors: Callable[[], Mapping[str, DoorState]],
        *,
        name: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self.seconds = seconds
        self._latch = latch
        self._journal = journal
        self._doors = doors
        self._clock = clock
        self._utcnow = utcnow

    def start(self) -> None:
        """Closes the door, in case that an opening was cut short."""
        self._latch.start()

    def stop(self) -> None:
        self._latch.stop()

    def open(self, source: str, *, actor: str | None = None, request_id: str | None = None, waited: float = 0.0) -> int:
        """Records who asks, then opens, then records what the door did. Returns the id of that record.

        `waited`: seconds since it was asked for; somebody may have gone from the door meanwhile.
        Raises StoreUnavailable, DoorLocked, DoorFailed; then the door is shut, as far as it obeys.
        """
        asked_at = self._clock() - waited
        record = Incident(self._utcnow(), source, Act.REMOTE_OPENING, request_id=request_id, actor=actor)
        event_id = self._journal.report(record)
        try:
            self._open(asked_at)
        except Exception as error:
            with suppress(StoreUnavailable):  # what was asked for is on record, and nothing came of it
                self._journal.door_did(event_id, "refused" if isinstance(error, DoorLocked) else "failed")
            raise
        try:
            self._journal.door_did(event_id, "opened")
        except Exception:
            self._shut()
            raise
        return event_id

    def _open(self, asked_at: float) -> None:
        self._refuse_locked()
        if not 0 <= self._clock() - asked_at <= LATE:
            raise DoorFailed("It took too long to come to this, so the door stayed shut. See what is slow; ask again.")
        try:
            self._latch.open(self.seconds)
            self._refuse_locked()  # meanwhile
        except Exception:
            self._shut()
            raise

    def _refuse_locked(self) -> None:
        """Raises DoorLocked, also where nobody can tell; StoreUnavailable."""
        doors = self._doors()
        if doors and self.name not in doors:
            raise DoorLocked(
                f"No kiosk tells of a door called {self.name}, so nobody knows whether it is locked. Set door.name to "
                f"that of the kiosk at this door; there is {', '.join(doors)}."
            )
        if self.name in doors and doors[self.name].locked:
            raise DoorLocked("The operator has locked this door. Unlock it at its kiosk.")

    def _shut(self) -> None:
        try:
            self._latch.close()
        except DoorFailed as error:
            log.warning("the door may be open: %s", error)
