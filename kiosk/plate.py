"""Buttons and notices on the door's ground, whatever its colour and however large the screen."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from core.scene import Phase
from kiosk import theme
from kiosk.signs import paint_sign

LEAST = theme.TARGET + theme.GAP
WORDS = 0.36  # of a button's height: what its words are set in, where there is room


class Plate(QAbstractButton):
    """A button on the door's ground, whatever its colour: in its ink, and the other way round with the focus."""

    def __init__(self, sign: str = "", *, checkable: bool = False) -> None:
        super().__init__()
        self._sign, self._tone = sign, theme.LIGHT.tones[Phase.STARTING]
        self._share, self._tall = WORDS, LEAST
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a finger leaves nothing lit behind
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, text: str, name: str = "") -> None:
        """`name` is for screen readers, where it is not the text."""
        self.setText(text)
        self.setAccessibleName(name or text)
        self.updateGeometry()
        self.update()

    def dress(self, tone: theme.Tone, tall: int) -> None:
        self._tone, self._tall = tone, tall
        self.setFixedHeight(tall)
        self.updateGeometry()
        self.update()

    def squeeze(self, ratio: float) -> None:
        """Its words to so much of their usual size."""
        if self._share != WORDS * ratio:
            self._share = WORDS * ratio
            self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        tall = self._tall
        if not self.text():
            return QSize(tall, tall)
        words = QFontMetrics(self._font(tall)).horizontalAdvance(self.text())
        return QSize(max(theme.TARGET, words + round(tall * (1.2 if self._sign else 0.7) * self._share / WORDS)), tall)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        tall = self.height()
        picked = self.hasFocus() or self.isDown()
        ink, ground = QColor(self._tone.ink), QColor(self._tone.ground)
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.text() or picked:
            painter.setPen(QPen(ink, 4 if self.isChecked() else 1.5))
            painter.setBrush(ink if picked else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, tall * 0.22, tall * 0.22)
        painter.setPen(ground if picked else ink)
        self._paint_inside(painter, tall, ground if picked else ink)
        painter.end()

    def _paint_inside(self, painter: QPainter, tall: int, ink: QColor) -> None:
        scale = tall * self._share / WORDS
        side = scale * (0.42 if self.text() else 0.5)
        area, words = QRectF(0, 0, side, side), QRectF(self.rect())
        area.moveCenter(words.center())
        if self._sign and self.text():
            leftwards = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            area.moveLeft(self.width() - side - scale * 0.28 if leftwards else scale * 0.28)
            before, after = scale * 0.8, scale * 0.2
            words.adjust(after if leftwards else before, 0, -before if leftwards else -after, 0)
        if self._sign:
            paint_sign(painter, area, self._sign, ink)
        painter.setFont(self._font(tall))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())

    def _font(self, tall: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(round(tall * self._share))
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter as well: who has only a keyboard tries that first."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self.update()
        super().focusInEvent(event)


class Badge(QWidget):
    """A standing notice, in the colours of a warning."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(text)

    def say(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.update()

    def dress(self, tall: int) -> None:
        words = QFontMetrics(self._font(tall)).horizontalAdvance(self._text)
        self.setFixedSize(words + tall // 2, round(tall * 0.66))

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.ON_WARNING), 2))
        painter.setBrush(QColor(theme.WARNING))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self.height() * 0.2, self.height() * 0.2)
        painter.setFont(self._font(round(self.height() / 0.66)))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()

    def _font(self, tall: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(round(tall * WORDS))
        font.setWeight(QFont.Weight.Bold)
        return font
