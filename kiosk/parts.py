"""What runs behind the window: made of the configuration, started, and stopped in the reverse order."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from core.config import Settings
from core.engine import Engine
from core.enrolment import Enrolment
from core.errors import StoreUnavailable
from core.outbox import Outbox
from core.parts import (
    enrol_demo_people,
    make_engine,
    make_enrolment,
    make_outbox,
    make_recogniser,
    make_standby,
    make_store,
)
from core.recogniser import Recogniser
from core.settings import DEMO
from core.standby import Offline, Standby
from core.store import Store
from kiosk.apiprocess import ApiProcess, answering, command_line
from kiosk.bridge import Bridge
from kiosk.jobs import Jobs
from kiosk.sounds import Sounds


@dataclass(frozen=True, slots=True)
class Parts:
    """Each may be asked for from the GUI's thread; what waits is for `jobs`."""

    settings: Settings
    config: Path | None
    demo: bool
    store: Store
    standby: Standby | None
    outbox: Outbox | None
    recogniser: Recogniser
    enrolment: Enrolment
    engine: Engine
    bridge: Bridge
    jobs: Jobs
    api: ApiProcess
    sounds: Sounds

    @property
    def pins(self) -> Standby | Store:
        """Where PINs are looked up."""
        return self.standby or self.store

    @property
    def offline(self) -> Offline | None:
        """What the door goes by while the database is away; None while it is not, or nothing is kept for that."""
        return self.standby.offline if self.standby else None

    def start(self, *, api: bool) -> None:
        if self.outbox:
            self.outbox.start()
        self.recogniser.start()
        self.engine.start()
        if api:
            self.api.start()
        if self.settings.kiosk.sounds:
            self.sounds.start()

    def stop(self) -> None:
        """Each part, whatever becomes of the others. Twice is fine."""
        parts = (
            self.store.close,
            *((self.standby.close,) if self.standby else ()),
            self.recogniser.stop,
            *((self.outbox.stop,) if self.outbox else ()),
            self.sounds.stop,
            self.jobs.stop,
            self.api.stop,
            self.engine.stop,
        )
        with ExitStack() as stack:
            for stop in parts:
                stack.callback(stop)  # called from the last to the first


def make_parts(settings: Settings, config: Path | None, *, demo: bool) -> Parts:
    """`demo`: whether that was asked for at the command line. Raises ConfigError."""
    store = make_store(settings)
    standby = make_standby(settings, store) if settings.offline.enabled else None
    outbox = make_outbox(settings, store) if settings.offline.enabled else None
    recogniser = make_recogniser(settings, standby or store, live=True)
    enrolment = make_enrolment(settings, recogniser, store)
    if settings.models.pack == DEMO:
        with suppress(StoreUnavailable):  # the screen will say so
            enrol_demo_people(recogniser, enrolment, store)
    bridge, jobs, sounds = Bridge(), Jobs(), Sounds()
    if settings.kiosk.sounds:
        bridge.scene_changed.connect(sounds.show_scene)
    return Parts(
        settings,
        config,
        demo,
        store,
        standby,
        outbox,
        recogniser,
        enrolment,
        make_engine(settings, recogniser, store, on_scene=bridge.publish, outbox=outbox),
        bridge,
        jobs,
        ApiProcess(command_line(config, demo=demo), answering(settings.api), jobs),
        sounds,
    )
