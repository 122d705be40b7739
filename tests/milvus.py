"""A Milvus in a process of its own, for the tests; and one that can be switched off."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec

import pytest
from conftest import required

from core.errors import SearchUnavailable

STARTING = 60.0


def needed():
    """Skips where there is no milvus-lite."""
    if find_spec("milvus_lite") is None:
        assert not required("milvus"), "milvus-lite is absent, and DOORWARD_REQUIRE says that it must not be"
        pytest.skip("the tests on Milvus need milvus-lite")


@contextmanager
def served(folder):
    """The address of a server, and its process."""
    needed()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--data-dir", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "milvus_lite", "server", *options], stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


@contextmanager
def suspended(process):
    """Its sockets stay open, and nothing answers."""
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)  # or its threads may answer once more
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


@contextmanager
def in_this_process(path):
    """Ends what pymilvus has started for that file."""
    needed()
    from milvus_lite.server_manager import server_manager_instance

    try:
        yield str(path)
    finally:
        server_manager_instance.release_server(str(path))


def _wait(port, process):
    until = time.monotonic() + STARTING
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail("milvus-lite did not start")


class Impatient:
    """A client of a new Milvus, which is asked for nothing without a time-out of a few seconds."""

    def create_schema(self, **_):
        return self

    def prepare_index_params(self):
        return self

    def add_field(self, *_, **__): ...

    def add_index(self, *_, **__): ...

    def __getattr__(self, verb):
        def answer(*_, **options):
            assert 0 < options["timeout"] <= 5, verb
            return [[]] if verb == "search" else []

        return answer


class Memory:
    """What a collection of Milvus does, in a dict. `away`: it does not answer."""

    def __init__(self):
        self.failures = 0
        self.away = False
        self.held = {}
        self.written = 0

    def open(self, dimension):
        self._answer()
        return set(self.held)

    def write(self, numbers, matrix):
        self._answer()
        self.held.update(zip(numbers, matrix, strict=True))
        self.written += len(numbers)

    def delete(self, numbers):
        self._answer()
        for number in numbers:
            self.held.pop(number, None)

    def closest(self, probe, limit):
        self._answer()
        found = ((number, float(vector @ probe)) for number, vector in self.held.items())
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def _answer(self):
        if self.away:
            self.failures += 1
            raise SearchUnavailable("away")
