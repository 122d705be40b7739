"""The last step of an enrolment: that it is done."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.scene import Phase
from kiosk import theme
from kiosk.controls import column, label
from kiosk.glyphs import paint_glyph

SIGN = QSize(96, 96)


class Done(QWidget):
    """A tick, and one sentence."""

    def __init__(self, look: theme.Look) -> None:
        super().__init__()
        self.said = label("", look="heading")
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(column(None, Tick(look), self.said, None, gap=theme.WIDE))

    def say(self, text: str) -> None:
        self.said.setText(text)


class Tick(QWidget):
    """The sign of what went well."""

    def __init__(self, look: theme.Look) -> None:
        super().__init__()
        self._tone = theme.Tone(look.page, look.good, look.good)
        self.setMinimumSize(SIGN)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        area = QRectF(0, 0, SIGN.width(), SIGN.height())
        area.moveCenter(QRectF(self.rect()).center())
        paint_glyph(painter, area, Phase.GRANTED, self._tone)
        painter.end()
