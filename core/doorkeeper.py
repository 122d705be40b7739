"""What becomes of one frame: whether to look at all, what is recorded, when the door opens. No thread of its own.

The door opens here and nowhere else.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from math import ceil, isfinite
from typing import Protocol

from core.attempts import Attempts, Limits
from core.bulletin import Bulletin, Standing
from core.domain import Decision, Frame, Verdict
from core.errors import DoorFailed, DoorwardError, RecognitionHangs, StoreUnavailable
from core.logbook import Act, Event, Incident
from core.recogniser import Recogniser
from core.scene import Fault, Phase, Scene
from core.sight import Sight
from core.watch import Watch

log = logging.getLogger(__name__)
SOURCE = "door"
LOCKED_OUT = "locked_out"
DOOR_OPEN = "door_open"  # the code of a door that does not close
LATE = 5.0  # seconds from frame to opening, of which the database may take most
SLOW = 2.0  # seconds from frame to decision: after that whoever it is about may have left
STALE = (Phase.FAULT, Phase.PAUSED, Phase.LOCKED)  # what is not shown on, once it is over


class Journal(Protocol):
    """Where it is recorded what happens. Each may raise StoreUnavailable."""

    def record(self, event: Event) -> int: ...
    def door_did(self, event_id: int, outcome: str) -> None: ...
    def report(self, incident: Incident) -> int: ...


class Lock(Protocol):
    """The door, as `core.latch.Latch` is one."""

    @property
    def fault(self) -> DoorFailed | None:
        """Why it may be open although it should be closed."""

    def open(self, seconds: float) -> None:
        """Raises DoorFailed."""


def _utcnow() -> datetime:
    return datetime.now(UTC)


class Doorkeeper:
    """From frames to scenes, by way of the journal and the door. For one thread, but for what says otherwise.

    `open_seconds` is how long the door stays open, `max_frame_age` what a frame may be old to be looked at, and
    `fault_seconds` how long a fault that ended a look stays on the screen, all in seconds. `on_standing` passes on to
    other processes how the door stands; it may raise StoreUnavailable, and is called again then.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        journal: Journal,
        lock: Lock,
        watch: Watch,
        *,
        open_seconds: float = 3.0,
        max_frame_age: float = 0.5,
        fault_seconds: float = 3.0,
        limits: Limits = Limits(),  # noqa: B008 - frozen: nobody can change the one that all share
        sight: Sight = Sight(),  # noqa: B008 - likewise
        on_standing: Callable[[Standing], object] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        utcnow: Callable[[], datetime] = _utcnow,
    ) -> None:
        self._recogniser = recogniser
        self._journal = journal
        self._lock = lock
        self._watch = watch
        self._open_seconds = open_seconds
        self._max_frame_age = max_frame_age
        self._fault_seconds = fault_seconds
        self._limits = limits
        self._attempts = Attempts()
        self._sight = sight
        self._anew: Sight | None = None
        self._clock = clock
        self._utcnow = utcnow
        self._scene = Scene(Phase.STARTING)
        self._held: tuple[Fault, float] | None = None
        self._pin_attempts = Attempts()
        self._answer: tuple[Scene, float] | None = None
        self._locked = False
        self.resting = False
        """Whether no face is looked at, since an operator has somebody at the camera. For any thread; PINs go on."""
        self._opening = threading.Lock()
        self._bulletin = Bulletin(journal, on_standing, self._standing, clock)

    def see(self, frame: Frame | None, camera: Fault | None, *, stopped: Callable[[], bool] = lambda: False) -> Scene:
        """The scene after `frame`, or after none came. Never raises: what fails is a fault, and a shut door.

        `camera` is why no pictures come. `stopped`: whether the door was shut down while this thread was busy.
        """
        try:
            scene = self._look(frame, camera, stopped)
        except DoorwardError as error:
            scene = self._hold(Fault(error.code, str(error)))
        except Exception:
            log.exception("recognition failed; it starts again")
            scene = self._hold(Fault("recognition_failed", "Recognition failed; the log says where. It starts again."))
        before, self._scene = self._scene.fault, scene
        if scene.fault is not None and (before is None or before.code != scene.fault.code):
            self.note(scene.fault.code)
        if not self._away:
            self._bulletin.deliver()
        return scene

    def enter(self, decision: Decision, at: float, *, stopped: Callable[[], bool] = lambda: False) -> Scene:
        """The scene after somebody typed a PIN, from which `core.pin.enter` made `decision` at `at`.

        Faces and PINs are counted apart: who is locked out of the one may still come in by the other, whatever ails
        the camera or the model.
        """
        try:
            scene = self._enter(decision, at, stopped)
        except DoorwardError as error:
            scene = self._hold(Fault(error.code, str(error)))
        except Exception:
            log.exception("a PIN could not be acted on")
            scene = self._hold(Fault("recognition_failed", "The PIN could not be acted on; the log says why."))
        self._answer = (scene, self._clock())
        self._scene = scene
        return scene

    def look_anew(self, sight: Sight) -> None:
        """Another camera is looked through: what was seen so far counts no more. From any thread."""
        self._anew = sight

    @property
    def locked(self) -> bool:
        return self._locked

    def lock(self, *, locked: bool, by: str = SOURCE) -> None:
        """Whether the operator has closed this door: nobody is let in then, by face or by PIN.

        From any thread. Once it returns nothing opens any more; it may wait for an opening that is under way, and for
        the database, in which others see it.
        """
        with self._opening:
            if locked == self._locked:
                return
            self._locked = locked
        self.note(Act.LOCKED if locked else Act.UNLOCKED, by)
        if not self._away:
            with suppress(StoreUnavailable):  # it is told as soon as that can be
                self._bulletin.stand()

    def try_door(self, *, by: str = SOURCE, stopped: Callable[[], bool] = lambda: False) -> None:
        """Opens once for an operator who wants to see that it does, recorded like all that opens. From any thread.

        Raises StoreUnavailable, DoorFailed.
        """
        asked_at = self._clock()
        self._journal.report(Incident(self._utcnow(), by, Act.DOOR_TRIED))
        self._open(asked_at, stopped)

    def note(self, code: str, source: str = SOURCE) -> None:
        """Something happened that is to be recorded, as soon as there is a database to record it in."""
        self._bulletin.note(Incident(self._utcnow(), source, code))

    @property
    def _away(self) -> bool:
        """Whether the database is known not to answer."""
        fault = self._recogniser.fault
        return fault is not None and fault.code == StoreUnavailable.code

    def _standing(self) -> Standing:
        fault = self._scene.fault
        return Standing(self._locked, fault.code if fault is not None else None)

    def _hold(self, fault: Fault) -> Scene:
        """Shows `fault` for a while, in which nobody is looked at: a red screen that flickers is none."""
        self._watch.forget()
        self._held = (fault, self._clock())
        return Scene(Phase.FAULT, fault=fault)

    def _enter(self, decision: Decision, at: float, stopped: Callable[[], bool]) -> Scene:
        now, today = self._clock(), self._today()
        self._watch.forget()
        if self._locked:
            return Scene(Phase.LOCKED)
        wait = self._pin_attempts.wait(self._limits, now, today)
        if wait > 0:
            return _paused(wait)
        self._pin_attempts = self._attempted(self._pin_attempts, decision.verdict)
        self._carry_out(Event(self._utcnow(), "pin", decision, ""), at, stopped)
        granted = decision.verdict is Verdict.GRANTED
        return Scene(Phase.GRANTED if granted else Phase.DENIED, name=decision.name, reason=decision.reason)

    def _look(self, frame: Frame | None, camera: Fault | None, stopped: Callable[[], bool]) -> Scene:
        if self._anew is not None:
            self._watch.forget()
            self._sight, self._anew = self._anew, None
        if frame is not None:
            self._sight = self._sight.see(frame)
        if self._locked:
            return self._closed()
        if self._answer is not None and 0 <= self._clock() - self._answer[1] < self._open_seconds:
            return self._answer[0]
        fault = self._fault(camera)
        if fault is not None:
            self._watch.forget()
            starting = self._recogniser.loading and camera is None
            return Scene(Phase.STARTING) if starting else Scene(Phase.FAULT, fault=fault)
        wait = self._attempts.wait(self._limits, self._clock(), self._today())
        if wait > 0 or self.resting:
            self._watch.forget()
            return _paused(wait) if wait > 0 else Scene(Phase.IDLE)
        if frame is None or not 0 <= self._clock() - frame.at <= self._max_frame_age:
            return Scene(Phase.STARTING) if self._scene.phase in STALE else self._scene
        return self._decide(frame, stopped)

    def _closed(self) -> Scene:
        """Nobody is looked at, and nothing seen or typed before counts afterwards."""
        self._watch.shut()
        self._answer = None
        stuck = self._lock.fault
        return Scene(Phase.LOCKED) if stuck is None else Scene(Phase.FAULT, fault=Fault(DOOR_OPEN, str(stuck)))

    def _decide(self, frame: Frame, stopped: Callable[[], bool]) -> Scene:
        using = self._recogniser
        rules = using.rules
        liveness = using.liveness if rules.passive is not None else None
        scene, decision = self._watch.see(frame, using.model, using.loaded, rules, liveness)
        if decision is None:
            return scene
        if decision.verdict is Verdict.GRANTED and not 0 <= self._clock() - frame.at <= SLOW:
            raise RecognitionHangs("Recognition took too long to let anybody in. Look at what else this machine does.")
        if stopped() or self._locked or self.resting:
            self._watch.forget()
            return Scene(Phase.STARTING)
        self._attempts = self._attempted(self._attempts, decision.verdict)
        event = Event(self._utcnow(), SOURCE, decision, using.model.id)
        self._carry_out(event, frame.at, stopped)
        return scene

    def _fault(self, camera: Fault | None) -> Fault | None:
        if self._held is not None and not 0 <= self._clock() - self._held[1] < self._fault_seconds:
            self._held = None
        if self._held is not None:
            return self._held[0]
        stuck = self._lock.fault
        if stuck is not None:
            return Fault(DOOR_OPEN, str(stuck))
        return camera or self._recogniser.fault or self._sight.fault

    def _carry_out(self, event: Event, seen_at: float, stopped: Callable[[], bool] = lambda: False) -> None:
        """Record, then open, then record what the door did. Where the record fails nothing opens.

        Nor for somebody seen too long ago, whatever it was that took the time.
        """
        event_id = self._journal.record(event)
        if event.decision.verdict is not Verdict.GRANTED:
            return
        try:
            self._open(seen_at, stopped)
        except Exception:
            self._journal.door_did(event_id, "failed")
            raise
        self._watch.let_in(event.decision, self._clock())
        self._journal.door_did(event_id, "opened")

    def _open(self, seen_at: float, stopped: Callable[[], bool]) -> None:
        if stopped():
            raise DoorFailed("The door was shut down meanwhile. Start it again.")
        if not 0 <= self._clock() - seen_at <= LATE:
            raise DoorFailed("It took too long to decide, so the door stayed shut. Look in the log what is slow.")
        with self._opening:
            if self._locked:
                raise DoorFailed("The operator has closed this door. Unlock it first.")
            self._lock.open(self._open_seconds)

    def _attempted(self, attempts: Attempts, verdict: Verdict) -> Attempts:
        now, today = self._clock(), self._today()
        after = attempts.after(verdict, self._limits, now, today)
        if after.wait(self._limits, now, today) > 0:
            log.warning("too many denials: recognition pauses")
            self.note(LOCKED_OUT)
        return after

    def _today(self) -> date:
        """By the clock on the wall: a day ends when the people's does."""
        return self._utcnow().astimezone().date()


def _paused(wait: float) -> Scene:
    return Scene(Phase.PAUSED, wait=ceil(wait) if isfinite(wait) else None)
