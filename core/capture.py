"""One open cv2.VideoCapture: how a source is asked for its pictures, and how long it may take over them."""

import os
from math import ceil
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import numpy as np

from core.domain import Image
from core.errors import CameraUnavailable
from core.opencv import cv2

BY_ID = Path("/dev/v4l/by-id")  # where udev names cameras by their make and serial number
USB_2 = (1280, 720)  # from this size on, raw pictures at 30 a second are more than USB 2 carries
MJPG = cv2.VideoWriter.fourcc(*"MJPG")
Source = int | str


class Capture:
    """A webcam (number or path under /dev), an address (rtsp://…, http://…) or a video file; a context manager.

    Entering it raises CameraUnavailable where the source cannot be opened within `timeout` seconds. `width`,
    `height` (pixels) and `fps` are asked of a webcam, which may give others; 0 asks for nothing.
    """

    def __init__(self, source: Source, timeout: float, *, width: int = 0, height: int = 0, fps: float = 0) -> None:
        self._source = source
        self._timeout = timeout
        self._wishes = {cv2.CAP_PROP_FRAME_WIDTH: width, cv2.CAP_PROP_FRAME_HEIGHT: height, cv2.CAP_PROP_FPS: fps}
        self._compressed = width >= USB_2[0] or height >= USB_2[1]
        self._capture = cv2.VideoCapture()

    def __enter__(self) -> "Capture":
        if not self._open():
            self._capture.release()
            raise CameraUnavailable(f"The camera {shown(self._source)} cannot be opened. {_remedy(self._source)}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._capture.release()

    def read(self) -> Image | None:
        """The next picture, BGR; None where the source has ended, or gave none within `timeout` seconds."""
        try:
            delivered, image = self._capture.read()
        except cv2.error:  # V4L2, of a driver whose buffers are not what it said
            return None
        return np.asarray(image, np.uint8) if delivered else None

    def media_time(self) -> float:
        """The presentation time, in seconds of the file's own timeline (which need not start with the picture)."""
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        stamp = self._capture.get(cv2.CAP_PROP_PTS)
        return stamp / rate if rate > 0 and stamp > 0 else self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000

    def _open(self) -> bool:
        if not is_device(self._source):
            wait = int(self._timeout * 1000)
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, wait, cv2.CAP_PROP_READ_TIMEOUT_MSEC, wait]
            return self._capture.open(str(self._source), cv2.CAP_FFMPEG, limits)
        # V4L2 knows no other limit than this: whole seconds, read once in a process, at its first wait
        os.environ["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] = str(ceil(self._timeout))
        opened = self._capture.open(self._source, cv2.CAP_ANY if isinstance(self._source, int) else cv2.CAP_V4L2)
        if opened:
            self._ask()
        return opened

    def _ask(self) -> None:
        """Format first: what sizes and rates there are depends on it. A webcam keeps its own where it has no such."""
        if self._compressed:
            self._capture.set(cv2.CAP_PROP_FOURCC, MJPG)
        for wish, value in self._wishes.items():
            if value > 0:
                self._capture.set(wish, value)


class Whereabouts:
    """Where a webcam is now: its number is dealt out anew whenever it is plugged in, its make and serial stay."""

    def __init__(self, source: Source, names: Path = BY_ID) -> None:
        self._source = source
        self._names = names
        self._known: Path | None = None

    def find(self) -> Source:
        """The path in `names` that the webcam had when it was last seen, if that is there; `source` otherwise."""
        if self._known is not None and self._known.exists():
            return str(self._known)
        self._known = self._name() or self._known
        return self._source

    def _name(self) -> Path | None:
        number = isinstance(self._source, int)
        device = Path(f"/dev/video{self._source}" if number else str(self._source)).resolve()
        links = sorted(self._names.iterdir()) if self._names.is_dir() else []
        return next((link for link in links if link.resolve() == device), None)


def is_device(source: Source) -> bool:
    """Whether it is a webcam: a number, or a path under /dev, but for its folder of files in memory."""
    return isinstance(source, int) or (source.startswith("/dev/") and not source.startswith("/dev/shm/"))  # noqa: S108 - is made nowhere


def is_address(source: Source) -> bool:
    return isinstance(source, str) and "://" in source


def shown(source: Source) -> str:
    """The source as it may stand in a message: without the password that an rtsp:// address may carry."""
    if isinstance(source, int) or "://" not in source:
        return str(source)
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _remedy(source: Source) -> str:
    if is_device(source):
        return (
            "Check that it is plugged in, free, and open to this user (group video), or set camera.source to "
            f"another. A number may change; its path in {BY_ID} does not."
        )
    if is_address(source):
        return "Check its network, its password, and its address in camera.source."
    return "Set camera.source to a video that can be played."
