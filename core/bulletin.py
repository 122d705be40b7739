"""What a door has to tell: what happened, each once, and how it stands; as soon as there is a database to be told."""

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.errors import DoorwardError, StoreUnavailable
from core.logbook import Incident

log = logging.getLogger(__name__)
UNTOLD = 100  # incidents kept while the database is away
TELL_AGAIN = 10.0  # seconds until a database that refused something is asked again
STAND_AGAIN = 60.0  # seconds after which it is told anew how the door stands, though nothing changed


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the operator has locked the door, and the code of what keeps it shut."""

    locked: bool = False
    fault: str | None = None


class Incidents(Protocol):
    """Where it is recorded what happens. May raise StoreUnavailable."""

    def report(self, incident: Incident) -> int: ...


class Bulletin:
    """`tell` may raise StoreUnavailable; `standing` says how the door stands now. From any thread."""

    def __init__(
        self,
        journal: Incidents,
        tell: Callable[[Standing], object],
        standing: Callable[[], Standing],
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._tell = tell
        self._standing = standing
        self._clock = clock
        self._untold: deque[Incident] = deque(maxlen=UNTOLD)
        self._told: Standing | None = None
        self._told_at = -math.inf
        self._telling = threading.Lock()
        self._again = clock()

    def note(self, incident: Incident) -> None:
        self._untold.append(incident)

    def deliver(self) -> None:
        """Tells how the door stands, and the next of what happened, whatever becomes of the other. Never raises."""
        if self._clock() < self._again:
            return
        for tell in (self.stand, self._report_next):
            try:
                tell()
            except StoreUnavailable as error:
                log.info("the database could not be told yet: %s", error)
                self._again = self._clock() + TELL_AGAIN
            except DoorwardError as error:
                log.warning("an incident could not be recorded yet: %s", error)
                self._again = self._clock() + TELL_AGAIN
            except Exception:
                log.exception("how the door stands could not be told; the door goes on")
                self._again = self._clock() + TELL_AGAIN

    def stand(self) -> None:
        """Tells how the door stands, if that is not known. Raises StoreUnavailable.

        Once it has returned, nobody is told any more how it stood before.
        """
        with self._telling:
            now, standing = self._clock(), self._standing()
            if standing != self._told or now - self._told_at >= STAND_AGAIN:
                self._tell(standing)
                self._told, self._told_at = standing, now

    def _report_next(self) -> None:
        if not self._untold:
            return
        try:
            self._journal.report(self._untold[0])
        except DoorwardError:
            raise
        except Exception:
            log.exception("an incident could not be recorded; the door goes on")
        self._untold.popleft()
