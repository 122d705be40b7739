"""The lock. A driver either does what it is asked or raises DoorFailed; it never pretends.

How long a door stays open is not the driver's business: `core.latch` closes it in time.
"""

import asyncio
import contextlib
import logging
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, cast

import httpx

from core.errors import ConfigError, DoorFailed

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO lines hold whole URLs, passwords included
logging.getLogger("httpcore").setLevel(logging.WARNING)  # at DEBUG it quotes a header that it refuses

STATE_BYTES = 65536  # of a relay's state, read at most
STATE_PAUSE = 0.1  # seconds between two looks at it
STDERR_BYTES = 200  # of a command's last words, shown at most


class Door(Protocol):
    """Something that can be opened and closed. Both calls take two seconds at most, and may be repeated."""

    def open(self, seconds: float) -> None:
        """Unlocks; `seconds` is how long it is wanted open, for what keeps the time itself.

        Raises DoorFailed where it is not sure to be unlocked. It may be, all the same: close it then.
        """

    def close(self) -> None:
        """Locks, or does nothing where the device has no way to be locked and ends its pulse by itself.

        Raises DoorFailed where it is not sure to be locked.
        """


class SimulatedDoor:
    """No lock at all: it says what a real one would do."""

    def open(self, seconds: float) -> None:
        log.info("simulated door: open for %.1f s", seconds)

    def close(self) -> None:
        log.info("simulated door: closed")


@dataclass(frozen=True, slots=True)
class RelayState:
    """A URL to read what a relay is at; the answer must match the one pattern and not the other."""

    url: str
    open: re.Pattern[str]
    closed: re.Pattern[str]

    def says(self, answer: str, *, opened: bool) -> bool:
        right, wrong = (self.open, self.closed) if opened else (self.closed, self.open)
        return bool(right.search(answer)) and not wrong.search(answer)


class HttpDoor:
    """A relay that is worked by URLs; `{seconds}` in the one to open, or in its body, becomes the pulse's length.

    Without a `close_url` the relay has to end its pulse by itself: `close` then only looks at `state`, if there is
    one. `state` is asked until it agrees. Only 2xx is success: a redirect, to a login page say, opens nothing.
    `timeout` is for all of that together, in seconds. Proxies and .netrc do not apply. `verify` is True for the
    system's certificates, a file of others, or False for none. Raises ConfigError where that file is no use.
    """

    def __init__(
        self,
        open_url: str,
        *,
        close_url: str | None = None,
        state: RelayState | None = None,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        close_body: str | None = None,
        verify: bool | Path = True,
        timeout: float = 2.0,
    ) -> None:
        self._open_url, self._body = open_url, body
        self._close_url, self._close_body = close_url, close_body
        self._state = state
        self._method = method
        self._headers = dict(headers or {})
        self._tls = _tls(verify)
        self._timeout = timeout

    def open(self, seconds: float) -> None:
        body = None if self._body is None else _filled(self._body, seconds)
        self._work(_filled(self._open_url, seconds), body, opened=True)

    def close(self) -> None:
        self._work(self._close_url, self._close_body, opened=False)

    def _work(self, url: str | None, body: str | None, *, opened: bool) -> None:
        until = time.monotonic() + self._timeout
        asked = [part for part in (url, self._state.url if self._state else None) if part is not None]
        if not asked:
            return
        for part in asked:
            _find(part)
        place = _place(asked[0])
        try:
            asyncio.run(self._exchange(url, body, opened=opened, until=until))
        except (TimeoutError, httpx.TimeoutException):
            wanted = "open" if opened else "closed"
            raise DoorFailed(
                f"The relay {place} did not confirm within {self._timeout:g} s that it is {wanted}. Check it."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            # without its cause: httpx quotes headers and URLs
            raise DoorFailed(f"The relay {place} cannot be worked: {_why(error)}. Check it and its URL.") from None

    async def _exchange(self, url: str | None, body: str | None, *, opened: bool, until: float) -> None:
        """httpx's own time-outs are for each read: a trickle of bytes would never end. Hence one for the whole."""
        client = httpx.AsyncClient(verify=self._tls, headers=self._headers, timeout=self._timeout, trust_env=False)
        async with asyncio.timeout(until - time.monotonic()), client:
            if url is not None:
                await _ask(client, self._method, url, body)
            while self._state is not None:
                if self._state.says(await _ask(client, "GET", self._state.url, read=STATE_BYTES), opened=opened):
                    break
                await asyncio.sleep(STATE_PAUSE)


async def _ask(client: httpx.AsyncClient, method: str, url: str, body: str | None = None, *, read: int = 0) -> str:
    """The first `read` bytes of the answer. Small relays often do not say where it ends, so no more than needed."""
    said = bytearray()
    async with client.stream(method, url, content=body, headers={"Accept-Encoding": "identity"}) as answer:
        if not answer.is_success:
            raise DoorFailed(f"The relay {_place(url)} answers {answer.status_code}. Check its URL and its headers.")
        if read:
            async for chunk in answer.aiter_raw():
                said += chunk
                if len(said) >= read:
                    break
    return said[:read].decode(errors="replace")


def _tls(verify: bool | Path) -> ssl.SSLContext:  # noqa: FBT001 - as httpx and requests call it
    try:
        context = ssl.create_default_context(cafile=verify if isinstance(verify, Path) else None)
    except OSError as error:
        raise ConfigError(f"{verify} holds no certificates to verify the door's relay by. Name a PEM file.") from error
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _find(url: str) -> None:
    """Looks the name up on this thread: asyncio would do so on one that Python waits for before it ends."""
    try:
        socket.getaddrinfo(httpx.URL(url).host, None)
    except (OSError, UnicodeError, httpx.InvalidURL):
        raise DoorFailed(f"The relay {_place(url)} cannot be found. Check its URL and the network.") from None


def _place(url: str) -> str:
    """The part of a URL that never holds a key or a password: its host and port."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return ""
    return parts.host if parts.port is None else f"{parts.host}:{parts.port}"


def _why(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted ({cause.verify_message})"
        cause = cause.__cause__ or cause.__context__
    return "it cannot be reached" if isinstance(error, httpx.ConnectError) else type(error).__name__


def _filled(text: str, seconds: float) -> str:
    return text.replace("{seconds}", f"{seconds:g}")


class CommandDoor:
    """A command that opens and, where there is one, another that closes; `{seconds}` is replaced in the first.

    Each is a list of arguments and never passes a shell. It succeeds with exit code 0; what it left running then
    lives on. At `timeout` (seconds) it is killed, and its whole process group with it. Without a `close_argv` the
    command has to end the pulse by itself, and `close` does nothing.
    """

    def __init__(
        self, open_argv: Sequence[str], close_argv: Sequence[str] | None = None, *, timeout: float = 2.0
    ) -> None:
        self._open_argv = tuple(open_argv)
        self._close_argv = None if close_argv is None else tuple(close_argv)
        self._timeout = timeout

    def open(self, seconds: float) -> None:
        self._run([_filled(argument, seconds) for argument in self._open_argv])

    def close(self) -> None:
        if self._close_argv is not None:
            self._run(self._close_argv)

    def _run(self, argv: Sequence[str]) -> None:
        process, said = _started(argv)
        try:
            code = process.wait(self._timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self._timeout)
            raise DoorFailed(f"{argv[0]} did not end within {self._timeout:g} s and was killed. Check it.") from None
        if code != 0:
            raise DoorFailed(f"{argv[0]} ended with exit code {code}{said.last_line()}. Check it.")


class _LastWords(threading.Thread):
    """Keeps the end of a stream. Read on a thread, since a child left running may hold it open for long."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(name="door command", daemon=True)
        self._stream = stream
        self._kept = bytearray()

    def run(self) -> None:
        with self._stream:
            while chunk := self._stream.read(4096):
                self._kept += chunk
                del self._kept[: -2 * STDERR_BYTES]

    def last_line(self) -> str:
        """`: ` and the last line that is not blank, or nothing."""
        self.join(0.2)
        lines = bytes(self._kept).decode(errors="replace").strip().splitlines()
        shown = "".join(c if c.isprintable() else " " for c in lines[-1][-STDERR_BYTES:]) if lines else ""
        return f": {shown}" if shown else ""


def _started(argv: Sequence[str]) -> tuple[subprocess.Popen[bytes], _LastWords]:
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own, and no shell
            argv,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it holds a null byte"
        raise DoorFailed(f"{argv[0]} cannot be started: {why}. Check the door's command.") from error
    said = _LastWords(cast("IO[bytes]", process.stderr))  # a pipe was asked for
    said.start()
    return process, said
