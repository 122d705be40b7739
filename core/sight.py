"""Is the picture worth looking at? Pure: one frame at a time, and no clock but the frames' own.

A camera that is covered, dazzled, stuck or starved goes on delivering frames; none of them may open a door.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.domain import Frame, Image
from core.scene import Fault

COVERED = Fault("camera_covered", "The camera sees nothing but black. Uncover its lens, or light the place.")
BLOWN_OUT = Fault("camera_blown_out", "The camera sees nothing but white. Shade it from the light that dazzles it.")
FROZEN = Fault("camera_frozen", "The camera sends one picture again and again. Unplug it and plug it in again.")
SLOW = Fault("camera_slow", "The camera sends too few pictures. Check its cable or network, and light the place.")

LASTING = 1.0  # seconds until a look is believed, in and out: who passes close by covers a lens for less
COUNTING = 2.0  # seconds over which the frame rate is counted: a hiccup of half a second is no collapse
DARK = 32  # of 255. Darkened until all but LIT was below, faces came to cosine 0.24 to 0.46 with themselves when lit
LIT = 0.005  # of the picture; a face two metres away fills twice as much of it
WHITE = 240  # of 255, clipped or as good as; automatic exposure keeps even a white wall far below
UNCLIPPED = 0.05  # of the picture; somebody two metres away, clothes and all, fills more of it
ROWS = 90  # of the picture that are looked at, and as many columns to match: 14,400 pixels of 16:9


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What is known of the picture. `see` gives the next; begin with a new one whenever a camera is opened.

    `frozen_after` is how many seconds the same picture may stand; None for stills, which may for ever.
    `least_rate` is in frames per second.
    """

    frozen_after: float | None = 4.0
    """Longer than an IP camera's key frames are apart, between which a still scene may repeat to the byte."""
    least_rate: float = 2.5
    """Half of what webcams fall back to in the dark, which is five."""
    fault: Fault | None = None
    """Why nobody can be recognised now: COVERED, BLOWN_OUT, FROZEN or SLOW; None where the picture is good."""
    rate: float | None = None
    """Frames per second that the camera delivered of late, those that nobody looked at among them; None at first."""
    look: Fault | None = None
    """What the newest frame alone would say."""
    since: float = 0.0
    """From when on every frame looked like that."""
    changed_at: float = 0.0
    counted_from: tuple[float, int] = (0.0, 0)
    """`at` and `seq` of the frame that the rate is being counted from."""
    last: Frame | None = field(default=None, repr=False)

    def see(self, frame: Frame) -> "Sight":
        """What is known after `frame`. Costs a tenth of a millisecond; more only while pictures repeat."""
        if self.last is None or frame.at < self.last.at or frame.seq < self.last.seq:
            return self._start(frame)
        changed_at = self.changed_at if _same(frame.image, self.last.image) else frame.at
        rate, counted_from = self._count(frame)
        look = self._look(frame, changed_at, rate)
        since = self.since if look == self.look else frame.at
        fault = look if frame.at - since >= LASTING else self.fault
        return replace(
            self,
            fault=fault,
            rate=rate,
            look=look,
            since=since,
            changed_at=changed_at,
            counted_from=counted_from,
            last=frame,
        )

    def _start(self, frame: Frame) -> "Sight":
        """The first frame, or the first after a clock was set back: times begin anew, and a fault stands until then."""
        counted_from = (frame.at, frame.seq)
        return replace(self, since=frame.at, changed_at=frame.at, rate=None, counted_from=counted_from, last=frame)

    def _count(self, frame: Frame) -> tuple[float | None, tuple[float, int]]:
        at, seq = self.counted_from
        if frame.at - at < COUNTING:
            return self.rate, self.counted_from
        return (frame.seq - seq) / (frame.at - at), (frame.at, frame.seq)

    def _look(self, frame: Frame, changed_at: float, rate: float | None) -> Fault | None:
        green = _green(frame.image)
        if np.count_nonzero(green > DARK) < LIT * green.size:
            return COVERED
        if np.count_nonzero(green < WHITE) < UNCLIPPED * green.size:
            return BLOWN_OUT
        if self.frozen_after is not None and frame.at - changed_at >= self.frozen_after:
            return FROZEN
        return SLOW if rate is not None and rate < self.least_rate else None


def _same(one: Image, other: Image) -> bool:
    """Byte by byte: a sensor's noise sees to it that no two live pictures are. Most differ at the first glance."""
    return np.array_equal(_green(one), _green(other)) and np.array_equal(one, other)


def _green(image: Image) -> NDArray[np.uint8]:
    """Some 90 rows of its green channel: most of its brightness, and what a finger on the lens does not let through."""
    step = max(1, min(image.shape[:2]) // ROWS)
    return np.ascontiguousarray(image[::step, ::step, 1])
