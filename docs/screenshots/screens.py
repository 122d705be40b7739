"""Every screen of the door and of the console, one after the other: the name of each, once it is seen.

make.py takes their pictures, and tests/test_kiosk_layout.py measures them.
"""

from collections.abc import Iterator
from itertools import chain, repeat

import day
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from studio import SETTLES_MS, NoPins, Secrets, Studio, W

from core.domain import Role
from core.pin import hashed
from kiosk.console.bulk import BulkPage
from kiosk.console.bulkrun import Order
from kiosk.console.console import Console
from kiosk.console.enrol import EnrolPage
from kiosk.console.events import BETWEEN, EventsPage
from kiosk.console.firstrun import FirstRun
from kiosk.console.people import PeoplePage
from kiosk.console.question import Question
from kiosk.console.sitter import Sitter
from kiosk.gate import Gate, GateDialog
from kiosk.getpack import PackDialog
from kiosk.keyboard import Keyboard
from kiosk.pinpage import PinPage
from kiosk.veil import open_over


def door(studio: Studio) -> Iterator[str]:
    """What visitors meet; each name once it is seen."""
    for name, scene in day.scenes(studio.frame).items():
        if name == "idle":
            studio.window._seen_at = float("-inf")  # noqa: SLF001 - nobody has been here for a while
        studio.window.show_scene(scene)
        studio.settle()
        yield f"door_{name}"
    studio.window.bar.language.click()
    studio.settle()
    yield "door_languages"
    studio.window.bar.back.click()
    studio.office._looking.stop()  # noqa: SLF001 - it would see that the database is there
    studio.window.bar.show_offline(offline=True)
    studio.window.show_scene(day.scenes(studio.frame)["granted"])
    studio.settle()
    yield "door_copy"
    studio.window.bar.add_badge("DEMO")
    studio.window.show_scene(day.scenes(studio.frame)["look"])
    studio.settle()
    yield "door_demo"
    yield from _pin(studio)


def _pin(studio: Studio) -> Iterator[str]:
    page = PinPage(NoPins(), studio.parts.jobs)
    studio.window.show_page(page)
    studio.settle()
    yield "pin"
    page.user_id.setText("1001")
    page.keypad.setCurrentIndex(1)
    studio.settle()
    yield "pin_letters"
    page.pin.setText("271828")
    page.pin.setFocus()
    page.go.click()
    studio.settle()
    yield "pin_unavailable"
    studio.window.show_door()


def console(studio: Studio) -> Iterator[str]:
    """What operators meet."""
    yield from gate(studio)
    yield from _first_run(studio)
    studio.office.open(Role.ADMINISTRATOR)
    for part in (_events, _enrol, _people, _bulk, _rest):
        yield from part(studio)
    studio.window.show_door()


def gate(studio: Studio) -> Iterator[str]:
    for name, secrets in (("gate_first", Secrets()), ("gate", Secrets(hashed("271828", "271828")))):
        Gate(secrets, studio.parts.jobs, studio.window).ask(lambda _: None)
        studio.settle()
        yield name
        dialog = studio.find(GateDialog)
        dialog.pin.setText("31415")
        dialog.go.click()
        studio.settle()
        yield f"{name}_wrong"
        if dialog.letters.isVisible():
            dialog.letters.click()
            studio.settle()
            yield "gate_letters"
        dialog.reject()
        studio.settle()


def _first_run(studio: Studio) -> Iterator[str]:
    studio.office.first_run()
    wizard = studio.find(FirstRun)
    for at, step in enumerate(wizard.steps):
        wizard.open(at)
        studio.settle()
        yield f"firstrun_{at + 1}"
        if step.title == "Who may operate it?":
            wizard.next.click()
            studio.settle()
            yield f"firstrun_{at + 1}_refused"
            touch(studio, wizard.findChildren(QLineEdit)[1])
            yield f"firstrun_{at + 1}_keyboard"
            studio.find(Keyboard).away.click()
    dialog = PackDialog("buffalo_l", studio.folder, studio.parts.jobs, studio.window, fetch=_half)
    open_over(studio.window, dialog)
    studio.settle()
    yield "pack"
    dialog.accept_button.click()
    QTest.qWait(2 * SETTLES_MS)
    yield "pack_coming"
    dialog.reject()
    dialog.deleteLater()
    studio.settle()
    studio.window.show_door()


def _half(*_: object, progress: object, **__: object) -> None:
    """A download that is half way when the picture is taken."""
    for done in chain((100_000_000,), repeat(141_300_000)):
        progress(done, 288_600_000)  # type: ignore[operator]
        QTest.qSleep(20)


def _enrol(studio: Studio) -> Iterator[str]:
    page = _page(studio, "Enrol", EnrolPage)
    yield "enrol"
    touch(studio, page.who.name)
    yield "enrol_keyboard"
    studio.find(Keyboard).away.click()
    page.who.user_id.setText("1218")
    page.who.name.setText("Zoe Adler")
    page.buttons.at_camera.click()
    studio.settle()
    yield "enrol_no_consent"
    page.who.agree.setChecked(True)
    page.buttons.at_camera.click()
    sitter = page.findChild(Sitter)
    assert isinstance(sitter, Sitter)
    sittings = {name: day.sitting(studio.frame, kept, wrong) for name, kept, wrong in day.STAGES}
    for name, sitting in (sittings | {"two_people": day.sitting(studio.frame, 4, alike=0.5)}).items():
        sitter.pause()
        studio.settle()
        sitter.sitting, sitter.size = sitting, studio.frame.image.shape[:2]
        sitter.changed.emit(sitting)
        if name == "two_people":
            page.buttons.store.click()
        studio.settle()
        yield f"enrol_{name}"
    page.buttons.two_people.click()
    studio.settle()
    yield "enrol_done"
    studio.forget("1218")
    page.for_person("1001", "Ada Marlow")
    page.who.agree.setChecked(True)
    page.add_files([*sorted(studio.folder.glob("*.png"))[:2], studio.folder / "people.csv"])
    studio.settle()
    yield "enrol_files"
    page.forget()


def _people(studio: Studio) -> Iterator[str]:
    page = _page(studio, "People", PeoplePage)
    yield "people"
    page.open(studio.parts.store.person("1001"))
    studio.settle()
    yield "person"
    page.panel.switch.click()
    studio.settle()
    yield "person_disabled"
    page.undo.button.click()
    studio.settle()
    page.panel.ask_deletion()
    studio.settle()
    yield "person_delete"
    studio.find(Question).reject()
    page.close_person()
    page.list.sought.setText("nobody of that name")
    studio.settle()
    page.list.search()
    studio.settle()
    yield "people_not_found"


def _bulk(studio: Studio) -> Iterator[str]:
    page = _page(studio, "Import", BulkPage)
    yield "import"
    page.form.take([studio.folder / "people.csv"])
    studio.settle()
    yield "import_chosen"
    page.start(Order(studio.folder / "people.csv"))
    while page.run.running:
        studio.settle()
    QTest.qWait(2 * SETTLES_MS)
    yield "import_done"
    studio.forget("ada", "ben", "dev", "finn")


def _events(studio: Studio) -> Iterator[str]:
    page = _page(studio, "Events", EventsPage)
    yield "events"
    page.span.setCurrentText(BETWEEN)
    page.apply()
    studio.settle()
    yield "events_between"


def _rest(studio: Studio) -> Iterator[str]:
    for title in ("Health", "Settings", "Set up"):
        _page(studio, title, QWidget)
        yield title.lower().replace(" ", "_")
    studio.find(Console).show_locked(locked=True)
    studio.settle()
    yield "console_locked"


def touch(studio: Studio, field: QWidget) -> None:
    """As a finger does, where there is no other keyboard."""
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    studio.settle()


def _page(studio: Studio, title: str, kind: type[W]) -> W:
    page = studio.find(Console).open(title)
    studio.settle()
    assert isinstance(page, kind)
    return page
