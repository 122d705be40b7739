"""All of the kiosk together, on the demo's camera and model: what leads where, and behind which gate."""

import pytest
from conftest import PORTRAITS
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton

from core.domain import Role
from core.logbook import EventFilter, Incident
from core.pictures import decode_image
from core.pin import hashed, hashed_passphrase
from core.scene import Phase, Scene
from kiosk.console.firstrun import FirstRun
from kiosk.console.question import Question
from kiosk.console.wiring import speak_to
from kiosk.gate import GateDialog
from kiosk.pinpage import PinPage
from kiosk.session import is_new

pytest_plugins = ["screen", "wholekiosk"]
pytestmark = pytest.mark.usefixtures("dressed")

PIN, PASSPHRASE = "271828", "correct horse battery"
OPERATORS = ["Enrol", "People", "Import", "Events", "Health"]
EVERYTHING = [*OPERATORS, "Settings", "Set up"]


@pytest.fixture
def guarded(kiosk):
    """One with an operator and an administrator."""
    return kiosk(demo=False, operator=hashed(PIN, PIN), administrator=hashed_passphrase(PASSPHRASE, PASSPHRASE))


def test_the_demo_shows_everything_to_everybody(kiosk):
    made = kiosk()
    made.press(made.window.bar.operator)
    assert list(made.console.tabs) == EVERYTHING
    assert made.window.findChild(GateDialog) is None


@pytest.mark.parametrize(("secret", "pages"), [(PIN, OPERATORS), (PASSPHRASE, EVERYTHING)])
def test_the_console_opens_to_who_knows_a_secret_with_what_is_theirs(guarded, qtbot, secret, pages):
    guarded.press(guarded.window.bar.operator)
    assert guarded.console is None
    guarded.passes_the_gate(secret)
    qtbot.waitUntil(lambda: guarded.console is not None)
    assert list(guarded.console.tabs) == pages


def test_a_wrong_secret_opens_nothing(guarded, qtbot):
    guarded.press(guarded.window.bar.operator)
    guarded.passes_the_gate("314159")
    qtbot.waitUntil(lambda: "neither" in guarded.window.findChild(GateDialog).notice.text())
    assert guarded.console is None


def test_every_page_opens_and_leads_back_to_the_door(kiosk, qtbot):
    made = kiosk()
    made.press(made.window.bar.operator)
    for title in EVERYTHING:
        made.press(made.console.tabs[title])
        assert made.console.open(title).isVisible()
    made.press(made.console.back)
    qtbot.waitUntil(lambda: made.console is None)
    assert made.window.door.isVisible()


def test_an_operator_locks_the_door_and_unlocks_it(kiosk, qtbot):
    made = kiosk()
    made.press(made.window.bar.operator)
    made.press(made.console.lock)
    qtbot.waitUntil(lambda: made.console.lock.text() == "Unlock the door")
    made.waits_for_phase(Phase.LOCKED)
    made.press(made.console.back)
    made.press(made.window.bar.operator)
    assert made.console.lock.text() == "Unlock the door"
    made.press(made.console.lock)
    qtbot.waitUntil(lambda: made.console.lock.text() == "Lock the door")
    qtbot.waitUntil(lambda: made.window.banner.phase is not Phase.LOCKED)
    assert made.told == [True, False]
    recorded = {entry.code for entry in made.parts.store.events() if isinstance(entry, Incident)}
    assert {"locked_by_operator", "unlocked_by_operator"} <= recorded


def test_what_an_operator_does_at_the_console_is_written_down_as_theirs(guarded, qtbot, tmp_path):
    store = guarded.parts.store
    guarded.press(guarded.window.bar.operator)
    guarded.passes_the_gate(PASSPHRASE)
    qtbot.waitUntil(lambda: guarded.console is not None)
    panel = guarded.console.open("People").panel
    panel.show_person(store.person("ada"))
    panel.name.setText("Ada Byron")
    guarded.press(panel.save_name)
    qtbot.waitUntil(lambda: store.person("ada").name == "Ada Byron")
    page = guarded.console.open("Settings")
    qtbot.waitUntil(lambda: "kiosk.theme" in page.editors)
    page.editors["kiosk.theme"].control.setCurrentText("dark")
    guarded.press(page.save)
    guarded.console.open("Events").export_to(tmp_path / "events.csv")
    due = [("events_exported", None), ("renamed", "ada"), ("settings_changed", None)]
    acts = EventFilter(outcome="act")
    told = lambda: sorted(((e.code, e.user_id) for e in store.events(where=acts)), key=str)  # noqa: E731
    qtbot.waitUntil(lambda: told() == due, timeout=30_000)
    assert {entry.source for entry in store.events(where=acts)} == {"administrator"}


def test_who_is_disabled_at_the_console_is_unknown_to_the_door_once_that_is_said(kiosk, qtbot):
    made = kiosk(sections={"database": {"poll": 60.0}})
    qtbot.waitUntil(lambda: made.parts.recogniser.fault is None, timeout=60_000)
    store, before = made.parts.store, made.parts.recogniser.gallery.version
    made.press(made.window.bar.operator)
    page = made.console.open("People")
    page.panel.show_person(store.person("ada"))
    made.press(page.panel.switch)
    qtbot.waitUntil(lambda: "is disabled" in page.undo.notice.text())
    assert made.parts.recogniser.gallery.version == store.gallery_version() > before


def test_closing_the_window_needs_a_secret(guarded, qtbot):
    guarded.window.close_wanted.emit()
    assert guarded.window.isVisible()
    guarded.passes_the_gate(PIN)
    qtbot.waitUntil(lambda: not guarded.window.isVisible())


def test_the_console_closes_doorward_once_it_was_said_twice(kiosk, qtbot):
    made = kiosk()
    made.press(made.window.bar.operator)
    made.press(made.console.shut)
    question = made.window.findChild(Question)
    assert made.window.isVisible()
    made.press(question.yes)
    qtbot.waitUntil(lambda: not made.window.isVisible())


def test_full_screen_is_left_and_entered_from_the_console(kiosk, qtbot):
    made = kiosk()
    made.press(made.window.bar.operator)
    made.press(made.console.fullscreen)
    qtbot.waitUntil(made.window.isFullScreen)
    assert made.console.fullscreen.text() == "Leave full screen"
    made.press(made.console.fullscreen)
    qtbot.waitUntil(lambda: not made.window.isFullScreen())
    assert made.console.fullscreen.text() == "Full screen"


def test_a_pin_is_spoken_of_once_somebody_has_one(kiosk, qtbot):
    made = kiosk()
    made.window.show_scene(Scene(Phase.PAUSED, wait=30))
    assert made.window.bar.pin.isHidden()
    assert "another way" not in made.window.banner.words.detail
    made.parts.store.set_pin(made.parts.store.people()[0].user_id, hashed(PIN, PIN))
    qtbot.waitUntil(made.window.bar.pin.isVisible, timeout=20_000)
    made.window.show_scene(Scene(Phase.PAUSED, wait=30))
    assert "another way" in made.window.banner.words.detail


def test_where_pins_are_switched_off_none_is_spoken_of(kiosk, qtbot):
    made = kiosk(pin=hashed(PIN, PIN), sections={"kiosk": {"pin": False}})
    qtbot.waitUntil(lambda: made.window.banner.phase is not Phase.STARTING, timeout=60_000)
    assert made.window.findChildren(QTimer, "pins") == []
    assert made.window.bar.pin.isHidden()
    made.press(made.window.bar.operator)
    asked = made.console.open("Enrol").who.text.accessibleDescription()
    assert "Nobody has to agree" in asked
    assert "PIN" not in asked


@pytest.fixture
def with_a_pin(kiosk, qtbot):
    """Where the first of the demo's people has one."""
    made = kiosk(pin=hashed(PIN, PIN))
    qtbot.waitUntil(made.window.bar.pin.isVisible)
    return made


def test_a_pin_is_asked_for_over_the_door_and_leads_back(with_a_pin, qtbot):
    made = with_a_pin
    made.press(made.window.bar.pin)
    page = made.window.findChild(PinPage)
    page.leave()
    qtbot.waitUntil(lambda: made.window.findChild(PinPage) is None)
    assert made.window.door.isVisible()


def test_a_persons_pin_opens_the_door(with_a_pin, qtbot):
    made = with_a_pin
    made.press(made.window.bar.pin)
    page = made.window.findChild(PinPage)
    page.user_id.setText(made.parts.store.people()[0].user_id)
    page.pin.setText(PIN)
    made.press(page.go)
    qtbot.waitUntil(lambda: any(getattr(e, "source", "") == "pin" for e in made.parts.store.events()), timeout=10_000)


def test_a_language_is_spoken_at_once(kiosk, qtbot):
    made = kiosk()
    try:
        made.press(made.window.bar.language)
        made.press(made.window.bar.choices["de"])
        qtbot.waitUntil(lambda: "PIN instead" not in _texts(made))
    finally:
        made.window.bar.language_wanted.emit("en")


def _texts(made):
    return [made.window.bar.pin.accessibleName()]


def test_another_face_is_added_to_whom_the_people_page_shows(kiosk, qtbot):
    made = kiosk()
    person = made.parts.store.people()[0]
    made.press(made.window.bar.operator)
    made.office._enrol(person.user_id)
    qtbot.waitUntil(lambda: made.console.open("Enrol").who.user_id.text() == person.user_id)


def test_nobody_is_let_in_while_somebody_stands_at_the_camera_to_be_enrolled(kiosk, qtbot):
    made = kiosk()
    made.press(made.window.bar.operator)
    page = made.console.open("Enrol")
    page.who.user_id.setText("zoe")
    page.who.name.setText("Zoe")
    page.who.agree.setChecked(True)
    assert not made.parts.engine.resting
    made.press(page.buttons.at_camera)
    assert made.parts.engine.resting
    assert "nobody is let in by face" in made.console.standing.text()
    made.press(made.console.tabs["People"])
    assert not made.parts.engine.resting
    assert "by face" not in made.console.standing.text()


def test_nor_while_the_door_is_being_set_up(kiosk, qtbot):
    made = kiosk()
    made.press(made.window.bar.operator)
    made.press(made.console.tabs["Set up"])
    assert made.parts.engine.resting
    made.press(made.console.back)
    assert not made.parts.engine.resting


def test_a_language_and_a_camera_chosen_in_the_set_up_are_the_doors_from_then_on(kiosk, qtbot):
    made = kiosk()
    before = made.parts.engine.latest.peek
    made.press(made.window.bar.operator)
    page = made.console.open("Set up")
    try:
        page.step.choices["de"].click()
        made.press(page.next)
        qtbot.waitUntil(lambda: page.step is page.steps[1])
        assert made.window.bar.code == made.window.bar.usual == "de"
        page.step.source.setText(str(PORTRAITS))
        made.press(page.step.use)
        size = decode_image((PORTRAITS / "ada-1.png").read_bytes(), "").shape
        qtbot.waitUntil(lambda: before() is not None and before().image.shape == size, timeout=20_000)
        made.press(made.console.back)
        qtbot.waitUntil(lambda: made.console is None)
        made.press(made.window.bar.operator)
        again = made.console.open("Set up")
        assert again.step.code == "de"
        assert again.steps[1].source.text() == str(PORTRAITS)
    finally:
        speak_to("en")


def test_nobody_has_been_asked_who_may_operate_a_new_door(kiosk, qtbot):
    made = kiosk(demo=False)
    assert is_new(made.parts.store)
    made.office.first_run()
    page = made.window.findChild(FirstRun)
    assert page.isVisible()
    page.finished.emit()
    qtbot.waitUntil(lambda: made.window.findChild(FirstRun) is None)
    assert made.window.door.isVisible()


@pytest.mark.parametrize("role", Role)
def test_a_door_with_either_secret_is_not_new(kiosk, role):
    made = kiosk(demo=False, **{role: hashed(PIN, PIN)})
    assert not is_new(made.parts.store)


def test_the_way_back_leaves_no_page_behind(kiosk, qtbot):
    made = kiosk()
    before = len(made.window.findChildren(QPushButton))
    for _ in range(3):
        made.press(made.window.bar.operator)
        for title in OPERATORS:
            made.console.open(title)
        made.office.leave()
        qtbot.waitUntil(lambda: made.console is None)
    assert len(made.window.findChildren(QPushButton)) == before
