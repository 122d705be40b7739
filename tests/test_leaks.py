"""The ear on the log, tried on a suite that leaks."""

import subprocess
import sys
from pathlib import Path

import pytest
from leaks import Ear

ROOT = Path(__file__).parents[1]
LEAKY = """
import logging
import numpy as np
from core.apikeys import new_key, digest
from core.demo import DEMO_PEOPLE, portraits
from core.apikeys import Scope
from datetime import UTC, datetime

log = logging.getLogger("core.leaky")
TEXT = new_key("x", [Scope.MATCH], datetime.now(UTC), None)[1]

def test_a_key(): log.info("got %s", TEXT)
def test_a_digest(): log.debug("stored %s", digest(TEXT))
def test_an_embedding(): log.debug("at %s", np.random.default_rng(1).normal(size=16).astype("f4"))
def test_a_vector(): log.debug("at %s", [0.123, -0.5, 0.25, 0.0001, 1e-05, 0.3, 0.9])
def test_some_numbers(): log.debug("at %s", list(np.linspace(0, 1, 9, dtype="f4")))
def test_a_picture(): log.debug("see %s", next(portraits(DEMO_PEOPLE[0])))
def test_a_file(): log.debug("read %r", b"\\x89PNG\\r\\n")
def test_a_name(): log.warning("welcome %s", DEMO_PEOPLE[0].name)
def test_a_pin(): log.debug("typed %s", "135790")
def test_a_hash(): log.debug("kept %s", "$argon2id$v=19$m=65536")

def test_an_exception():
    try:
        raise ValueError(f"{TEXT} is no good")
    except ValueError:
        log.exception("it failed")

def test_by_a_thread():
    import threading
    thread = threading.Thread(target=log.debug, args=("got %s", TEXT))
    thread.start()
    thread.join()

def test_an_innocent():
    log.info("a wrong API key from 192.0.2.1; it waits 2 s, key dw_0123456789ab, gallery version 12, 0.25 0.5 ms")
"""


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["in one process", "in a worker"])
def test_each_test_that_leaks_fails_and_no_other(tmp_path: Path, workers: list[str]) -> None:
    (tmp_path / "test_leaky.py").write_text(LEAKY)
    command = [sys.executable, "-m", "pytest", "-p", "leaks", "-q", "-rE", "-c", "/dev/null", *workers, str(tmp_path)]
    paths = f"{ROOT}:{ROOT / 'tests'}"
    done = subprocess.run(command, env={"PYTHONPATH": paths, "PATH": ""}, capture_output=True, text=True, check=False)
    leaks = LEAKY.count("def test_") - 1
    assert f"{leaks} errors" in done.stdout.splitlines()[-1], done.stdout + done.stderr
    assert "test_an_innocent" not in "".join(line for line in done.stdout.splitlines() if line.startswith("ERROR"))
    assert done.returncode == 1


def test_the_log_of_another_process_is_heard_too() -> None:
    ear = Ear()
    ear.reads("all is well")
    ear.reads("12:00 INFO api: welcome Lin Secret\n")
    [leak] = ear.heard()
    assert "Lin Secret" in leak
    assert ear.heard() == []
