"""The kiosk as processes: the API beside it, its signals, its exit codes, and that nothing outlives it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from leaks import EAR
from PySide6.QtCore import QTimer
from typer.testing import CliRunner

import kiosk.app
import kiosk.start
from core.display import DisplayProblem
from kiosk.apiprocess import ApiPhase, ApiProcess, command_line, next_wait
from kiosk.session import signals_call

pytest_plugins = ["screen"]

ROOT = Path(__file__).parents[1]
FAITHFUL = "import sys; sys.stdin.read()"  # ends with its parent, as the API does
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
BROKEN = "raise SystemExit(3)"


class Port:
    """Whether somebody answers at the API's address."""

    def __init__(self):
        self.answered = False

    def opens(self):
        self.answered = True

    def __call__(self):
        return self.answered


@pytest.fixture
def port():
    return Port()


@pytest.fixture
def beside(qtbot, jobs, port):
    """Makes the API's process out of a command."""
    made = []

    def make(script, program=sys.executable):
        made.append(ApiProcess([program, "-c", script], port, jobs))
        return made[-1]

    yield make
    for process in made:
        process.stop()


def phases_of(process):
    seen = []
    process.changed.connect(lambda state: seen.append(state.phase))
    return seen


def test_it_runs_once_it_answers_and_is_off_once_stopped(qtbot, beside, port):
    process = beside(FAITHFUL)
    phases = phases_of(process)
    process.start()
    qtbot.waitUntil(process.is_up)
    port.opens()
    qtbot.waitUntil(lambda: process.state.phase is ApiPhase.RUNNING)
    process.stop()
    process.stop()
    assert phases == [ApiPhase.STARTING, ApiPhase.RUNNING, ApiPhase.OFF]
    assert not process.is_up()


@pytest.mark.logs("the API has ended (exit code 3)")
def test_one_that_ends_is_started_again(qtbot, beside):
    process = beside(BROKEN)
    phases = phases_of(process)
    process.start()
    qtbot.waitUntil(lambda: phases.count(ApiPhase.RESTARTING) == 2)
    assert phases == [ApiPhase.STARTING, ApiPhase.RESTARTING] * 2
    assert process.state.wait == 1.0


@pytest.mark.logs("the API cannot be started", "the API has ended")
def test_one_that_is_not_there_is_tried_again(qtbot, beside):
    process = beside(FAITHFUL, program="/nowhere/doorward-api")
    process.start()
    qtbot.waitUntil(lambda: process.state.phase is ApiPhase.RESTARTING)


def test_where_somebody_else_has_the_port_it_waits(qtbot, beside, port):
    port.opens()
    process = beside(FAITHFUL)
    process.start()
    qtbot.waitUntil(lambda: process.state.phase is ApiPhase.TAKEN)
    assert not process.is_up()


def test_one_that_will_not_end_is_ended(qtbot, beside):
    process = beside(STUBBORN)
    process.start()
    qtbot.waitUntil(process.is_up)
    qtbot.wait(200)  # until it ignores the signal
    process.stop()
    assert not process.is_up()


@pytest.mark.parametrize(
    ("wait", "ran", "expected"),
    [(0.0, 0.1, 0.5), (0.5, 0.1, 1.0), (1.0, 59.0, 2.0), (20.0, 1.0, 30.0), (30.0, 1.0, 30.0), (30.0, 61.0, 0.5)],
)
def test_the_waits_grow_until_it_ran_for_a_minute(wait, ran, expected):
    assert next_wait(wait, ran) == expected


def test_the_api_gets_the_kiosks_own_options():
    assert command_line(None, demo=False)[-1] == "--with-parent"
    assert command_line(Path("a.yaml"), demo=True)[-4:] == ["--with-parent", "--config", "a.yaml", "--demo"]


@pytest.fixture
def leave(qapp):
    """Ends the loop, which would end by itself too, but only after a while; a signal has to be quicker."""
    calls = []

    def end(why):
        calls.append(why)
        qapp.quit()

    last_resort = QTimer(interval=10_000)
    last_resort.timeout.connect(lambda: end("by itself"))
    last_resort.start()
    yield lambda: end("by signal")
    last_resort.stop()
    assert calls == ["by signal"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_loop_that_waits(qapp, leave, number):
    before = signal.getsignal(number)
    with signals_call(leave):
        sender = threading.Timer(0.1, os.kill, (os.getpid(), number))
        sender.start()
        qapp.exec()
        sender.join()
    assert signal.getsignal(number) is before


def test_a_signal_before_the_loop_is_not_lost(qapp, leave):
    with signals_call(leave):
        os.kill(os.getpid(), signal.SIGTERM)
        qapp.exec()


# the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def command():
    import typer

    app = typer.Typer()
    app.command()(kiosk.app.kiosk)
    return lambda *options: CliRunner().invoke(app, options)


def test_all_faults_of_the_configuration_are_told_at_once(command, tmp_path):
    (tmp_path / "config.yaml").write_text("camera: {sauce: 0}\napi: {port: 0}\n")
    done = command("--no-restart", "--config", str(tmp_path / "config.yaml"))
    assert done.exit_code == 2
    assert "camera.sauce" in done.stderr
    assert "api.port" in done.stderr


def test_what_stands_in_the_way_of_a_window_is_told_before_qt_starts(command, monkeypatch):
    monkeypatch.setattr(kiosk.start, "display_problem", lambda: DisplayProblem("There is no display."))
    done = command("--demo", "--no-restart")
    assert (done.exit_code, done.stderr) == (3, "There is no display.\n")


class RealKiosk:
    """`doorward --demo` as a process of its own, in an empty folder."""

    def __init__(self, folder, port):
        self._port = port
        script = "from kiosk.app import main; main()"
        environ = os.environ | {
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "DOORWARD__API__PORT": str(port),
        }
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script, "--demo"], cwd=folder, env=environ, stderr=log
            )

    @property
    def child(self):
        """The process that shows the window; None while there is none."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else None

    def is_answered_by_its_api(self):
        with socket.socket() as client:
            client.settimeout(0.5)
            return client.connect_ex(("127.0.0.1", self._port)) == 0


@pytest.fixture
def real(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = RealKiosk(tmp_path, port)
    yield made
    made.process.kill()
    made.process.wait(10)
    EAR.reads(made.log.read_text())


def eventually(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.05)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -9)])
def test_the_api_comes_and_goes_with_the_kiosk_however_that_ends(real, number, code):
    eventually(real.is_answered_by_its_api)
    real.process.send_signal(number)
    assert real.process.wait(10) == code, real.log.read_text()
    eventually(lambda: not real.is_answered_by_its_api())
    assert "Traceback" not in real.log.read_text()


def test_a_crash_of_the_window_starts_it_again_with_its_api(real):
    eventually(real.is_answered_by_its_api)
    crashed = real.child
    os.kill(crashed, signal.SIGSEGV)
    eventually(lambda: real.child not in (None, crashed))
    eventually(real.is_answered_by_its_api)
    real.process.terminate()
    assert real.process.wait(10) == 0, real.log.read_text()
    assert "the kiosk has crashed (SIGSEGV); it starts again in 1 s" in real.log.read_text()
    eventually(lambda: not real.is_answered_by_its_api())
