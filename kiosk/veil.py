"""What lies over the door's window while an operator's page is open."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QWidget

from kiosk import theme


def open_over(window: QWidget, dialog: QDialog) -> None:
    """Shows `dialog`, with `window` dimmed until it is answered."""
    veil = Veil(window)
    dialog.finished.connect(veil.deleteLater)
    place = dialog.rect()
    place.moveCenter(window.mapToGlobal(window.rect().center()))
    dialog.move(place.topLeft())  # Qt leaves room for a frame, which a screen without a window manager has not
    dialog.finished.connect(window.activateWindow)  # without a window manager nobody else does
    dialog.open()


class Veil(QWidget):
    """Dims a window, whatever its size becomes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)
        self.resize(window.size())
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Resize:
            self.resize(self._window.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setOpacity(theme.DIM)
        painter.fillRect(self.rect(), QColor(theme.SHADOW))
        painter.end()
