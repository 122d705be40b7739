"""What has happened so far, counted: decisions and incidents by their reason, and how long decisions took. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.domain import Verdict
from core.logbook import Act, Event, Incident

BOUNDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds from the first usable frame to the decision: the upper bounds of what is counted together."""
DOOR = "door"
BY_KIOSK = (DOOR, "pin")
"""Whose grants open a door."""


@dataclass(slots=True)
class Tally:
    """`outcomes` counts by source, outcome and reason; `latencies` the glances at a door, by the first of BOUNDS that
    they do not pass, the last being beyond all; `seconds` is their sum. `position` is that of the log's newest entry
    that is counted; `untold` the ids of the openings, few, that were counted before it was known what the door did:
    those come once more when it is."""

    position: int = 0
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    latencies: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0
    untold: set[int] = field(default_factory=set)

    def add(self, entries: Iterable[Event | Incident]) -> None:
        for entry in entries:
            if entry.id in self.untold:
                self.untold.discard(entry.id)
            else:
                self._count(entry)

    def _count(self, entry: Event | Incident) -> None:
        if entry.id is not None and entry.door is None and _opens(entry):
            self.untold.add(entry.id)
        if isinstance(entry, Incident):
            self.outcomes[entry.source, entry.outcome, entry.code] += 1
            return
        decision = entry.decision
        self.outcomes[entry.source, decision.verdict, decision.reason] += 1
        if entry.source == DOOR and decision.latency is not None:
            self.latencies[bisect_left(BOUNDS, decision.latency)] += 1
            self.seconds += decision.latency


def _opens(entry: Event | Incident) -> bool:
    """Whether a door was asked to open by it, so that it will be added what the door did."""
    if isinstance(entry, Incident):
        return entry.code == Act.REMOTE_OPENING
    return entry.source in BY_KIOSK and entry.decision.verdict is Verdict.GRANTED
