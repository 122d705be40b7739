"""What the operator's pages are made of here, and what becomes of what the console is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from core import packs
from core.domain import Person, Role
from core.enrolment import Enrolment
from core.errors import DoorwardError
from core.logbook import Actor
from core.parts import make_camera, make_enrolment, make_sight
from core.settings import CameraSettings
from core.sitting import Pose
from kiosk import theme
from kiosk.console import enrol
from kiosk.console.bulk import BulkPage
from kiosk.console.bulkrun import Import
from kiosk.console.consent import TEXT, TEXT_WITHOUT_PIN, VERSION, VERSION_WITHOUT_PIN
from kiosk.console.console import Console, Entry, allowed
from kiosk.console.enrol import EnrolPage
from kiosk.console.events import EventsPage
from kiosk.console.firstrun import FirstRun
from kiosk.console.health import HealthPage
from kiosk.console.people import PeoplePage
from kiosk.console.question import ask
from kiosk.console.readings import Sources, readings
from kiosk.console.settings import SettingsPage
from kiosk.console.step import Door
from kiosk.getpack import PackDialog
from kiosk.language import speak
from kiosk.notice import away, standing
from kiosk.parts import Parts
from kiosk.veil import open_over
from kiosk.window import Window

AWAY_MS = 1000  # between two looks whether the database is away


class Office:
    """Puts the console over the door, for whom the gate has let through, and the first run."""

    def __init__(self, window: Window, parts: Parts, *, on_lock: Callable[[bool], None] = lambda _: None) -> None:
        """`on_lock` is told whether the door is locked, whenever that was changed."""
        self._window, self._parts, self._on_lock = window, parts, on_lock
        self._look = theme.LOOKS[parts.settings.kiosk.theme]
        self._console: Console | None = None
        self._role = Role.ADMINISTRATOR
        self._source = str(parts.settings.camera.source)
        self._looking = QTimer(window, interval=AWAY_MS)
        self._looking.setObjectName("away")
        self._looking.timeout.connect(self._say_away)
        self._looking.start()
        self._import = Import(parts.enrolment, parts.store, parts.jobs)  # it goes on behind a locked console

    def open(self, role: Role) -> None:
        """The console, with what `role` may do; what they change is written down as theirs."""
        self._role = role
        settings = self._parts.settings
        console = Console(
            allowed(self._entries(role), role),
            lock_after=settings.kiosk.lock_minutes,
            standing=standing(settings.liveness),
            look=self._look,
        )
        console.show_locked(locked=self._parts.engine.locked)
        console.left.connect(self.leave)
        console.lock_wanted.connect(self._lock)
        console.fullscreen_wanted.connect(self._fullscreen)
        console.closed_wanted.connect(self._close)
        self._console = console
        self._say_away()
        self._window.show_page(console, keyboard=True)

    def leave(self) -> None:
        """Back to the door; the pages and what is on them are forgotten."""
        self._console = None
        self._window.show_door()

    def _say_away(self) -> None:
        offline = self._parts.offline
        self._window.bar.show_offline(offline=offline is not None)
        if self._console is not None:
            self._console.show_away(away(offline))

    def first_run(self) -> None:
        """Where nobody has said yet who may operate this door."""
        page = self._first_run()
        page.finished.connect(self._window.show_door)
        self._window.show_page(page, keyboard=True)

    def _entries(self, role: Role) -> Sequence[Entry]:
        parts, look = self._parts, self._look
        store, jobs, note = parts.store.acting_for(Actor(role)), parts.jobs, partial(parts.engine.note, by=role)
        follow = parts.recogniser.refresh  # or a database that goes away right then leaves the door as it was
        people = partial(PeoplePage, store, jobs, role=role, enrol=self._enrol, follow=follow, look=look)
        bulk = partial(BulkPage, self._enrolment(), store, jobs, look=look, run=self._import)
        sources = Sources(
            parts.settings,
            parts.engine,
            parts.recogniser,
            store,
            lambda: parts.api.state,
            lambda: parts.sounds.problem,
            parts.standby,
            parts.outbox,
        )
        return (
            Entry("Enrol", self._enrol_page),
            Entry("People", people),
            Entry("Import", bulk),
            Entry("Events", partial(EventsPage, store, jobs, look=look, note=note)),
            Entry("Health", partial(HealthPage, partial(readings, sources), jobs, look=look)),
            Entry("Settings", partial(SettingsPage, parts.config, jobs, look=look, note=note), Role.ADMINISTRATOR),
            Entry("Set up", self._set_up, Role.ADMINISTRATOR),
        )

    def _enrolment(self) -> Enrolment:
        """That writes down who was enrolled by whom."""
        parts = self._parts
        return make_enrolment(parts.settings, parts.recogniser, parts.store.acting_for(Actor(self._role)))

    def _enrol_page(self) -> EnrolPage:
        parts, settings = self._parts, self._parts.settings
        pin = settings.kiosk.pin
        page = EnrolPage(
            self._enrolment(),
            parts.recogniser,
            parts.engine.latest,
            parts.jobs,
            mirror=settings.kiosk.mirror,
            most=settings.enrolment.max_images,
            consent_text=TEXT if pin else TEXT_WITHOUT_PIN,
            consent_version=VERSION if pin else VERSION_WITHOUT_PIN,
            poses=(Pose.FRONT,) if settings.demo else tuple(Pose),  # the demo's people do not turn their heads
            limits=replace(enrol.LIMITS, least_width=settings.recognition.min_face_px),
            look=self._look,
        )
        page.attended.connect(self._rest)
        return page

    def _enrol(self, user_id: str) -> None:
        """One more face of somebody who is enrolled."""
        if self._console is not None:
            page = self._console.open("Enrol")
            self._parts.jobs.run(page, partial(self._parts.store.person, user_id), partial(_begin, page), self._refused)

    def _set_up(self) -> QWidget:
        page = self._first_run()
        page.finished.connect(self.leave)
        return page

    def _first_run(self) -> FirstRun:
        parts, settings = self._parts, self._parts.settings
        door = Door(
            parts.store.acting_for(Actor(self._role)),
            parts.recogniser,
            parts.engine.latest,
            parts.jobs,
            parts.config,
            self._source,
            self._window.bar.usual,
            settings.kiosk.mirror,
            lambda: parts.engine.camera_fault,
            self._use_camera,
            self._speak,
            self._fetch if settings.models.pack in packs.NAMES else None,
            partial(parts.engine.try_door, by=self._role),
            partial(parts.engine.note, by=self._role),
        )
        page = FirstRun(door, look=self._look)
        page.attended.connect(self._rest)
        return page

    def _use_camera(self, settings: CameraSettings) -> None:
        self._source = str(settings.source)
        self._parts.engine.use_camera(make_camera(settings), make_sight(settings))

    def _speak(self, code: str) -> None:
        speak_to(code)
        self._window.bar.settle(code)

    def _fetch(self) -> None:
        models = self._parts.settings.models
        dialog = PackDialog(models.pack, models.root, self._parts.jobs, self._window)
        dialog.finished.connect(dialog.deleteLater)
        open_over(self._window, dialog)

    def _rest(self, resting: bool) -> None:  # noqa: FBT001 - a signal's only word
        """Who stands at the camera for a page of ours is not to open the door by it."""
        self._parts.engine.rest(resting=resting)
        if self._console is not None:
            self._console.show_resting(resting=resting)

    def _lock(self, locked: bool) -> None:  # noqa: FBT001 - a signal's only word
        self._parts.jobs.run(
            self._window, partial(self._parts.engine.lock, locked=locked, by=self._role), self._locked, self._refused
        )

    def _locked(self, _: None) -> None:
        locked = self._parts.engine.locked
        self._on_lock(locked)
        if self._console is not None:
            self._console.notice.clear()
            self._console.show_locked(locked=locked)

    def _refused(self, error: DoorwardError) -> None:
        """A door that would not close counts as locked all the same."""
        self._locked(None)
        if self._console is not None:
            self._console.notice.bad(str(error))

    def _fullscreen(self, wanted: bool) -> None:  # noqa: FBT001 - a signal's only word
        if not wanted:
            self._window.showNormal()
        self._window.appear(fullscreen=wanted)
        if self._console is not None:
            self._console.show_fullscreen(fullscreen=wanted)

    def _close(self) -> None:
        text = "Nobody is let in until Doorward is started again."
        ask("Close Doorward?", text, yes="Close Doorward", no="Cancel", parent=self._window, act=self._window.close)


def speak_to(code: str) -> None:
    """Everything that is shown is in that language from now on."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        speak(app, code)


def _begin(page: QWidget, person: Person) -> None:
    if isinstance(page, EnrolPage):
        page.for_person(person.user_id, person.name)
