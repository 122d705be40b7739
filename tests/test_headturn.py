"""A head that turns moves its nose; a picture of one does not, however it is moved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.challenge import Challenge, Limits, Outcome
from core.domain import Turn
from core.headturn import distance, look, turned

LIMITS = Limits()
HEAD = np.array([(-0.5, 0, 0), (0.5, 0, 0), (0, 0.6, -0.5), (-0.41, 1.16, 0), (0.41, 1.16, 0)])
"""Eyes, nose and mouth in distances of the eyes: x right, y down, z away from the camera."""
PHOTOGRAPH = HEAD * (1, 1, 0)
angles = st.floats(-60, 60)


def rotation(yaw, pitch, roll):
    """By so many degrees about the axes down, right and away from the camera, in this order; (3, 3)."""
    a, b, c = np.deg2rad((yaw, pitch, roll))
    about_y = np.array([(np.cos(a), 0, np.sin(a)), (0, 1, 0), (-np.sin(a), 0, np.cos(a))])
    about_x = np.array([(1, 0, 0), (0, np.cos(b), -np.sin(b)), (0, np.sin(b), np.cos(b))])
    about_z = np.array([(np.cos(c), -np.sin(c), 0), (np.sin(c), np.cos(c), 0), (0, 0, 1)])
    return about_z @ about_x @ about_y


def seen(points, yaw=0.0, pitch=0.0, roll=0.0, distance=10.0):
    """What a pinhole camera makes of `points` turned by so many degrees, at so many distances of the eyes."""
    middle = np.array((0, 0.5, 0))
    x, y, z = ((points - middle) @ rotation(yaw, pitch, roll).T).T
    return np.column_stack([x, y]) / (z + distance)[:, None] * 1000 + 500


@given(angles, angles, st.floats(-40, 40), st.floats(2.5, 30))
def test_nothing_flat_turns_in_any_pose(yaw, pitch, roll, distance):
    straight, moved = look(seen(PHOTOGRAPH)), look(seen(PHOTOGRAPH, yaw, pitch, roll, distance))
    assert moved is None or abs(turned(moved, straight)) < 0.01


@pytest.mark.parametrize("yaw", range(-60, 61, 20))
def test_nor_does_a_photograph_of_a_head_that_had_turned(yaw):
    picture = seen(HEAD, 25.0) / 60
    picture = np.column_stack([picture - picture.mean(axis=0), np.zeros(5)])
    straight = look(seen(picture))
    for pitch in range(-40, 41, 20):
        moved = look(seen(picture, yaw, pitch))
        assert moved is None or abs(turned(moved, straight)) < 0.02


@given(st.floats(-45, 45), st.floats(-30, 30), st.floats(-20, 20), st.floats(4, 20))
def test_how_far_away_it_is_can_be_told_in_any_pose(yaw, pitch, roll, away):
    for shape in (HEAD, PHOTOGRAPH, PHOTOGRAPH * 3):
        found = look(seen(shape, yaw, pitch, roll, away * shape[1, 0] * 2))
        assert found is None or distance(found, 1000) == pytest.approx(away, rel=0.25)


@pytest.mark.parametrize("yaw", [25, 30, 35])
@pytest.mark.parametrize("pitch", [-15, 0, 15])
@pytest.mark.parametrize("distance", [6, 10, 30])
def test_a_head_that_turns_does(yaw, pitch, distance):
    straight = look(seen(HEAD, 0, pitch, distance=distance))
    left, right = (turned(look(seen(HEAD, way * yaw, pitch, distance=distance)), straight) for way in (-1, 1))
    assert min(abs(left), abs(right)) >= LIMITS.far
    assert left * right < 0


@given(st.lists(st.tuples(angles, angles, st.floats(-30, 30), st.floats(3, 20)), max_size=60), st.randoms())
def test_no_sequence_of_a_photographs_poses_passes(poses, random):
    challenge = Challenge.start(random, 0.0, LIMITS)
    for i, pose in enumerate(poses):
        noise = np.random.default_rng(i).normal(0, 0.5, (5, 2))
        landmarks = seen(PHOTOGRAPH, *pose) + noise
        challenge = challenge.see(landmarks, 1, same_identity=True, now=i * 0.1)
    assert challenge.outcome is not Outcome.PASSED


def test_a_recording_fits_one_order_in_six():
    """A head filmed while it turned left, right and left, played to every order that may be asked."""

    class Chooses:
        def __init__(self, index):
            self.index = index

        def choice(self, orders):
            self.count = len(orders)
            return orders[self.index]

    way = {Turn.STRAIGHT: 0.0, Turn.LEFT: -28.0, Turn.RIGHT: 28.0}
    film = [Turn.STRAIGHT, Turn.LEFT, Turn.STRAIGHT, Turn.RIGHT, Turn.STRAIGHT, Turn.LEFT, Turn.STRAIGHT]
    passed = 0
    for index in range(6):
        chooser = Chooses(index)
        challenge = Challenge.start(chooser, 0.0, LIMITS)
        assert chooser.count == 6
        for i, turn in enumerate(t for t in film for _ in range(6)):
            challenge = challenge.see(seen(HEAD, way[turn]), 1, same_identity=True, now=i * 0.1)
        passed += challenge.outcome is Outcome.PASSED
    assert passed == 1
