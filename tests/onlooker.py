"""Inside the kiosk's own process: tells over a socket what a screen reader would find on its screen, and where.

It asks Qt's accessibility interface and touches nothing; clicks and keys come from outside, through the X server.
"""

import json
import socket
import sys
import threading
import time

READY = 0.02  # seconds between two looks whether there is an application yet


def watch(fd):
    """Answers each line that comes over the socket `fd`, on a thread of its own, for as long as the process lives."""
    threading.Thread(target=_serve, args=(socket.socket(fileno=fd),), name="onlooker", daemon=True).start()


def _serve(asked):
    while "PySide6.QtWidgets" not in sys.modules:  # two threads that import at once may each find half of a module
        time.sleep(READY)
    from PySide6.QtWidgets import QApplication

    while not isinstance(app := QApplication.instance(), QApplication):
        time.sleep(READY)
    looker = _Looker(app)
    with asked, asked.makefile("rw") as lines:
        for _ in lines:
            lines.write(json.dumps(looker.look()) + "\n")
            lines.flush()


class _Looker:
    """Looks on the GUI's thread, asked from any."""

    def __init__(self, app):
        from PySide6.QtCore import QObject, Qt, Signal

        class Call(QObject):
            wanted = Signal()

        self._call, self._found, self._done = Call(), [], threading.Event()
        self._call.moveToThread(app.thread())
        self._call.wanted.connect(self._look, Qt.ConnectionType.QueuedConnection)

    def look(self):
        self._done.clear()
        self._call.wanted.emit()
        return self._found if self._done.wait(10) else []

    def _look(self):
        from PySide6.QtWidgets import QApplication

        try:
            self._found = [told for widget in QApplication.allWidgets() if (told := _told(widget)) is not None]
        finally:
            self._done.set()


def _told(widget):
    """One widget, if some of it is in sight and nothing lies over its middle; None otherwise."""
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QApplication

    seen = widget.visibleRegion().boundingRect()
    if not widget.isVisible() or seen.isEmpty():
        return None
    middle = widget.mapToGlobal(seen.center())
    hit = QApplication.widgetAt(middle)
    if hit is not widget and not widget.isAncestorOf(hit):
        return None
    interface = QAccessible.queryAccessibleInterface(widget)
    return {
        "name": interface.text(QAccessible.Text.Name).replace("&", ""),
        "value": interface.text(QAccessible.Text.Value),
        "role": interface.role().name,
        "at": [middle.x(), middle.y()],
        "enabled": widget.isEnabled(),
        "focused": widget.hasFocus() and widget.isActiveWindow(),
    }
