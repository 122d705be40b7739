"""Enrolling somebody from files: chosen, or dropped onto the page."""

import numpy as np
import PIL.Image
import pytest
from enroldesk import COMING, Desk, filmed, pictures_of
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def desk(qtbot, jobs):
    return Desk(qtbot, jobs)


@pytest.fixture
def drawn():
    return pictures_of("ben")


def test_files_are_read_and_each_that_cannot_be_used_says_why(desk, drawn, tmp_path):
    (tmp_path / "holiday.heic").write_bytes(b"1234ftypheic")
    (tmp_path / "wall.png").write_bytes(drawn[0].read_bytes()[:200])
    desk.says_who()
    desk.page.add_files([drawn[0], tmp_path / "holiday.heic", tmp_path / "wall.png", tmp_path, tmp_path / "gone.jpg"])
    desk.until(desk.titles)
    said = desk.page.notice.text().splitlines()
    assert [line.split()[0] for line in said] == ["holiday.heic", "wall.png", tmp_path.name, "gone.jpg"]
    desk.page.add_files([*drawn[1:], *pictures_of("ada")])
    desk.until(lambda: len(desk.titles()) == 4)
    assert desk.titles() == ["ben-1.png", "ben-2.png", "ben-3.png", "ada-1.png"]
    assert desk.page.notice.text().startswith("ada-2.png: 4 pictures are the most.")


def test_a_file_without_a_fit_face_is_refused(desk, tmp_path):
    nobody, far = tmp_path / "nobody.png", tmp_path / "far.png"
    for path, image in ((nobody, np.full((90, 90, 3), 200, np.uint8)), (far, filmed(*COMING)[-4].image)):
        PIL.Image.fromarray(image[..., ::-1]).save(path)
    desk.says_who()
    desk.page.add_files([nobody, far])
    desk.says("nobody.png: there is no face in it.")
    assert "far.png: the face is too small." in desk.page.notice.text()
    assert desk.titles() == []


def test_a_picture_from_a_file_can_be_removed_and_the_rest_stored(desk, drawn):
    desk.says_who()
    desk.page.add_files(drawn)
    desk.until(lambda: len(desk.titles()) == 3)
    desk.page.pictures.cards[1].click()
    desk.page.buttons.store.click()
    desk.until(lambda: desk.enrolment.calls)
    assert [picture.name for picture in desk.enrolment.calls[0][2]] == ["ben-1.png", "ben-3.png"]


def test_files_can_be_dropped_onto_the_page(desk, drawn):
    desk.says_who()
    drop(desk.page, [QUrl.fromLocalFile(str(path)) for path in drawn])
    desk.until(lambda: desk.titles() == ["ben-1.png", "ben-2.png", "ben-3.png"])


def test_what_is_dropped_from_elsewhere_is_nothing(desk):
    desk.says_who()
    drop(desk.page, [QUrl("https://example.org/ben.png")])
    assert desk.page.who.isVisible()


def test_files_can_be_chosen_and_take_the_cameras_place(desk, drawn):
    desk.stands()
    desk.page.buttons.from_files.click()
    dialog = desk.page.findChild(QFileDialog)
    dialog.filesSelected.emit([str(drawn[0])])
    dialog.accept()
    desk.until(lambda: desk.titles() == ["ben-1.png"])
    desk.page.buttons.at_camera.click()
    desk.until(lambda: desk.titles() == ["Front"])


def drop(page, urls):
    carried = QMimeData()
    carried.setUrls(urls)
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(page, QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, carried, button, key))
    QApplication.sendEvent(page, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, carried, button, key))
