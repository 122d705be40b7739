"""For operators who have a screen to touch and no keyboard: one comes up over the page where a field is touched."""

from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QFrame, QLineEdit, QPlainTextEdit, QScrollArea, QWidget

from kiosk.controls import column
from kiosk.keyboard import LETTERS, MARKS, Keyboard


class TouchKeyboard(QFrame):
    """At the lower edge of `window`, while a field of the page that it serves has the focus.

    Whoever presses a key of a real keyboard has one, and is left alone until the next page.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.board = Keyboard()
        self.board.closed.connect(self.put_away)
        whole = column(self.board)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        self._page: QWidget | None = None
        self._another = False
        self._raised: QScrollArea | None = None
        self.hide()

    def serve(self, page: QWidget | None) -> None:
        """Whose fields it types in from now on; None: nobody's."""
        self.put_away()
        before, self._page, self._another = self._page, page, False
        app = QApplication.instance()
        if app is not None and (page is None) is not (before is None):
            app.removeEventFilter(self) if page is None else app.installEventFilter(self)

    def put_away(self) -> None:
        self.hide()
        if self._raised is not None:
            self._raised.setViewportMargins(0, 0, 0, 0)
            self._raised = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.KeyPress and event.spontaneous():
            self._another = True
            self.put_away()
        elif isinstance(watched, QWidget) and self._moves(watched, event.type()):
            QTimer.singleShot(0, self, self._settle)
        return super().eventFilter(watched, event)

    def _moves(self, watched: QWidget, what: QEvent.Type) -> bool:
        """Whether it may have to come up now, go away, or be somewhere else."""
        if what == QEvent.Type.MouseButtonRelease:
            return not self.isAncestorOf(watched)
        if what == QEvent.Type.FocusIn:  # its Enter may have led on; a button is not to move while it is pressed
            return self.isVisible() and self._serves(watched)
        return what == QEvent.Type.Resize and watched is self._window and self.isVisible()

    def _settle(self) -> None:
        """After a touch: up if that was in a field, away if it was elsewhere."""
        field = QApplication.focusWidget()
        if field is None or self._another or not self._serves(field):
            self.put_away()
            return
        digits = Qt.InputMethodHint.ImhDigitsOnly in field.inputMethodHints()
        if not self.isVisible():
            self.board.show_set(MARKS if digits else LETTERS)
        self._come_up(field)

    def _serves(self, field: QWidget) -> bool:
        return self._page is not None and self._page.isAncestorOf(field) and _takes_text(field)

    def _come_up(self, field: QWidget) -> None:
        window, tall = self._window, self.sizeHint().height()
        self.setGeometry(0, window.height() - tall, window.width(), tall)
        self.raise_()
        self.show()
        areas = list(_areas(field))
        outermost = areas[-1] if areas else None
        if self._raised is not None and self._raised is not outermost:
            self._raised.setViewportMargins(0, 0, 0, 0)
        self._raised = outermost
        if outermost is not None:
            below = outermost.mapTo(window, QPoint(0, outermost.height())).y() - self.y()
            outermost.setViewportMargins(0, 0, 0, max(0, below))
            QTimer.singleShot(0, field, partial(_show_whole, field, areas))


def _takes_text(widget: QWidget) -> bool:
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QAbstractSpinBox)


def _areas(widget: QWidget) -> Iterator[QScrollArea]:
    """What scrolls it, the innermost first."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            yield parent
        parent = parent.parentWidget()


def _show_whole(field: QWidget, areas: Sequence[QScrollArea]) -> None:
    """All of it: QScrollArea.ensureWidgetVisible is content where the cursor is seen."""
    for area in areas:
        held = area.widget()
        if held is not None:
            middle = field.mapTo(held, field.rect().center())
            area.ensureVisible(middle.x(), middle.y(), 0, field.height())
