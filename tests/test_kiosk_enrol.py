"""What an operator does to enrol somebody who stands before the camera."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from core.camera import LatestFrame
from core.domain import Frame, Phase, Scene
from core.errors import FaceLimitReached, FaceNotFound, InvalidField
from kiosk.enrol import EnrolDialog

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")


class FakeEnrolment:
    """Stores what it is given, or refuses it."""

    def __init__(self):
        self.calls = []
        self._refusal = None

    def refuses(self, error):
        self._refusal = error

    def enrol(self, user_id, name, pictures, *, replace=False):
        self.calls.append((user_id, name, [picture.name for picture in pictures], replace))
        if self._refusal is not None:
            raise self._refusal
        return len(pictures)


@pytest.fixture
def latest():
    mailbox = LatestFrame()
    mailbox.put(Frame(np.full((120, 160, 3), 90, np.uint8), 0.0, 0.0, 0))
    return mailbox


@pytest.fixture
def enrolment():
    return FakeEnrolment()


@pytest.fixture
def enrol(enrolment, latest, jobs, window):
    dialog = EnrolDialog(enrolment, latest, jobs, mirror=True, most=4, parent=window)
    dialog.open()
    return dialog


def test_an_operator_enrols_somebody_with_the_keyboard_alone(qtbot, enrol, enrolment):
    assert enrol.user_id.hasFocus()
    qtbot.keyClicks(enrol.user_id, "lin")
    qtbot.keyClick(enrol.user_id, Qt.Key.Key_Tab)
    qtbot.keyClicks(enrol.name, "Lin")
    for _ in range(2):
        qtbot.keyClick(enrol.take, Qt.Key.Key_Space)
    qtbot.keyClick(enrol.enrol, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: enrol.notice.text() == "lin is enrolled: 2 faces stored.")
    assert enrolment.calls == [("lin", "Lin", ["Picture 1", "Picture 2"], False)]
    assert (enrol.user_id.text(), enrol.enrol.isEnabled()) == ("", False)


def test_every_control_has_a_name_for_screen_readers(enrol):
    controls = [w for w in enrol.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(controls) > 8
    assert all(w.accessibleName() or w.text() for w in controls)


def test_up_to_four_pictures_each_removable(enrol):
    for _ in range(4):
        enrol.take.click()
    assert not enrol.take.isEnabled()
    enrol.thumbnails[3].click()
    assert enrol.take.isEnabled()
    assert [thumbnail.isEnabled() for thumbnail in enrol.thumbnails] == [True, True, True, False]
    for _ in range(3):
        enrol.thumbnails[0].click()
    assert not enrol.enrol.isEnabled()


def test_the_pictures_are_forgotten_when_it_closes(enrol):
    enrol.take.click()
    enrol.reject()
    assert all(thumbnail.icon().isNull() for thumbnail in enrol.thumbnails)
    assert not enrol.enrol.isEnabled()


def test_without_a_camera_no_picture_is_taken(enrol, latest):
    latest.clear()
    enrol.take.click()
    assert "no picture from the camera" in enrol.notice.text()
    assert not enrol.enrol.isEnabled()


def test_a_refused_picture_is_the_one_framed(qtbot, enrol, enrolment):
    enrolment.refuses(FaceNotFound("Picture 2: there is no face in it. Take another."))
    for _ in range(3):
        enrol.take.click()
    enrol.enrol.click()
    qtbot.waitUntil(lambda: enrol.notice.text() == "Picture 2: there is no face in it. Take another.")
    assert [thumbnail.objectName() == "bad" for thumbnail in enrol.thumbnails] == [False, True, False, False]
    enrol.thumbnails[1].click()
    assert not any(thumbnail.objectName() == "bad" for thumbnail in enrol.thumbnails)


@pytest.mark.parametrize(("field", "called"), [("user_id", "User ID"), ("name", "Name")])
def test_a_refused_field_is_framed_and_named(qtbot, enrol, enrolment, field, called):
    enrolment.refuses(InvalidField(field, "expected 1 to 64 characters, got 0"))
    enrol.take.click()
    enrol.enrol.click()
    qtbot.waitUntil(lambda: enrol.notice.text() == f"{called}: expected 1 to 64 characters, got 0")
    assert getattr(enrol, field).objectName() == "bad"
    assert getattr(enrol, field).hasFocus()


def test_where_the_limit_is_reached_the_stored_faces_can_be_replaced(qtbot, enrol, enrolment):
    enrolment.refuses(FaceLimitReached("This person has 4 faces already. Replace them."))
    assert enrol.replace.isHidden()
    enrol.take.click()
    enrol.enrol.click()
    qtbot.waitUntil(lambda: not enrol.replace.isHidden())
    enrolment.refuses(None)
    enrol.replace.click()
    qtbot.waitUntil(lambda: "is enrolled" in enrol.notice.text())
    assert [replace for *_, replace in enrolment.calls] == [False, True]


@pytest.mark.logs("a job of the kiosk failed")
def test_a_bug_is_an_answer_too(qtbot, enrol, enrolment):
    enrolment.refuses(ZeroDivisionError())
    enrol.take.click()
    enrol.enrol.click()
    qtbot.waitUntil(lambda: "the log says why" in enrol.notice.text())
    assert enrol.enrol.isEnabled()


def test_the_preview_frames_the_face(enrol):
    box = (40.0, 30.0, 80.0, 80.0)
    before = enrol.video.grab().toImage()
    enrol.show_scene(Scene(Phase.LOOKING, (120, 160), (box,), box))
    enrol.video.peek()
    assert enrol.video.grab().toImage() != before
