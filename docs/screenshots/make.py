"""Renders every screen in each size, by day and by night, the door's in each language: `make screenshots`.

Needs no display. The people are the demo's, drawn; the database is one of its own, in a folder that goes away.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import day
from PySide6.QtCore import QEvent, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QCursor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog
from screens import console, door
from studio import Studio, dressed, furnished, opened

from kiosk import theme
from kiosk.dress import dress
from kiosk.language import LANGUAGES, speak
from kiosk.parts import Parts
from kiosk.window import Window

FOLDER = Path(__file__).parent
SMALL, UPRIGHT, WIDE, HUGE = (800, 480), (1080, 1920), (1920, 1080), (3840, 2160)


@dataclass(frozen=True, slots=True)
class Series:
    """One size, one look, one language, one scale factor. The console speaks English, so it is pictured once."""

    size: tuple[int, int]
    look: str = "light"
    language: str = "en"
    scale: int = 1

    @property
    def ending(self) -> str:
        scale = f"@{self.scale}" if self.scale > 1 else ""
        return f"{self.size[0]}x{self.size[1]}{scale}_{self.look if self.language == 'en' else self.language}.png"


SERIES = (
    *(Series(size, look) for size in (SMALL, UPRIGHT, WIDE) for look in ("light", "dark")),
    *(Series(size, language=code) for size in (SMALL, UPRIGHT, WIDE) for code in LANGUAGES if code != "en"),
    *(Series(SMALL, "contrast"), Series(WIDE, "contrast"), Series(HUGE, "dark"), Series(HUGE, language="ar")),
    *(Series((480, 800), language="de"), Series(SMALL, scale=2), Series(SMALL, "dark", "ar", scale=2)),
)
README = {
    "granted": ("door_granted_1920x1080_light", 960),
    "turn": ("door_turn_left_1920x1080_light", 960),
    "events": ("events_800x480@2_light", 960),
    "arabic": ("door_look_1080x1920_ar", 300),
}
"""Of what, and how many pixels wide."""


def main() -> None:
    """`make.py [SERIES [SCREEN]]`: those whose series holds SERIES, such as 800x480_dark, and name SCREEN; else all.

    `make.py readme`: what the README shows, smaller, out of those that were made.
    """
    wanted, screen = [*sys.argv[1:], "", ""][:2]
    if wanted == "readme":
        for name, (shown, width) in README.items():
            picture = QImage(str(FOLDER / f"{shown}.png"))
            small = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
            small.save(str(FOLDER / f"readme_{name}.png"))
        return
    scale = int(os.environ.get("QT_SCALE_FACTOR", "1"))
    qInstallMessageHandler(_say)
    app = QApplication(sys.argv[:1])
    QCursor.setPos(9999, 9999)  # over nothing
    with TemporaryDirectory(prefix="doorward-screens-") as name:
        folder, frame = Path(name), day.somebody()
        parts = furnished(folder)
        day.draw_list(folder)
        try:
            for series in SERIES:
                if series.scale == scale and wanted in series.ending:
                    _take(app, series, opened(_dressed(app, parts, series), frame, folder, series.size), screen)
        finally:
            parts.stop()
    if scale == 1:  # Qt takes it once, at the start of a process
        again = [sys.executable, *sys.argv]
        subprocess.run(again, env={**os.environ, "QT_SCALE_FACTOR": "2"}, check=True)  # noqa: S603 - this very script


def _say(_: QtMsgType, __: QMessageLogContext, text: str) -> None:
    """What Qt says, but that a platform without a screen has no hints for its windows."""
    if "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")


def _dressed(app: QApplication, parts: Parts, series: Series) -> Parts:
    dress(app, theme.LOOKS[series.look])
    speak(app, series.language)
    return replace(parts, settings=dressed(parts.settings, theme=series.look, language=series.language))


def _take(app: QApplication, series: Series, studio: Studio, screen: str) -> None:
    for name in chain(door(studio), console(studio) if series.language == "en" else ()):
        if screen in name:
            _picture(studio.window).save(str(FOLDER / f"{name}_{series.ending}"))
    studio.window.close()
    studio.window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _picture(window: Window) -> QPixmap:
    """With the dialogs that are open over it."""
    picture = window.grab()
    painter = QPainter(picture)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            painter.drawPixmap(window.rect().center() - dialog.rect().center(), dialog.grab())
    painter.end()
    return picture


if __name__ == "__main__":
    main()
