"""The live picture: how it lies in its view, and what is drawn on it."""

import threading
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from core.camera import LatestFrame
from core.domain import Frame, Turn
from core.scene import Phase, Scene
from kiosk import theme
from kiosk.oval import Oval, paint_arrows
from kiosk.video import Video, fit
from kiosk.worker import Worker

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
    paints = Paints(video)

    def is_still():
        before = paints.count
        qtbot.wait(150)
        return paints.count == before

    qtbot.waitUntil(is_still)
    before = paints.count
    latest.put(Frame(picture((255, 0, 0), (255, 0, 0)), 1.0, 1.0, 0))  # a camera opened again counts from 0
    qtbot.waitUntil(lambda: paints.count == before + 1)


# with an oval --------------------------------------------------------------------------------------------------------

FACE = (200.0, 60.0, 280.0, 170.0)  # at the right of a picture of 320 x 240


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def guided(qtbot, latest):
    """Videos of 400 x 240 with an oval, and a clock that they go by."""

    def made(mirror, eased=True):
        clock = Clock()
        video = Video(latest, mirror=mirror, guide=Oval(eased=eased, clock=clock))
        qtbot.addWidget(video)
        video.resize(400, 240)
        latest.put(Frame(picture((90, 90, 90), (90, 90, 90), (240, 320)), 0.0, 0.0, 0))
        video.peek()
        return video, clock

    return made


def settle(video, clock):
    for _ in range(60):
        clock.now += 0.1
        video.peek()


@pytest.mark.parametrize(("mirror", "x"), [(False, 40 + 240), (True, 40 + 80)])
def test_the_oval_goes_where_the_face_is_seen(guided, mirror, x):
    video, clock = guided(mirror)
    video.show_scene(Scene(Phase.LOOKING, (240, 320), (FACE,), FACE))
    settle(video, clock)
    assert video.oval.center().x() == pytest.approx(x, abs=2)
    assert video.oval.top() < 60
    assert video.oval.bottom() > 170 - 20


def lit(video, phase):
    """How many pixels have the colour of the state's line."""
    image = video.grab().toImage()
    line = QColor(theme.LIGHT.tones[phase].line).rgb()
    return sum(image.pixel(x, y) == line for x in range(400) for y in range(240))


def test_the_oval_fills_as_the_face_comes_nearer(guided):
    video, clock = guided(mirror=True)
    seen = []
    for tall in (30.0, 60.0, 120.0):
        box = (200.0, 60.0, 200 + tall * 0.7, 60 + tall)
        video.show_scene(Scene(Phase.LOOKING, (240, 320), (box,), box))
        settle(video, clock)
        seen.append(lit(video, Phase.LOOKING))
    assert seen[0] < seen[1] < seen[2]


def test_a_denial_is_seen_on_the_oval_without_colours(guided):
    video, _ = guided(mirror=True)
    video.show_scene(Scene(Phase.GRANTED, (240, 320), (FACE,), FACE))
    whole = lit(video, Phase.GRANTED)
    video.show_scene(Scene(Phase.DENIED, (240, 320), (FACE,), FACE))
    assert 0.4 * whole < lit(video, Phase.DENIED) < 0.8 * whole, "dashed"


@pytest.mark.parametrize("turn", [Turn.LEFT, Turn.RIGHT])
@pytest.mark.parametrize("mirror", [True, False])
def test_arrows_beside_the_face_point_to_the_screens_side_that_is_the_persons(guided, turn, mirror):
    video, clock = guided(mirror, eased=False)
    middle = (130.0, 60.0, 190.0, 150.0)
    scene = Scene(Phase.CHALLENGE, (240, 320), (middle,), middle, asked=Turn.STRAIGHT)
    video.show_scene(scene)
    settle(video, clock)
    before = video.grab().toImage()
    video.show_scene(replace(scene, asked=turn))
    after = video.grab().toImage()
    moved = [x for x in range(400) if any(before.pixel(x, y) != after.pixel(x, y) for y in range(240))]
    assert moved
    assert max(moved) < video.oval.left() if turn is Turn.LEFT else min(moved) > video.oval.right()


def test_arrows_never_cover_the_face_where_there_is_no_room_beside_it():
    view = QRectF(0, 0, 400, 240)
    for left in range(0, 310, 10):
        oval = QRectF(left, 20, 90, 120)
        for turn in (Turn.LEFT, Turn.RIGHT):
            image = QImage(400, 240, QImage.Format.Format_RGB32)
            image.fill("#808080")
            painter = QPainter(image)
            paint_arrows(painter, oval, view, turn, None)
            painter.end()
            marked = np.frombuffer(image.constBits(), np.uint32).reshape(240, 400) != 0xFF808080
            assert marked.any()
            assert not marked[24:136, left + 4 : left + 86].any()


def test_around_the_oval_the_picture_is_darker(guided):
    video, clock = guided(mirror=True)
    settle(video, clock)
    middle, beside = (QColor(colour_at(video, x, 120)).lightness() for x in (200, 70))
    assert beside < middle


@pytest.mark.parametrize("size", [(900, 240), (200, 400)])
def test_around_a_picture_that_does_not_fill_its_view_is_the_states_ground(guided, size):
    video, clock = guided(mirror=True)
    video.resize(*size)
    video.show_scene(Scene(Phase.LOOKING, (240, 320), (FACE,), FACE))
    settle(video, clock)
    ground = theme.LIGHT.tones[Phase.LOOKING].ground
    assert {colour_at(video, x, y) for x in (1, size[0] - 2) for y in (1, size[1] - 2)} == {ground}
    assert colour_at(video, size[0] // 2, size[1] // 2) != ground


def test_who_comes_later_does_not_see_who_was_here_before(qtbot, guided):
    video, _ = guided(mirror=True)
    with qtbot.waitExposed(video):
        video.show()
    video.hide()
    assert colour_at(video, 200, 60) == theme.LIGHT.sunken


def test_pictures_are_made_by_another_thread(qtbot):
    worker, answers = Worker(), []
    worker.answered.connect(answers.append)
    worker.start()
    worker.ask(threading.current_thread)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0] is not threading.main_thread()
    worker.stop()
    worker.stop()
    assert not answers[0].is_alive()


def test_only_the_newest_wish_counts(qtbot):
    worker, answers, busy, go_on = Worker(), [], threading.Event(), threading.Event()
    worker.answered.connect(answers.append)
    worker.start()
    worker.ask(lambda: (busy.set(), go_on.wait(5)) and "first")
    assert busy.wait(5)
    for wish in ("second", "third"):
        worker.ask(partial(str, wish))
    go_on.set()
    qtbot.waitUntil(lambda: "third" in answers)
    assert answers == ["first", "third"]
    worker.stop()


def test_a_shown_video_leaves_no_thread_behind_however_it_goes(qtbot, latest):
    before = threading.active_count()
    video = Video(latest, mirror=True)
    with qtbot.waitExposed(video):
        video.show()
    assert threading.active_count() == before + 1
    shiboken6.delete(video)
    assert threading.active_count() == before
