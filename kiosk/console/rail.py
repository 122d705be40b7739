"""What there is in the operator's room, at its left: each page by its picture and its name, and the way out."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton

from kiosk import theme
from kiosk.controls import column, tool
from kiosk.icons import icon

WIDTHS = {True: 92, False: 216}
"""Of the rail, narrow or not."""
TALLEST = {True: 64, False: theme.TARGET + theme.GAP}
BACK = "Back to the door"


class Rail(QFrame):
    """`back` and a tab for each of `titles`, of which one is chosen."""

    def __init__(
        self, titles: Iterable[str], leave: Callable[..., object], go: Callable[[str], object], look: theme.Look
    ) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.back = tool(BACK, leave, icon("back", look), look="tab")
        self.back.setAccessibleName(BACK)
        self.tabs = {title: _tab(title, partial(go, title), look) for title in titles}
        group = QButtonGroup(self)  # arrows lead from tab to tab
        for tab in self.tabs.values():
            group.addButton(tab)
        self._whole = column(self.back, *self.tabs.values(), None)
        self._whole.insertSpacing(1, theme.GAP)
        margin = theme.GAP // 2
        self._whole.setContentsMargins(margin, margin, margin, margin)
        self._whole.setStretch(self._whole.count() - 1, 1)
        self.setLayout(self._whole)
        self.fit(narrow=True)

    def fit(self, *, narrow: bool) -> None:
        """The names below the pictures where it is narrow, beside them else."""
        self.setFixedWidth(WIDTHS[narrow])
        self._whole.setSpacing(2 if narrow else theme.GAP // 2)
        style = Qt.ToolButtonStyle
        for each in (self.back, *self.tabs.values()):
            each.setToolButtonStyle(style.ToolButtonTextUnderIcon if narrow else style.ToolButtonTextBesideIcon)
            each.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            each.setMinimumHeight(theme.TARGET)
            each.setMaximumHeight(TALLEST[narrow])
            each.setProperty("narrow", narrow)
            each.style().unpolish(each)
            each.style().polish(each)
        self.back.setText("Door" if narrow else BACK)


def _tab(title: str, act: Callable[..., object], look: theme.Look) -> QToolButton:
    made = tool(title, act, icon(title.lower().replace(" ", "-"), look), look="tab")
    made.setCheckable(True)
    return made
