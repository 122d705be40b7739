"""What somebody at the door sees while they are asked to turn their head."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from core.domain import Reason, Turn
from core.scene import Phase, Scene
from kiosk import theme
from kiosk.banner import Banner
from kiosk.turnsign import paint_turn
from kiosk.wording import GUIDANCE, words

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

EITHER_SIDE = (Turn.LEFT, Turn.RIGHT)
STEPS = [(turn, reason) for turn in Turn for reason in (None, *GUIDANCE)]
each_size = pytest.mark.parametrize("size", [(304, 420), (486, 740), (1080, 805)], ids=str)


def inked(banner, scene):
    """(height, width): which pixels are not the ground's."""
    banner.show_scene(scene)
    image = banner.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return pixels != QColor(theme.LIGHT.tones[scene.phase].ground).rgb()


def bar(banner, turn, reason=None):
    """Where the progress is shown: left, top, right and bottom of what differs between none of it and all."""
    empty = inked(banner, Scene(Phase.CHALLENGE, asked=turn, reason=reason))
    filled = inked(banner, Scene(Phase.CHALLENGE, asked=turn, reason=reason, progress=1.0))
    ys, xs = np.nonzero(filled & ~empty)
    return xs.min(), ys.min(), xs.max(), ys.max()


def sign(banner, turn):
    """What is above the bar."""
    left, top, right, bottom = bar(banner, turn)
    height = bottom - top
    return inked(banner, Scene(Phase.CHALLENGE, asked=turn))[: top - height, left - height : right + height]


# words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("reason", GUIDANCE)
def test_guidance_takes_the_details_place_and_leaves_the_title(turn, reason):
    asked, guided = words(Scene(Phase.CHALLENGE, asked=turn)), words(Scene(Phase.CHALLENGE, asked=turn, reason=reason))
    assert guided.title == asked.title
    assert guided.detail != asked.detail or (turn, reason) == (Turn.STRAIGHT, Reason.BLURRED)
    assert len(guided.detail) <= 40, "read at a glance"


@pytest.mark.parametrize("turn", EITHER_SIDE)
def test_who_is_to_turn_is_not_told_to_hold_still_or_to_face_the_camera(turn):
    said = {reason: words(Scene(Phase.CHALLENGE, asked=turn, reason=reason)).detail for reason in GUIDANCE}
    assert said[Reason.TURNED_AWAY] == "Not quite so far, please"
    assert said[Reason.BLURRED] == "A little slower, please"
    assert not {"Hold still for a moment", "Please face the camera"} & set(said.values())


def test_who_was_asked_for_nothing_known_is_to_look_straight_ahead():
    assert words(Scene(Phase.CHALLENGE)) == words(Scene(Phase.CHALLENGE, asked=Turn.STRAIGHT))


# what is seen --------------------------------------------------------------------------------------------------------


@each_size
def test_nothing_jumps_from_one_step_to_the_next(banner, size):
    banner.resize(*size)
    sizes = set()
    for turn, reason in STEPS:
        banner.show_scene(Scene(Phase.CHALLENGE, asked=turn, reason=reason))
        sizes.add(banner.sizes()[0])
    assert len(sizes) == 1
    assert sizes.pop() >= min(size) / 12
    assert len({bar(banner, turn, reason) for turn in Turn for reason in (None, Reason.TOO_BRIGHT)}) == 1


@pytest.mark.parametrize("turn", EITHER_SIDE)
def test_the_arrow_points_to_the_screens_side_that_is_the_persons(banner, turn):
    heights = sign(banner, turn).sum(axis=0)
    barbs = np.flatnonzero(heights == heights.max()).mean() / len(heights)
    assert barbs < 0.48 if turn is Turn.LEFT else barbs > 0.52


def test_left_is_right_in_a_mirror_and_straight_ahead_is_neither(banner):
    straight, left, right = (sign(banner, turn) for turn in Turn)
    assert np.mean(left ^ right[:, ::-1]) < 0.02
    assert np.mean(left ^ right) > 0.1
    assert np.mean(straight ^ straight[:, ::-1]) < 0.02


@pytest.mark.parametrize("turn", Turn)
def test_progress_is_seen_without_colours(banner, turn):
    inks = [inked(banner, Scene(Phase.CHALLENGE, asked=turn, progress=p)).sum() for p in (0, 0.05, 0.3, 0.6, 0.9, 1.0)]
    assert all(more > less for less, more in pairwise(inks))


class Paints(QObject):
    """Counts how often a widget paints itself."""

    def __init__(self, widget):
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _, event):  # noqa: N802 - Qt's name
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_a_face_that_moves_does_not_paint_the_banner_anew(qtbot, banner):
    scenes = [Scene(Phase.LOOKING, (480, 640), (box,), box) for box in ((x, 0.0, x + 90, 120.0) for x in range(20))]
    with qtbot.waitExposed(banner):
        banner.show()
    banner.show_scene(scenes[0])
    qtbot.wait(50)
    paints = Paints(banner)
    for scene in scenes:
        banner.show_scene(scene)
        qtbot.wait(2)
    assert paints.count == 0
    banner.show_scene(Scene(Phase.GRANTED, name="Lin"))
    qtbot.waitUntil(lambda: paints.count == 1)


# what moves ----------------------------------------------------------------------------------------------------------


def shown(qtbot, turn, clock=lambda: 100.0, *, reduced_motion=False):
    banner = Banner(reduced_motion=reduced_motion, clock=clock)
    banner.resize(304, 420)
    qtbot.addWidget(banner)
    with qtbot.waitExposed(banner):
        banner.show()
    banner.show_scene(Scene(Phase.CHALLENGE, asked=turn))
    qtbot.wait(50)
    return banner


@pytest.mark.parametrize("turn", EITHER_SIDE)
def test_the_arrow_goes_to_and_fro_to_the_side_that_is_asked_for(qtbot, turn):
    seconds = iter(np.arange(100, 200, 0.1))
    banner = shown(qtbot, turn, partial(next, seconds))
    paints = Paints(banner)
    qtbot.waitUntil(lambda: paints.count >= 3)


@pytest.mark.parametrize(("turn", "reduced"), [(Turn.STRAIGHT, False), (Turn.LEFT, True), (Turn.RIGHT, True)])
def test_who_is_to_hold_still_or_wants_no_motion_sees_none(qtbot, turn, reduced):
    banner = shown(qtbot, turn, reduced_motion=reduced)
    paints = Paints(banner)
    qtbot.wait(150)
    assert paints.count == 0
    banner.show_scene(Scene(Phase.GRANTED))
    qtbot.waitUntil(lambda: paints.count > 0)


@pytest.mark.parametrize("turn", EITHER_SIDE)
def test_it_moves_along_the_way_that_it_points(turn):
    middles = [np.nonzero(arrow(turn, sway))[1].mean() for sway in (-1, 0, 1)]
    ways = np.diff(middles)
    assert (ways > 3).all() or (ways < -3).all()


def arrow(turn, sway, direction=Qt.LayoutDirection.LeftToRight, progress=0.0):
    """(200, 200): what is drawn of the sign, in black on white."""
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill("#ffffff")
    painter = QPainter(image)
    painter.setLayoutDirection(direction)
    tone = theme.Tone("#ffffff", "#000000", "#000000")
    paint_turn(painter, QRectF(0, 0, 200, 200), turn, progress, tone, sway=sway)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(200, 200).copy() != 0xFFFFFFFF


@pytest.mark.parametrize("turn", EITHER_SIDE)
def test_in_arabic_the_bar_fills_from_the_right_but_left_stays_left(turn):
    english, arabic = (
        arrow(turn, 0.0, way, 0.3) for way in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft)
    )
    assert np.array_equal(english[:150], arabic[:150])
    assert np.mean(english[160:] ^ arabic[160:, ::-1]) < 0.01
    assert english[180, 20:60].sum() > arabic[180, 20:60].sum()
