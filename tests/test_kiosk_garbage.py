"""A widget in a cycle is destroyed on the GUI's thread, whoever allocates meanwhile."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from kiosk.garbage import Garbage

pytest_plugins = ["screen"]


class Ring(QObject):
    """In a cycle with itself. Notes on which thread it goes."""

    def __init__(self, gone):
        super().__init__()
        self.me = self
        weakref.finalize(self, lambda: gone.append(threading.current_thread()))


@pytest.fixture
def collecting():
    gc.enable()  # as Python does by itself
    yield
    gc.disable()


def allocates():
    """Enough for a collection of each kind."""
    kept = []
    for _ in range(200_000):
        kept.append([kept])


def test_only_the_gui_s_thread_collects(qtbot, collecting):
    gone = []
    with Garbage():
        for _ in range(20):
            Ring(gone)
        other = threading.Thread(target=allocates)
        other.start()
        other.join()
        assert not gone
        qtbot.waitUntil(lambda: len(gone) == 20)
    assert set(gone) == {threading.main_thread()}


def test_afterwards_python_does_as_before(qtbot, collecting):
    with Garbage():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
