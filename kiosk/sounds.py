"""What the door says by sound. Each sound is made here, from a few notes; none is taken from elsewhere."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import miniaudio
import numpy as np
from numpy.typing import NDArray

from core.scene import Phase, Scene

log = logging.getLogger(__name__)
Samples = NDArray[np.int16]
"""(n,), one channel at RATE: the samples of one sound."""
RATE = 44_100  # samples per second
LOUD = 0.4  # of full scale; the speaker's own volume does the rest
ATTACK, DECAY = 0.008, 3.0  # seconds until a note is there; how often it falls to 1/e in its length
OVERTONES = (1.0, 0.35, 0.12)
LATE = 3.0  # seconds after which a sound that has not been played is given up


@dataclass(frozen=True, slots=True)
class Note:
    """`pitch` in Hz, from `start` on for `length`, both in seconds."""

    pitch: float
    start: float
    length: float


SOUNDS = {
    Phase.GRANTED: (Note(523.25, 0.0, 0.25), Note(659.26, 0.1, 0.25), Note(783.99, 0.2, 0.55)),  # C5 E5 G5: upwards
    Phase.DENIED: (Note(233.08, 0.0, 0.22), Note(174.61, 0.24, 0.5)),  # Bb3 F3: downwards
    Phase.CHALLENGE: (Note(880.0, 0.0, 0.18),),
    Phase.PAUSED: (Note(174.61, 0.0, 0.2), Note(174.61, 0.26, 0.2), Note(174.61, 0.52, 0.4)),  # the same, three times
    Phase.FAULT: (Note(329.63, 0.0, 0.16), Note(311.13, 0.2, 0.4)),  # half a tone down
}
"""Told apart by direction and rhythm, not by pitch alone. What is not here is silent."""


def samples(notes: Sequence[Note]) -> Samples:
    """The sound of `notes`: sines with two overtones, that fade."""
    end = max(note.start + note.length for note in notes)
    whole = np.zeros(round(end * RATE) + 1)
    for note in notes:
        begin, t = round(note.start * RATE), np.arange(int(note.length * RATE)) / RATE
        wave = sum(share * np.sin(2 * np.pi * note.pitch * (i + 1) * t) for i, share in enumerate(OVERTONES))
        fade = np.minimum(t / ATTACK, 1) * np.exp(-DECAY * t / note.length) * (1 - t / note.length)
        whole[begin : begin + len(t)] += wave * fade
    loud: Samples = (whole / np.abs(whole).max() * LOUD * np.iinfo(np.int16).max).astype(np.int16)
    return loud


class Sounds:
    """Says by sound what a scene says, once for each change. Plays on a thread of its own, the newest sound only."""

    def __init__(self, play: Callable[[Samples], None] | None = None) -> None:
        """`play` returns once the samples have been heard. It may raise what `play_aloud` does, and RuntimeError."""
        self._play = play or play_aloud
        self._made = {phase: samples(notes) for phase, notes in SOUNDS.items()}
        self._due: SimpleQueue[Samples | None] = SimpleQueue()
        self._phase: Phase | None = None
        self._thread: threading.Thread | None = None
        self.problem = ""
        """Why nothing is heard; empty while all is well."""

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sounds", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Twice is fine. A driver that hangs is left to end by itself."""
        self._due.put(None)
        if self._thread is not None:
            self._thread.join(1.0)
            self._thread = None

    def show_scene(self, scene: Scene) -> None:
        before, self._phase = self._phase, scene.phase
        if scene.phase is not before and scene.phase in self._made:
            self._due.put(self._made[scene.phase])

    def _run(self) -> None:
        while (sound := self._newest()) is not None:
            try:
                self._play(sound)
                self.problem = ""
            except (miniaudio.MiniaudioError, RuntimeError, OSError) as error:
                if not self.problem:
                    log.info("no sound: %s", type(error).__name__)
                self.problem = "No loudspeaker answers. Connect one, or set kiosk.sounds to false."

    def _newest(self) -> Samples | None:
        """Waits for a sound; of several that are due, the last counts."""
        sound = self._due.get()
        while sound is not None and not self._due.empty():
            sound = self._due.get()
        return sound


def play_aloud(sound: Samples) -> None:
    """Through the system's loudspeaker, which is let go of afterwards. Raises MiniaudioError, OSError without one."""
    if sys.platform == "linux" and not any(map(os.path.exists, ways_out())):  # else ALSA fills the terminal
        raise FileNotFoundError("there is no loudspeaker")
    heard = threading.Event()
    feeding = _feed(sound, heard)
    next(feeding)
    device = miniaudio.PlaybackDevice(nchannels=1, sample_rate=RATE, buffersize_msec=60, app_name="Doorward")
    try:
        if device.backend == "Null":
            raise miniaudio.MiniaudioError("there is no loudspeaker")
        device.start(feeding)
        heard.wait(LATE)
    finally:
        device.close()


def ways_out() -> tuple[Path, ...]:
    """Where a Linux has its sound: ALSA's devices, the sockets of PulseAudio and PipeWire."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", "/run"))
    return Path("/dev/snd"), runtime / "pulse", runtime / "pipewire-0"


def _feed(sound: Samples, heard: threading.Event) -> Generator[Samples, int, None]:
    """What miniaudio asks for, so many frames at a time."""
    wanted = yield sound[:0]
    at = 0
    while at < len(sound):
        at, before = at + wanted, at
        wanted = yield sound[before:at]
    heard.set()
