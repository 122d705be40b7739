"""The soak itself: does what is due, and looks at the process in between."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from core.admin.soak.ledger import Ledger, verdict
from core.admin.soak.levels import AT_REST, Counts, Sample, Usage, usage
from core.admin.soak.outage import Outage
from core.admin.soak.post import Post
from core.admin.soak.schedule import Act, Step, schedule
from core.domain import Verdict
from core.errors import DoorwardError

Shown = Callable[[float, str], None]
"""Is told the seconds gone by, and what was done just now, or nothing."""
SAMPLES = 40  # in one session; every 1.5 s of a minute
SETTLING = 0.5  # seconds from the stop of an engine until nothing of it is expected to be left


class Pool(Protocol):
    """What keeps connections, as `core.store.Store` does."""

    def close(self) -> None: ...


class Soak:
    """`posts` take turns, a session each. `samples` is what was seen of the process, `broken` which acts failed."""

    def __init__(
        self,
        posts: Sequence[Post],
        database: Outage,
        ledger: Ledger,
        pool: Pool,
        *,
        shown: Shown = lambda _, __: None,
        look: Callable[[], Usage] = usage,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.samples: list[Sample] = []
        self.broken: list[str] = []
        self._posts = posts
        self._database = database
        self._ledger = ledger
        self._pool = pool
        self._shown = shown
        self._look = look
        self._clock = clock
        self._sleep = sleep
        self._started = clock()

    def run(self, seconds: float) -> None:
        """Stops everything in the end, and lets everybody at the database, whatever happens."""
        steps = schedule(seconds)
        pause = seconds / (steps[-1].session + 1) / SAMPLES
        self._started = self._clock()
        try:
            for step in steps:
                self._wait(step, pause)
                self._do(step)
        finally:
            for post in self._posts:
                post.stop()
            self._database.start()

    def _wait(self, step: Step, pause: float) -> None:
        """Until it is due. Between two sessions nothing runs that could be looked at."""
        while (left := self._started + step.at - self._clock()) > 0:
            self._sleep(min(pause, left))
            if step.act is not Act.START:
                self._sample(step.session, self._post(step).name)

    def _do(self, step: Step) -> None:
        post, database = self._post(step), self._database
        acts: dict[Act, Callable[[], None]] = {
            Act.START: post.start,
            Act.DATABASE_STOPS: lambda: database.stop(self._pool.close),
            Act.DATABASE_STARTS: database.start,
            Act.ERASE: post.erase,
            Act.ENROL: post.enrol,
            Act.PULL: post.pull,
            Act.PLUG: post.plug,
            Act.STOP: lambda: self._rest(step.session, post),
        }
        try:
            acts[step.act]()
        except DoorwardError as error:
            self.broken.append(f"act: {step.act}, at {step.at:.1f} s, failed: {error.code}")
        self._shown(step.at, f"{post.name}: {step.act}")

    def _rest(self, session: int, post: Post) -> None:
        post.stop()
        self._pool.close()
        self._sleep(SETTLING)
        self._sample(session, AT_REST)

    def _sample(self, session: int, during: str) -> None:
        at = self._clock() - self._started
        self.samples.append(Sample(at, session, during, self._look(), self._counts()))
        self._shown(at, "")

    def _counts(self) -> Counts:
        entries = tuple(self._ledger.entries)
        taken = Counter(verdict(entry.fact) for entry in entries if entry.id is not None)
        return Counts(
            frames=sum(post.camera.delivered for post in self._posts),
            looks=sum(post.model.asked for post in self._posts),
            dropped=sum(post.engine.latest.dropped for post in self._posts),
            granted=taken[Verdict.GRANTED],
            denied=taken[Verdict.DENIED],
            incidents=taken[None],
            refused=sum(entry.id is None for entry in entries),
        )

    def _post(self, step: Step) -> Post:
        return self._posts[step.session % len(self._posts)]


class LogCount(logging.Handler):
    """Counts what is said to the log, by its wording; keeps none of it but the first traceback."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: Counter[tuple[str, str, str]] = Counter()
        self.tracebacks = 0
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.said[record.levelname, record.name, str(record.msg)] += 1
        if record.exc_info:
            self.tracebacks += 1
            self.first = self.first or logging.Formatter().format(record)


@contextmanager
def counted_log() -> Iterator[LogCount]:
    """Nothing is printed while it lasts: thousands of lines say less than one count."""
    root, count = logging.getLogger(), LogCount()
    before, root.handlers = root.handlers, [count]
    try:
        yield count
    finally:
        root.handlers = before
