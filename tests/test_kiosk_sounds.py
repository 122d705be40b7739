"""What the door says by sound, and that nobody waits for it."""

import sys
import threading
from contextlib import suppress
from itertools import pairwise

import miniaudio
import numpy as np
import pytest

from core.scene import Phase, Scene
from kiosk import sounds as sounds_module
from kiosk.sounds import RATE, SOUNDS, Note, Sounds, _feed, play_aloud, samples


class Loudspeaker:
    """Hears what is played; `holds` it up, or `breaks`."""

    def __init__(self):
        self.heard = []
        self.breaks = False
        self._free = threading.Event()
        self._free.set()
        self._changed = threading.Condition()

    def __call__(self, sound):
        if self.breaks:
            raise RuntimeError
        with self._changed:
            self.heard.append(len(sound))
            self._changed.notify_all()
        self._free.wait(5)

    def hold(self):
        self._free.clear()

    def let_go(self):
        self._free.set()

    def wait_for(self, number):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.heard) >= number, 5)


@pytest.fixture
def loudspeaker():
    return Loudspeaker()


@pytest.fixture
def sounds(loudspeaker):
    made = Sounds(loudspeaker)
    made.start()
    yield made
    loudspeaker.let_go()
    made.stop()


def length(phase):
    return len(samples(SOUNDS[phase]))


def test_a_change_of_state_is_heard_once(sounds, loudspeaker):
    for name in ("Lin", "Lin Wei"):
        sounds.show_scene(Scene(Phase.GRANTED, name=name))
    loudspeaker.wait_for(1)
    sounds.show_scene(Scene(Phase.IDLE))
    sounds.show_scene(Scene(Phase.DENIED))
    loudspeaker.wait_for(2)
    assert loudspeaker.heard == [length(Phase.GRANTED), length(Phase.DENIED)]


def test_a_sound_that_came_too_late_is_left_out(sounds, loudspeaker):
    loudspeaker.hold()
    sounds.show_scene(Scene(Phase.CHALLENGE))
    loudspeaker.wait_for(1)
    for phase in (Phase.DENIED, Phase.FAULT, Phase.GRANTED):
        sounds.show_scene(Scene(phase))
    loudspeaker.let_go()
    loudspeaker.wait_for(2)
    assert loudspeaker.heard == [length(Phase.CHALLENGE), length(Phase.GRANTED)]


def test_a_loudspeaker_that_breaks_is_a_problem_until_it_is_back(sounds, loudspeaker, qtbot):
    loudspeaker.breaks = True
    sounds.show_scene(Scene(Phase.DENIED))
    qtbot.waitUntil(lambda: "loudspeaker" in sounds.problem)
    loudspeaker.breaks = False
    sounds.show_scene(Scene(Phase.GRANTED))
    qtbot.waitUntil(lambda: not sounds.problem)


def test_stopping_twice_is_fine(sounds):
    sounds.stop()
    sounds.stop()


@pytest.fixture
def silent_device(monkeypatch, tmp_path):
    """miniaudio's own, that takes what is played at its speed and makes no sound."""
    device = miniaudio.PlaybackDevice
    monkeypatch.setattr(sounds_module, "ways_out", lambda: (tmp_path,))
    monkeypatch.setattr(
        miniaudio, "PlaybackDevice", lambda **options: device(**options, backends=[miniaudio.Backend.NULL])
    )
    return device


def test_a_device_without_a_loudspeaker_is_an_error(silent_device):
    with pytest.raises(miniaudio.MiniaudioError):
        play_aloud(samples(SOUNDS[Phase.GRANTED]))


def test_where_there_is_no_sound_at_all_alsa_is_not_asked(monkeypatch, tmp_path):
    monkeypatch.setattr(sounds_module, "ways_out", lambda: (tmp_path / "nothing",))
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(FileNotFoundError):
        play_aloud(samples(SOUNDS[Phase.GRANTED]))


@pytest.mark.parametrize("wanted", [1, 441, 10_000_000])
def test_all_of_a_sound_is_handed_over_in_the_portions_asked_for(wanted):
    sound, heard = samples(SOUNDS[Phase.CHALLENGE])[:2000], threading.Event()
    feeding = _feed(sound, heard)
    next(feeding)
    portions = []
    with suppress(StopIteration):
        while True:
            portions.append(feeding.send(wanted))
    assert heard.is_set()
    assert (np.concatenate(portions) == sound).all()
    assert max(map(len, portions)) <= wanted


@pytest.mark.parametrize("notes", SOUNDS.values())
def test_no_sound_clicks_or_is_cut_off(notes):
    sound = samples(notes).astype(int)
    assert 0.3 < np.abs(sound).max() / 32767 < 0.5
    assert abs(sound[0]) < 50
    assert np.abs(sound[-20:]).max() < 50


def test_a_note_has_its_pitch():
    sound = samples([Note(440.0, 0.0, 1.0)])
    spectrum = np.abs(np.fft.rfft(sound))
    assert abs(np.fft.rfftfreq(len(sound), 1 / RATE)[spectrum.argmax()] - 440) < 2


def test_open_goes_up_and_shut_goes_down():
    up, down = ([note.pitch for note in SOUNDS[phase]] for phase in (Phase.GRANTED, Phase.DENIED))
    assert all(a < b for a, b in pairwise(up))
    assert all(a > b for a, b in pairwise(down))
