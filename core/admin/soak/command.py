"""The command itself: the parts put together, run, and asked what became of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from core.admin.bench.machine import machine
from core.admin.shell import ConfigOption, JsonOption, shell
from core.admin.soak.ledger import Ledger, audit
from core.admin.soak.levels import POOLED, levels
from core.admin.soak.outage import SQLITE, outage
from core.admin.soak.post import CountedDoor, clip_post, demo_post
from core.admin.soak.report import Report, facts, tables
from core.admin.soak.run import Shown, Soak, counted_log
from core.config import Settings
from core.door import SimulatedDoor
from core.errors import InputError
from core.parts import make_store
from core.store import Store

EVERYTHING = 10**9  # rows
VideoOption = Annotated[Path | None, typer.Option("--video", help="A clip to play, by turns with the demo's camera")]
FaceOption = Annotated[Path | None, typer.Option("--face", help="A picture of somebody in the clip, to be enrolled")]
DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="The URL of an empty database; an SQLite file of its own if not given")
]


def soak(
    context: typer.Context,
    minutes: Annotated[float, typer.Option(min=0.05, help="How long; less than 6 say nothing of memory")] = 10.0,
    video: VideoOption = None,
    face: FaceOption = None,
    database: DatabaseOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Run the door for long, pull its camera and stop its database on the way, and see that nothing is lost.

    The clip is looked at with models.pack, the demo's camera with the demo's
    model. The door is simulated and liveness is off, whatever the configuration
    says. Exit code 1 where memory, threads or file descriptors do not level off,
    or where an event was lost or doubled.
    """
    sh = shell(context, config, json)
    if not Path("/proc/self/status").exists():
        raise InputError("Only Linux tells what a process holds: run the soak there.")
    if (video is None) != (face is None):
        raise InputError("--video and --face belong together: somebody in the clip has to be known. Name both.")
    clip = (video, face) if video is not None and face is not None else None
    with TemporaryDirectory(prefix="doorward-soak-") as folder:
        report = _soaked(sh.settings, minutes * 60, clip, database or f"sqlite:///{folder}/soak.sqlite")
    if sh.json:
        sh.say("", **facts(report), machine=machine())
    else:
        Console().print(*tables(report), sep="\n")
    raise typer.Exit(1 if report.broken else 0)


def _soaked(settings: Settings, seconds: float, clip: tuple[Path, Path] | None, url: str) -> Report:
    """Raises what is missing: ConfigError, InputError, ModelUnavailable, StoreUnavailable."""
    with ExitStack() as stack:
        database = outage(url)
        stack.callback(database.close)
        here = settings.database.model_copy(update={"url": database.url})
        store = make_store(settings.model_copy(update={"database": here}))
        stack.callback(store.close)
        _empty(store)
        ledger, door = Ledger(store), CountedDoor(SimulatedDoor())
        posts = [demo_post(settings, door, store, ledger)]
        if clip is not None:
            posts.append(clip_post(*clip, settings, door, store, ledger))
        log = stack.enter_context(counted_log())
        run = Soak(posts, database, ledger, store, shown=stack.enter_context(_bar(seconds)))
        run.run(seconds)
        account = audit(ledger.entries, ledger.told, store.events(EVERYTHING), door.openings)
    samples, pooled = tuple(run.samples), 0 if url.startswith(SQLITE) else POOLED
    return Report(seconds, samples, levels(samples, seconds, pooled=pooled), account, log, tuple(run.broken))


def _empty(store: Store) -> None:
    """Nothing of anybody's is to be touched, or counted."""
    store.migrate()
    if store.people() or store.events(1):
        raise InputError("That database is in use: it holds people or events. Name an empty one with --database.")


@contextmanager
def _bar(seconds: float) -> Iterator[Shown]:
    """On a terminal; nothing in a pipe's errors."""
    console = Console(stderr=True)
    columns = BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=seconds)
        yield lambda at, act: bar.update(task, completed=at, description=act or None)
