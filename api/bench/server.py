"""`doorward-api` as its users run it: a process, a port, a database and a key of its own."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from api.client import Client
from core.apikeys import Scope, digest, new_key
from core.config import Settings
from core.errors import Unavailable
from core.parts import make_store

STARTING = 120.0  # seconds
STOPPING = 10.0


class Started:
    """From `with` on it is well; after it, it is gone. `settings` are those it runs on."""

    def __init__(self, folder: Path, settings: Settings, *, workers: int = 1) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        own = {"host": "127.0.0.1", "port": port, "auth": "keys", "certificate": None, "key": None, "workers": workers}
        api = settings.api.model_copy(update={**own, "rate_per_key": 0, "rate_per_address": 0})
        database = settings.database.model_copy(update={"url": f"sqlite:///{folder}/bench.sqlite"})
        door = settings.door.model_copy(update={"driver": "simulated"})
        self.settings = settings.model_copy(update={"api": api, "database": database, "door": door})
        self._url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._key = self._made_key()
        self._process: subprocess.Popen[bytes] | None = None

    def client(self, port: int | None = None) -> Client:
        """Of this server, or of another on this machine that has the same keys."""
        return Client(self._url if port is None else f"http://127.0.0.1:{port}", self._key)

    def __enter__(self) -> Self:
        config, log = self._folder / "config.yaml", self._folder / "log"
        config.write_text(self.settings.model_dump_json(), encoding="utf-8")  # JSON is YAML
        script = Path(sys.executable).with_name("doorward-api")
        program = [str(script)] if script.exists() else [sys.executable, "-c", "from api.app import main; main()"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DOORWARD__")}
        call = [*program, "--config", str(config), "--with-parent"]
        with log.open("wb") as out:
            self._process = subprocess.Popen(call, env=clean, stdin=subprocess.PIPE, stdout=out, stderr=out)  # noqa: S603 - our own script
        try:
            self._wait_until_well()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def memory(self) -> int:
        """Bytes that are resident, of all its processes."""
        return sum(_resident(pid) for pid in self._pids())

    def _pids(self) -> list[int]:
        if self._process is None:
            return []
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(encoding="utf-8")
        return [self._process.pid, *map(int, children.split())]

    def _made_key(self) -> str:
        store = make_store(self.settings)
        with closing(store):
            store.migrate()
            key, text = new_key("bench", frozenset(Scope), datetime.now(UTC), None)
            store.keyring.add(key, digest(text))
        return text

    def _wait_until_well(self) -> None:
        """Raises Unavailable with the last that it logged."""
        until = time.monotonic() + STARTING
        with self.client() as client:
            while time.monotonic() < until and self._process is not None and self._process.poll() is None:
                try:
                    if client.health().well:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        said = (self._folder / "log").read_text(encoding="utf-8").splitlines()
        raise Unavailable("The API did not start: " + " ".join(said[-3:]))


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return 0
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 if "VmRSS:" in status else 0
