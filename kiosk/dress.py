"""The theme put on the application."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from core.scene import Phase
from kiosk import theme
from kiosk.glyphs import paint_glyph
from kiosk.sheet import stylesheet


def dress(app: QApplication, look: theme.Look = theme.LIGHT) -> None:
    """Name, icon, font and look of everything that `app` shows. Needs to be done once, before the first widget."""
    app.setApplicationName("doorward")
    app.setApplicationDisplayName("Doorward")
    QGuiApplication.setDesktopFileName("doorward")
    app.setStyle("Fusion")
    installed = set(QFontDatabase.families())
    family = next((font for font in theme.FONTS if font in installed), app.font().family())
    app.setFont(QFont([family, *theme.FALLBACKS]))
    app.setWindowIcon(_icon())
    app.setPalette(_palette(look))
    app.setStyleSheet(stylesheet(look))


def _palette(look: theme.Look) -> QPalette:
    """For what the stylesheet does not name, such as a calendar that pops up."""
    role, made = QPalette.ColorRole, QPalette()
    for colour, roles in (
        (look.page, (role.Window, role.AlternateBase)),
        (look.surface, (role.Base, role.Button, role.ToolTipBase)),
        (look.ink, (role.WindowText, role.Text, role.ButtonText, role.ToolTipText)),
        (look.ink_soft, (role.PlaceholderText,)),
        (look.accent, (role.Highlight, role.Link)),
        (look.on_accent, (role.HighlightedText,)),
    ):
        for each in roles:
            made.setColor(each, QColor(colour))
    return made


def _icon() -> QIcon:
    picture = QPixmap(128, 128)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_glyph(painter, QRectF(4, 4, 120, 120), Phase.GRANTED, theme.Tone("#ffffff", theme.LIGHT.accent, "#ffffff"))
    painter.end()
    return QIcon(picture)
