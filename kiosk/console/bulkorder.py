"""What is to be brought in: a list, the folder of its pictures, where the report goes. Chosen, or dropped here."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QGridLayout, QPushButton, QSizePolicy, QWidget

from kiosk import theme
from kiosk.console.bulkrun import Order
from kiosk.controls import button, column, label, row

LEAD = (
    "One person a line in a CSV with the columns user_id and name. Their pictures: a folder or a file called as the "
    "user_id, or what a column pictures says. Whoever is enrolled stays as they are, so a list can be run again."
)
DROP = "Drop a list here, or choose one."
UNCHOSEN = "None yet"
BREAK = "\u200b"  # not seen: a line may end here


class OrderForm(QFrame):
    """The list decides where the rest is looked for, until somebody says otherwise."""

    wanted = Signal(object)
    """An Order."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("drop")
        self._listed: Path | None = None
        self._folder: Path | None = None
        self._report: Path | None = None
        self.drop_here = label(DROP, look="soft")
        self.listed, self.folder, self.report = (label("") for _ in range(3))
        self.choose_list = button("Choose &list…", self._choose_list)
        self.choose_folder = button("Choose &folder…", self._choose_folder)
        self.choose_report = button("Choose r&eport…", self._choose_report)
        self.replace = QCheckBox("&Replace the faces of those who are enrolled already")
        self.start = button("&Start", self._start, look="primary")
        self._lay_out()
        self._show()

    def take(self, paths: list[Path]) -> bool:
        """What was dropped: a list, a folder of pictures, or both. Whether there was any use for it."""
        folders = [path for path in paths if path.is_dir()]
        lists = [path for path in paths if path.suffix.casefold() in (".csv", ".tsv", ".txt")]
        if lists:
            self.take_list(lists[0])
        if folders:
            self._folder = folders[0]
        self._show()
        return bool(lists or folders)

    def take_list(self, path: Path) -> None:
        self._listed, self._folder, self._report = path, None, None
        self._show()
        self.start.setFocus()

    def order(self) -> Order | None:
        """None until there is a list."""
        if self._listed is None:
            return None
        return Order(self._listed, self._folder, self._report, self.replace.isChecked())

    def _lay_out(self) -> None:
        chosen = QWidget()
        grid = QGridLayout(chosen)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        grid.setColumnStretch(1, 1)
        lines = (
            ("List of people", self.listed, self.choose_list),
            ("Pictures", self.folder, self.choose_folder),
            ("Report", self.report, self.choose_report),
        )
        for place, (name, said, chooser) in enumerate(lines):
            title = label(name, look="what")
            title.setWordWrap(False)
            said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            for across, part in enumerate((title, said, chooser)):
                grid.addWidget(part, place, across)
        whole = column(self.drop_here, chosen, row(self.replace, None, self.start))
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)

    def _show(self) -> None:
        order = self.order()
        self.drop_here.setVisible(order is None)
        self.listed.setText(_breaking(self._listed))
        self.folder.setText(_breaking(self._where()))
        self.report.setText(_breaking(order.report_path if order else None))
        for needs_list in (self.choose_folder, self.choose_report, self.start):
            needs_list.setEnabled(order is not None)
        _named(self.choose_list, "List of people", self.listed.text())
        _named(self.choose_folder, "Folder of the pictures", self.folder.text())
        _named(self.choose_report, "Report", self.report.text())

    def _where(self) -> Path | None:
        """Where the pictures are looked for."""
        return self._folder or (self._listed.parent if self._listed else None)

    def _choose_list(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "List of people", "", "CSV (*.csv *.tsv *.txt)")
        if name:
            self.take_list(Path(name))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of the pictures", str(self._where()))
        if name:
            self._folder = Path(name)
            self._show()

    def _choose_report(self) -> None:
        order = self.order()
        name, _ = QFileDialog.getSaveFileName(self, "Report", str(order.report_path if order else ""), "CSV (*.csv)")
        if name:
            self._report = Path(name)
            self._show()

    def _start(self) -> None:
        order = self.order()
        if order is not None:
            self.wanted.emit(order)


def _breaking(path: Path | None) -> str:
    """What is chosen; a long path may go on in the next line behind each of its folders."""
    return UNCHOSEN if path is None else str(path).replace("/", f"/{BREAK}")


def _named(chooser: QPushButton, what: str, chosen: str) -> None:
    """A screen reader hears what is chosen where it can be changed."""
    chooser.setAccessibleName(f"{what}: {chosen.replace(BREAK, '')}. {chooser.text().replace('&', '')}")
