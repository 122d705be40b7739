"""Two threads: one fetches frames, one looks at the newest. The door opens here and nowhere else."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from core.camera import Camera, LatestFrame
from core.config import RecognitionSettings
from core.domain import Decision, Event, Fault, Frame, Phase, Scene, Verdict
from core.door import Door
from core.errors import CameraUnavailable, DoorFailed, DoorwardError
from core.recogniser import Recogniser
from core.sight import Sight
from core.watch import Watch

log = logging.getLogger(__name__)
FILE_ENDED = "The camera's file has ended. Set camera.loop to play it again."
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0  # seconds between attempts to get a camera back
STOP_SECONDS = 1.8  # for both threads together


class Journal(Protocol):
    """Where decisions are recorded. Each may raise StoreUnavailable."""

    def record(self, event: Event) -> int: ...
    def door_did(self, event_id: int, outcome: str) -> None: ...


def _utcnow() -> datetime:
    return datetime.now(UTC)


class Engine:
    """Camera in, decisions out. `on_scene` is called on the recognition thread whenever the scene changes."""

    def __init__(
        self,
        camera: Camera,
        recogniser: Recogniser,
        journal: Journal,
        door: Door,
        settings: RecognitionSettings,
        *,
        open_seconds: float = 3.0,
        camera_timeout: float = 5.0,
        sight: Sight = Sight(),  # noqa: B008 - frozen: nobody can change the one that all share
        on_scene: Callable[[Scene], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        utcnow: Callable[[], datetime] = _utcnow,
    ) -> None:
        self.latest = LatestFrame()
        self._camera = camera
        self._recogniser = recogniser
        self._journal = journal
        self._door = door
        self._settings = settings
        self._open_seconds = open_seconds
        self._camera_timeout = camera_timeout
        self._sight = sight
        self._on_scene = on_scene
        self._clock = clock
        self._utcnow = utcnow
        self._watch = Watch(settings, open_seconds=open_seconds)
        self._scene = Scene(Phase.STARTING)
        self._camera_fault: Fault | None = None
        self._last_frame_at = clock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def scene(self) -> Scene:
        """The newest scene."""
        return self._scene

    def start(self) -> None:
        self._stop = threading.Event()  # a new one: a thread left behind by `stop` must not come back to life
        self._last_frame_at = self._clock()
        self._threads = [
            threading.Thread(target=run, args=(self._stop,), name=run.__name__.strip("_"), daemon=True)
            for run in (self._capture, self._recognise)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns within two seconds, also where a camera's driver does not: its thread is then left behind."""
        self._stop.set()
        until = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                log.warning("the %s thread does not answer; it is left to end by itself", thread.name)
        self._threads = []

    # capture thread ----------------------------------------------------------------------------------------

    def _capture(self, stop: threading.Event) -> None:
        wait = FIRST_WAIT
        while not stop.is_set():
            try:
                self._deliver(stop)
                lost: DoorwardError = CameraUnavailable(FILE_ENDED)
                ended = True
            except DoorwardError as error:
                wait = FIRST_WAIT if self._camera_fault is None else wait
                lost, ended = error, False
            except Exception:
                log.exception("the camera failed; it is opened again")
                lost, ended = CameraUnavailable("The camera failed; the log says how. It is tried again."), False
            if stop.is_set():
                return
            self._camera_lost(lost)
            if ended:
                return
            stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _deliver(self, stop: threading.Event) -> None:
        """Puts frames until the camera ends, or until we stop."""
        frames = self._camera.frames()
        try:
            for frame in frames:
                if stop.is_set():
                    break
                self.latest.put(frame)
                self._last_frame_at = frame.at
                if self._camera_fault is not None:
                    log.info("camera: back")
                    self._camera_fault = None
        finally:
            close = getattr(frames, "close", None)
            if close is not None:
                close()

    def _camera_lost(self, error: DoorwardError) -> None:
        if self._camera_fault is None:
            log.warning("camera: %s", error)
        self._camera_fault = Fault(error.code, str(error))
        self.latest.clear()

    # recognition thread ------------------------------------------------------------------------------------

    def _recognise(self, stop: threading.Event) -> None:
        wait = FIRST_WAIT
        while not stop.is_set():
            try:
                self._publish(self._look(self.latest.take(0.1)))
                wait = FIRST_WAIT
            except DoorwardError as error:
                self._watch.forget()
                self._publish(Scene(Phase.FAULT, fault=Fault(error.code, str(error))))
            except Exception:
                log.exception("recognition failed; it starts again")
                self._watch.forget()
                fault = Fault("recognition_failed", "Recognition failed; the log says where. It starts again.")
                self._publish(Scene(Phase.FAULT, fault=fault))
                stop.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    def _look(self, frame: Frame | None) -> Scene:
        if frame is not None:
            self._sight = self._sight.see(frame)
        fault = self._fault()
        if fault is not None:
            self._watch.forget()
            starting = self._recogniser.loading and self._camera_fault is None
            return Scene(Phase.STARTING) if starting else Scene(Phase.FAULT, fault=fault)
        if frame is None or self._clock() - frame.at > self._settings.max_frame_age:
            return self._scene if self._scene.phase is not Phase.FAULT else Scene(Phase.STARTING)
        recogniser = self._recogniser
        scene, decision = self._watch.see(frame, recogniser.model, recogniser.gallery, recogniser.rules)
        if decision is not None:
            self._act(decision, recogniser.model.id)
        return scene

    def _fault(self) -> Fault | None:
        if self._camera_fault is not None:
            return self._camera_fault
        if self._clock() - self._last_frame_at > self._camera_timeout:
            return Fault(CameraUnavailable.code, "The camera sends no pictures. Check its cable.")
        return self._recogniser.fault or self._sight.fault

    def _act(self, decision: Decision, model_id: str) -> None:
        """Record, then open, then record what the door did. Where the record fails nothing opens."""
        event_id = self._journal.record(Event(self._utcnow(), "door", decision, model_id))
        if decision.verdict is not Verdict.GRANTED:
            return
        try:
            self._door.open(self._open_seconds)
        except DoorFailed:
            self._journal.door_did(event_id, "failed")
            raise
        self._journal.door_did(event_id, "opened")

    def _publish(self, scene: Scene) -> None:
        if scene != self._scene:
            self._scene = scene
            self._on_scene(scene)
