"""How a door stands is where other processes see it: from before a lock takes effect until after it was lifted."""

import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
import test_engine
from fakes import FakeCamera, FakeStore
from test_engine import ANN

from core import bulletin
from core.bulletin import Bulletin, Standing
from core.config import Settings
from core.errors import DoorLocked, LocalFileUnavailable, StoreUnavailable
from core.logbook import Incident
from core.parts import make_engine, make_opener, make_recogniser, make_store
from core.scene import Phase

WELL, LOCKED = Standing(), Standing(locked=True)


class Board:
    """What others see. `goes_away` and `comes_back` are the network's."""

    def __init__(self):
        self.shown = []
        self._fault = None
        self._changed = threading.Condition()

    def goes_away(self, fault=None):
        self._fault = fault or StoreUnavailable("The database does not answer. Start it.")

    def comes_back(self):
        self._fault = None

    def waits_for(self, standing):
        with self._changed:
            assert self._changed.wait_for(lambda: self.shown[-1:] == [standing], 10), self.shown

    def __call__(self, standing):
        if self._fault:
            raise self._fault
        with self._changed:
            self.shown.append(standing)
            self._changed.notify_all()


class House(test_engine.House):
    def __init__(self, *about, **options):
        self.board = Board()
        super().__init__(*about, on_standing=self.board, **options)


def test_a_door_tells_how_it_stands_when_it_starts_and_whenever_that_changes():
    with House() as house:
        house.board.waits_for(WELL)
        house.camera.shows(ANN * 0)
        house.board.waits_for(Standing(fault="camera_covered"))
        house.camera.shows(ANN)
        house.board.waits_for(WELL)
    assert len(house.board.shown) == 3


def test_others_know_of_a_lock_once_it_has_returned():
    with House() as house:
        house.board.waits_for(WELL)
        house.engine.lock(locked=True)
        assert house.board.shown[-1] == LOCKED
        house.engine.lock(locked=False)
        assert house.board.shown[-1].locked is False


def test_a_lock_while_the_database_is_away_is_told_when_it_is_back(monkeypatch):
    monkeypatch.setattr(bulletin, "TELL_AGAIN", 0.01)
    with House() as house:
        house.board.waits_for(WELL)
        house.board.goes_away()
        house.engine.lock(locked=True)
        house.waits_for_phase(Phase.LOCKED)
        house.board.comes_back()
        house.board.waits_for(LOCKED)


@pytest.mark.logs("could not be recorded yet")
def test_a_lock_is_told_though_nothing_can_be_recorded():
    told, now = [], [0.0]

    class Journal:
        def report(self, incident):
            raise LocalFileUnavailable("The disk is full. Make room.")

    board = Bulletin(Journal(), told.append, lambda: LOCKED, lambda: now[0])
    board.note(Incident(datetime(2026, 3, 1, tzinfo=UTC), "door", "locked"))
    board.deliver()
    assert told == [LOCKED]


def test_what_was_not_told_in_time_is_told_again():
    told, now = [], [0.0]

    def tell(standing):
        told.append(standing)
        if len(told) == 1:
            raise StoreUnavailable("Not yet. Wait.")

    board = Bulletin(FakeStore(), tell, lambda: LOCKED, lambda: now[0])
    for _ in range(3):
        board.deliver()
        now[0] += bulletin.TELL_AGAIN
    assert told == [LOCKED, LOCKED]


@pytest.mark.logs("could not be told")
def test_the_door_goes_on_whatever_becomes_of_the_board():
    house = House(FakeCamera(ANN))
    house.board.goes_away(RuntimeError("a fault of ours"))
    with house:
        house.waits_for_phase(Phase.GRANTED)
    assert house.door.times_opened == 1


def test_a_door_tells_now_and_then_that_it_is_still_there(monkeypatch):
    monkeypatch.setattr(bulletin, "STAND_AGAIN", 0.05)
    with House() as house:
        house.board.waits_for(WELL)
        house.board.shown.clear()
        house.board.waits_for(WELL)


def test_a_door_locked_at_its_kiosk_is_opened_by_no_other_process(tmp_path):
    """The real parts, joined by the database alone."""
    url = f"sqlite:///{tmp_path}/doorward.sqlite"
    settings = Settings(
        camera={"source": "demo"}, models={"pack": "demo"}, database={"url": url}, door={"open_seconds": 0.5}
    )
    with closing(make_store(settings)) as store, closing(make_store(settings)) as elsewhere:
        store.migrate()
        engine = make_engine(settings, make_recogniser(settings, store), store, on_scene=lambda _: None)
        opener = make_opener(settings.door, elsewhere)
        with running(engine), running(opener):
            opener.open("api")
            engine.lock(locked=True)
            with pytest.raises(DoorLocked):
                opener.open("api")
            engine.lock(locked=False)
            opener.open("api")
        assert [entry.door for entry in store.events() if entry.code == "remote_opening"] == [
            "opened",
            "refused",
            "opened",
        ]


@contextmanager
def running(part):
    part.start()
    try:
        yield
    finally:
        part.stop()
