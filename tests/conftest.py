"""What every test stands on: no screen, no stray threads, nothing said to the log that was not expected."""

import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from core import pin

settings.register_profile("doorward", deadline=None)  # no time is asserted: the machine may be busy
settings.load_profile("doorward")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt
IN_MEMORY, ROOM = Path("/dev/shm"), 2**31  # bytes
if "TMPDIR" not in os.environ and IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(IN_MEMORY)  # nothing waits for a disk: there are many databases
pytest_plugins = ["leaks", "mariadb", "certificates", "apiprocess"]  # the log's ear; what a test starts or has made
pin._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # test_pin.py looks at what is shipped
PORTRAITS = Path(__file__).parents[1] / "assets" / "demo"
"""{user_id}-1.png to -3.png of the demo's people; test_demo.py draws them anew, which takes long."""
SHARED = Path(__file__).parents[1].parent / "shared"


def required(what: str) -> bool:
    """Whether a test for `what` may not skip here (DOORWARD_REQUIRE=mysql,models)."""
    return what in os.environ.get("DOORWARD_REQUIRE", "").split(",")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real faces, a real clip and a real model pack."""
    if not SHARED.exists():
        if required("models"):
            pytest.fail(f"{SHARED} is absent, and DOORWARD_REQUIRE says that it must not be")
        pytest.skip("the shared test data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def pack(shared: Path) -> Path:
    return shared / "models" / "test_pack"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("DOORWARD__")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_thread_outlives_its_test() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not _pooled(t)]
    for thread in left:
        thread.join(2.0)
    assert not [t.name for t in left if t.is_alive()]


def _pooled(thread: threading.Thread) -> bool:
    """anyio and asyncio keep their worker threads for the loop's life; hypothesis keeps none."""
    return thread.name.startswith(("AnyIO worker thread", "asyncio_"))


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A WARNING fails the test, unless the test says with `@pytest.mark.logs("part of it")` that it is due."""
    yield
    marker = request.node.get_closest_marker("logs")
    expected = marker.args if marker else ()
    loud = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    assert not [line for line in loud if not any(part in line for part in expected)]
