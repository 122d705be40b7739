"""The live picture: how it lies in its view, and what is drawn on it."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor

from core.camera import LatestFrame
from core.domain import Frame, Phase, Scene
from kiosk import theme
from kiosk.video import Video, fit

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def latest():
    return LatestFrame()


def picture(left, right, size=(120, 160)):
    """Two halves, each of one colour (BGR)."""
    image = np.zeros((*size, 3), np.uint8)
    image[:, : size[1] // 2], image[:, size[1] // 2 :] = left, right
    return image


def colour_at(widget, x, y):
    return QColor(widget.grab().toImage().pixel(x, y)).name()


@pytest.mark.parametrize(
    ("view", "mirror", "expected"),
    [
        ((360, 640), False, (100, 50, 200, 150)),  # as it is
        ((360, 640), True, (440, 50, 540, 150)),
        ((720, 1280), False, (200, 100, 400, 300)),
        ((630, 640), False, (-65, 87.5, 110, 262.5)),  # 240 are cut from either side
        ((630, 640), True, (530, 87.5, 705, 262.5)),
        ((360, 800), False, (180, 50, 280, 150)),  # 80 stay empty at either side
        ((1600, 640), False, (-65, 572.5, 110, 747.5)),  # no more than that, however high the view
    ],
)
def test_a_box_lies_where_its_face_is_seen(view, mirror, expected):
    assert fit((360, 640), view, mirror=mirror).box((100, 50, 200, 150)) == pytest.approx(expected)


@pytest.mark.parametrize(("mirror", "left"), [(False, "#ff0000"), (True, "#0000ff")])
def test_the_picture_is_shown_as_a_mirror_would(qtbot, latest, mirror, left):
    video = Video(latest, mirror=mirror)
    qtbot.addWidget(video)
    video.resize(160, 120)
    latest.put(Frame(picture((0, 0, 255), (255, 0, 0)), 0.0, 0.0, 0))
    video.peek()
    assert colour_at(video, 30, 60) == left


def test_the_subject_is_framed_in_the_colour_of_the_state_and_others_in_white(qtbot, latest):
    video = Video(latest, mirror=False)
    qtbot.addWidget(video)
    video.resize(320, 240)
    latest.put(Frame(picture((90, 90, 90), (90, 90, 90), (240, 320)), 0.0, 0.0, 0))
    video.peek()
    subject, other = (40.0, 60.0, 140.0, 200.0), (200.0, 60.0, 260.0, 140.0)
    video.show_scene(Scene(Phase.LOOKING, (240, 320), (subject, other), subject))
    assert colour_at(video, 40, 130) == theme.LIGHT.tones[Phase.LOOKING].line
    assert colour_at(video, 200, 100) == theme.OTHERS


def test_a_lost_camera_leaves_no_old_picture_behind(qtbot, latest):
    video = Video(latest, mirror=False)
    qtbot.addWidget(video)
    video.resize(160, 120)
    latest.put(Frame(picture((0, 0, 255), (0, 0, 255)), 0.0, 0.0, 0))
    video.peek()
    assert colour_at(video, 4, 60) == "#ff0000"
    latest.clear()
    video.peek()
    assert colour_at(video, 4, 60) == theme.LIGHT.sunken


class Paints(QObject):
    """Counts how often a widget paints itself."""

    def __init__(self, widget):
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _, event):  # noqa: N802 - Qt's name
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_it_paints_when_the_frame_is_another_one_and_not_otherwise(qtbot, latest):
    video = Video(latest, mirror=False)
    qtbot.addWidget(video)
    latest.put(Frame(picture((0, 0, 255), (0, 0, 255)), 0.0, 0.0, 0))
    with qtbot.waitExposed(video):
        video.show()
    qtbot.wait(100)
    paints = Paints(video)
    qtbot.wait(150)
    assert paints.count == 0
    latest.put(Frame(picture((255, 0, 0), (255, 0, 0)), 1.0, 1.0, 0))  # a camera opened again counts from 0
    qtbot.waitUntil(lambda: paints.count == 1)


def test_a_notice_stands_over_the_picture(qtbot, latest):
    video = Video(latest, mirror=True)
    qtbot.addWidget(video)
    video.resize(320, 240)
    video.add_badge("DEMO")
    video.show()
    assert colour_at(video, theme.WIDE + 4, theme.WIDE + 6) == theme.WARNING
