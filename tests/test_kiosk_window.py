"""How the door's screen goes with time: what is counted, what is held, asleep, awake, locked, under a page."""

import threading
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from doors import SCENES, SIZE, WITH_A_FACE, Clock, door_window, ground, pixels
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication

from core.domain import Reason
from core.scene import Phase, Scene
from kiosk.banner import Banner
from kiosk.bridge import Bridge
from kiosk.language import speak
from kiosk.wording import words

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

each_scene = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def window(qtbot, clock):
    made = door_window(clock)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def tongue():
    """Speaks a language, for as long as the test."""
    app = QApplication.instance()
    yield partial(speak, app)
    speak(app, "en")


# what passes with time -----------------------------------------------------------------------------------------------


def ring(window):
    """How many pixels of the banner the tick and its ring take."""
    window.layout().activate()
    seen = pixels(window.banner)
    return (seen[: seen.shape[0] // 2] != ground(Phase.GRANTED)).sum()


def test_an_open_door_shows_how_long_it_stays_open(window, clock):
    window.resize(800, 480)
    window.show()
    window.show_scene(SCENES["granted"])
    seen = []
    for _ in range(5):
        seen.append((window.banner.left, ring(window)))
        clock.now += 1.0
        window.show_scene(SCENES["granted"])
    assert [left for left, _ in seen] == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0])
    assert all(more > less for (_, more), (_, less) in pairwise(seen))


def test_a_door_that_is_opened_for_the_next_one_counts_anew(window, clock):
    window.show_scene(SCENES["granted"])
    clock.now += 3.0
    window.show_scene(SCENES["long name"])
    assert window.banner.left == 1.0


def test_a_lock_out_shows_the_seconds_that_are_left(window):
    signs = set()
    for wait in (88, 24, 9):
        window.show_scene(Scene(Phase.PAUSED, wait=wait))
        assert str(wait) in window.banner.words.detail
        seen = pixels(window.banner)
        signs.add(seen[: seen.shape[0] // 2].tobytes())
    assert len(signs) == 3


def test_while_seconds_are_counted_no_word_changes_its_size(window):
    window.resize(800, 480)
    window.show()
    tall = set()
    for wait in (90, 24, 9, 1):
        window.show_scene(Scene(Phase.PAUSED, wait=wait))
        tall.add(window.banner.sizes())
    assert len(tall) == 1


def test_advice_stays_until_it_can_be_read(window, clock):
    said = []
    for frame in range(90):
        reason = (Reason.TOO_DARK, None, Reason.BLURRED)[frame % 3]
        window.show_scene(Scene(Phase.LOOKING, **WITH_A_FACE, reason=reason))
        said.append(window.banner.words)
        clock.now += 1 / 15
    assert sum(before != after for before, after in pairwise(said)) <= 2


def test_what_was_held_back_is_shown_in_time_by_itself(window, clock):
    window.show_scene(SCENES["looking"])
    window.show_scene(SCENES["hidden"])
    assert window.banner.words == words(SCENES["looking"])
    clock.now += 1.1
    window.refresh()
    assert window.banner.words == words(SCENES["hidden"])


# asleep, awake, locked -----------------------------------------------------------------------------------------------


def test_it_wakes_when_a_face_comes_near_and_sleeps_when_nobody_is_there(window, clock):
    window.show()
    window.show_scene(Scene(Phase.IDLE, SIZE))
    assert window.video.isHidden(), "calm"
    window.show_scene(SCENES["far"])
    assert not window.video.isHidden()
    window.show_scene(Scene(Phase.IDLE, SIZE))
    clock.now += 3.0
    window.refresh()
    assert not window.video.isHidden(), "they may come back"
    clock.now += 3.0
    window.refresh()
    assert window.video.isHidden()


def test_who_passes_by_far_away_does_not_wake_it(window):
    small = (10.0, 10.0, 30.0, 40.0)
    window.show_scene(Scene(Phase.IDLE, SIZE, (small,), reason=Reason.TOO_FAR))
    assert window.video.isHidden()
    assert window.banner.words == words(Scene(Phase.IDLE)), "and is not spoken to"


def test_who_was_let_in_and_stays_is_told_so(window, clock):
    window.show_scene(SCENES["granted"])
    window.show_scene(Scene(Phase.IDLE, **WITH_A_FACE))
    assert window.banner.words.detail == "The door was opened for you a moment ago"


@pytest.mark.parametrize("scene", [s for s in SCENES.values() if not s.boxes])
def test_where_no_face_is_in_question_no_picture_is_shown(window, scene):
    window.show_scene(SCENES["looking"])
    window.show_scene(scene)
    window._clock.now += 6.0
    window.refresh()
    assert window.video.isHidden()


@each_scene
def test_a_locked_door_says_so_whatever_else_there_is_to_say(window, scene):
    window.lock_door(True)
    window.show_scene(scene)
    assert window.banner.phase is Phase.LOCKED
    assert window.bar.pin.isHidden()
    window.lock_door(False)
    assert window.banner.phase is scene.phase


def test_the_whole_screen_takes_the_states_colour(window):
    window.resize(800, 480)
    window.show()
    for scene in SCENES.values():
        window.show_scene(scene)
        window.layout().activate()
        seen = pixels(window.door)
        assert {int(seen[y, x]) for y in (1, -2) for x in (1, -2)} == {ground(scene.phase)}


def test_in_arabic_the_picture_is_at_the_right_and_a_bar_fills_from_there(qtbot, window, tongue):
    window.resize(800, 480)
    window.show()
    window.show_scene(SCENES["left"])
    assert window.video.x() < window.banner.x()
    before = pixels(window.banner)
    tongue("ar")
    qtbot.waitUntil(lambda: window.video.x() > window.banner.x())
    assert window.banner.words == words(SCENES["left"])
    assert not np.array_equal(pixels(window.banner), before)


# pages, closing, threads ---------------------------------------------------------------------------------------------


def test_a_page_takes_the_doors_place_and_is_thrown_away_after_it(qtbot, window):
    first, second = Banner(), Banner()
    window.show()
    window.show_page(first)
    assert first.isVisible()
    assert not window.door.isVisible()
    with qtbot.waitSignal(first.destroyed, timeout=2000):
        window.show_page(second)
    assert second.isVisible()
    with qtbot.waitSignal(second.destroyed, timeout=2000):
        window.show_door()
        assert window.door.isVisible()
    window.show_door()  # twice is fine


def test_only_an_operator_closes_the_window(qtbot, window):
    window.show()
    with qtbot.waitSignal(window.close_wanted, timeout=1000):
        window.windowHandle().close()  # what the X on its frame does
    assert window.isVisible()
    window.close()
    assert not window.isVisible()


def test_no_button_has_the_focus_until_somebody_asks_for_it(window):
    window.show()
    assert not any(plate.hasFocus() for plate in window.bar.plates)


def test_a_scene_published_by_another_thread_arrives_in_the_guis(qtbot):
    bridge, arrived = Bridge(), []
    bridge.scene_changed.connect(lambda scene: arrived.append((scene, QThread.currentThread().isMainThread())))
    scene = Scene(Phase.GRANTED, name="Lin")
    publisher = threading.Thread(target=bridge.publish, args=(scene,))
    publisher.start()
    publisher.join()
    qtbot.waitUntil(lambda: arrived == [(scene, True)])
