"""The REST API beside the kiosk: a process of its own, started, watched, restarted, and taken down with us."""

import logging
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from core.settings import ApiSettings
from kiosk.jobs import Jobs

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds between two starts
STEADY = 60.0  # seconds after which it counts as well again
TERMINATE_MS, KILL_MS = 1200, 300
KNOCK_MS = 500


class ApiPhase(StrEnum):
    OFF = "off"
    STARTING = "starting"
    RUNNING = "running"
    TAKEN = "taken"
    RESTARTING = "restarting"


@dataclass(frozen=True, slots=True)
class ApiState:
    """How the API is. `wait`: seconds until it is started again."""

    phase: ApiPhase
    wait: float = 0.0


class ApiProcess(QObject):
    """Keeps `command` running. The child's stdin is a pipe of ours: it ends when we do, even by `kill -9`."""

    changed = Signal(object)

    def __init__(
        self, command: Sequence[str], answers: Callable[[], bool], jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._command = list(command)
        self._answers = answers
        self._jobs = jobs
        self._state = ApiState(ApiPhase.OFF)
        self._wanted = False
        self._wait = 0.0
        self._started_at = 0.0
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedChannels)  # it logs where we do
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._failed)
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._launch)
        self._knock = QTimer(self, interval=KNOCK_MS)
        self._knock.timeout.connect(self._ask)

    @property
    def state(self) -> ApiState:
        return self._state

    def is_up(self) -> bool:
        """Whether there is a child, answering or not."""
        return self._process.state() is QProcess.ProcessState.Running

    def start(self) -> None:
        self._wanted = True
        self._launch()

    def stop(self) -> None:
        """Ends the child within 1.5 s, by force where asking does not help."""
        self._wanted = False
        self._again.stop()
        self._knock.stop()
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.closeWriteChannel()
            self._process.terminate()
            if not self._process.waitForFinished(TERMINATE_MS):
                self._process.kill()
                self._process.waitForFinished(KILL_MS)
        self._set(ApiState(ApiPhase.OFF))

    def _launch(self) -> None:
        """Asks first: where somebody answers already it is not ours, and ours could not listen there."""
        self._set(ApiState(ApiPhase.STARTING))
        self._jobs.run(self, self._answers, self._begin, lambda _: self._begin(taken=False))

    def _begin(self, taken: bool) -> None:  # noqa: FBT001 - the answer is all there is
        if not self._wanted:
            return
        self._started_at = time.monotonic()
        if taken:
            self._retry(ApiPhase.TAKEN)
            return
        self._process.start(self._command[0], self._command[1:])
        self._knock.start()

    def _ask(self) -> None:
        """Whether it takes calls already; asked until it does."""
        self._jobs.run(self, self._answers, self._answered, lambda _: None)

    def _answered(self, yes: bool) -> None:  # noqa: FBT001 - the answer is all there is
        if yes and self._state.phase is ApiPhase.STARTING:
            self._knock.stop()
            self._set(ApiState(ApiPhase.RUNNING))

    def _ended(self) -> None:
        self._knock.stop()
        if not self._wanted:
            return
        log.warning("the API has ended (exit code %d); it is started again", self._process.exitCode())
        self._retry(ApiPhase.RESTARTING)

    def _retry(self, phase: ApiPhase) -> None:
        self._wait = next_wait(self._wait, time.monotonic() - self._started_at)
        self._set(ApiState(phase, self._wait))
        self._again.start(round(self._wait * 1000))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # the one case in which `finished` does not follow
            log.error("the API cannot be started: %s", self._process.errorString())
            self._ended()

    def _set(self, state: ApiState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)


def next_wait(wait: float, ran: float) -> float:
    """Seconds until the next start, after one that ran for `ran` seconds and had been waited `wait` for."""
    if ran >= STEADY or not wait:
        return FIRST_WAIT
    return min(wait * 2, LONGEST_WAIT)


def command_line(config: Path | None, *, demo: bool) -> list[str]:
    """The console script of this very environment, with our own options."""
    script = Path(sys.executable).with_name("doorward-api")
    program = [str(script)] if script.exists() else [sys.executable, "-c", "from api.app import main; main()"]
    named = ["--config", str(config)] if config else []
    return [*program, "--with-parent", *named, *(["--demo"] if demo else [])]


def answering(settings: ApiSettings) -> Callable[[], bool]:
    """Asks whether somebody listens at the API's address. Waits half a second at most."""
    return partial(_connects, (settings.host, settings.port))


def _connects(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=0.5).close()
    except OSError:
        return False
    return True
