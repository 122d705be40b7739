"""Cycles of objects are collected on the GUI's thread alone.

Python collects on whichever thread allocates next. One that meets a widget there destroys it under Qt's locks and waits
for the interpreter, which the GUI's thread has, while that waits for Qt's locks: both stand still for ever (seen).
"""

import gc
from types import TracebackType
from typing import Self

from PySide6.QtCore import QObject, QTimer

OFTEN_MS = 200


class Garbage(QObject):
    """Between `with` and its end no other thread collects. To be made and left on the GUI's thread."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=OFTEN_MS)
        self._timer.timeout.connect(collect)

    def __enter__(self) -> Self:
        gc.disable()
        gc.collect()
        gc.freeze()  # what there is at the start stays: looking through it again and again would show as a stall
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()


def collect() -> None:
    """As much as Python itself would by now."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
