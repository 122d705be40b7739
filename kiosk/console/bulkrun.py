"""One import of many people, on a thread of its own. It outlives the page that shows it, and knows no widget."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.bulk import People, Report, RowResult, Status, beside, enrol_all
from core.enrolment import Enrolment
from core.errors import DoorwardError
from core.roster import read_people
from kiosk.console.personwords import count
from kiosk.jobs import Jobs
from kiosk.timeleft import seconds_left, time_left

WORDS = {Status.STORED: "Stored", Status.UNCHANGED: "Enrolled already", Status.REFUSED: "Refused"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be brought in: the list, the folder of the pictures (None: the list's), where the report goes."""

    listed: Path
    folder: Path | None = None
    report: Path | None = None
    replace: bool = False

    @property
    def report_path(self) -> Path:
        return self.report or beside(self.listed)


class Import:
    """Runs one order at a time. All that is here may be read while it runs; `results` only grows, until the next."""

    def __init__(
        self, enrolment: Enrolment, people: People, jobs: Jobs, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._enrolment, self._people, self._jobs, self._clock = enrolment, people, jobs, clock
        self._stop = threading.Event()
        self._started = 0.0
        self.order: Order | None = None
        self.results: list[RowResult] = []
        self.ignored: tuple[str, ...] = ()
        self.total: int | None = None
        """None until the list has been read."""
        self.running = False
        self.error = ""
        """What ended it before its time, and is no fault of a row."""

    def start(self, order: Order, enrolment: Enrolment | None = None) -> None:
        """Begins, with another `enrolment` from now on where one is given; nothing while another one runs."""
        if self.running:
            return
        self._enrolment = enrolment or self._enrolment
        self.order, self.results, self.ignored, self.total, self.error = order, [], (), None, ""
        self.running, self._started = True, self._clock()
        self._stop.clear()
        self._jobs.run(self._jobs, partial(self._run, order, self.results), self._ended, self._failed)

    def stop(self) -> None:
        """After the row that it is at. What is stored stays stored."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def seconds_left(self) -> float | None:
        """As the rows so far have taken; None while nobody knows."""
        if not self.running:
            return None
        return seconds_left(self._clock() - self._started, len(self.results), self.total)

    def _run(self, order: Order, results: list[RowResult]) -> None:
        listed = read_people(order.listed, order.folder)
        self.total, self.ignored = len(listed.rows), listed.ignored
        with ExitStack() as stack:
            report = stack.enter_context(Report(order.report_path))
            told = enrol_all(
                listed,
                self._enrolment,
                self._people,
                replace=order.replace,
                report=report,
                stopped=lambda: self._stop.is_set() or self._jobs.stopped,
            )
            for result in told:
                results.append(result)  # noqa: PERF402 - each is looked at as soon as it is there

    def _ended(self, _: None) -> None:
        self.running = False

    def _failed(self, error: DoorwardError) -> None:
        self.running, self.error = False, str(error)


def tally(run: Import) -> str:
    """3 of 40 rows: 2 stored, 1 refused. About 2 min left."""
    if run.total is None:
        return "Reading the list…" if run.running else ""
    counted = Counter(result.status for result in run.results)
    parts = [f"{counted[status]:,} {words.lower()}" for status, words in WORDS.items() if counted[status]]
    done = f"{len(run.results):,} of {count(run.total, 'row')}" + (f": {', '.join(parts)}." if parts else ".")
    left = run.seconds_left()
    return done if left is None else f"{done} {time_left(left)}"


def outcome(run: Import) -> tuple[bool, str]:
    """Whether all went well, and what to say of it. Of a run that has ended."""
    refused = sum(result.status is Status.REFUSED for result in run.results)
    left = (run.total or 0) - len(run.results)
    ignored = f" Columns that mean nothing here: {', '.join(run.ignored)}." if run.ignored else ""
    if run.error:
        return False, run.error
    if left:
        return True, f"Stopped. {count(left, 'row is', 'rows are')} left: run it again to go on with them.{ignored}"
    if refused:
        only = "" if run.order and run.order.replace else ": only these are tried"
        again = f"Mend what the table says, then run it again{only}."
        return False, f"{count(refused, 'row was', 'rows were')} refused. {again}{ignored}"
    return True, f"Done: everybody on the list is enrolled.{ignored}"
