"""What runs behind the window: made of the configuration, started, and stopped in the reverse order."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from core.config import Settings
from core.engine import Engine
from core.enrolment import Enrolment
from core.errors import StoreUnavailable
from core.parts import enrol_demo_people, make_engine, make_enrolment, make_recogniser, make_store
from core.recogniser import Recogniser
from core.settings import DEMO
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
    recogniser: Recogniser
    enrolment: Enrolment
    engine: Engine
    bridge: Bridge
    jobs: Jobs
    api: ApiProcess
    sounds: Sounds

    def start(self, *, api: bool) -> None:
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
            self.recogniser.stop,
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
    recogniser = make_recogniser(settings, store, live=True)
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
        recogniser,
        enrolment,
        make_engine(settings, recogniser, store, on_scene=bridge.publish),
        bridge,
        jobs,
        ApiProcess(command_line(config, demo=demo), answering(settings.api), jobs),
        sounds,
    )
