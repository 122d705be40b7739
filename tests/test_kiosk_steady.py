"""What is said at the door stays until it can be read."""

from itertools import cycle, islice, pairwise

import pytest

from core.domain import Reason, Turn
from core.scene import Fault, Phase, Scene
from kiosk.steady import HOLD, Steady

FRAME = 1 / 15  # seconds between two scenes of the engine
LOOKING = Scene(Phase.LOOKING)
IDLE = Scene(Phase.IDLE)
DENIED = Scene(Phase.DENIED, reason=Reason.UNKNOWN_FACE)
AT_ONCE = [
    Scene(Phase.GRANTED, name="Lin"),
    DENIED,
    Scene(Phase.PAUSED, wait=30),
    Scene(Phase.FAULT, fault=Fault("camera_unavailable", "")),
    Scene(Phase.LOCKED),
    Scene(Phase.CHALLENGE, asked=Turn.LEFT),
    Scene(Phase.STARTING),
]


def advised(reason, phase=Phase.LOOKING):
    return Scene(phase, reason=reason)


def shown(scenes, steady=None, start=100.0):
    """[(at, what is shown)] for one scene a frame."""
    steady = steady or Steady()
    return [(start + n * FRAME, steady.take(scene, start + n * FRAME)) for n, scene in enumerate(scenes)]


def changes(seen):
    """When the words became others."""
    said = [(at, (scene.phase, scene.reason)) for at, scene in seen]
    return [at for (_, before), (at, after) in pairwise(said) if before != after]


@pytest.mark.parametrize(
    "flicker",
    [
        [LOOKING, advised(Reason.BLURRED)],
        [advised(Reason.TOO_DARK), advised(Reason.TURNED_AWAY)],
        [LOOKING, IDLE],
        [LOOKING, advised(Reason.BLURRED), IDLE, advised(Reason.TOO_CLOSE)],
        [advised(reason) for reason in (None, *Reason)],
    ],
)
def test_words_change_at_most_once_a_second_however_the_frames_differ(flicker):
    at = changes(shown(islice(cycle(flicker), 200)))
    assert all(later - earlier >= HOLD - FRAME / 2 for earlier, later in pairwise(at))


def test_advice_that_comes_and_goes_with_the_frames_stays():
    seen = shown(islice(cycle([LOOKING, advised(Reason.TOO_DARK)]), 100))
    assert len(changes(seen)) == 1
    assert seen[-1][1].reason is Reason.TOO_DARK


def test_advice_that_is_not_needed_any_more_goes_after_a_while():
    seen = shown([advised(Reason.TOO_DARK)] * 5 + [LOOKING] * 40)
    (gone,) = changes(seen)
    last_needed = seen[4][0]
    assert HOLD <= gone - last_needed <= HOLD + 2 * FRAME
    assert seen[-1][1].reason is None


@pytest.mark.parametrize("scene", AT_ONCE, ids=lambda scene: scene.phase)
@pytest.mark.parametrize("before", [IDLE, advised(Reason.BLURRED)], ids=lambda scene: scene.phase)
def test_verdicts_and_faults_are_shown_at_once(scene, before):
    (*_, (_, last)) = shown([before, scene])
    assert last == scene


def test_that_the_door_is_open_is_not_said_for_longer_than_it_is():
    for after in (IDLE, LOOKING, DENIED):
        assert shown([Scene(Phase.GRANTED, name="Lin"), after])[-1][1] == after


def test_a_denial_can_be_read_before_its_words_go():
    seen = shown([LOOKING, DENIED] + [IDLE] * 30)
    denied = [at for at, scene in seen if scene.phase is Phase.DENIED]
    assert denied[-1] - denied[0] >= HOLD - 2 * FRAME
    assert seen[-1][1].phase is Phase.IDLE


def test_a_face_that_is_missed_for_a_frame_does_not_change_the_screen():
    assert changes(shown([LOOKING] * 10 + [IDLE] * 3 + [LOOKING] * 10)) == []


def test_what_a_challenge_asks_is_asked_at_once_and_its_progress_goes_on():
    steps = [Scene(Phase.CHALLENGE, asked=turn, progress=n / 10) for n, turn in enumerate((*Turn, *Turn))]
    assert [scene for _, scene in shown(steps)] == steps
    blurred = Scene(Phase.CHALLENGE, asked=Turn.RIGHT, progress=0.9, reason=Reason.BLURRED)
    assert shown([steps[-1], blurred])[-1][1].progress == 0.9


def test_where_the_faces_are_is_never_held_back():
    box = (10.0, 10.0, 90.0, 120.0)
    moved = Scene(Phase.IDLE, (480, 640), (box,))
    last = shown([LOOKING, moved])[-1][1]
    assert (last.phase, last.boxes, last.size) == (Phase.LOOKING, (box,), (480, 640))
