"""cv2, imported here and nowhere else, so that it leaves Qt and the terminal alone.

Importing opencv-python points Qt's plugin path and font path at a Qt of its own; a QApplication made afterwards
would load the wrong plugins and abort. And a camera that is away is said once, by us, rather than at every attempt by
OpenCV and FFmpeg; who looks for its fault sets these two variables otherwise.
"""

import os

os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET

import cv2

for variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    os.environ.pop(variable, None)

__all__ = ["cv2"]
