"""The oval to fill: where the face is, not where the screen's middle is."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, QRectF

from core.scene import Phase, Scene
from kiosk.oval import NEAR, Oval, Spot, lying, sought

SIZE = (720, 1280)
SEATED = (500.0, 400.0, 700.0, 660.0)  # somebody in a wheelchair: low in the picture
ASIDE = (100.0, 60.0, 300.0, 320.0)
FAR = (600.0, 300.0, 640.0, 300.0 + NEAR * 720 - 5)
PICTURE = QRectF(-200, 0, 1280, 720)  # cut at both sides
VIEW = QRectF(0, 0, 880, 720)


class Clock:
    """Goes on by so much whenever it is asked."""

    def __init__(self, tick=1 / 30):
        self.now, self.tick = 100.0, tick

    def __call__(self):
        self.now += self.tick
        return self.now


def looking(box, *others):
    return Scene(Phase.LOOKING, SIZE, (box, *others), box)


def settled(oval, steps=200):
    for _ in range(steps):
        spot = oval.step()
    return spot


@pytest.mark.parametrize("box", [SEATED, ASIDE])
@pytest.mark.parametrize("eased", [True, False])
def test_it_comes_to_lie_around_the_face(box, eased):
    oval = Oval(eased=eased, clock=Clock())
    oval.follow(looking(box))
    spot = settled(oval)
    left, top, right, bottom = box
    assert left < spot.x * 1280 < right
    assert top < spot.y * 720 < (top + bottom) / 2, "around the hair as well"


def test_it_glides_there_and_gets_there():
    oval = Oval(clock=Clock())
    oval.follow(looking(ASIDE))
    ways = [oval.step().x for _ in range(60)]
    assert ways == sorted(ways, reverse=True)
    assert max(before - after for before, after in pairwise(ways)) < 0.06, "no leap"
    assert settled(oval) == settled(oval, 1), "and then it lies still"


def test_without_motion_it_jumps_once_and_not_with_every_breath():
    oval = Oval(eased=False, clock=Clock())
    oval.follow(looking(ASIDE))
    jumped = oval.step()
    assert jumped.x == pytest.approx(200 / 1280)
    oval.follow(looking(tuple(side + 20 for side in ASIDE)))
    assert (oval.step().x, oval.step().y) == (jumped.x, jumped.y)
    assert oval.beat is None


def test_it_rests_in_the_middle_first_and_then_where_the_last_face_was():
    oval = Oval(clock=Clock())
    assert oval.step() == Spot(0.5, 0.5, 0.0)
    oval.follow(looking(SEATED))
    there = settled(oval)
    oval.follow(Scene(Phase.IDLE, SIZE))
    rested = settled(oval)
    assert (rested.x, rested.y) == pytest.approx((there.x, there.y))
    assert rested.fill == 0


def test_the_nearer_the_face_the_more_of_it_is_filled():
    fills = []
    for height in (60, 120, 200, 320, 600):
        oval = Oval(clock=Clock())
        oval.follow(looking((400.0, 50.0, 400.0 + height * 0.7, 50.0 + height)))
        fills.append(settled(oval).fill)
    assert fills == sorted(fills)
    assert fills[0] < 0.5
    assert fills[-1] == 1.0


def test_it_follows_the_one_that_the_door_is_about_or_else_the_nearest():
    assert sought(looking(ASIDE, SEATED)) == ASIDE
    assert sought(Scene(Phase.IDLE, SIZE, (ASIDE, SEATED))) in (ASIDE, SEATED)
    assert sought(Scene(Phase.IDLE, SIZE, (FAR, ASIDE))) == ASIDE


def test_who_passes_by_far_away_is_nobody_to_follow():
    assert sought(Scene(Phase.IDLE, SIZE, (FAR,))) is None
    assert sought(Scene(Phase.IDLE)) is None


@pytest.mark.parametrize("mirror", [False, True])
def test_in_a_mirror_it_lies_on_the_other_side(mirror):
    area = lying(Spot(0.35, 0.5), PICTURE, VIEW, mirror=mirror)
    x = 0.65 if mirror else 0.35
    assert area.center().x() == pytest.approx(-200 + x * 1280)
    assert area.center().y() == pytest.approx(360)


@pytest.mark.parametrize("view", [VIEW, QRectF(0, 0, 420, 330), QRectF(0, 0, 1000, 1000), QRectF(0, 0, 300, 900)])
@pytest.mark.parametrize("spot", [Spot(0.0, 0.0), Spot(1.0, 1.0), Spot(0.5, 0.98), Spot(0.02, 0.5)])
def test_it_never_leaves_the_view(view, spot):
    picture = QRectF(view)
    picture.setWidth(view.height() * 16 / 9)
    picture.moveCenter(view.center())
    area = lying(spot, picture, view, mirror=True)
    assert view.contains(area)
    assert area.height() > area.width() > view.width() / 6


def test_it_is_as_large_as_a_face_at_a_good_distance_wherever_it_is():
    sizes = {lying(Spot(x, y), PICTURE, VIEW, mirror=False).size().toTuple() for x in (0.1, 0.5) for y in (0.2, 0.9)}
    assert len(sizes) == 1
    assert 0.4 < sizes.pop()[1] / 720 < 0.7
    assert lying(Spot(), PICTURE, VIEW, mirror=False).center() == QPointF(440, 360)
