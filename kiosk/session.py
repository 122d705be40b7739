"""One run of the kiosk: its parts made, wired to the window, started, and stopped in the reverse order."""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from core import packs
from core.config import Settings
from core.engine import Engine
from core.enrolment import Enrolment
from core.errors import StoreUnavailable
from core.parts import enrol_demo_people, make_engine, make_enrolment, make_recogniser, make_store
from core.recogniser import Recogniser
from core.settings import DEMO
from core.store import Store
from kiosk import theme
from kiosk.apiprocess import ApiProcess, answering, command_line
from kiosk.bridge import Bridge
from kiosk.dress import dress
from kiosk.enrol import EnrolDialog
from kiosk.gate import Gate
from kiosk.getpack import PackDialog
from kiosk.jobs import Jobs
from kiosk.notice import standing
from kiosk.strip import Strip
from kiosk.video import Video
from kiosk.window import Window


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs behind the window."""

    store: Store
    recogniser: Recogniser
    enrolment: Enrolment
    engine: Engine
    bridge: Bridge
    jobs: Jobs
    api: ApiProcess

    def start(self, *, api: bool) -> None:
        self.recogniser.start()
        self.engine.start()
        if api:
            self.api.start()

    def stop(self) -> None:
        """Each part, whatever becomes of the others. Twice is fine."""
        with ExitStack() as stack:
            for stop in (self.store.close, self.recogniser.stop, self.jobs.stop, self.api.stop, self.engine.stop):
                stack.callback(stop)  # called from the last to the first


def run(settings: Settings, config: Path | None, *, demo: bool) -> int:
    """Shows the kiosk until it is closed, or ended by Ctrl-C or SIGTERM. Returns the exit code."""
    app = QApplication(sys.argv[:1])
    dress(app, theme.LOOKS[settings.kiosk.theme])
    parts = make_parts(settings, config, demo=demo)
    window = make_window(settings, parts)
    with ExitStack() as stack:
        stack.enter_context(signals_call(app.quit))
        stack.callback(parts.stop)
        parts.start(api=settings.kiosk.api)
        window.appear(fullscreen=settings.kiosk.fullscreen)
        return app.exec()


def make_parts(settings: Settings, config: Path | None, *, demo: bool) -> Parts:
    store = make_store(settings.database)
    recogniser = make_recogniser(settings, store, live=True)
    enrolment = make_enrolment(settings, recogniser, store)
    if settings.models.pack == DEMO:
        with suppress(StoreUnavailable):  # the screen will say so
            enrol_demo_people(recogniser, enrolment, store)
    bridge, jobs = Bridge(), Jobs()
    return Parts(
        store,
        recogniser,
        enrolment,
        make_engine(settings, recogniser, store, on_scene=bridge.publish),
        bridge,
        jobs,
        ApiProcess(command_line(config, demo=demo), answering(settings.api), jobs),
    )


def make_window(settings: Settings, parts: Parts) -> Window:
    """The window, fed by the engine and the API, and the operator's way in behind the PIN."""
    models = settings.models
    look = theme.LOOKS[settings.kiosk.theme]
    video = Video(parts.engine.latest, mirror=settings.kiosk.mirror, look=look)
    fetchable = models.pack in packs.NAMES
    strip = Strip(parts.recogniser, settings.camera.source, settings.api, fetchable=fetchable, look=look)
    window = Window(video, strip, look)
    if settings.demo:
        video.add_badge("DEMO")
    parts.bridge.scene_changed.connect(window.show_scene)
    parts.api.changed.connect(strip.show_api)
    gate = Gate(parts.store, parts.jobs, window, notice=standing(settings.liveness))

    def enrol() -> QDialog:
        dialog = EnrolDialog(
            parts.enrolment,
            parts.engine.latest,
            parts.jobs,
            mirror=settings.kiosk.mirror,
            most=settings.enrolment.max_images,
            parent=window,
        )
        parts.bridge.scene_changed.connect(dialog.show_scene)
        return dialog

    strip.enrol_wanted.connect(lambda: gate.open(enrol))
    strip.pack_wanted.connect(lambda: gate.open(lambda: PackDialog(models.pack, models.root, parts.jobs, window)))
    return window


@contextmanager
def signals_call(leave: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM call `leave` in Qt's loop, which Python's own handlers cannot wake."""
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.settimeout(0)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda *_: reader.recv(4096))
    woken = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    before = {s: signal.signal(s, lambda *_: QTimer.singleShot(0, leave)) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(woken)
        notifier.setEnabled(False)
        reader.close()
        writer.close()
