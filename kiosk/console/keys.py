"""Keys that mean something in one place only."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


def on_key(keys: QKeySequence.StandardKey, widget: QWidget, act: Callable[[], object], *, within: bool = False) -> None:
    """Does `act` when `keys` are pressed while `widget` has the focus, or, `within`, anything on it."""
    made = QShortcut(keys, widget, act)
    contexts = Qt.ShortcutContext
    made.setContext(contexts.WidgetWithChildrenShortcut if within else contexts.WidgetShortcut)  # PySide drops context=
