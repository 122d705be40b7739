"""What was handed to the database, and whether that and nothing else is in it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.domain import Verdict
from core.doorkeeper import Journal
from core.errors import StoreUnavailable
from core.logbook import Event, Incident

OPENED = "opened"
Fact = TypeVar("Fact", Event, Incident)
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt to write something down. `id` is the row's; None where the database did not take it."""

    fact: Event | Incident
    id: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """One attempt to add to an event what the door did."""

    event_id: int
    outcome: str
    written: bool


class Ledger:
    """A journal that remembers what it was handed and what became of it."""

    def __init__(self, journal: Journal) -> None:
        self.entries: list[Entry] = []
        self.told: list[Told] = []
        self._journal = journal

    def record(self, event: Event) -> int:
        return self._note(event, self._journal.record)

    def report(self, incident: Incident) -> int:
        return self._note(incident, self._journal.report)

    def door_did(self, event_id: int, outcome: str) -> None:
        written = False
        try:
            self._journal.door_did(event_id, outcome)
            written = True
        finally:
            self.told.append(Told(event_id, outcome, written))

    def _note(self, fact: Fact, write: Callable[[Fact], int]) -> int:
        try:
            row = write(fact)
        except StoreUnavailable:
            self.entries.append(Entry(fact, None))
            raise
        self.entries.append(Entry(fact, row))
        return row


@dataclass(frozen=True, slots=True)
class Account:
    """`untold` are doors' outcomes that could not be written, `in_doubt` rows of which the database said no.

    `broken` holds a sentence for each thing that is not as it must be.
    """

    granted: int
    denied: int
    incidents: int
    refused: int
    untold: int
    in_doubt: int
    openings: int
    broken: tuple[str, ...]


def audit(entries: Sequence[Entry], told: Sequence[Told], rows: Sequence[Event | Incident], openings: int) -> Account:
    """Compares the ledger with all `rows` of the database, and with how often the door's driver opened."""
    verdicts = Counter(verdict(entry.fact) for entry in entries if entry.id is not None)
    taken = sum(entry.id is not None for entry in entries)
    return Account(
        granted=verdicts[Verdict.GRANTED],
        denied=verdicts[Verdict.DENIED],
        incidents=verdicts[None],
        refused=len(entries) - taken,
        untold=sum(not one.written for one in told),
        in_doubt=max(0, len(rows) - taken),
        openings=openings,
        broken=(*_lost(entries, rows), *_surplus(entries, rows), *_doors(entries, told, rows, openings)),
    )


def verdict(fact: Event | Incident) -> Verdict | None:
    return fact.decision.verdict if isinstance(fact, Event) else None


def _key(fact: Event | Incident | None) -> Key:
    """What makes it the one that it is: times are kept to the microsecond."""
    if isinstance(fact, Event):
        return fact.at, fact.source, fact.decision.verdict, fact.decision.reason, fact.decision.user_id
    return (fact.at, fact.source, fact.code) if fact is not None else ()


def _lost(entries: Sequence[Entry], rows: Sequence[Event | Incident]) -> Iterator[str]:
    """A denied event's user_id is None from the start, so all of the key is stored."""
    by_id = {row.id: row for row in rows}
    for entry in entries:
        if entry.id is not None and _key(by_id.get(entry.id)) != _key(entry.fact):
            yield f"lost: row {entry.id} is not in the database, or not as it was written"
    for row_id, times in Counter(entry.id for entry in entries if entry.id is not None).items():
        if times > 1:
            yield f"lost: {times} writes were given the one row {row_id}"


def _surplus(entries: Sequence[Entry], rows: Sequence[Event | Incident]) -> Iterator[str]:
    """What was refused may be there all the same, once: where the connection broke before the answer came."""
    tried = Counter(_key(entry.fact) for entry in entries)
    for key, stored in Counter(_key(row) for row in rows).items():
        if not tried[key]:
            yield f"unknown: the database holds {stored} rows of {key[0]} that nobody wrote"
        elif stored > tried[key]:
            yield f"doubled: what was written {tried[key]} times at {key[0]} is there {stored} times"


def _doors(
    entries: Sequence[Entry], told: Sequence[Told], rows: Sequence[Event | Incident], openings: int
) -> Iterator[str]:
    granted = {entry.id for entry in entries if entry.id is not None and verdict(entry.fact) is Verdict.GRANTED}
    outcomes = {one.event_id: one for one in told}
    for event_id, times in Counter(one.event_id for one in told).items():
        if times > 1 or event_id not in granted:
            yield f"door: told {times} times of row {event_id}, {'granted' if event_id in granted else 'not granted'}"
    for event_id in granted - outcomes.keys():
        yield f"door: nobody told what it did for row {event_id}"
    for row in rows:
        if isinstance(row, Event) and not _agrees(row, outcomes.get(row.id or 0)):
            yield f"door: row {row.id} says {row.door}, which is not what was told"
    opened = sum(one.outcome == OPENED for one in told)
    if opened != openings:
        yield f"door: {OPENED} {openings} times, told of {opened}"


def _agrees(row: Event, told: Told | None) -> bool:
    if told is None:
        return row.door is None
    return row.door == told.outcome or (row.door is None and not told.written)
