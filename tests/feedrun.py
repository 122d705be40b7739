"""Three writers and three followers, each a process, over many changes, with crashes and lost connections on the way.

`make feed` runs it at length, on SQLite and on a mariadbd of its own that is restarted meanwhile; the suite briefly.
After each round every follower's gallery has to equal the table. A change counts as in step from its commit until a
follower has it; followers look every 0.25 s, as `database.poll` has it.
"""

import hashlib
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import defaultdict
from contextlib import closing, suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlalchemy as sa
from fakes import MODEL_ID, template
from mariadb import Server, looked_into

from core.domain import Validity
from core.encryption import KeyFile, Keys
from core.errors import DoorwardError, StoreUnavailable
from core.store import Store

FORK = multiprocessing.get_context("fork")  # before anything is opened: each imports nothing anew
POLL, ROUNDS, MANY = 0.25, 4, 3
PATIENCE = 60.0  # seconds for a follower to catch up


def opened(url: str, key_file: Path) -> Store:
    return Store(url, timeout=5.0, keys=Keys(KeyFile(key_file)))


class Gallery:
    """What a follower has: the rows of each person, kept by `core.templates` alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._people: dict[str, list[bytes]] = {}
        self.mark = store.mark()
        after: int | None = 0
        while after is not None:
            page = store.page(MODEL_ID, after)
            self._put(page.rows)
            after = page.last

    def follow(self) -> bool:
        """Whether it is as new as the table. Reads anew what is not known any more."""
        changes = self._store.changes(MODEL_ID, self.mark)
        if changes is None:
            self.__init__(self._store)  # type: ignore[misc]
            return False
        for who in changes.user_ids:
            self._people.pop(who, None)
        self._put(changes.rows)
        self.mark = changes.mark
        return not changes.more

    def digest(self) -> str:
        told = hashlib.sha256()
        for who in sorted(self._people):
            told.update(b"".join([who.encode(), *sorted(self._people[who])]))
        return told.hexdigest()[:32]

    def _put(self, rows: Any) -> None:
        for who, name, vector in zip(rows.user_ids, rows.names, rows.matrix, strict=True):
            self._people.setdefault(who, []).append(f"{name} {rows.valid.get(who)}".encode() + vector.tobytes())


def follow(url: str, key_file: Path, orders: Connection) -> None:
    """Follows as long as its parent lives; each order is a version to reach, answered with how it stands then."""
    store, gallery, seen, wanted, parent = opened(url, key_file), None, [], None, os.getppid()
    while os.getppid() == parent:
        with suppress(StoreUnavailable):
            gallery = gallery or Gallery(store)
            while gallery.mark != store.mark() and not gallery.follow():
                pass
            seen.append((gallery.mark.version, time.monotonic()))
            if wanted is not None and gallery.mark.version >= wanted:
                orders.send((gallery.digest(), seen))
                wanted, seen = None, []
        if orders.poll(POLL):
            wanted = orders.recv()


def write(url: str, key_file: Path, own: str, changes: int, told: Connection) -> None:
    """Makes `changes`, in people of its own; tells whom it changed, and when that was committed."""
    store, dice, done = opened(url, key_file), random.Random(own), []
    while len(done) < changes:
        who = f"{own}-{dice.randrange(max(changes // 8, 4))}"
        try:
            change(store, who, dice)
            done.append((who, time.monotonic()))
        except StoreUnavailable:
            time.sleep(0.05)
        except DoorwardError:
            pass  # not there, or has enough
    told.send(done)


def change(store: Store, who: str, dice: random.Random) -> None:
    kind = dice.random()
    if kind < 0.6:
        replace = dice.random() < 0.5
        store.add_faces(who, f"Name {dice.random()}", [template(who, away=dice.random())], limit=4, replace=replace)
    elif kind < 0.75:
        store.rename(who, f"Name {dice.random()}")
    elif kind < 0.85:
        store.set_active(who, active=dice.random() < 0.5)
    elif kind < 0.9:
        store.set_validity(who, Validity(None, datetime(2030, 1, dice.randrange(1, 28), tzinfo=UTC)))
    else:
        store.erase(who)


class Run:
    """Each follower is killed once in a while, and in each round the connections of all are cut."""

    def __init__(self, url: str, folder: Path, server: Server | None = None) -> None:
        self._url, self._key_file, self._server = url, folder / "key", server
        with closing(opened(url, self._key_file)) as store:
            store.migrate()
        self._followers = [self._follower() for _ in range(MANY)]
        self._seen: list[list[tuple[int, float]]] = []
        self._committed: dict[str, list[float]] = defaultdict(list)

    def round(self, changes: int, number: int) -> None:
        """Raises AssertionError where a follower's gallery is not the table's."""
        writers = [self._writer(f"r{number}w{i}", changes // MANY) for i in range(MANY)]
        shaking = threading.Timer(0.3, self._shake, (number,))
        shaking.start()
        for process, told in writers:
            for who, at in told.recv():
                self._committed[who].append(at)
            process.join()
        shaking.join()
        with closing(opened(self._url, self._key_file)) as store:
            table = Gallery(store)
        for process, orders in self._followers:
            orders.send(table.mark.version)
            assert orders.poll(PATIENCE), "a follower does not catch up"
            digest, seen = orders.recv()
            assert digest == table.digest(), f"round {number}: a follower's gallery is not the table's"
            assert process.is_alive()
            self._seen.append(seen)

    def close(self) -> None:
        for process, orders in self._followers:
            process.kill()
            process.join()
            orders.close()

    def delays(self) -> np.ndarray:
        """Seconds from each commit until each follower that lived then had it."""
        with looked_into(self._url) as connection:
            rows = connection.execute(sa.text("SELECT user_id, version FROM gallery_changes ORDER BY version")).all()
        versions: dict[str, list[int]] = defaultdict(list)
        for who, version in rows:
            versions[who].append(version)
        known = {who: at for who, at in self._committed.items() if len(at) == len(versions[who])}
        when = dict(sorted((v, t) for who, at in known.items() for v, t in zip(versions[who], at, strict=True)))
        found = []
        for seen in self._seen:
            reached, at = np.array([v for v, _ in seen]), np.array([t for _, t in seen])
            mine = [v for v in when if reached[0] < v <= reached[-1]]  # what it began with it did not have to notice
            found.append(at[np.searchsorted(reached, mine)] - np.array([when[v] for v in mine]))
        return np.maximum(np.concatenate(found), 0)

    def _shake(self, number: int) -> None:
        victim = number % MANY
        process, orders = self._followers[victim]
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        orders.close()
        self._followers[victim] = self._follower()
        if self._server is not None and number % 2:
            with self._server.stopped():
                pass
        elif self._url.startswith("mysql"):
            self._cut()

    def _cut(self) -> None:
        with looked_into(self._url) as connection:
            mine = connection.scalar(sa.text("SELECT CONNECTION_ID()"))
            others = connection.scalars(sa.text("SELECT id FROM information_schema.processlist WHERE db = DATABASE()"))
            for other in [other for other in others if other != mine]:
                with suppress(sa.exc.DBAPIError):
                    connection.execute(sa.text(f"KILL {other}"))

    def _follower(self) -> tuple[Any, Connection]:
        return self._started(follow, self._url, self._key_file)

    def _writer(self, *of: Any) -> tuple[Any, Connection]:
        return self._started(write, self._url, self._key_file, *of)

    def _started(self, work: Any, *given: Any) -> tuple[Any, Connection]:
        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=work, args=(*given, theirs), daemon=True)
        process.start()
        theirs.close()
        return process, ours


def measured(url: str, changes: int, folder: Path, server: Server | None = None) -> dict[str, Any]:
    run = Run(url, folder, server)
    try:
        for number in range(ROUNDS):
            run.round(changes // ROUNDS, number)
        delays = run.delays() * 1000
    finally:
        run.close()
    p50, p99, most = (round(float(np.percentile(delays, q))) for q in (50, 99, 100))
    database = sa.make_url(url).get_backend_name()
    return {
        "database": database,
        "changes": changes,
        "measured": len(delays),
        "p50_ms": p50,
        "p99_ms": p99,
        "max_ms": most,
    }


def say(told: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


def main(changes: int, url: str | None = None) -> None:
    with TemporaryDirectory(prefix="doorward-feed-") as name:
        folder = Path(name)
        if url is not None:
            say(measured(url, changes, folder))
            return
        say(measured(f"sqlite:///{folder}/feed.sqlite", changes, folder))
        (folder / "key").unlink()
        server = Server(folder)
        server.start()
        try:
            say(measured(server.fresh_database(), changes, folder, server))
        finally:
            server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:3])
