"""An entry of the log of events as the API tells it: as JSON, and as a line of CSV that no spreadsheet will run."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from api.schemas import Entry
from core.cells import harmless
from core.logbook import Event, Incident

COLUMNS = tuple(Entry.model_fields)


def told(entry: Event | Incident) -> Entry:
    if isinstance(entry, Incident):
        known = {**dict.fromkeys(COLUMNS), "outcome": entry.outcome, "user_id": entry.user_id, "frames": 0}
        return Entry.model_validate({**known, "reason": entry.code, **_both(entry)})
    decision = entry.decision
    return Entry.model_validate(
        {
            **_both(entry),
            "outcome": decision.verdict,
            "reason": decision.reason,
            "user_id": decision.user_id,
            "name": decision.name,
            "similarity": decision.similarity,
            "margin": decision.margin,
            "threshold": decision.threshold,
            "frames": decision.frames,
            "latency": decision.latency,
            "liveness": decision.liveness,
            "liveness_score": decision.liveness_score,
            "policy": decision.policy or None,
            "model_id": entry.model_id or None,
        }
    )


def csv_pages(pages: Iterable[Iterable[Event | Incident]]) -> Iterator[str]:
    """A text for each page, with a line of the columns' names before them."""
    yield _line(COLUMNS)
    for page in pages:
        yield "".join(_line(told(entry).model_dump(mode="json").values()) for entry in page)


def _both(entry: Event | Incident) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": entry.at,
        "source": entry.source,
        "door": entry.door,
        "request_id": entry.request_id,
        "actor": entry.actor,
    }


def _line(cells: Iterable[object]) -> str:
    line = StringIO(newline="")
    csv.writer(line).writerow(map(harmless, cells))
    return line.getvalue()
