"""A picture that is going to be kept, as a card that is pressed to take it again."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy

from core.domain import Image
from kiosk import theme
from kiosk.picture import as_qimage
from kiosk.strokes import fill, square

LEAST = QSize(104, 88)  # it takes what room there is
RING = 3.0
SEEN = 0.75  # of a crop, from top to bottom, at least


class Card(QPushButton):
    """A crop, what it is called, and what pressing it does; a dashed frame where there is none yet."""

    def __init__(self, act: Callable[..., object], look: theme.Look) -> None:
        super().__init__()
        self._look = look
        self.title = self._does = ""
        self._image: QImage | None = None
        self._bad = self._wanted = False
        self.setObjectName("card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.clicked.connect(act)
        self.show_picture("", None, "")

    @property
    def filled(self) -> bool:
        return self._image is not None

    @property
    def bad(self) -> bool:
        return self._bad

    def show_picture(self, title: str, crop: Image | None, does: str, *, wanted: bool = False) -> None:
        """`does`: what pressing it does, nothing where that is empty. `wanted`: just this one is being taken."""
        self.title, self._does, self._bad, self._wanted = title, does, False, wanted
        self._image = None if crop is None else as_qimage(crop)
        self.setEnabled(bool(does))
        self.setAccessibleName(", ".join(part for part in (title, does.lower() or "no picture yet") if part))
        self.setToolTip(title if self.filled else "")
        self.update()

    def mark_bad(self, *, bad: bool) -> None:
        """Frames it in red: what was refused was about this one."""
        self._bad = bad
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return LEAST

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return LEAST

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(RING, RING, -RING, -RING)
        shape = QPainterPath()
        shape.addRoundedRect(area, theme.RADIUS, theme.RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(area, QColor(self._look.sunken))
        top = self._paint_band(painter, area, self.title, Qt.AlignmentFlag.AlignTop)
        bottom = self._paint_band(painter, area, self._does, Qt.AlignmentFlag.AlignBottom)
        self._paint_picture(painter, area.adjusted(0, top, 0, -bottom))
        painter.setClipping(False)
        painter.setPen(self._edge())
        painter.drawPath(shape)
        painter.end()

    def _paint_picture(self, painter: QPainter, area: QRectF) -> None:
        """The middle of it, filling the card between the words as far as the face is still seen."""
        if self._image is None:
            self._paint_nobody(painter, area)
            return
        wide, high = self._image.width(), self._image.height()
        scale = min(max(area.width() / wide, area.height() / high), area.height() / (SEEN * high))
        shown = QRectF(0, 0, min(wide, area.width() / scale), min(high, area.height() / scale))
        place = QRectF(0, 0, shown.width() * scale, shown.height() * scale)
        shown.moveCenter(QRectF(self._image.rect()).center())
        place.moveCenter(area.center())
        painter.drawImage(place, self._image, shown)

    def _paint_nobody(self, painter: QPainter, area: QRectF) -> None:
        """A head and shoulders, where there is no picture yet."""
        side = min(area.width(), area.height()) * 0.8
        place = QRectF(0, 0, side, side)
        place.moveCenter(area.center())
        with square(painter, place):
            fill(painter, QColor(self._look.rule))
            painter.drawEllipse(QPointF(50, 36), 20, 25)
            shoulders = QPainterPath(QPointF(10, 100))
            shoulders.cubicTo(12, 58, 88, 58, 90, 100)
            painter.drawPath(shoulders)

    def _paint_band(self, painter: QPainter, area: QRectF, words: str, edge: Qt.AlignmentFlag) -> float:
        """Words across the top, which name it, or across the bottom, which are pressed; how high they are."""
        if not words:
            return 0.0
        bottom = edge is Qt.AlignmentFlag.AlignBottom
        font = painter.font()
        font.setPixelSize(theme.BODY if bottom else theme.SMALL)
        font.setBold(bottom or self._wanted)
        painter.setFont(font)
        height = painter.fontMetrics().height() + (theme.GAP if bottom else theme.GAP // 2)
        band = QRectF(area.left(), area.bottom() - height if bottom else area.top(), area.width(), height)
        painter.fillRect(band, QColor(self._look.surface))
        painter.setPen(QColor(self._look.accent if bottom else self._look.ink))
        fitting = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, int(band.width()) - theme.ROOM)
        painter.drawText(band, Qt.AlignmentFlag.AlignCenter, fitting)
        return band.height()

    def _edge(self) -> QPen:
        if self.hasFocus():
            return QPen(QColor(self._look.focus), RING)
        if self._bad:
            return QPen(QColor(self._look.bad), RING)
        if self._wanted:
            return QPen(QColor(self._look.accent), RING)
        return QPen(QColor(self._look.rule), 2, Qt.PenStyle.SolidLine if self.filled else Qt.PenStyle.DashLine)
