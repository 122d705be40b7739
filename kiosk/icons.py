"""The pictures on the console's buttons: drawings in icons/, in the colours of the moment."""

from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from kiosk import theme

FOLDER = Path(__file__).with_name("icons")
SIDES = (theme.ICON, 2 * theme.ICON, 4 * theme.ICON)  # pixels, for screens of more than one to each of the theme's


def icon(name: str, look: theme.Look) -> QIcon:
    """In ink; in what is read on the accent where its button is chosen. Empty where there is no such drawing."""
    path, made = FOLDER / f"{name}.svg", QIcon()
    if not path.exists():
        return made
    drawing = path.read_text()
    for ink, state in ((look.ink, QIcon.State.Off), (look.on_accent, QIcon.State.On)):
        for side in SIDES:
            made.addPixmap(_drawn(drawing, ink, side), QIcon.Mode.Normal, state)
    return made


def _drawn(drawing: str, ink: str, side: int) -> QPixmap:
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(drawing.replace("currentColor", ink).encode())).render(painter)
    painter.end()
    return picture
