"""What a new door is asked before it is used."""

import pytest
import readymade
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from core.camera import LatestFrame
from core.config import load
from core.demo import DemoFaceModel
from core.domain import Role
from core.errors import DoorFailed
from core.pin import matches
from core.recogniser import Recogniser
from core.scene import Fault
from core.settings import RecognitionSettings
from core.store import Store
from kiosk.console.done import Done
from kiosk.console.firstrun import FirstRun
from kiosk.console.step import Door
from kiosk.console.steps import Camera, DoorTest, Language, Model, Secret

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

PASSPHRASE, PIN = "correct horse", "271828"


class Place:
    """A door to be set up: what was spoken, fetched and opened."""

    def __init__(self, tmp_path, jobs):
        self.store = Store(readymade.made(tmp_path / "door.sqlite"))
        self.recogniser = Recogniser(DemoFaceModel, self.store, RecognitionSettings())
        self.file = tmp_path / "config.yaml"
        self.spoken, self.fetched, self.opened, self.used = [], [], [], []
        self.fails = self.fault = None
        self.parts = Door(
            self.store,
            self.recogniser,
            LatestFrame(),
            jobs,
            self.file,
            source="0",
            language="en",
            mirror=True,
            camera_fault=lambda: self.fault,
            use_camera=self.used.append,
            speak=self.spoken.append,
            fetch=lambda: self.fetched.append(True),
            test=self.tests_the_door,
        )

    def shows_no_picture(self, message):
        self.fault = Fault("camera_unavailable", message) if message else None

    def breaks(self, error):
        self.fails = error

    def tests_the_door(self):
        if self.fails is not None:
            raise self.fails
        self.opened.append(True)


@pytest.fixture
def place(tmp_path, jobs):
    made = Place(tmp_path, jobs)
    yield made
    made.store.close()


@pytest.fixture
def wizard(qtbot, place):
    made = FirstRun(place.parts)
    made.resize(800, 480)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def press_next(qtbot, wizard):
    before = wizard.step
    qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: wizard.step is not before)


def goes_to(qtbot, wizard, kind):
    while not isinstance(wizard.step, kind):
        if isinstance(wizard.step, Secret):
            wizard.step.passphrase.setText(PASSPHRASE)
            wizard.step.passphrase_again.setText(PASSPHRASE)
        press_next(qtbot, wizard)
    return wizard.step


def test_a_newcomer_is_led_through_all_of_it(qtbot, wizard, place):
    goes_to(qtbot, wizard, Done)
    with qtbot.waitSignal(wizard.finished):
        qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
    assert matches(PASSPHRASE, place.store.secret(Role.ADMINISTRATOR))
    assert place.store.secret(Role.OPERATOR) is None
    assert not place.file.exists()


def test_a_language_is_spoken_at_once_and_written_down(qtbot, wizard, place):
    wizard.step.choices["de"].click()
    press_next(qtbot, wizard)
    assert place.spoken == ["de"]
    assert load(place.file).kiosk.language == "de"


def test_who_chose_another_language_can_go_back_to_the_first(qtbot, wizard, place):
    for code in ("de", "en"):
        wizard.step.choices[code].click()
        press_next(qtbot, wizard)
        assert load(place.file).kiosk.language == code
        qtbot.mouseClick(wizard.back, Qt.MouseButton.LeftButton)
    assert place.spoken == ["de", "en"]


def test_it_is_said_that_these_pages_are_english_whatever_the_door_speaks(wizard):
    assert "in English" in " ".join(said.text() for said in wizard.step.findChildren(QLabel))


def test_another_camera_is_written_down_and_looked_through_at_once(qtbot, wizard, place):
    step = goes_to(qtbot, wizard, Camera)
    step.source.setText("rtsp://camera.local/1")
    qtbot.mouseClick(step.use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(place.used))
    assert wizard.step is step, "to see whether it is the right one"
    assert place.used[0].source == load(place.file).camera.source == "rtsp://camera.local/1"
    press_next(qtbot, wizard)
    assert len(place.used) == 1


def test_a_camera_that_was_only_typed_is_used_as_well(qtbot, wizard, place):
    step = goes_to(qtbot, wizard, Camera)
    step.source.setText("1")
    press_next(qtbot, wizard)
    assert [settings.source for settings in place.used] == [1]


def test_one_that_the_environment_overrides_is_said_to_wait(qtbot, wizard, place, monkeypatch):
    monkeypatch.setenv("DOORWARD__CAMERA__SOURCE", "0")
    step = goes_to(qtbot, wizard, Camera)
    step.source.setText("1")
    qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "DOORWARD__CAMERA__SOURCE" in step.notice.text())
    assert (place.used, wizard.step) == ([], step)
    press_next(qtbot, wizard)


def test_why_there_is_no_picture_is_said_until_there_is_one(qtbot, wizard, place):
    step = goes_to(qtbot, wizard, Camera)
    place.shows_no_picture("The camera 0 cannot be opened. Check that it is plugged in.")
    qtbot.waitUntil(lambda: "plugged in" in step.why.text())
    place.shows_no_picture("")
    qtbot.waitUntil(step.why.isHidden)


def test_a_configuration_that_cannot_be_written_is_said_so_and_leads_nowhere(qtbot, wizard, place):
    place.file.mkdir()
    wizard.step.choices["de"].click()
    qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "cannot be" in wizard.step.notice.text())
    assert isinstance(wizard.step, Language)


def test_the_picture_is_live(qtbot, wizard, place):
    step = goes_to(qtbot, wizard, Camera)
    assert step.video.isVisible()


def test_the_model_is_fetched_from_here_and_seen_once_it_is_there(qtbot, wizard, place):
    step = goes_to(qtbot, wizard, Model)
    qtbot.mouseClick(step.get, Qt.MouseButton.LeftButton)
    assert place.fetched == [True]
    place.recogniser.refresh()
    qtbot.waitUntil(lambda: "is loaded" in step.state.text())
    assert not step.get.isVisible()


@pytest.mark.parametrize(
    ("passphrase", "pin", "said"),
    [
        (("short", "short"), ("", ""), "10 to 128 characters"),
        ((PASSPHRASE, "another one"), ("", ""), "not the same"),
        ((PASSPHRASE, PASSPHRASE), ("12", "12"), "6 to 32 digits"),
        ((PASSPHRASE, PASSPHRASE), (PIN, ""), "not the same"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_and_neither_is_kept(qtbot, wizard, place, passphrase, pin, said):  # noqa: PLR0917
    step = goes_to(qtbot, wizard, Secret)
    for edit, text in zip(
        (step.passphrase, step.passphrase_again, step.pin, step.pin_again), (*passphrase, *pin), strict=True
    ):
        edit.setText(text)
    qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: said in step.notice.text())
    assert wizard.step is step
    assert place.store.secret(Role.ADMINISTRATOR) is None


def test_what_is_set_already_is_kept_where_nothing_is_typed(qtbot, wizard, place):
    goes_to(qtbot, wizard, DoorTest)
    kept = place.store.secret(Role.ADMINISTRATOR)
    qtbot.mouseClick(wizard.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not wizard.step.keep.isHidden())
    for edit in (wizard.step.passphrase, wizard.step.passphrase_again):
        edit.clear()
    wizard.step.pin.setText(PIN)
    wizard.step.pin_again.setText(PIN)
    press_next(qtbot, wizard)
    assert place.store.secret(Role.ADMINISTRATOR) == kept
    assert matches(PIN, place.store.secret(Role.OPERATOR))


def test_the_keyboard_alone_leads_through_it(qtbot, wizard, place):
    wizard.activateWindow()
    for keys in (["Tab", "Space"], ["Space"], ["Space"]):
        before = wizard.step
        for key in keys:
            qtbot.keyClick(wizard.focusWidget(), getattr(Qt.Key, f"Key_{key}"))
        qtbot.waitUntil(lambda before=before: wizard.step is not before)
    for text in (PASSPHRASE, PASSPHRASE, PIN, PIN):
        qtbot.keyClicks(wizard.focusWidget(), text)
        qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(wizard.step, DoorTest))
    qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: place.opened == [True])


def test_both_secrets_are_kept(qtbot, wizard, place):
    step = goes_to(qtbot, wizard, Secret)
    step.pin.setText(PIN)
    step.pin_again.setText(PIN)
    goes_to(qtbot, wizard, DoorTest)
    assert matches(PIN, place.store.secret(Role.OPERATOR))


def test_the_door_is_tried(qtbot, wizard, place):
    step = goes_to(qtbot, wizard, DoorTest)
    qtbot.mouseClick(step.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "told to open" in step.notice.text())
    assert place.opened == [True]
    place.breaks(DoorFailed("The relay does not answer. See door.open_url."))
    qtbot.mouseClick(step.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "does not answer" in step.notice.text())
    assert step.open.isEnabled()


def test_the_end_says_what_each_step_came_to(qtbot, wizard, place):
    place.shows_no_picture("The camera 0 cannot be opened.")
    goes_to(qtbot, wizard, Done)
    said = [words.text() for _, _, words in wizard.step.told]
    assert said[:2] == ["The door speaks English.", "The camera 0 cannot be opened."]
    assert "no operator's PIN" in said[3]
    assert said[4] == "The door was not tried."


def test_the_licence_is_on_the_page_of_the_model_where_it_can_be_fetched(qtbot, wizard, place):
    assert "non-commercial" in goes_to(qtbot, wizard, Model).licence.text()


def test_one_can_go_back(qtbot, wizard):
    assert not wizard.back.isEnabled()
    goes_to(qtbot, wizard, Camera)
    qtbot.mouseClick(wizard.back, Qt.MouseButton.LeftButton)
    assert isinstance(wizard.step, Language)
