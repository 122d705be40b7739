"""What came of a soak, for machines and for people."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from statistics import median_low
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from core.admin.soak.ledger import Account
from core.admin.soak.levels import AT_REST, LEAST_SECONDS, MIB, RULE, TOO_SHORT, Counts, Level, Sample
from core.admin.soak.run import LogCount

COLUMNS = {
    "session": "no",
    "camera": "camera",
    "memory_mib": "MiB",
    "threads": "threads",
    "descriptors": "fds",
    "frames": "frames",
    "looks": "looks",
    "granted": "granted",
    "denied": "denied",
    "incidents": "faults",
    "refused": "refused",
}
"""What of a session has room in 80 characters."""


@dataclass(frozen=True, slots=True)
class Report:
    """`failed` are the acts of the soak itself that did not succeed."""

    seconds: float
    samples: tuple[Sample, ...]
    levels: tuple[Level, ...]
    account: Account
    log: LogCount
    failed: tuple[str, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """A sentence for each thing that is not as it must be; none where all is well."""
        risen = (f"{one.what}, {one.during}: {one.before} to {one.after}" for one in self.levels if not one.well)
        return (*self.failed, *risen, *self._unseen(), *self._raised(), *self.account.broken)

    def _unseen(self) -> Iterator[str]:
        if self.seconds < LEAST_SECONDS:
            return
        for during in {sample.during for sample in self.samples} - {level.during for level in self.levels}:
            yield f"{during}: not seen both in the second and in the last third of the run"

    def _raised(self) -> Iterator[str]:
        if self.log.tracebacks:
            yield f"the log has {self.log.tracebacks} tracebacks, the first of them:\n{self.log.first}"


def facts(report: Report) -> dict[str, Any]:
    """All of it, fit for JSON. Memory is in MiB but for `levels`, which are in bytes."""
    return {
        "seconds": report.seconds,
        "rule": RULE,
        "too_short": report.seconds < LEAST_SECONDS,
        "sessions": rows(report.samples),
        "levels": [{**asdict(level), "well": level.well} for level in report.levels],
        "account": asdict(report.account),
        "log": log(report),
        "broken": list(report.broken),
    }


def rows(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """One for each session: medians of what the process held, and how many of each it brought."""
    told, before = [], Counts()
    for session, group in groupby(samples, lambda sample: sample.session):
        seen = list(group)
        running = [sample.usage for sample in seen if sample.during != AT_REST]
        now = seen[-1].counts
        told.append(
            {
                "session": session + 1,
                "until": round(seen[-1].at, 1),
                "camera": seen[0].during,
                "memory_mib": round(median_low(one.memory for one in running) / MIB, 1),
                "threads": median_low(one.threads for one in running),
                "tasks": median_low(one.tasks for one in running),
                "descriptors": median_low(one.descriptors for one in running),
                "at_rest": {**asdict(seen[-1].usage), "memory": round(seen[-1].usage.memory / MIB, 1)},
                **{name: count - getattr(before, name) for name, count in asdict(now).items()},
            }
        )
        before = now
    return told


def log(report: Report) -> list[dict[str, Any]]:
    """What was said to the log, by its wording, the most frequent first."""
    return [
        {"level": level, "logger": name, "wording": wording, "times": times}
        for (level, name, wording), times in report.log.said.most_common()
    ]


def tables(report: Report) -> Iterator[RenderableType]:
    """The same for people."""
    yield _sessions(report.samples)
    yield _table("Said to the log", log(report))
    yield Text(RULE)
    if report.seconds < LEAST_SECONDS:
        yield Text(TOO_SHORT)
    else:
        yield _levels(report.levels)
    yield Text("  ".join(f"{name} {value}" for name, value in asdict(report.account).items() if name != "broken"))
    for sentence in report.broken:
        yield Text(f"BROKEN  {sentence}", style="bold red")
    if not report.broken:
        yield Text("Nothing broke.", style="bold green")


def _sessions(samples: Sequence[Sample]) -> Table:
    told = [{title: row[name] for name, title in COLUMNS.items()} for row in rows(samples)]
    return _table("Sessions: medians of what the process held, and how many of each there were", told)


def _levels(levels: Sequence[Level]) -> Table:
    return _table("Levels", [_level(level) for level in levels])


def _level(level: Level) -> dict[str, Any]:
    second, last = (f"{v / MIB:.1f} MiB" if level.what == "memory" else v for v in (level.before, level.after))
    well = "yes" if level.well else "NO"
    return {"": level.during, "what": level.what, "second third": second, "last third": last, "levels off": well}


def _table(title: str, told: Sequence[dict[str, Any]]) -> Table:
    table = Table(
        *(told[0] if told else ()),
        title=title,
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for row in told:
        table.add_row(*(Text(str(cell)) for cell in row.values()))
    return table
