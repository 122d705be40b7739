"""One person: what is known of them, and all that an operator can change."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from core.domain import Person, Role, StoredFace, Validity
from core.errors import DoorwardError, InvalidField, PersonNotFound
from kiosk import theme
from kiosk.console import changes, personwords
from kiosk.console.changes import Change, Store
from kiosk.console.peoplemodel import Latest
from kiosk.console.personparts import Dates, Faces, PinEdit
from kiosk.console.question import ask
from kiosk.controls import Notice, button, column, field, label, row
from kiosk.jobs import Jobs

ONLY_ADMINISTRATOR = "Only an administrator can delete somebody. Disabled, they are kept out at once."
DELETES = "Takes away the person with all faces and the PIN, for good."
CANNOT_UNDO = "This cannot be undone."


class PersonPanel(QWidget):
    """Shows one person at a time; what is typed but not saved is forgotten with the next one."""

    loaded = Signal(object)
    """The Person, as the store has them now."""
    changed = Signal(object)
    """A Change."""
    gone = Signal()
    """The person is in the store no more."""
    closed = Signal()

    def __init__(
        self,
        store: Store,
        jobs: Jobs,
        *,
        role: Role = Role.ADMINISTRATOR,
        enrol: Callable[[str], None] | None = None,
        follow: Callable[[], None] = lambda: None,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`follow` brings what was changed to the door; it may wait."""
        super().__init__()
        self._store, self._jobs, self._role, self._enrol, self._utcnow = store, jobs, role, enrol, utcnow
        self._follow = follow
        self.person: Person | None = None
        self._busy = False
        self._facts = Latest(jobs, self._lost, self)
        self.heading, self.who = label("", look="heading"), label("", look="soft")
        self.close_button = button("&Close", self.closed.emit)
        self.notice = Notice()
        self.name = field("Name", longest=255)
        self.save_name = button("&Save name", self._rename)
        self.switch = button("", self._switch)
        self.state, self.consent = label(""), label("", look="soft")
        self.dates, self.pin, self.faces = Dates(), PinEdit(), Faces(addable=enrol is not None)
        self.delete = button("De&lete…", self.ask_deletion, look="danger")
        self._lay_out()
        self._connect()

    def show_person(self, person: Person) -> None:
        """At once what is known, then what the store says now."""
        if self.person is None or person.user_id != self.person.user_id:
            self.notice.clear()
            self.faces.put(())
            self.pin.clear()
            self.name.setModified(False)
            self._put(person, anew=True)
            self._area.verticalScrollBar().setValue(0)
        self.reload()

    def reload(self) -> None:
        if self.person is not None:
            self._facts.ask(partial(_facts, self._store, self.person.user_id), self._loaded)

    def clear(self) -> None:
        """Shows nobody."""
        self.person = None
        self.pin.clear()
        self.notice.clear()

    def ask_deletion(self) -> None:
        """Asks, with what goes as it is now; an administrator may answer."""
        if self.person is not None and self._role is Role.ADMINISTRATOR:
            self._jobs.run(self, partial(self._store.person, self.person.user_id), self._ask_deletion, self._lost)

    def _lay_out(self) -> None:
        held = QWidget()
        held.setObjectName("held")
        held.setLayout(self._sections())
        self._area = QScrollArea(widgetResizable=True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # its bar is enough
        self._area.setWidget(held)
        top = row(self.heading, self.close_button)
        top.setStretch(0, 1)
        top.setAlignment(self.close_button, Qt.AlignmentFlag.AlignTop)
        whole = column(top, self.who, self.notice, self._area)
        whole.setStretch(3, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)

    def _sections(self) -> QVBoxLayout:
        access = row(self.state, self.switch)
        access.setStretch(0, 1)
        names = row(self.name, self.save_name)
        names.setStretch(0, 1)
        may = self._role is Role.ADMINISTRATOR
        ends = row(label(DELETES if may else ONLY_ADMINISTRATOR, look="soft"), self.delete)
        ends.setStretch(0, 1)
        self.delete.setEnabled(may)
        made = column(
            *(label("Name", look="section"), names),
            *(label("Access", look="section"), access, self.dates),
            *(label("Faces", look="section"), self.faces, self.consent),
            *(label("PIN", look="section"), self.pin),
            *(label("Delete", look="section"), ends),
            None,
        )
        made.setContentsMargins(0, 0, theme.GAP, theme.GAP)
        return made

    def _connect(self) -> None:
        self.name.returnPressed.connect(self._rename)
        self.dates.wanted.connect(self._limit)
        self.pin.wanted.connect(self._set_pin)
        self.pin.removal_wanted.connect(self._remove_pin)
        self.faces.drop_wanted.connect(self._ask_drop)
        self.faces.add_wanted.connect(self._add_face)

    def _loaded(self, found: tuple[Person, Sequence[StoredFace]]) -> None:
        person, faces = found
        self.loaded.emit(person)
        if self.person is not None and person.user_id == self.person.user_id:
            self._put(person, anew=False)
            self.faces.put(faces)

    def _put(self, person: Person, *, anew: bool) -> None:
        """What was typed and not saved yet stays, unless somebody else is shown `anew`."""
        if anew or self.person is None or self.dates.value() == self.person.valid:
            self.dates.put(person.valid)
        if not self.name.isModified() or self.name.text().strip() == person.name:
            self.name.setText(person.name)
        self.person = person
        self.heading.setText(person.name)
        self.who.setText(f"User ID {person.user_id}")
        self.state.setText(personwords.state(person, self._utcnow()))
        self.switch.setText("D&isable" if person.active else "&Enable")
        self.consent.setText(personwords.consent(person))
        self.pin.put(has_pin=person.has_pin)

    def _do(self, call: Callable[..., Change], person: Person | None, *arguments: object, **options: object) -> None:
        """One change at a time, off this thread; done once the door knows."""
        if person is not None and not self._busy:
            self._busy = True
            self.notice.clear()
            change = partial(call, self._store, person, *arguments, **options)
            self._jobs.run(self, partial(changes.followed, change, self._follow), self._changed, self._refused)

    def _changed(self, change: Change) -> None:
        self._busy = False
        self.changed.emit(change)
        self.reload()

    def _refused(self, error: DoorwardError) -> None:
        self._busy = False
        self.notice.bad(str(error))
        if isinstance(error, InvalidField):
            fields = {"Name": self.name, "PIN": self.pin.pin, "Valid until": self.dates.until.moment}
            fields.get(error.field, self).setFocus()
        if isinstance(error, PersonNotFound):  # or a face of theirs
            self.reload()

    def _lost(self, error: DoorwardError) -> None:
        self._busy = False
        self.notice.bad(str(error))
        if isinstance(error, PersonNotFound):
            self.gone.emit()

    def _rename(self) -> None:
        self._do(changes.rename, self.person, self.name.text())

    def _switch(self) -> None:
        if self.person is not None:
            self._do(changes.switch, self.person, active=not self.person.active)

    def _limit(self, valid: Validity) -> None:
        self._do(changes.limit, self.person, valid)

    def _set_pin(self, pin: str, again: str) -> None:
        self.pin.clear()
        self._do(changes.set_pin, self.person, pin, again)

    def _remove_pin(self) -> None:
        self._do(changes.remove_pin, self.person)

    def _add_face(self) -> None:
        if self.person is not None and self._enrol is not None:
            self._enrol(self.person.user_id)

    def _ask_drop(self, face: StoredFace) -> None:
        person = self.person
        if person is None:
            return
        last = " It is the last one: the door will not know them any more." if person.faces == 1 else ""
        text = f"{personwords.face(face)}: it goes for good.{last} {CANNOT_UNDO}"
        drop = partial(self._do, changes.drop_face, person, face)
        ask("Drop this face?", text, yes="&Drop it", no="&Keep it", parent=self, act=drop)

    def _ask_deletion(self, person: Person) -> None:
        """Of `person` alone, whoever is shown when it is answered."""
        erase = partial(self._do, changes.erase, person)
        text = personwords.what_goes(person)
        ask("Delete this person?", text, yes="&Delete", no="&Keep", parent=self, act=erase)


def _facts(store: Store, user_id: str) -> tuple[Person, Sequence[StoredFace]]:
    """Raises PersonNotFound, StoreUnavailable."""
    return store.person(user_id), store.faces(user_id)
