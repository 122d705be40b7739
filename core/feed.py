"""The camera's thread: frames into a mailbox, and a camera that was lost opened again."""

import logging
import threading
import time
from collections.abc import Callable
from math import inf

from core.camera import Camera, LatestFrame
from core.errors import CameraUnavailable, DoorwardError
from core.pace import Pace
from core.scene import Fault

log = logging.getLogger(__name__)
FILE_ENDED = "The camera's file has ended. Set camera.loop to play it again."
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0  # seconds between attempts to get a camera back
STEP = 0.1  # seconds in which we stop waiting where another camera is to be used


class Feed:
    """Keeps `latest` filled from `camera`. `timeout` is how long it may be silent, in seconds."""

    def __init__(self, camera: Camera, *, timeout: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.latest = LatestFrame()
        self._camera = camera
        self._timeout = timeout
        self._clock = clock
        self._lost: Fault | None = None
        self._pace = Pace()
        self._last_frame_at = clock()
        self._stop = threading.Event()

    @property
    def fault(self) -> Fault | None:
        """Why no pictures come; None while they do."""
        if self._lost is None and self._clock() - self._last_frame_at > self._timeout:
            return Fault(CameraUnavailable.code, "The camera sends no pictures. Check its cable.")
        return self._lost

    @property
    def rate(self) -> float:
        """Frames that came in a second, lately."""
        return self._pace.rate(self._clock())

    def start(self) -> threading.Thread:
        self._stop = threading.Event()  # a new one: a thread left behind by `stop` must not come back to life
        self._last_frame_at = self._clock()
        thread = threading.Thread(target=self._run, args=(self._stop,), name="capture", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Asks the thread to end; does not wait for it."""
        self._stop.set()

    def use(self, camera: Camera) -> None:
        """Another camera from now on; the one before is let go of as soon as it answers. From any thread."""
        self._camera, self._lost = camera, None
        self.latest.clear()
        self._last_frame_at = self._clock()

    def _run(self, stop: threading.Event) -> None:
        wait = FIRST_WAIT
        while not stop.is_set():
            camera = self._camera
            try:
                self._deliver(camera, stop)
                lost: DoorwardError = CameraUnavailable(FILE_ENDED)
                wait = inf
            except DoorwardError as error:
                wait = FIRST_WAIT if self._lost is None else wait
                lost = error
            except Exception:
                log.exception("the camera failed; it is opened again")
                lost = CameraUnavailable("The camera failed; the log says how. It is tried again.")
            if stop.is_set():
                return
            if camera is self._camera:
                self._lose(lost)
                self._wait(camera, wait, stop)
            wait = FIRST_WAIT if camera is not self._camera else min(wait * 2, LONGEST_WAIT)

    def _wait(self, camera: Camera, seconds: float, stop: threading.Event) -> None:
        """Until `camera` is to be tried again, or another one is to be used."""
        until = time.monotonic() + seconds
        while camera is self._camera and time.monotonic() < until and not stop.wait(min(seconds, STEP)):
            pass

    def _deliver(self, camera: Camera, stop: threading.Event) -> None:
        """Puts frames until the camera ends, until another one is to be used, or until we stop."""
        frames = camera.frames()
        try:
            for frame in frames:
                if stop.is_set() or camera is not self._camera:
                    break
                self.latest.put(frame)
                self._last_frame_at = self._clock()  # ours: a camera's own may be ahead
                self._pace.ended(frame.at)
                if self._lost is not None:
                    log.info("camera: back")
                    self._lost = None
        finally:
            close = getattr(frames, "close", None)
            if close is not None:
                close()

    def _lose(self, error: DoorwardError) -> None:
        if self._lost is None:
            log.warning("camera: %s", error)
        self._lost = Fault(error.code, str(error))
        self.latest.clear()
