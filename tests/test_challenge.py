"""Turn your head, as asked: who does is let through, and every other way of going about it is not."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_headturn import HEAD, PHOTOGRAPH, seen

from core.challenge import Challenge, Failure, Limits
from core.domain import Outcome, Turn

WAY = {Turn.STRAIGHT: 0.0, Turn.LEFT: -1.0, Turn.RIGHT: 1.0}
RATE = 10.0  # frames a second


class Somebody:
    """A head before a camera that does what is asked after a moment; it sways and nods meanwhile."""

    def __init__(self, seed, shape=HEAD, far=(25, 40), noise=0.01):
        self._dice = np.random.default_rng(seed)
        draw = self._dice.uniform
        self._shape, self._far, self._noise = shape.copy(), far, noise
        self._shape[2, 0] += draw(-0.08, 0.08)  # nobody's nose is quite in the middle
        self._distance, self._pitch = draw(6, 20), draw(-10, 10)
        self._asked, self._from, self._goal, self._due, self._takes = None, 0.0, 0.0, 0.0, 1.0

    def shows(self, asked, now):
        """The landmarks at `now`, (5, 2), where `asked` is on the screen."""
        draw = self._dice.uniform
        if asked is not self._asked:
            self._from, self._asked, self._takes = self._yaw(now), asked, draw(0.4, 0.9)
            self._goal, self._due = WAY.get(asked, 0.0) * draw(*self._far), now + draw(0.3, 1.2)
        pose = self._yaw(now) + 1.5 * np.sin(now), self._pitch + 2 * np.sin(1.7 * now), np.sin(0.9 * now)
        points = seen(self._shape, *pose, distance=self._distance)
        return points + self._dice.normal(0, self._noise * 1000 / self._distance, (5, 2))

    def _yaw(self, now):
        share = np.clip((now - self._due) / self._takes, 0, 1)
        return self._from + (self._goal - self._from) * share**2 * (3 - 2 * share)


def asks(somebody, seed, limits=Limits()):  # noqa: B008 - frozen
    """The whole challenge put to `somebody`: every state of it."""
    states = [Challenge.start(random.Random(seed), 0.0, limits)]
    while states[-1].outcome is Outcome.RUNNING:
        now = len(states) / RATE
        landmarks = somebody.shows(states[-1].asked, now)
        states.append(states[-1].see(landmarks, 1, same_identity=True, now=now))
    return states


def begun(limits=Limits()):  # noqa: B008 - frozen
    """A challenge whose face has been straight long enough, so that a turn is asked."""
    challenge = Challenge.start(random.Random(3), 0.0, limits)
    for i in range(1, limits.frames + 1):
        challenge = challenge.see(seen(HEAD), 1, same_identity=True, now=i * 0.1)
    assert challenge.asked is not Turn.STRAIGHT
    return challenge


def test_who_does_what_is_asked_passes():
    outcomes = [asks(Somebody(seed), seed)[-1].outcome for seed in range(40)]
    assert outcomes.count(Outcome.PASSED) >= 38


def test_progress_grows_to_the_whole_and_never_leaves_its_bounds():
    states = asks(Somebody(5), 5)
    assert states[-1].progress == 1.0
    assert all(0 <= state.progress <= 1 for state in states)
    steps = [state.done for state in states]
    assert steps == sorted(steps)


@pytest.mark.parametrize("noise", [0.01, 0.02])
def test_a_photograph_that_does_what_is_asked_does_not(noise):
    for seed in range(30):
        assert asks(Somebody(seed, PHOTOGRAPH, (25, 60), noise), seed)[-1].outcome is Outcome.FAILED


def test_a_turn_the_other_way_is_the_end():
    challenge = begun()
    way = -WAY[challenge.asked]
    for i in range(4, 10):
        challenge = challenge.see(seen(HEAD, 30 * way), 1, same_identity=True, now=i * 0.1)
    assert (challenge.outcome, challenge.reason) == (Outcome.FAILED, Failure.WRONG_WAY)


def test_who_does_nothing_is_too_slow():
    challenge = begun()
    for i in range(4, 100):
        challenge = challenge.see(seen(HEAD), 1, same_identity=True, now=i * 0.1)
    assert (challenge.outcome, challenge.reason) == (Outcome.FAILED, Failure.TOO_SLOW)


@pytest.mark.parametrize(
    ("track", "same", "now", "reason"),
    [
        (2, True, 0.4, Failure.LOST),
        (1, False, 0.4, Failure.OTHER_PERSON),
        (1, True, 0.9, Failure.LOST),
        (1, True, 0.2, Failure.LOST),
    ],
    ids=["another track", "another person", "unseen too long", "a clock that steps back"],
)
def test_what_breaks_it_off(track, same, now, reason):
    challenge = begun().see(seen(HEAD), track, same_identity=same, now=now)
    assert (challenge.outcome, challenge.reason) == (Outcome.FAILED, reason)


def test_a_face_that_is_hidden_for_a_moment_may_come_back():
    assert begun().wait(0.7).outcome is Outcome.RUNNING
    assert begun().wait(0.9).reason is Failure.LOST


def test_who_turns_further_than_asked_has_not_walked_off_but_proves_nothing_by_it():
    challenge = begun()
    for i in range(4, 20):
        challenge = challenge.wait(i * 0.1, there=True)
    assert (challenge.outcome, challenge.done) == (Outcome.RUNNING, 1)
    assert challenge.wait(challenge.deadline + 0.1).reason is Failure.LOST
    while challenge.outcome is Outcome.RUNNING:
        i += 1
        challenge = challenge.wait(i * 0.1, there=True)
    assert challenge.reason is Failure.TOO_SLOW


@given(st.integers(0, 9), st.sampled_from([float("nan"), float("inf"), 0.0]))
def test_landmarks_that_are_none_show_nothing(place, nonsense):
    challenge, landmarks = begun(), seen(HEAD, 30 * WAY[begun().asked])
    landmarks.flat[place] = nonsense
    if nonsense == 0.0:
        landmarks[:] = 0.0
    for i in range(4, 8):
        challenge = challenge.see(landmarks, 1, same_identity=True, now=i * 0.1)
    assert challenge.done == begun().done


def test_one_that_is_over_stays_as_it_is():
    over = asks(Somebody(5), 5)[-1]
    assert over.see(seen(HEAD), 2, same_identity=False, now=-5.0) is over
    assert over.wait(1e9) is over
    failed = replace(over, outcome=Outcome.FAILED)
    assert failed.wait(0.0) is failed


@given(st.integers(2, 5), st.integers(0, 10**6))
def test_each_order_asks_for_both_ways_and_for_straight_between(turns, seed):
    steps = Challenge.start(random.Random(seed), 0.0, Limits(turns=turns)).steps
    assert len(steps) == 2 * turns + 1
    assert set(steps[::2]) == {Turn.STRAIGHT}
    assert set(steps[1::2]) == {Turn.LEFT, Turn.RIGHT}


def test_the_order_cannot_be_known():
    orders = {Challenge.start(random.Random(seed), 0.0, Limits()).steps for seed in range(200)}
    assert len(orders) == 6


@pytest.mark.parametrize("wrong", [{"turns": 1}, {"far": 0.05}, {"frames": 1}, {"gap": 0.0}, {"step": 0.0}])
def test_limits_that_prove_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="prove nothing"):
        Limits(**wrong)
