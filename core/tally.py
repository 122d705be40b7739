"""What has happened so far, counted: decisions and incidents by their reason, and how long decisions took. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.logbook import Event, Incident

BOUNDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds from the first usable frame to the decision: the upper bounds of what is counted together."""
DOOR = "door"


@dataclass(slots=True)
class Tally:
    """`outcomes` counts by source, outcome and reason; `latencies` the glances at a door, by the first of BOUNDS that
    they do not pass, the last being beyond all; `seconds` is their sum. `position` is that of the log's newest entry
    that is counted."""

    position: int = 0
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    latencies: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, entries: Iterable[Event | Incident]) -> None:
        for entry in entries:
            if isinstance(entry, Incident):
                self.outcomes[entry.source, entry.outcome, entry.code] += 1
                continue
            decision = entry.decision
            self.outcomes[entry.source, decision.verdict, decision.reason] += 1
            if entry.source == DOOR and decision.latency is not None:
                self.latencies[bisect_left(BOUNDS, decision.latency)] += 1
                self.seconds += decision.latency
