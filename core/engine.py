"""The door's threads: one fetches frames, one looks at the newest, one sees to it that the others answer."""

import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from core.camera import Camera, LatestFrame
from core.domain import Decision
from core.door import Door
from core.doorkeeper import SOURCE, Doorkeeper, Journal
from core.errors import RecognitionHangs
from core.feed import Feed
from core.latch import Latch
from core.logbook import Act
from core.pace import Pace
from core.recogniser import Recogniser
from core.scene import Fault, Phase, Scene
from core.sight import Sight
from core.watch import Watch

log = logging.getLogger(__name__)
STOP_SECONDS = 1.8  # for all threads together
HANGING = 4.0  # seconds after which a look that has not ended is said to hang
OVERSEEN = 0.25  # seconds between two questions whether it does
HANGS = Fault(RecognitionHangs.code, "Recognition does not answer. If it lasts, start Doorward again.")


class Engine:
    """One door. `on_scene` is called on a thread of the engine whenever the scene changes; return soon.

    `camera_timeout` and `door_timeout` are what these may take to answer, in seconds; `keeping` are the Doorkeeper's
    own options.
    """

    def __init__(
        self,
        camera: Camera,
        recogniser: Recogniser,
        journal: Journal,
        door: Door,
        watch: Watch,
        *,
        camera_timeout: float = 5.0,
        door_timeout: float = 2.5,
        on_scene: Callable[[Scene], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        **keeping: Any,
    ) -> None:
        self._feed = Feed(camera, timeout=camera_timeout, clock=clock)
        self._latch = Latch(door, timeout=door_timeout)
        self._keeper = Doorkeeper(recogniser, journal, self._latch, watch, clock=clock, **keeping)
        self._on_scene = on_scene
        self._clock = clock
        self._scene = Scene(Phase.STARTING)
        self._looks = Pace()
        self._publishing = threading.Lock()
        self._busy_since: float | None = None
        self._entries: SimpleQueue[tuple[Decision, float]] = SimpleQueue()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def latest(self) -> LatestFrame:
        """The newest frame, for who wants to show it."""
        return self._feed.latest

    @property
    def scene(self) -> Scene:
        """The newest scene."""
        return self._scene

    @property
    def camera_fault(self) -> Fault | None:
        """Why no pictures come; None while they do."""
        return self._feed.fault

    @property
    def frame_rate(self) -> float:
        """Frames of the camera in a second, lately."""
        return self._feed.rate

    @property
    def look_rate(self) -> float:
        """Frames looked at in a second, lately."""
        return self._looks.rate(self._clock())

    @property
    def look_seconds(self) -> float | None:
        """What a look took lately, in seconds; None where there was none."""
        return self._looks.took(self._clock())

    def start(self) -> None:
        """The door is closed first, in case that a crash cut its last pulse short. Twice is fine."""
        if self._threads:
            return
        self._stop = threading.Event()  # a new one: a thread left behind by `stop` must not come back to life
        self._latch.start()
        own = [
            threading.Thread(target=run, args=(self._stop,), name=run.__name__.strip("_"), daemon=True)
            for run in (self._recognise, self._oversee)
        ]
        self._threads = [self._feed.start(), *own]
        for thread in own:
            thread.start()

    def enter(self, decision: Decision) -> None:
        """Acts on what `core.pin.enter` made of a PIN, soon; the scene says what came of it."""
        self._entries.put((decision, self._clock()))

    @property
    def locked(self) -> bool:
        """Whether the operator has closed this door."""
        return self._keeper.locked

    def lock(self, *, locked: bool, by: str = SOURCE) -> None:
        """Closes this door to everybody, by face and by PIN, or opens it to them again. Ends a pulse under way.

        `by`: who did it, for the log. Waits for the door. Raises DoorFailed where that does not close; nobody is let in
        all the same.
        """
        self._keeper.lock(locked=locked, by=by)
        if locked:
            self._latch.close()

    def use_camera(self, camera: Camera, sight: Sight) -> None:
        """Looks through another camera from now on, with another judge of its picture."""
        self._feed.use(camera)
        self._keeper.look_anew(sight)

    @property
    def resting(self) -> bool:
        """Whether no face is looked at for now."""
        return self._keeper.resting

    def rest(self, *, resting: bool) -> None:
        """Looks at nobody while somebody stands at the camera for another reason: to be enrolled. PINs go on."""
        self._keeper.resting = resting

    def note(self, act: Act, by: str) -> None:
        """Writes down what an operator did, now or as soon as the database answers."""
        self._keeper.note(act, by)

    def try_door(self, by: str = SOURCE) -> None:
        """Opens the door once, to see that it does. Waits for it; raises StoreUnavailable, DoorFailed."""
        self._keeper.try_door(by=by, stopped=self._stop.is_set)

    def stop(self) -> None:
        """Closes the door and returns within two seconds, also where a driver hangs: its thread is then left behind."""
        self._stop.set()
        self._feed.stop()
        until = time.monotonic() + STOP_SECONDS
        self._latch.stop(STOP_SECONDS / 2)
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                log.warning("the %s thread does not answer; it is left to end by itself", thread.name)
        self._threads = []

    def _recognise(self, stop: threading.Event) -> None:
        while not stop.is_set():
            frame = self.latest.take(0.1)
            self._busy_since = began = self._clock()
            if not self._entries.empty():
                self._publish(self._keeper.enter(*self._entries.get(), stopped=stop.is_set))
            scene = self._keeper.see(frame, self._feed.fault, stopped=stop.is_set)
            self._busy_since = None
            if frame is not None:
                self._looks.ended(self._clock(), self._clock() - began)
            if not stop.is_set():
                self._publish(scene)

    def _oversee(self, stop: threading.Event) -> None:
        """Says so where the recognition thread hangs: it cannot itself."""
        while not stop.wait(OVERSEEN):
            since = self._busy_since
            if since is not None and self._clock() - since > HANGING and self._scene.fault != HANGS:
                log.error("recognition has not answered for %g s", HANGING)
                self._keeper.note(HANGS.code)
                self._publish(Scene(Phase.FAULT, fault=HANGS))

    def _publish(self, scene: Scene) -> None:
        with self._publishing:
            if scene == self._scene:
                return
            self._scene = scene
            try:
                self._on_scene(scene)
            except Exception:
                log.exception("a scene could not be passed on; the door goes on")
