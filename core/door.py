"""The lock. A driver either does what it is asked or raises DoorFailed; it never pretends."""

import logging
from typing import Protocol

log = logging.getLogger(__name__)


class Door(Protocol):
    """Something that can be opened for a while."""

    def open(self, seconds: float) -> None:
        """Unlocks for `seconds`, then locks by itself; returns at once. Raises DoorFailed."""

    def close(self) -> None:
        """Locks now. Raises DoorFailed."""


class SimulatedDoor:
    """No lock at all: it says what a real one would do."""

    def open(self, seconds: float) -> None:
        log.info("simulated door: open for %.1f s", seconds)

    def close(self) -> None:
        log.info("simulated door: closed")
