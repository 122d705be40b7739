"""What can be done on the enrolment page, step by step."""

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtWidgets import QWidget

from kiosk.console.enrolwords import storing
from kiosk.controls import button, restyle, row

Act = Callable[..., object]


class Step(Enum):
    """In the order in which they come."""

    WHO = auto()
    PICTURES = auto()
    DONE = auto()


class Question(Enum):
    """What is to be answered before it is stored."""

    TWO_PEOPLE = auto()
    REPLACE = auto()


class EnrolButtons(QWidget):
    """Shows those that can be pressed."""

    def __init__(
        self, *, back: Act, files: Act, camera: Act, store: Act, sure: Act, replace: Act, another: Act
    ) -> None:
        super().__init__()
        self.back, self.from_files = button("&Back", back), button("From &files…", files)
        self.at_camera, self.store = button("At the &camera", camera), button("", store, look="primary")
        self.another = button("Enrol &another person", another, look="primary")
        self.two_people = button("They are &two people: store", sure)
        self.replace = button("&Replace the stored faces", replace)
        answers = (self.at_camera, self.two_people, self.replace, self.store, self.another)
        whole = row(self.back, self.from_files, None, *answers)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)

    def offer(self, step: Step, kept: int, question: Question | None, *, busy: bool, at_camera: bool) -> None:
        """`kept` pictures could be stored. `busy`: nothing can be done now. `at_camera`: they are there already."""
        asked = question is not None
        shown = {
            self.back: step is Step.PICTURES,
            self.from_files: step is not Step.DONE and not asked,
            self.at_camera: step is Step.WHO or (step is Step.PICTURES and not at_camera and not asked),
            self.store: step is Step.PICTURES and not asked,
            self.another: step is Step.DONE,
            self.two_people: question is Question.TWO_PEOPLE,
            self.replace: question is Question.REPLACE,
        }
        for widget, there in shown.items():
            widget.setVisible(there)
            widget.setEnabled(not busy and (widget is not self.store or kept > 0))
        self.store.setText(storing(kept))
        restyle(self.at_camera, "primary" if step is Step.WHO else "")

    def focus(self) -> None:
        """On what leads on, where it can be pressed; else on what leads back."""
        onwards = (self.two_people, self.replace, self.another, self.store)
        next((one for one in onwards if not one.isHidden() and one.isEnabled()), self.back).setFocus()
