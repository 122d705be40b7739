"""cv2, imported here and nowhere else, so that it leaves Qt alone.

Importing opencv-python points Qt's plugin path and font path at a Qt of its own; a QApplication made afterwards
would load the wrong plugins and abort.
"""

import os

import cv2

for variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    os.environ.pop(variable, None)
cv2.utils.logging.setLogLevel(2)  # errors only: a camera that is away is said once, by us, not at every retry by cv2

__all__ = ["cv2"]
