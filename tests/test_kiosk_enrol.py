"""What an operator does to enrol somebody at the camera: who, with their consent, then stand there."""

import pytest
import readymade
from enroldesk import BEN, COMING, NOW, Desk, like_ben, pictures_of, template
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.demo import DEMO_THRESHOLD, DemoFaceModel, portraits
from core.domain import Consent
from core.enrolment import Enrolment
from core.errors import FaceLimitReached, FaceNotFound, FaceOfAnother, ModelUnavailable, StoreUnavailable
from core.recogniser import Recogniser
from core.settings import EnrolmentSettings, RecognitionSettings
from core.sitting import Pose
from core.store import Store
from kiosk.console.consent import VERSION

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def desk(qtbot, jobs):
    return Desk(qtbot, jobs)


@pytest.fixture
def drawn():
    return pictures_of("ben")


def test_a_whole_enrolment_at_the_camera(qtbot, jobs, tmp_path):
    store = Store(readymade.made(tmp_path / "test.sqlite"))
    recogniser = Recogniser(DemoFaceModel, store, RecognitionSettings(threshold=DEMO_THRESHOLD))
    recogniser.refresh()
    enrolment = Enrolment(recogniser, store, EnrolmentSettings())
    desk = Desk(qtbot, jobs, enrolment=enrolment, recogniser=recogniser)
    desk.stands()
    QTest.keyClick(desk.page.buttons.store, Qt.Key.Key_Space)
    desk.until(lambda: desk.page.done.said.text() == "Ben Example (user ID ben-7) is enrolled: 1 face stored.")
    person = store.person("ben-7")
    assert (person.name, person.faces, person.consent) == ("Ben Example", 1, Consent(VERSION, NOW))
    assert recogniser.identify(next(portraits(BEN))).user_id == "ben-7"
    assert desk.filled() == [False] * 4
    store.close()


def test_it_is_said_from_when_until_when_somebody_stands_at_the_camera(desk, drawn):
    told = []
    desk.page.attended.connect(told.append)
    desk.says_who()
    desk.page.add_files(drawn)
    desk.until(lambda: desk.page.portfolio.kept)
    assert told == [], "files need no camera"
    desk.page.buttons.back.click()
    desk.stands()
    assert told == [True]
    desk.page.buttons.store.click()
    desk.until(lambda: "is enrolled" in desk.page.done.said.text())
    desk.page.buttons.another.click()
    assert (told[-1], desk.page.portfolio.sitting) == (False, None)
    desk.stands()
    desk.page.hide()
    assert told[-2:] == [True, False]


def test_each_pose_is_asked_for_and_only_crops_are_handed_on(qtbot, jobs):
    desk = Desk(qtbot, jobs, poses=tuple(Pose))
    desk.page.portfolio.sat.connect(lambda sitting: desk.model.sees(sitting.wanted or Pose.FRONT))
    desk.stands()
    assert desk.titles() == ["Front", "Left", "Right", "Up"]
    assert desk.page.buttons.store.text() == "&Store 4 pictures"
    assert desk.page.buttons.store.hasFocus()
    desk.page.buttons.store.click()
    desk.until(lambda: desk.enrolment.calls)
    ((user_id, name, pictures, replace, consent),) = desk.enrolment.calls
    assert (user_id, name, replace, consent) == ("ben-7", "Ben Example", False, Consent(VERSION, NOW))
    assert all(picture.image.shape[1] < 320 for picture in pictures)


def test_no_picture_is_looked_at_before_there_is_consent(desk, drawn):
    desk.says_who(agrees=False)
    for begin in (desk.page.buttons.at_camera.click, lambda: desk.page.add_files(drawn)):
        begin()
        assert "tick that they agree" in desk.page.notice.text()
        assert desk.page.who.agree.hasFocus()
    QTest.qWait(0)
    assert desk.model.looks == 0
    assert desk.page.buttons.store.isHidden()


@pytest.mark.parametrize(
    ("user_id", "name", "says"), [("", "Ben", "User ID: expected"), ("ben", " ", "Name: expected")]
)
def test_a_field_that_cannot_be_used_is_framed_and_named(desk, user_id, name, says):
    desk.says_who(user_id, name)
    desk.page.buttons.at_camera.click()
    assert desk.page.notice.text().startswith(says)
    concerned = desk.page.who.name if user_id else desk.page.who.user_id
    assert (concerned.objectName(), concerned.hasFocus()) == ("bad", True)


def test_it_says_what_is_wrong_and_takes_nothing(qtbot, jobs):
    desk = Desk(qtbot, jobs, film=COMING)
    desk.says_who()
    desk.page.buttons.at_camera.click()
    desk.until(lambda: desk.page.pictures.strip.text() == "Stand before the camera, please")
    desk.until(lambda: desk.page.pictures.strip.text() == "Please step closer")
    assert not desk.page.buttons.store.isEnabled()


def test_somebody_enrolled_already_is_named_beside_whom_it_would_be(qtbot, jobs):
    desk = Desk(qtbot, jobs, template(BEN))
    desk.says_who("eve", "Eve")
    desk.page.buttons.at_camera.click()
    desk.says("This face is already that of Ben (user ID ben). Eve (user ID eve) cannot have it too")
    assert desk.titles() == []


def test_whoever_is_close_is_named_and_asked_about(qtbot, jobs):
    desk = Desk(qtbot, jobs, like_ben(0.5))
    desk.stands()
    desk.page.buttons.store.click()
    assert "close to that of Ada (user ID ada)" in desk.page.notice.text()
    assert "Ben Example (user ID ben-7)" in desk.page.notice.text()
    assert desk.enrolment.calls == []
    assert desk.page.buttons.two_people.hasFocus()
    QTest.keyClick(desk.page.buttons.two_people, Qt.Key.Key_Space)
    desk.until(lambda: "is enrolled" in desk.page.done.said.text())


def test_where_enrolment_finds_the_face_to_be_anothers_both_are_named(qtbot, jobs):
    desk = Desk(qtbot, jobs, like_ben(0.5))
    desk.enrolment.refuses(FaceOfAnother("This face is already enrolled under another user_id."))
    desk.stands()
    desk.page.buttons.store.click()
    desk.page.buttons.two_people.click()
    desk.says("already that of Ada (user ID ada). Ben Example (user ID ben-7)")


def test_where_the_limit_is_reached_the_stored_faces_can_be_replaced(desk):
    desk.enrolment.refuses(FaceLimitReached("This person has 4 faces already."))
    desk.stands()
    desk.page.buttons.store.click()
    desk.until(lambda: not desk.page.buttons.replace.isHidden())
    desk.enrolment.refuses(None)
    desk.page.buttons.replace.click()
    desk.until(lambda: "is enrolled" in desk.page.done.said.text())
    assert [replace for *_, replace, _ in desk.enrolment.calls] == [False, True]


def test_a_database_that_is_away_costs_no_picture(desk):
    desk.enrolment.refuses(StoreUnavailable("The database does not answer. Start it."))
    desk.stands()
    desk.page.buttons.store.click()
    desk.says("The database does not answer. Start it.")
    desk.enrolment.refuses(None)
    desk.page.buttons.store.click()
    desk.until(lambda: "is enrolled" in desk.page.done.said.text())


@pytest.mark.logs("a job of the kiosk failed")
def test_a_bug_is_an_answer_too(desk):
    desk.enrolment.refuses(ZeroDivisionError())
    desk.stands()
    desk.page.buttons.store.click()
    desk.says("the log says why")
    assert desk.page.buttons.store.isEnabled()


def test_a_refused_picture_is_framed_and_can_be_taken_again(desk):
    desk.enrolment.refuses(FaceNotFound("Front: there is no face in it."))
    desk.stands()
    desk.page.buttons.store.click()
    desk.says("Front: there is no face in it.")
    card = desk.page.pictures.cards[0]
    assert card.bad
    card.click()
    assert (card.filled, desk.page.buttons.store.isEnabled()) == (False, False)
    desk.until(lambda: card.filled and desk.page.portfolio.sitting.wanted is None)
    assert not card.bad


def test_without_a_model_it_says_so_and_goes_on_once_there_is_one(desk, drawn):
    desk.knower.loses_its_model()
    desk.says_who()
    desk.page.add_files(drawn)
    desk.says("The model is not here. Fetch it.")
    desk.page.buttons.at_camera.click()
    desk.says("The model is not here. Fetch it.")
    assert desk.page.pictures.strip.text() == "No pictures can be taken just now"
    desk.knower.finds_its_model()
    desk.until(lambda: desk.titles() == ["Front"])
    assert desk.page.notice.text() == ""


def test_a_lost_camera_says_so_and_goes_on_once_it_is_back(desk):
    desk.feed.latest.clear()
    desk.says_who()
    desk.page.buttons.at_camera.click()
    desk.says("There is no picture from the camera.")
    desk.feed.show()
    desk.until(lambda: desk.titles() == ["Front"])


def test_a_model_that_fails_says_so_and_goes_on(desk):
    desk.model.fails_with(ModelUnavailable("The model is broken. Fetch it again."))
    desk.says_who()
    desk.page.buttons.at_camera.click()
    desk.says("The model is broken. Fetch it again.")
    desk.model.fails_with(None)
    desk.feed.show()
    desk.until(lambda: desk.titles() == ["Front"])


@pytest.mark.parametrize("leave", ["hide", "back", "close"])
def test_all_pictures_are_forgotten_when_the_page_is_left(desk, leave):
    desk.stands()
    assert desk.filled() == [True, False, False, False]
    {"hide": desk.page.hide, "back": desk.page.buttons.back.click, "close": desk.page.close}[leave]()
    assert (desk.titles(), desk.filled(), desk.page.portfolio.sitting) == ([], [False] * 4, None)
    assert bool(desk.page.who.user_id.text()) == (leave == "back")
    assert desk.page.who.agree.isChecked() == (leave == "back")


def test_files_that_were_read_after_the_page_was_left_change_nothing(desk, drawn):
    desk.says_who()
    desk.model.dawdles()
    desk.page.add_files(drawn)
    desk.page.hide()
    desk.page.show()
    desk.model.goes_on()
    desk.stands()
    assert (desk.titles(), desk.page.pictures.at_camera) == (["Front"], True)


def test_a_look_that_ends_after_a_picture_was_discarded_does_not_bring_it_back(qtbot, jobs):
    desk = Desk(qtbot, jobs, poses=(Pose.FRONT, Pose.UP))
    desk.says_who()
    desk.page.buttons.at_camera.click()
    desk.until(lambda: desk.titles() == ["Front"])
    before = desk.model.dawdles()
    desk.until(lambda: desk.model.looks > before)
    desk.page.pictures.cards[0].click()
    desk.model.sees(Pose.LEFT)  # so that nothing is taken anew
    desk.model.goes_on()
    desk.until(lambda: desk.model.looks > before + 3)
    assert desk.titles() == []


def test_a_look_that_ends_after_the_page_was_left_changes_nothing(desk):
    desk.model.dawdles()
    desk.says_who()
    desk.page.buttons.at_camera.click()
    desk.until(lambda: desk.model.looks)
    desk.page.hide()
    desk.page.show()
    desk.model.goes_on()
    desk.until(lambda: not desk.page.portfolio.looking)
    assert (desk.page.portfolio.sitting, desk.page.pictures.strip.text()) == (None, "")


def test_what_was_stored_after_the_page_was_left_is_still_told(desk):
    desk.stands()
    desk.page.buttons.store.click()
    desk.page.hide()
    desk.page.show()
    desk.says("Ben Example (user ID ben-7) is enrolled: 1 face stored.")
    assert desk.page.who.isVisible()


def test_another_face_of_somebody_who_is_enrolled(qtbot, jobs):
    desk = Desk(qtbot, jobs, template(BEN))
    desk.page.for_person("ben", "Ben")
    assert desk.page.who.user_id.isReadOnly()
    desk.page.who.agree.setChecked(True)
    desk.page.buttons.at_camera.click()
    desk.until(lambda: desk.titles() == ["Front"])
    assert desk.page.notice.text() == "ben is enrolled already, as Ben. These pictures are added."
    desk.page.buttons.store.click()
    desk.until(lambda: desk.enrolment.calls)
    assert desk.enrolment.calls[0][:2] == ("ben", "Ben")
    desk.until(lambda: "is enrolled" in desk.page.done.said.text())
    desk.page.buttons.another.click()
    assert (desk.page.who.user_id.text(), desk.page.who.user_id.isReadOnly()) == ("", False)


def test_an_operator_enrols_somebody_with_the_keyboard_alone(desk, qtbot):
    assert desk.page.who.user_id.hasFocus()
    qtbot.keyClicks(desk.page.who.user_id, "ben-7")
    QTest.keyClick(desk.page.who.user_id, Qt.Key.Key_Tab)
    qtbot.keyClicks(desk.page.who.name, "Ben Example")
    for _ in range(2):  # over the text
        QTest.keyClick(desk.page.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(desk.page.focusWidget(), Qt.Key.Key_Space)
    assert desk.page.who.agree.isChecked()
    for _ in range(2):  # over the files
        QTest.keyClick(desk.page.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(desk.page.focusWidget(), Qt.Key.Key_Space)
    desk.until(lambda: desk.page.portfolio.sitting and desk.page.portfolio.sitting.wanted is None)
    QTest.keyClick(desk.page.focusWidget(), Qt.Key.Key_Space)
    desk.until(lambda: "is enrolled" in desk.page.done.said.text())
    assert desk.page.buttons.another.hasFocus()


def test_every_control_has_a_name_for_screen_readers(desk):
    desk.stands()
    controls = [w for w in desk.page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(controls) > 10
    assert not [w for w in controls if not (w.accessibleName() or w.text())]
    assert desk.page.pictures.cards[0].accessibleName() == "Front, take again"
