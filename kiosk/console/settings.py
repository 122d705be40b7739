"""The operator's page of the configuration: every key with its help, written back with the file's comments kept."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from core.config import DEFAULT_PATH, Settings
from core.configfile import Key, keys, write
from core.errors import DoorwardError
from core.logbook import Act
from kiosk import theme
from kiosk.controls import Notice, button, column, label, row
from kiosk.jobs import Jobs

SECTION = 220  # pixels
SAVED = "Saved in {}. Doorward takes it over when it is started again."
OVERRIDDEN = "{} in the environment overrides this; what is written here waits until it is gone."


class Chooser(QComboBox):
    """A wheel scrolls the page that it is on, and changes nothing on its way."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class Editor(QFrame):
    """One key: its name and what it is, and beside them the control that suits what it may be."""

    def __init__(self, key: Key, changed: Callable[[], None]) -> None:
        super().__init__()
        self.key = key
        self.control = _chooser(key) if key.choices else _text(key)
        self.control.setAccessibleName(key.path)
        self.control.setAccessibleDescription(key.help)
        self.setObjectName("editor")
        if isinstance(self.control, QComboBox):
            self.control.currentTextChanged.connect(lambda _: changed())
        else:
            self.control.textChanged.connect(lambda _: changed())
        name = label(key.name.replace("_", " ").capitalize(), look="what", buddy=self.control)
        about = [label(f"{key.help}. Usually {key.default}.", look="small")]
        if key.variable:
            about.append(label(OVERRIDDEN.format(key.variable), look="bad"))
        whole = row(column(name, *about, gap=2), self.control, gap=theme.WIDE)
        for place, share in enumerate((4, 3)):
            whole.setStretch(place, share)
        whole.setAlignment(self.control, Qt.AlignmentFlag.AlignVCenter)
        whole.setContentsMargins(theme.ROOM, theme.GAP, theme.ROOM, theme.GAP)
        self.setLayout(whole)

    @property
    def value(self) -> str:
        return self.control.currentText() if isinstance(self.control, QComboBox) else self.control.text().strip()


class SettingsPage(QWidget):
    """A section at a time; saved together, or not at all."""

    def __init__(
        self,
        path: Path | None,
        jobs: Jobs,
        *,
        look: theme.Look = theme.LIGHT,  # noqa: ARG002 - as all pages
        note: Callable[[Act], None] = lambda _: None,
    ) -> None:
        """`note` writes down that something was changed."""
        super().__init__()
        self._path, self._jobs, self._note = path or DEFAULT_PATH, jobs, note
        self.editors: dict[str, Editor] = {}
        self.section = QComboBox()
        self.section.setAccessibleName("Section")
        self.forms = QStackedWidget()
        self.section.currentIndexChanged.connect(self.forms.setCurrentIndex)
        self.notice = Notice()
        self.discard = button("&Discard", self.load)
        self.save = button("&Save", self._save, look="primary")
        self.section.setMinimumWidth(SECTION)
        whole = column(row(self.section, None, self.discard, self.save), self.notice, self.forms, gap=theme.ROOM)
        whole.setStretch(2, 1)
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)
        self._show(())
        self.load()

    def load(self) -> None:
        """Shows what the file says, and forgets what was typed."""
        self._jobs.run(self, partial(keys, self._path), self._show, self._refused)

    def changes(self) -> dict[str, str]:
        """What was typed and differs from the file."""
        return {path: editor.value for path, editor in self.editors.items() if editor.value != editor.key.value}

    def _show(self, every: tuple[Key, ...]) -> None:
        at = max(0, self.section.currentIndex())
        self.section.clear()
        while (form := self.forms.widget(0)) is not None:
            self.forms.removeWidget(form)
            form.deleteLater()
        self.editors = {key.path: Editor(key, self._changed) for key in every}
        for section in dict.fromkeys(key.section for key in every):
            self.section.addItem(section.capitalize())
            self.forms.addWidget(_form([one for one in self.editors.values() if one.key.section == section]))
        self.section.setCurrentIndex(min(at, self.section.count() - 1))
        self._changed()

    def _changed(self) -> None:
        changed = bool(self.changes())
        self.save.setEnabled(changed)
        self.discard.setEnabled(changed)

    def _save(self) -> None:
        self.save.setEnabled(False)
        self._jobs.run(self, partial(write, self._path, self.changes()), self._saved, self._refused)

    def _saved(self, _: Settings) -> None:
        self._note(Act.SETTINGS_CHANGED)
        self.notice.good(SAVED.format(self._path))
        self.load()

    def _refused(self, error: DoorwardError) -> None:
        self.notice.bad(str(error))
        self._changed()


def _chooser(key: Key) -> QComboBox:
    made = Chooser()
    made.addItems(list(key.choices))
    made.setCurrentText(key.value)
    return made


def _text(key: Key) -> QLineEdit:
    made = QLineEdit(key.value)
    made.setObjectName("field")
    if key.secret:
        made.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
    return made


def _form(editors: list[Editor]) -> QScrollArea:
    held = QFrame()
    held.setObjectName("card")
    lines = column(*editors, gap=0)
    lines.setContentsMargins(0, 0, 0, 0)
    held.setLayout(lines)
    held.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(held)
    return area
