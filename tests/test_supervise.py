"""A small parent starts the kiosk again where it crashed, and goes when it is told to, with its child."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kiosk.supervise import Supervisor, Waits, command_line

ROOT = Path(__file__).parents[1]
QUICK = Waits(first=0.01, longest=0.04, grace=0.3)
NOTES = "import os, sys; open('ran', 'a').write(' '.join(sys.argv[1:]) + '|'); n = open('ran').read().count('|'); "
"""A child that notes its options, and knows in `n` how often it was started."""
WAITS = NOTES + "import time; time.sleep(60)"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def supervised(script, waits=QUICK):
    return Supervisor([sys.executable, "-c", script], waits)


def runs():
    """The options of each start."""
    return Path("ran").read_text().split("|")[:-1] if Path("ran").exists() else []


@pytest.mark.parametrize("code", [0, 2, 3])
def test_a_child_that_ends_with_a_code_of_ours_is_not_started_again(code):
    assert supervised(NOTES + f"sys.exit({code})").run() == code
    assert len(runs()) == 1


@pytest.mark.logs("the kiosk has crashed")
@pytest.mark.parametrize(
    ("crash", "how"),
    [
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("os.abort()", "SIGABRT"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("sys.exit(1)", "exit code 1"),
    ],
)
def test_one_that_crashes_is_started_again_until_it_ends_well(caplog, crash, how):
    script = NOTES + f"n < 3 and {crash}"
    assert supervised(script).run() == 0
    assert len(runs()) == 3
    assert how in caplog.text


@pytest.mark.parametrize(
    ("wait", "ran", "expected"),
    [(0.0, 0.1, 1.0), (1.0, 0.1, 2.0), (2.0, 59.0, 4.0), (20.0, 1.0, 30.0), (30.0, 1.0, 30.0), (30.0, 61.0, 1.0)],
)
def test_the_waits_grow_until_it_ran_for_a_minute(wait, ran, expected):
    assert Waits().following(wait, ran) == expected


@pytest.mark.logs("the kiosk has crashed")
def test_a_locked_door_is_locked_in_the_next_child_and_an_unlocked_one_is_not():
    tell = "from kiosk.supervise import tell_locked as t; "
    first = "n == 1 and (t(True), os.abort()); n == 2 and os.abort(); "
    then = "n == 3 and (t(True), t(False), os.abort())"
    assert supervised(NOTES + tell + first + then).run() == 0
    assert runs() == ["", "--locked", "--locked", ""]


# asked to end ---------------------------------------------------------------------------------------------------------


class Asked:
    """Sends a signal to this process as soon as `due`: by default, as the child runs."""

    def __init__(self, number, due=runs):
        self._thread = threading.Thread(target=self._ask, args=(number, due))

    def _ask(self, number, due):
        until = time.monotonic() + 10
        while not due() and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._thread.join()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_child_and_then_us_and_the_handlers_are_as_before(number):
    before = signal.getsignal(number)
    with Asked(number):
        assert supervised(WAITS).run() == 0
    assert len(runs()) == 1
    assert signal.getsignal(number) is before


def test_a_child_that_will_not_end_is_ended():
    with Asked(signal.SIGTERM):
        assert supervised("import signal; signal.signal(15, signal.SIG_IGN); " + WAITS).run() == 128 + 9


@pytest.mark.logs("the kiosk has crashed")
def test_it_can_be_ended_while_it_waits_to_start_again(caplog):
    with Asked(signal.SIGTERM, lambda: "it starts again" in caplog.text):
        assert supervised(NOTES + "os.abort()", Waits(first=60.0)).run() == 0
    assert len(runs()) == 1


def test_a_child_ends_with_its_parent_however_that_ends():
    child = NOTES + "import kiosk.supervise as s, time; s.follow_parent(); open('pid', 'w').write(str(os.getpid())); "
    script = "import sys; from kiosk.supervise import Supervisor; Supervisor(sys.argv[1:]).run()"
    command = [sys.executable, "-c", script, sys.executable, "-c", child + "time.sleep(60)"]
    with subprocess.Popen(command) as parent:
        eventually(lambda: Path("pid").exists() and Path("pid").read_text())
        parent.kill()
    pid = int(Path("pid").read_text())
    eventually(lambda: not alive(pid))


def test_a_child_that_hangs_ends_by_force():
    script = "import kiosk.supervise as s, signal, time; signal.signal(15, signal.SIG_IGN); s.follow_parent(0.05); "
    with subprocess.Popen([sys.executable, "-c", script + "time.sleep(60)"], stdin=subprocess.PIPE) as child:
        child.stdin.close()
        assert child.wait(10) == -9


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition, seconds=10.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.02)


# what it is made of ---------------------------------------------------------------------------------------------------


def test_the_child_gets_our_own_options_and_no_parent_of_its_own():
    assert command_line(None, demo=False)[-2:] == ["--no-restart", "--with-parent"]
    options = ["--no-restart", "--with-parent", "--config", "a.yaml", "--demo"]
    assert command_line(Path("a.yaml"), demo=True)[-5:] == options


def test_the_parent_stays_small():
    script = "import sys, kiosk.app; print([m for m in ('PySide6', 'numpy', 'cv2', 'sqlalchemy') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
