"""What it takes to read the whole gallery at the start, beside the driver alone reading the same rows."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pymysql
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from core.admin.bench.machine import machine
from core.admin.shell import ConfigOption, JsonOption, shell
from core.contact import Contact, instant
from core.encryption import KeyFile, Keys
from core.errors import InputError
from core.gallerycopy import GalleryCopy
from core.galleryfeed import PAGE
from core.store import Store
from core.templates import Page, Rows

MODEL_ID, DIMENSION = "bench:000000000000:512", 512
FILLED = 1_000  # rows in one statement
TURNS = 7
GOAL = 0.5  # of the driver's own rate
ASKED = (
    "SELECT id, user_id, name, embedding, key_id FROM faces WHERE model_id = %s AND id > %s ORDER BY id LIMIT %s",
    "INSERT INTO people (user_id, name, active) VALUES (%s, %s, 1)",
    "INSERT INTO faces (user_id, name, embedding, model_id, quality) VALUES (%s, %s, %s, %s, 1)",
)
Told = dict[str, Any]


class Driver:
    """The driver of a database by itself: what is left when nothing is made of the rows."""

    def __init__(self, url: str) -> None:
        self._is_file = url.startswith("sqlite:///")
        self._connection: Any = sqlite3.connect(url.removeprefix("sqlite:///")) if self._is_file else _mysql(url)

    def fill(self, templates: int, on_done: Callable[[int], None]) -> None:
        """Two random templates for each of `templates` / 2 people."""
        dice = np.random.default_rng(0)
        for first in range(0, templates, FILLED):
            many = range(first, min(first + FILLED, templates))
            vectors = dice.normal(size=(len(many), DIMENSION)).astype("<f4")
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            names = [(f"person-{i // 2:07}", f"Person {i // 2}") for i in many]
            rows = [(*name, v.tobytes(), MODEL_ID) for name, v in zip(names, vectors, strict=True)]
            self._many(ASKED[1], names[::2])
            self._many(ASKED[2], rows)
            self._connection.commit()
            on_done(len(many))

    def read(self) -> int:
        """The rows that `Store.page` reads, page by page as it does."""
        read = after = 0
        while True:
            cursor = self._connection.cursor()
            cursor.execute(self._in_its_words(ASKED[0]), (MODEL_ID, after, PAGE))
            rows = cursor.fetchall()
            self._connection.commit()
            read += len(rows)
            if len(rows) < PAGE:
                return read
            after = rows[-1][0]

    def close(self) -> None:
        self._connection.close()

    def _many(self, statement: str, rows: list[Any]) -> None:
        self._connection.cursor().executemany(self._in_its_words(statement), rows)

    def _in_its_words(self, statement: str) -> str:
        return statement.replace("%s", "?") if self._is_file else statement


def measure(url: str, keys: Keys, templates: int, on_done: Callable[[int], None]) -> Iterator[tuple[str, Told]]:
    """Of the rows as they are, and then encrypted. Raises InputError where the database is not empty."""
    with closing(Store(url)) as store, closing(_filled(store, url, templates, on_done)) as driver:
        yield "plain", _by_turns(driver.read, lambda: _load(store), templates)
    with closing(Store(url, keys=keys)) as store, closing(Driver(url)) as driver:
        start = perf_counter()
        store.migrate()
        told = {"encrypted_rows_per_second": round(templates / (perf_counter() - start))}
        yield "encrypted", _by_turns(driver.read, lambda: _load(store), templates) | told


def measure_copy(store: Store, path: Path, keys: Keys) -> Told:
    """Of a kiosk's local copy of what is in `store`, which is encrypted too, beside reading the file's bytes."""
    copy = GalleryCopy(path, keys)
    copy.begin(MODEL_ID, store.mark())
    for rows in _pages(store.page):
        copy.add(rows)
    copy.finish({}, Contact(instant()))
    copy.close()

    def load_copy() -> int:
        with closing(GalleryCopy(path, keys)) as found:
            found.load()
            return sum(map(len, _pages(lambda _, number: found.page(number))))

    templates = store.total(MODEL_ID)
    return _by_turns(lambda: templates if path.read_bytes() else 0, load_copy, templates)


def _filled(store: Store, url: str, templates: int, on_done: Callable[[int], None]) -> Driver:
    store.migrate()
    if store.count():
        raise InputError("The database is not empty. Name one that may be filled with random faces.")
    driver = Driver(url)
    driver.fill(templates, on_done)
    return driver


def _load(store: Store) -> int:
    """As at the start of a process."""
    store.mark()
    return sum(map(len, _pages(store.page)))


def _pages(ask: Callable[[str, int], Page]) -> Iterator[Rows]:
    after: int | None = 0
    while after is not None:
        page = ask(MODEL_ID, after)
        yield page.rows
        after = page.last


def _by_turns(bare: Callable[[], int], ours: Callable[[], int], templates: int) -> Told:
    """`cpu_ratio` is of this process's CPU time, which what else the machine does hardly moves."""
    turns = [(_seconds(bare, templates), _seconds(ours, templates)) for _ in range(TURNS)]
    return {
        "rows_per_second": round(templates / median(wall for _, (wall, _) in turns)),
        "driver_rows_per_second": round(templates / median(wall for (wall, _), _ in turns)),
        "ratio": round(median(alone / wall for (alone, _), (wall, _) in turns), 2),
        "cpu_ratio": round(median(alone / cpu for (_, alone), (_, cpu) in turns), 2),
    }


def _seconds(read: Callable[[], int], templates: int) -> tuple[float, float]:
    """By the clock, and of CPU. Raises InputError where not all were read."""
    wall, cpu = perf_counter(), process_time()
    if read() != templates:
        raise InputError("Not all templates were read. Does somebody else use that database?")
    return perf_counter() - wall, process_time() - cpu


def _mysql(url: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.removeprefix("/"),
        charset="utf8mb4",
    )


def load(
    context: typer.Context,
    templates: Annotated[int, typer.Option(min=1_000, help="How many, of 512 numbers each")] = 100_000,
    database: Annotated[
        list[str] | None, typer.Option(help="The URL of an empty MySQL database, to be measured too; repeatable")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """What reading the whole gallery takes at the start: from SQLite, and from MySQL where one is named.

    First as plain rows, then encrypted, which is what you have unless you turned
    that off. Beside it, by turns, the driver alone: the same query by the same
    pages, its rows fetched and thrown away. At last from a kiosk's local copy,
    beside reading the file's bytes, which is no goal.
    """
    sh, described = shell(context, config, json), machine()
    told: dict[str, Told] = {}
    with TemporaryDirectory(prefix="doorward-bench-") as folder:
        keys = Keys(KeyFile(Path(folder) / "key"))
        for url in (f"sqlite:///{folder}/bench.sqlite", *(database or ())):
            with Progress(console=Console(stderr=True), transient=True, disable=json) as bar:
                task = bar.add_task("Filling", total=templates)
                for how, figures in measure(url, keys, templates, lambda n, b=bar, t=task: b.advance(t, n)):  # type: ignore[misc]
                    told[f"{url.split(':', 1)[0].split('+')[0]}, {how}"] = figures
        goal = {"ratio": GOAL, "met": all(figures["ratio"] >= GOAL for figures in told.values())}
        with closing(Store(f"sqlite:///{folder}/bench.sqlite", keys=keys)) as store:
            told["local copy"] = measure_copy(store, Path(folder) / "copy", keys)
    if sh.json:
        sh.say("", templates=templates, sources=told, goal=goal, machine=described)
        return
    table = Table("from", "rows a second", "driver alone", "ratio", "by CPU")
    for name, of in told.items():
        rates = (f"{of[rate]:,}" for rate in ("rows_per_second", "driver_rows_per_second"))
        table.add_row(name, *rates, f"{of['ratio']:.2f}", f"{of['cpu_ratio']:.2f}")
    Console().print(table, f"goal, a ratio of {GOAL}: {'met' if goal['met'] else 'missed'}")
