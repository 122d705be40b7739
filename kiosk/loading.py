"""How far the gallery is loaded, below the door's picture: who is not in it yet is not known yet."""

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk import theme
from kiosk.plate import LEAST

WORDS, LINE, FAINT = 0.36, 0.12, 60  # of the bar's height; of 255


class Loading(QWidget):
    """A sentence over a line that grows. Hidden where nothing is being loaded."""

    def __init__(self, look: theme.Look = theme.LIGHT) -> None:
        super().__init__()
        self._ink, self._share = QColor(look.ink), 0.0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.dress(QColor(look.ink), LEAST)
        self.hide()

    def show_progress(self, progress: tuple[int, int] | None) -> None:
        """(loaded, of about how many); None: all are."""
        self.setVisible(progress is not None)
        if progress is not None:
            self._share = min(1.0, progress[0] / max(1, progress[1]))
            self._say()

    def dress(self, ink: QColor, tall: int) -> None:
        """In the state's ink. `tall`: the height of the buttons below."""
        self._ink = ink
        font = QFont(self.font())
        font.setPixelSize(max(1, round(tall * WORDS)))
        self.setFont(font)
        self.setFixedHeight(round(tall * (WORDS * 1.6 + LINE)))
        self.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._say()
        super().changeEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        line = QRectF(self.rect())
        line.setTop(line.bottom() - self.height() * LINE)
        done, rest = QRectF(line), QColor(self._ink)
        done.setWidth(line.width() * self._share)
        if self.isRightToLeft():
            done.moveRight(line.right())
        rest.setAlpha(FAINT)
        painter = QPainter(self)
        painter.fillRect(line, rest)
        painter.fillRect(done, self._ink)
        painter.setPen(self._ink)
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignHCenter, self.accessibleName())
        painter.end()

    def _say(self) -> None:
        said = QCoreApplication.translate("door", "Faces are being loaded: {percent} %")
        self.setAccessibleName(said.replace("{percent}", str(int(100 * self._share))))
        self.update()
