"""The end of a first run: what each step came to, and what comes next."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from kiosk import theme
from kiosk.console.step import Step
from kiosk.controls import card, label, row
from kiosk.status import Health, Lamp

NEXT = "Enrol the first person: touch the key at the bottom of the door's screen, then Enrol. "
NEXT += "Any step can be done again under Set up."


class Asked(Protocol):
    """A step before: what it came to, in a sentence."""

    @property
    def outcome(self) -> tuple[Health, str]: ...


class Done(Step):
    title = "That is all"

    def __init__(self, steps: Sequence[Asked], look: theme.Look) -> None:
        self.told = [(step, Lamp(look), label("")) for step in steps]
        super().__init__(card(*(beside(sign, words) for _, sign, words in self.told)), label(NEXT, look="soft"), None)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        for step, sign, words in self.told:
            health, text = step.outcome
            sign.show_health(health)
            words.setText(text)
        super().showEvent(event)


def beside(sign: Lamp, words: QWidget) -> QBoxLayout:
    """A sign, and what it is about."""
    made = row(sign, words, gap=theme.ROOM)
    made.setStretch(1, 1)
    return made
