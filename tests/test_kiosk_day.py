"""A day at the door, all of the kiosk in this process: people come and go, and so do its parts."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from streams import HttpCamera

from core.admin.soak.outage import LockedFile
from core.domain import Decision, Reason, Verdict
from core.logbook import Event, Incident
from core.pin import hashed
from core.scene import Phase
from kiosk.pinpage import PinPage

pytest_plugins = ["screen", "wholekiosk"]
pytestmark = pytest.mark.usefixtures("dressed")

PIN = "314159"
BY_NOBODY = Decision(Verdict.DENIED, Reason.WRONG_PIN)


def decisions(made):
    events = [entry for entry in reversed(made.parts.store.events()) if isinstance(entry, Event)]
    return [(event.decision.verdict, event.decision.user_id, event.door) for event in events]


def faults(made):
    return [entry.code for entry in made.parts.store.events() if isinstance(entry, Incident)]


@pytest.mark.logs("too many denials")
def test_who_is_enrolled_is_let_in_and_a_stranger_is_not_and_too_many_are_waited_off(kiosk, qtbot):
    made = kiosk(sections={"lockout": {"attempts": 1, "pause": 2.0}})
    made.waits_for_phase(Phase.GRANTED)
    assert made.window.banner.words.title == "Welcome, Ada"
    made.waits_for_phase(Phase.DENIED)
    assert "Ben" not in made.window.banner.words.title + made.window.banner.words.detail
    made.waits_for_phase(Phase.PAUSED)
    qtbot.waitUntil(lambda: made.window.banner.phase is not Phase.PAUSED, timeout=60_000)
    assert decisions(made)[:2] == [(Verdict.GRANTED, "ada", "opened"), (Verdict.DENIED, None, None)]
    assert "locked_out" in faults(made)


@pytest.mark.logs("too many denials")
def test_somebody_comes_in_by_pin_and_wrong_ones_are_waited_off(kiosk, qtbot):
    made = kiosk(sections={"lockout": {"attempts": 2, "pause": 60.0}})
    made.parts.store.set_pin("chloe", hashed(PIN, PIN))
    qtbot.waitUntil(made.window.bar.pin.isVisible, timeout=20_000)
    made.press(made.window.bar.pin)
    page = made.window.findChild(PinPage)
    page.user_id.setText("chloe")
    page.pin.setText(PIN)
    made.press(page.go)
    qtbot.waitUntil(lambda: (Verdict.GRANTED, "chloe", "opened") in decisions(made), timeout=60_000)
    for _ in range(3):
        made.parts.engine.enter(BY_NOBODY)
    made.waits_for_phase(Phase.PAUSED)


@pytest.mark.logs("camera:")
def test_a_camera_that_is_unplugged_is_a_fault_until_it_is_back(kiosk, qtbot):
    with HttpCamera() as camera:
        made = kiosk(sections={"camera": {"source": camera.address, "timeout": 2.0}})
        qtbot.waitUntil(lambda: made.window.banner.phase in (Phase.IDLE, Phase.LOOKING), timeout=60_000)
        camera.hangs_up()
        made.waits_for_phase(Phase.FAULT)
        assert made.window.banner.words.title == "No picture from the camera"
        qtbot.waitUntil(lambda: made.window.banner.phase is not Phase.FAULT, timeout=60_000)
    qtbot.waitUntil(lambda: "camera_unavailable" in faults(made), timeout=60_000)


@pytest.mark.logs("could not be recorded", "has not answered")
def test_without_a_copy_a_database_that_goes_away_shuts_the_door_until_it_comes_back(kiosk, qtbot):
    made = kiosk(sections={"database": {"timeout": 0.3, "poll": 0.05}, "offline": {"enabled": False}})
    qtbot.waitUntil(lambda: made.window.banner.phase is not Phase.STARTING, timeout=60_000)
    database = LockedFile(made.settings.database.url)
    database.stop(made.parts.store.close)
    try:
        made.waits_for_phase(Phase.FAULT)
        assert made.window.banner.words.title == "The door is offline"
    finally:
        database.close()
    qtbot.waitUntil(lambda: made.window.banner.phase is not Phase.FAULT, timeout=60_000)
    qtbot.waitUntil(lambda: "database_unavailable" in faults(made), timeout=60_000)


@contextmanager
def gone(file):
    """The database's file is not there, and there can be no other."""
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        aside.rename(file)


@pytest.mark.logs("could not be recorded", "too many denials")
def test_a_door_goes_on_from_its_copy_and_says_so_and_in_the_end_all_is_recorded(kiosk, qtbot):
    made = kiosk(sections={"database": {"timeout": 0.3, "poll": 0.05}})
    qtbot.waitUntil(lambda: made.window.banner.phase is not Phase.STARTING, timeout=60_000)
    badge = made.window.bar.offline
    with gone(Path(made.settings.database.url.removeprefix("sqlite:///"))):
        qtbot.waitUntil(badge.isVisible, timeout=60_000)
        for phase in (Phase.IDLE, Phase.GRANTED):
            made.waits_for_phase(phase)
        waiting = made.parts.outbox.waiting
        assert waiting
    qtbot.waitUntil(lambda: not badge.isVisible(), timeout=60_000)
    qtbot.waitUntil(lambda: not made.parts.outbox.waiting, timeout=60_000)
    assert (Verdict.GRANTED, "ada", "opened") in decisions(made)
    assert "database_unavailable" not in faults(made)
