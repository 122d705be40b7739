"""`doorward-api` as a process, as whoever installs it starts it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from leaks import EAR

ROOT = Path(__file__).parents[1]
STARTING = 60.0  # seconds: imports on a busy machine; nothing is measured by it
STOPPING = 20.0


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


class Api:
    """`doorward-api` in a process and a folder of its own."""

    def __init__(self, folder: Path, *options: str, scheme: str = "http", **environment: str) -> None:
        self._scheme = scheme
        self.port = int(environment.setdefault("DOORWARD__API__PORT", str(free_port())))
        environment.setdefault("DOORWARD__DATABASE__URL", f"sqlite:///{folder / 'doorward.sqlite'}")
        clean = {key: value for key, value in os.environ.items() if not key.startswith("DOORWARD__")}
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from api.app import main; main()", *options],
                cwd=folder,
                env={**clean, "PYTHONPATH": str(ROOT), **environment},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def request(self, method: str, path: str, **request: object) -> httpx.Response:
        url = f"{self._scheme}://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, timeout=STARTING, verify=False, **request)  # type: ignore[arg-type]

    def answering(self) -> "Api":
        """Once it answers at all, whatever its health."""
        return self._until(lambda _: True)

    def well(self) -> "Api":
        return self._until(lambda answer: answer.status_code == 200)

    def _until(self, good: Callable[[httpx.Response], bool]) -> "Api":
        until = time.monotonic() + STARTING
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log
            try:
                if good(self.request("GET", "/health")):
                    return self
            except httpx.ConnectError:
                pass
            time.sleep(0.05)
        pytest.fail(f"it never answered: {self.log}")

    def exit_code(self) -> int:
        return self.process.wait(STOPPING)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        EAR.reads(self.log)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Api]]:
    started: list[Api] = []

    def one(*options: str, **environment: str) -> Api:
        started.append(Api(tmp_path, *options, **environment))
        return started[-1]

    yield one
    for api in started:
        api.close()
