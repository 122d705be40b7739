"""Several processes on one socket: each with its own gallery, in step; revoked at once; gone with who started them."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from apiprocess import STARTING, Api
from rest import png

from api.client import Client, Refused
from core.apikeys import Scope, digest, new_key
from core.store import Store


class Two:
    """`doorward-api` with two workers, a key, and the database that it is on."""

    def __init__(self, folder: Path) -> None:
        self._url = f"sqlite:///{folder / 'doorward.sqlite'}"
        made, self.key = new_key("turnstile", frozenset(Scope), datetime.now(UTC), None)
        self.prefix = made.prefix
        with self.store() as store:
            store.migrate()
            store.keyring.add(made, digest(self.key))
        own = {"DOORWARD__DATABASE__URL": self._url, "DOORWARD__API__AUTH": "keys", "DOORWARD__API__WORKERS": "2"}
        self.api = Api(folder, "--demo", **own).well()

    @contextmanager
    def store(self) -> Iterator[Store]:
        with closing(Store(self._url)) as store:
            yield store

    @property
    def workers(self) -> list[int]:
        return workers_of(self.api.process.pid)

    @contextmanager
    def only(self, worker: int) -> Iterator[Client]:
        """A client that this worker answers, for the others are held still meanwhile."""
        others = [pid for pid in self.workers if pid != worker]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            with Client(f"http://127.0.0.1:{self.api.port}", self.key, timeout=STARTING) as client:
                yield client
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)


def workers_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


def until(good: Callable[[], bool]) -> None:
    limit = time.monotonic() + STARTING
    while not good():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    started = Two(tmp_path_factory.mktemp("two"))
    until(lambda: len(started.workers) == 2)
    for worker in started.workers:
        with started.only(worker) as client:
            until(lambda client=client: client.health().well)  # type: ignore[misc]
    yield started
    started.api.close()


def test_what_one_was_told_the_other_knows_too(two: Two) -> None:
    one, other = two.workers
    with two.only(one) as client:
        client.enrol("ada", "Ada", [png(0)])
        assert client.match(png(0)).status == "access_granted"  # who was told knows at once
    with two.only(other) as client:
        until(lambda: client.match(png(0)).status == "access_granted")
        receipt = client.erase("ada")
        assert receipt.index_version == receipt.gallery_version
        assert client.match(png(0)).status == "access_denied"
    with two.only(one) as client:
        until(lambda: client.match(png(0)).status == "access_denied")
        assert client.system().gallery_version == receipt.gallery_version


def test_a_worker_that_dies_is_replaced_and_the_other_answers_meanwhile(two: Two) -> None:
    one, other = two.workers
    os.kill(one, signal.SIGKILL)
    with Client(f"http://127.0.0.1:{two.api.port}", two.key, timeout=STARTING) as client:
        assert client.health().database == "ok"
        until(lambda: len(two.workers) == 2 and one not in two.workers)
        (new,) = set(two.workers) - {other}
    with two.only(new) as client:
        until(lambda: client.health().well)
    assert "a worker has ended (exit code -9)" in two.api.log


def test_a_key_that_is_revoked_is_refused_by_both_from_then_on(two: Two) -> None:
    for worker in two.workers:
        with two.only(worker) as client:
            assert list(client.people()) == []
    with two.store() as store:
        store.keyring.revoke(two.prefix, datetime.now(UTC))
    for worker in two.workers:
        with two.only(worker) as client, pytest.raises(Refused, match="key_revoked"):
            client.person("ada")


def test_asked_to_end_they_do_with_who_started_them(two: Two) -> None:
    ended(two.api, two.workers, signal.SIGTERM)
    assert two.api.process.returncode == 0
    assert "Traceback" not in two.api.log


def test_they_end_also_where_that_was_killed(tmp_path: Path) -> None:
    api = Api(tmp_path, "--demo", DOORWARD__API__WORKERS="2").answering()
    try:
        ended(api, workers_of(api.process.pid), signal.SIGKILL)
    finally:
        api.close()


def ended(api: Api, workers: list[int], how: signal.Signals) -> None:
    assert len(workers) == 2
    api.process.send_signal(how)
    api.exit_code()
    until(lambda: not any(map(running, workers)))
    with pytest.raises(httpx.ConnectError):
        api.request("GET", "/health/live")


def running(pid: int) -> bool:
    """Not so: gone, or a zombie that nobody has fetched."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
