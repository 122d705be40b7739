"""Pictures that nobody can be recognised by, and those that only look that way."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.camera import OpenCVCamera
from core.demo import DemoCamera
from core.domain import Frame
from core.opencv import cv2
from core.sight import BLOWN_OUT, COVERED, FROZEN, LASTING, SLOW, Sight

RNG = np.random.default_rng(3)
SHAPE = (180, 320, 3)
SCENE = np.tile(np.linspace(20, 220, SHAPE[1])[None, :, None], (SHAPE[0], 1, 3))
BLACK, WHITE = np.full(SHAPE, 8.0), np.full(SHAPE, 300.0)


def picture(light, noise=4.0):
    """`light` as a sensor sees it: with noise, clipped."""
    return np.clip(light + RNG.normal(0, noise, light.shape), 0, 255).astype(np.uint8)


LIVE = {name: [picture(light) for _ in range(4)] for name, light in (("a", SCENE), ("b", BLACK), ("w", WHITE))}


def frames(images, *, fps=20.0, start=0.0):
    return [Frame(image, start + seq / fps, seq / fps, seq) for seq, image in enumerate(images)]


def live(kind, seconds, **options):
    """`seconds` of a live picture: "a" scene, "b"lack or "w"hite; no two frames in a row are the same."""
    fps = options.get("fps", 20.0)
    return frames([LIVE[kind][i % 4] for i in range(int(seconds * fps) + 1)], **options)


def follow(sight, frames):
    """The fault after each frame, and the last sight."""
    faults = []
    for frame in frames:
        sight = sight.see(frame)
        faults.append(sight.fault)
    return faults, sight


def changes(faults, frames):
    """When the fault became another, and what it became."""
    return [(frame.at, new) for frame, old, new in zip(frames, [None, *faults], faults, strict=False) if new is not old]


def test_a_good_picture_has_no_fault_and_a_rate():
    faults, sight = follow(Sight(), live("a", 5))
    assert set(faults) == {None}
    assert sight.rate == pytest.approx(20)


@pytest.mark.parametrize(("kind", "fault"), [("b", COVERED), ("w", BLOWN_OUT)])
def test_black_or_white_is_said_after_a_second_and_taken_back_after_another(kind, fault):
    shown = [LIVE["a"][i % 4] for i in range(20)] + [LIVE[kind][i % 4] for i in range(40)]
    shown = frames(shown + [LIVE["a"][i % 4] for i in range(40)])
    faults, _ = follow(Sight(), shown)
    assert changes(faults, shown) == [(pytest.approx(1 + LASTING), fault), (pytest.approx(3 + LASTING), None)]


def test_a_hand_that_passes_before_the_lens_is_not_said():
    shown = frames([LIVE["b" if 20 <= i < 38 else "a"][i % 4] for i in range(80)])
    assert set(follow(Sight(), shown)[0]) == {None}


def test_a_finger_on_the_lens_lets_red_through_and_is_said():
    finger = np.broadcast_to(np.array([4.0, 12.0, 140.0]), SHAPE)  # BGR
    assert follow(Sight(), frames([picture(finger) for _ in range(30)]))[1].fault is COVERED


def corridor_at_night():
    """Black, but for a lamp at its end and what it shines on."""
    light = np.full(SHAPE, 8.0)
    light[75:105, 145:175] = 60
    light[85:92, 155:165] = 180
    return light


def backlit():
    """Somebody before a window that is all clipped."""
    light = np.full(SHAPE, 300.0)
    light[50:180, 125:195] = 90
    return light


@pytest.mark.parametrize(
    "light",
    [corridor_at_night(), backlit(), np.full(SHAPE, 210.0), np.full(SHAPE, 45.0)],
    ids=["night", "backlit", "white wall", "dim wall"],
)
def test_a_hard_picture_is_still_a_picture(light):
    assert set(follow(Sight(), frames([picture(light) for _ in range(60)]))[0]) == {None}


def test_the_same_picture_again_and_again_is_frozen_until_it_moves_again():
    shown = live("a", 1)
    stuck = frames([shown[-1].image.copy() for _ in range(160)], start=1.05)
    stuck = [Frame(f.image, f.at, f.media_time, f.seq + len(shown)) for f in stuck]
    moving = [Frame(f.image, f.at, f.at, f.seq + 200) for f in live("a", 2, start=stuck[-1].at + 0.05)]
    faults, _ = follow(Sight(frozen_after=3.0), every := shown + stuck + moving)
    frozen_at, free_at = 1.0 + 3.0 + LASTING, moving[1].at + LASTING
    assert changes(faults, every) == [(pytest.approx(frozen_at), FROZEN), (pytest.approx(free_at, abs=0.06), None)]


def test_one_pixel_that_lives_is_enough():
    shown = [LIVE["a"][0].copy() for _ in range(200)]
    for i, image in enumerate(shown):
        image[1, 1, 0] = i % 2  # between the rows that are looked at first
    assert set(follow(Sight(), frames(shown))[0]) == {None}


def test_stills_may_stand_for_ever():
    shown = frames([LIVE["a"][0]] * 400)
    assert follow(Sight(), shown)[1].fault is FROZEN
    assert follow(Sight(frozen_after=None), shown)[1].fault is None


def test_a_rate_that_collapses_is_said_and_counts_what_nobody_looked_at():
    quick, slow = live("a", 4), live("a", 12, fps=1.0, start=4.05)
    slow = [Frame(f.image, f.at, f.at, f.seq + len(quick)) for f in slow]
    faults, sight = follow(Sight(), quick + slow)
    assert set(faults[: len(quick)]) == {None}
    assert sight.fault is SLOW
    assert sight.rate == pytest.approx(1.0)
    looked_at = live("a", 12)[::15]  # a recogniser that is slower than the camera
    faults, sight = follow(Sight(), looked_at)
    assert set(faults) == {None}
    assert sight.rate == pytest.approx(20)


def test_a_clock_that_is_set_back_neither_clears_a_fault_nor_keeps_it():
    dark = live("b", 2, start=10_000)
    _, sight = follow(Sight(), dark)
    faults, sight = follow(sight, live("b", 2, start=50))
    assert set(faults) == {COVERED}
    assert follow(sight, live("a", 3, start=60))[1].fault is None


runs = st.lists(st.tuples(st.sampled_from("abw"), st.integers(1, 50), st.booleans()), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(runs)
def test_a_fault_neither_flickers_nor_comes_from_a_moment(runs):
    """Whatever is shown for however long: a fault stood for a second before it was said, and was gone for one."""
    shown = frames([LIVE[kind][0 if still else i % 4] for kind, count, still in runs for i in range(count)], fps=10)
    faults, _ = follow(Sight(), shown)
    moments = [at for at, _ in changes(faults, shown)]
    assert all(later - earlier >= LASTING - 1e-6 for earlier, later in zip([0.0, *moments], moments, strict=False))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-4000, 4000), max_size=10), st.integers(1, 40), st.integers(1, 40))
def test_any_clock_and_any_size_is_survived_and_a_good_picture_always_comes_back(steps, height, width):
    image = np.full((height, width, 3), 128, np.uint8)
    sight, at = Sight(), 0.0
    for seq, step in enumerate(steps):
        at += step
        sight = sight.see(Frame(image, at, at, seq))
    good = [Frame(f.image, f.at, f.at, f.seq + len(steps)) for f in live("a", 6, start=at + 0.05)]
    assert follow(sight, good)[1].fault is None


def test_the_clip_never_looks_at_fault(shared):
    for looked_at in (1, 3):  # every frame, and what a slow recogniser sees of them
        camera = OpenCVCamera(str(shared / "video" / "lin_at_the_door.mp4"), paced=False)
        faults, sight = follow(Sight(), islice(camera.frames(), 0, None, looked_at))
        assert set(faults) == {None}
        assert sight.rate > 20


def test_neither_does_a_folder_of_stills(tmp_path):
    for i in range(3):
        cv2.imwrite(str(tmp_path / f"{i}.png"), picture(SCENE))
    assert set(follow(Sight(), OpenCVCamera(str(tmp_path), paced=False).frames())[0]) == {None}


@pytest.mark.parametrize("looked_at", [1, 2, 5])
def test_the_demo_is_alive_also_while_nobody_is_there(looked_at):
    seen = islice(DemoCamera(size=(320, 180), paced=False).frames(), 0, 200, looked_at)
    assert set(follow(Sight(frozen_after=0.2), seen)[0]) == {None}
