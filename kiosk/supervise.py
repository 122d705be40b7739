"""The kiosk's process, started again by a small parent where it crashed. Knows no Qt: it must outlive it.

The child's stdin is a socket of the parent's: the child ends where that ends, be it by `kill -9`, and says over it
whether the operator has locked the door, so that a crash does not unlock it.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
WELL, BAD_CONFIG, NO_DISPLAY = 0, 2, 3  # exit codes; 2 is also that of a wrong option
OURS = (WELL, BAD_CONFIG, NO_DISPLAY)
"""Whatever else a process ends with is a crash."""
STDIN = 0
LOCKED, UNLOCKED = b"L", b"U"
LOCK_OPTION = "--locked"


@dataclass(frozen=True, slots=True)
class Waits:
    """All in seconds. `first` before the first start anew, then twice as long up to `longest`, until it ran for
    `steady`; `grace` is what a child has that was asked to end."""

    first: float = 1.0
    longest: float = 30.0
    steady: float = 60.0
    grace: float = 8.0

    def following(self, wait: float, ran: float) -> float:
        return self.first if not wait or ran >= self.steady else min(wait * 2, self.longest)


class Supervisor:
    """Runs `command` until it ends by itself, or until we are asked to end by Ctrl-C or SIGTERM."""

    def __init__(self, command: Sequence[str], waits: Waits = Waits()) -> None:
        self._command = list(command)
        self._waits = waits
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._force: threading.Timer | None = None
        self._locked = False

    def run(self) -> int:
        """Returns the child's own exit code where that is one of `OURS`, or where we ended it. Main thread only."""
        wait = 0.0
        with self._signals():
            while True:
                started = time.monotonic()
                code = self._run_once()
                if code in OURS or self._stopping.is_set():
                    return _told_to(code) if self._stopping.is_set() else code
                wait = self._waits.following(wait, time.monotonic() - started)
                log.error("the kiosk has crashed (%s); it starts again in %g s", _how(code), wait)
                if self._stopping.wait(wait):
                    return WELL

    def _run_once(self) -> int:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                command = [*self._command, *([LOCK_OPTION] if self._locked else [])]
                self._child = subprocess.Popen(command, stdin=theirs.fileno())  # noqa: S603 - our own script
            if self._stopping.is_set():  # asked meanwhile
                self._child.terminate()
            code = self._child.wait()
            self._listen(ours)
            return code

    def _listen(self, ours: socket.socket) -> None:
        """What it said last counts; all that a dead one said is still there."""
        ours.settimeout(0)
        try:
            while said := ours.recv(4096):
                self._locked = said.endswith(LOCKED)
        except OSError:
            return  # nothing more; a grandchild may hold the other end

    def _stop(self, *_: object) -> None:
        again = self._stopping.is_set()
        self._stopping.set()
        if self._child is not None and not again:
            self._child.terminate()
            self._force = threading.Timer(self._waits.grace, self._child.kill)
            self._force.daemon = True
            self._force.start()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            if self._force is not None:
                self._force.cancel()


def _told_to(code: int) -> int:
    """A child that our own signal hit before it could listen ended as it should."""
    return WELL if -code in (signal.SIGINT, signal.SIGTERM) else code if code >= 0 else 128 - code


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


# what the child does --------------------------------------------------------------------------------------------------


def follow_parent(grace: float = Waits().grace, stdin: int = STDIN) -> None:
    """On a thread of its own: ends us once the other end of `stdin` is gone, by force where asking does not help."""
    threading.Thread(target=_follow, args=(grace, stdin), name="parent", daemon=True).start()


def tell_locked(locked: bool) -> None:  # noqa: FBT001 - there is nothing else to tell
    """Tells the parent, for the next child."""
    with suppress(OSError):  # it has ended, and we are about to
        os.write(STDIN, LOCKED if locked else UNLOCKED)


def _follow(grace: float, stdin: int) -> None:
    try:
        while os.read(stdin, 4096):
            pass
    except OSError:
        log.warning("there is no parent to follow")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os.kill(os.getpid(), signal.SIGKILL)


def command_line(config: Path | None, *, demo: bool) -> list[str]:
    """The console script of this very environment, without a parent's duties."""
    script = Path(sys.executable).with_name("doorward")
    program = [str(script)] if script.exists() else [sys.executable, "-c", "from kiosk.app import main; main()"]
    named = ["--config", str(config)] if config else []
    return [*program, "--no-restart", "--with-parent", *named, *(["--demo"] if demo else [])]
