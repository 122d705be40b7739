"""The demo's camera: people walk up a corridor, stand at the door, and go through."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import pi, sin

import numpy as np

from core.demo.corridor import HORIZON, draw_corridor, draw_shadow
from core.demo.drawing import Pose, draw_person
from core.demo.people import DEMO_PEOPLE, DemoPerson, Point
from core.domain import Frame, Image
from core.opencv import cv2

PAUSE, APPROACH, STAY, LEAVE = 1.5, 3.0, 4.5, 1.2  # seconds
VISIT = PAUSE + APPROACH + STAY + LEAVE
FAR, NEAR, BEHIND = 0.05, 0.26, 0.15  # a face's width in heights of the picture: far off, at the door, second in line
ASIDE = 0.5  # heights of the picture between the one at the door and the second in line
GRAINS = 61  # frames until the sensor's noise repeats; prime, so that whoever looks at every n-th sees it change too


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody in the picture: the head's `centre` from the middle of the top edge, and the face's `width`, both in
    heights of the picture."""

    person: DemoPerson
    centre: Point
    width: float
    pose: Pose


def scene(people: Sequence[DemoPerson], t: float) -> list[Placed]:
    """Who is where at `t` seconds, the farthest first. Every third visitor does not come alone."""
    visit, since = divmod(t, VISIT)
    index = int(visit)
    first = _visitor(people[index % len(people)], since - PAUSE, NEAR, 0.0)
    if index % 3 < 2 or len(people) < 2:
        return first
    return _visitor(people[(index + 1) % len(people)], since - PAUSE, BEHIND, ASIDE) + first


def _visitor(person: DemoPerson, t: float, near: float, aside: float) -> list[Placed]:
    """`person` at `t` seconds since coming into sight, or nobody."""
    if t < 0:
        return []
    come, gone = min(t / APPROACH, 1.0), max(t - APPROACH - STAY, 0.0) / LEAVE
    width = 1 / (1 / FAR + (1 / near - 1 / FAR) * come) * (1 + 0.5 * gone)
    step = sin(3 * pi * t) if come < 1 or gone > 0 else 0.0
    x = aside * width / near + 0.012 * sin(1.3 * t) + 1.5 * gone**2
    pose = Pose(tilt=3 * sin(0.9 * t), step=step, blink=t % 2.9 > 2.75)
    return [Placed(person, (x, HORIZON - 0.04 * width * abs(step)), width, pose)]


class DemoCamera:
    """A `core.camera.Camera` that draws what it sees: the same pictures at every run, for ever.

    With `paced` it keeps to `fps` by `clock` and `sleep`; without, it draws as fast as it is read and `Frame.at` is
    the media time. `size` is (width, height) in pixels.
    """

    def __init__(
        self,
        people: Sequence[DemoPerson] = DEMO_PEOPLE,
        *,
        fps: float = 15.0,
        size: tuple[int, int] = (1280, 720),
        paced: bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._people = people
        self._fps = fps
        self._size = size
        self._paced = paced
        self._clock = clock
        self._sleep = sleep

    def frames(self) -> Iterator[Frame]:
        backdrop, grain = draw_corridor(*self._size), _grain(*self._size)
        width, height = self._size
        due, seq = self._clock(), 0
        while True:
            shift = 37 * seq % GRAINS
            image = np.asarray(cv2.subtract(backdrop, grain[:, shift : shift + width]), np.uint8)
            for placed in scene(self._people, seq / self._fps):
                x, y = placed.centre
                centre, face_width = (width / 2 + x * height, y * height), placed.width * height
                draw_shadow(image, centre, face_width)
                draw_person(image, placed.person, centre, face_width, placed.pose)
            yield Frame(image, self._wait_until(due) if self._paced else seq / self._fps, seq / self._fps, seq)
            due, seq = max(due + 1 / self._fps, self._clock()), seq + 1

    def _wait_until(self, due: float) -> float:
        ahead = due - self._clock()
        if ahead > 0:
            self._sleep(ahead)
        return self._clock()


def _grain(width: int, height: int) -> Image:
    """A sensor's noise, wide enough to be shifted by GRAINS: no two pictures of a live camera are the same."""
    return np.random.default_rng(0).integers(0, 3, (height, width + GRAINS, 3), np.uint8)
