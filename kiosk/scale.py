"""How large things are drawn: a console laid out for full HD would be too small to read on a 4K screen."""

import os

from PySide6.QtGui import QGuiApplication

FACTOR = "QT_SCALE_FACTOR"
TOLD = (FACTOR, "QT_SCREEN_SCALE_FACTORS")
LARGE = 2000  # pixels of the shorter side: 4K has 2160


def scale_to_the_screen() -> None:
    """Has Qt draw everything at twice the size on a large screen, unless the environment or the desktop scales.

    To be called before there is a QApplication, as Qt reads it once.
    """
    if any(name in os.environ for name in TOLD):
        return
    looker = QGuiApplication([])
    size = looker.primaryScreen().size()  # in the desktop's own pixels, which it may have scaled
    looker.shutdown()  # there can be one at a time
    if min(size.width(), size.height()) >= LARGE:
        os.environ[FACTOR] = "2"
