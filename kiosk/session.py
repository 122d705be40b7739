"""One run of the kiosk: its parts wired to the window, started, and stopped in the reverse order."""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from core.config import Settings
from core.domain import Role
from core.errors import DoorFailed
from core.logbook import Actor
from core.store import Store
from kiosk import theme
from kiosk.bar import Bar
from kiosk.console.wiring import Office, speak_to
from kiosk.dress import dress
from kiosk.garbage import Garbage
from kiosk.gate import Gate
from kiosk.language import LANGUAGES
from kiosk.oval import Oval
from kiosk.parts import Parts, make_parts
from kiosk.pinpage import PinPage
from kiosk.scale import scale_to_the_screen
from kiosk.video import Video
from kiosk.window import Window

__all__ = ["make_parts", "make_window", "run", "signals_call"]
LOADING_MS = 500  # between two looks how far the gallery is loaded
PINS_MS = 5000  # between two questions whether anybody has a PIN


def run(
    settings: Settings,
    config: Path | None,
    *,
    demo: bool,
    locked: bool = False,
    on_lock: Callable[[bool], None] = lambda _: None,
) -> int:
    """Shows the kiosk until it is closed, or ended by Ctrl-C or SIGTERM. Returns the exit code.

    `locked`: the door was locked when the run before ended. `on_lock` is told whenever that changes.
    Raises ConfigError where the door's configuration cannot be used.
    """
    scale_to_the_screen()
    app = QApplication(sys.argv[:1])
    dress(app, theme.LOOKS[settings.kiosk.theme])
    speak_to(settings.kiosk.language)
    parts = make_parts(settings, config, demo=demo)
    window = make_window(settings, parts)
    office = open_office(window, parts, on_lock)
    with ExitStack() as stack:
        stack.enter_context(Garbage())
        stack.enter_context(signals_call(lambda: app.exit(0)))  # quit() would ask the window first
        stack.callback(parts.stop)
        if locked:
            with suppress(DoorFailed):  # that is not in use yet
                parts.engine.lock(locked=True)
        parts.start(api=settings.kiosk.api)
        window.appear(fullscreen=settings.kiosk.fullscreen)
        if not demo:
            greet = partial(first_of_all, office)
            parts.jobs.run(window, partial(is_new, parts.store), greet, lambda _: None)  # the screen will say so
        return app.exec()


def make_window(settings: Settings, parts: Parts) -> Window:
    """The window, fed by the engine; its buttons for visitors lead where they should."""
    kiosk = settings.kiosk
    look = theme.LOOKS[kiosk.theme]
    guide = Oval(eased=not kiosk.reduced_motion)
    video = Video(parts.engine.latest, mirror=kiosk.mirror, guide=guide, look=look)
    bar = Bar(LANGUAGES, look, language=kiosk.language, pin=False)
    window = Window(
        video,
        bar,
        look,
        open_seconds=settings.door.open_seconds,
        greeting=kiosk.greeting,
        reduced_motion=kiosk.reduced_motion,
    )
    if settings.demo:
        bar.add_badge("DEMO")
    parts.bridge.scene_changed.connect(window.show_scene)
    bar.language_wanted.connect(speak_to)
    bar.pin_wanted.connect(partial(ask_pin, window, parts))
    show_loading(window, parts)
    window.offer_pin(offered=False)
    if kiosk.pin:
        offer_pins(window, parts)
    return window


def show_loading(window: Window, parts: Parts) -> None:
    """How far the gallery has come is looked at now and then: at a million faces it takes half a minute."""
    timer = QTimer(window, interval=LOADING_MS)
    timer.setObjectName("loading")
    timer.timeout.connect(lambda: window.door.loading.show_progress(parts.recogniser.progress))
    timer.start()


def offer_pins(window: Window, parts: Parts) -> None:
    """The way in by PIN is offered as soon as somebody has one, whoever set it, and no longer than that."""
    ask = partial(parts.jobs.run, window, parts.pins.any_pin, partial(_offer, window), lambda _: None)
    timer = QTimer(window, interval=PINS_MS)
    timer.setObjectName("pins")
    timer.timeout.connect(ask)
    timer.start()
    ask()


def _offer(window: Window, any_pin: bool) -> None:  # noqa: FBT001 - the answer is all there is
    window.offer_pin(offered=any_pin)


def ask_pin(window: Window, parts: Parts) -> None:
    """For who cannot be recognised, or does not want to be."""
    page = PinPage(parts.pins, parts.jobs)
    page.entered.connect(parts.engine.enter)
    page.left.connect(window.show_door)
    window.show_page(page)


def open_office(window: Window, parts: Parts, on_lock: Callable[[bool], None]) -> Office:
    """The operator's way in, and the only way to close the window by hand: both behind the gate."""
    gate = Gate(parts.store.acting_for(Actor(Role.OPERATOR)), parts.jobs, window, free=parts.demo)
    office = Office(window, parts, on_lock=on_lock)
    window.bar.operator_wanted.connect(partial(gate.ask, office.open))
    window.close_wanted.connect(partial(gate.ask, lambda _: window.close()))
    return office


def first_of_all(office: Office, new: bool) -> None:  # noqa: FBT001 - the answer is all there is
    if new:
        office.first_run()


def is_new(store: Store) -> bool:
    """Whether nobody has said yet who may operate this door. Raises StoreUnavailable."""
    store.migrate()
    return all(store.secret(role) is None for role in Role)


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
