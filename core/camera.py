"""Where frames come from. A camera is a generator that knows no threads; a mailbox holds the newest frame."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from core.capture import Capture, Source, Whereabouts, is_address, is_device, shown
from core.domain import Frame, Image
from core.errors import CameraUnavailable
from core.opencv import cv2

PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
PICTURE_SECONDS = 2.0  # how long a folder's picture stands still
PICTURE_RATE = 10.0  # frames per second while it does
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
Turn = Literal[0, 90, 180, 270]


class Camera(Protocol):
    """A source of frames."""

    def frames(self) -> Iterator[Frame]:
        """Opens the source and yields its frames until it ends; closing the generator lets go of it.

        Raises CameraUnavailable where it cannot be opened or stops delivering.
        """


class OpenCVCamera:
    """A webcam, an address (`rtsp://…`, `http://…`), a video file, or a folder of pictures.

    A webcam is a number or any path under /dev; one in /dev/v4l/by-id stays the camera's own whatever its number.
    Where udev keeps such a path, a webcam opened by its number is found again when it comes back under another.

    `width`, `height` (pixels) and `fps` are asked of a webcam, which may give others; 0 asks for nothing. Every
    picture is turned clockwise by `rotate` degrees.

    Files and folders run at their own speed by `clock` and `sleep`, once or, with `loop`, for ever; without
    `paced` they run as fast as they are read and `Frame.at` is the media time.
    """

    def __init__(
        self,
        source: Source,
        *,
        loop: bool = False,
        timeout: float = 5.0,
        width: int = 0,
        height: int = 0,
        fps: float = 0,
        rotate: Turn = 0,
        paced: bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = int(source) if isinstance(source, str) and source.isdecimal() else source
        self._whereabouts = Whereabouts(self._source)
        self._loop = loop
        self._timeout = timeout
        self._wishes = (width, height, fps)
        self._rotate = rotate
        self._paced = paced
        self._clock = clock
        self._sleep = sleep

    def frames(self) -> Iterator[Frame]:
        if is_device(self._source) or is_address(self._source):
            yield from self._live()
            return
        path = Path(str(self._source)).expanduser()
        if not path.exists():
            raise CameraUnavailable(f"There is no file or folder {path}. Set camera.source to one that exists.")
        yield from self._recorded(path)

    def _live(self) -> Iterator[Frame]:
        width, height, fps = self._wishes
        with Capture(self._whereabouts.find(), self._timeout, width=width, height=height, fps=fps) as capture:
            opened = self._clock()
            seq = 0
            while (image := capture.read()) is not None:
                now = self._clock()
                yield Frame(_turned(image, self._rotate), now, now - opened, seq)
                seq += 1
        raise CameraUnavailable(f"The camera {shown(self._source)} stopped delivering pictures. Check its cable.")

    def _recorded(self, path: Path) -> Iterator[Frame]:
        seq = 0
        while True:
            started = self._clock()
            before = seq
            for image, media_time in _folder(path) if path.is_dir() else _video(path, self._timeout):
                yield Frame(_turned(image, self._rotate), self._wait_for(started, media_time), media_time, seq)
                seq += 1
            if seq == before:
                raise CameraUnavailable(f"There is no picture in {path}. Set camera.source to another.")
            if not self._loop:
                return

    def _wait_for(self, started: float, media_time: float) -> float:
        if not self._paced:
            return media_time
        ahead = started + media_time - self._clock()
        if ahead > 0:
            self._sleep(ahead)
        return self._clock()


def _turned(image: Image, degrees: Turn) -> Image:
    return np.asarray(cv2.rotate(image, TURNS[degrees]), np.uint8) if degrees else image


def _video(path: Path, timeout: float) -> Iterator[tuple[Image, float]]:
    with Capture(str(path), timeout) as capture:
        while (image := capture.read()) is not None:
            yield image, capture.media_time()


def _folder(path: Path) -> Iterator[tuple[Image, float]]:
    shown_before = 0
    for file in sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES):
        pixels = cv2.imread(str(file), cv2.IMREAD_COLOR)  # honours EXIF orientation
        if pixels is None:
            continue
        image = np.asarray(pixels, np.uint8)
        for _ in range(int(PICTURE_SECONDS * PICTURE_RATE)):
            yield image, shown_before / PICTURE_RATE
            shown_before += 1


class LatestFrame:
    """A mailbox for one frame. A newer one takes its place; nothing queues, and what nobody took is counted."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._taken = True
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many frames were overwritten before anybody took them."""
        return self._dropped

    def put(self, frame: Frame) -> None:
        with self._changed:
            self._dropped += not self._taken
            self._frame, self._taken = frame, False
            self._changed.notify_all()

    def peek(self) -> Frame | None:
        """The newest frame, taken or not; waits for nothing."""
        return self._frame

    def take(self, timeout: float) -> Frame | None:
        """The newest frame that was not taken yet; None where `timeout` seconds bring none."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._taken, timeout):
                return None
            self._taken = True
            return self._frame

    def clear(self) -> None:
        """Forgets the frame: what a lost camera saw last is not what stands at the door."""
        with self._changed:
            self._frame, self._taken = None, True
