"""The first step of an enrolment: who it is, and whether they agree."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QLabel, QLineEdit, QScrollArea, QSizePolicy, QWidget

from core.domain import Consent
from core.enrolment import checked
from core.errors import InvalidField
from kiosk import theme
from kiosk.console.enrolwords import CONSENT_FIRST, called
from kiosk.controls import column, field, label, restyle, row

WIDE = 900  # pixels of the page, from which there is room for larger words
WHO = 420  # the most that the fields are wide
TEXT_LEAST = 120  # pixels of the consent text that are always seen


@dataclass(frozen=True, slots=True)
class Draft:
    """Somebody who is to be enrolled, and what they agreed to."""

    user_id: str
    name: str
    consent: Consent

    @property
    def called(self) -> str:
        return called(self.user_id, self.name)


class Who(QWidget):
    """A user ID, a name, and a text to be agreed to. Whoever is not typed here is `prefilled`."""

    def __init__(self, text: str, version: str, utcnow: Callable[[], datetime]) -> None:
        super().__init__()
        self._version, self._utcnow = version, utcnow
        self._agreed_at: datetime | None = None
        self.user_id, self.name = field("User ID", longest=64), field("Name", longest=255)
        self._fields: dict[str, QLineEdit] = {"user_id": self.user_id, "name": self.name}
        self.agree = QCheckBox("The person has read this, and &agrees")
        self.agree.toggled.connect(self._agreed)
        self._words = label(text)
        self.text = _scrolling(self._words)
        self._lay_out()

    def draft(self) -> Draft:
        """What is typed and ticked. Raises InvalidField, and leads to what it is about."""
        for widget in self._fields.values():
            restyle(widget, "field")
        try:
            user_id, name = checked("user_id", self.user_id.text(), 64), checked("name", self.name.text(), 255)
        except InvalidField as error:
            self.mark(error.field)
            raise
        if self._agreed_at is None:
            self.agree.setFocus()
            raise InvalidField("consent", CONSENT_FIRST)
        return Draft(user_id, name, Consent(self._version, self._agreed_at))

    def mark(self, name: str) -> None:
        """Frames the field `name` in red and leads there."""
        if name in self._fields:
            restyle(self._fields[name], "bad")
            self._fields[name].setFocus()

    def words(self, error: InvalidField) -> str:
        """The error, with the field called as it is on the page."""
        says = str(error).removeprefix(f"{error.field}: ")
        concerned = self._fields.get(error.field)
        return says if concerned is None else f"{concerned.accessibleName()}: {says}"

    def prefill(self, user_id: str, name: str) -> None:
        """For somebody who is there already: the fields are fixed."""
        for widget, text in ((self.user_id, user_id), (self.name, name)):
            widget.setText(text)
            widget.setReadOnly(bool(user_id))
            restyle(widget, "field")

    def forget(self) -> None:
        self.prefill("", "")
        self.agree.setChecked(False)

    def begin(self) -> None:
        """Where typing begins."""
        (self.agree if self.user_id.isReadOnly() else self.user_id).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        upright = self.height() > self.width()
        self._whole.setDirection(QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight)
        self._whole.setStretch(0, 0 if upright else 2)
        size = theme.LARGE if self.width() >= WIDE else theme.BODY
        self._words.setStyleSheet(f"font-size: {size}px;")
        super().resizeEvent(event)
        self.text.setMaximumHeight(self._words.heightForWidth(self.text.viewport().width()) + 2 * theme.FOCUS)

    def _agreed(self, on: bool) -> None:  # noqa: FBT001 - Qt's
        self._agreed_at = self._utcnow() if on else None

    def _lay_out(self) -> None:
        form = column(
            label("&User ID", look="small", buddy=self.user_id),
            self.user_id,
            label("&Name", look="small", buddy=self.name),
            self.name,
            None,
        )
        self._whole = row(form, _consent(self.text, self.agree), gap=theme.WIDE)
        self._whole.setStretch(1, 3)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._whole)


def _consent(text: QWidget, agree: QWidget) -> QBoxLayout:
    """The text as high as it is, where there is room for all of it."""
    made = column(text, agree, None)
    made.setStretch(0, 1000)
    made.setStretch(2, 1)
    return made


def _scrolling(words: QLabel) -> QScrollArea:
    """To be scrolled with the keys as well."""
    area = QScrollArea(widgetResizable=True)
    area.setObjectName("sheet")
    area.viewport().setAutoFillBackground(False)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    area.setAccessibleName("What the person agrees to")
    area.setAccessibleDescription(words.text())
    area.setMinimumHeight(TEXT_LEAST)
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # it takes what room there is
    words.setAlignment(Qt.AlignmentFlag.AlignTop)
    words.setMargin(theme.ROOM)
    area.setWidget(words)
    words.setAutoFillBackground(False)
    return area
