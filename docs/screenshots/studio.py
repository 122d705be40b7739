"""What pictures are taken of: one kiosk, filled with people and a day, of which nothing runs."""

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import day
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.config import Settings, load
from core.domain import Frame, Person, Role
from core.errors import StoreUnavailable
from kiosk.console.wiring import Office
from kiosk.parts import Parts, make_parts
from kiosk.session import make_window
from kiosk.video import Video
from kiosk.window import Window

SETTLES_MS = 90  # until a picture of the camera is there, and what was laid out anew has been painted
W = TypeVar("W", bound=QWidget)


@dataclass(frozen=True, slots=True)
class Studio:
    """One kiosk in one look, one language and one size. Its parts are filled with a day, and none of them runs."""

    window: Window
    parts: Parts
    office: Office
    frame: Frame
    folder: Path

    def settle(self) -> None:
        """Until what was asked for is there."""
        for _ in range(2):
            while any(thread.name == "job" for thread in threading.enumerate()):
                QTest.qWait(5)
            QTest.qWait(SETTLES_MS // 2)
        while any(video.isVisible() and not video.settled for video in self.window.findChildren(Video)):
            QTest.qWait(5)

    def forget(self, *user_ids: str) -> None:
        """Whom a screen has enrolled; the next series begins as the first one did."""
        for user_id in user_ids:
            self.parts.store.erase(user_id)
        self.parts.recogniser.refresh()

    def find(self, kind: type[W]) -> W:
        """The one that is shown, of that kind."""
        return next(found for found in self.window.findChildren(kind) if found.isVisible())


class NoPins:
    """A database that is away."""

    def pin(self, _: str) -> tuple[Person, str] | None:
        raise StoreUnavailable("The database does not answer. Start it.")


class Secrets:
    """Where the operator has a PIN, or nobody has one yet."""

    def __init__(self, operator: str | None = None) -> None:
        self._known = {Role.OPERATOR: operator}

    def secret(self, role: Role) -> str | None:
        return self._known.get(role)

    def set_secret(self, role: Role, secret_hash: str) -> None:
        self._known[role] = secret_hash


def furnished(folder: Path) -> Parts:
    """The parts of a kiosk in `folder`, filled. It does not say that it is a demo: the screens are to be as real."""
    settings = load(None, demo=True)
    database = settings.database.model_copy(update={"url": f"sqlite:///{folder}/screens.sqlite"})
    parts = make_parts(settings.model_copy(update={"database": database}), folder / "config.yaml", demo=False)
    for person in parts.store.people():
        parts.store.erase(person.user_id)
    day.fill(parts.store, parts.recogniser, datetime.now(UTC))
    return replace(parts, settings=dressed(Settings(database={"url": database.url})))


def dressed(settings: Settings, **kiosk: object) -> Settings:
    """With another theme or language; nothing moves, so that a picture is the same each time."""
    return settings.model_copy(update={"kiosk": settings.kiosk.model_copy(update={"reduced_motion": True, **kiosk})})


def opened(parts: Parts, frame: Frame, folder: Path, size: tuple[int, int]) -> Studio:
    """The window, shown in `size`."""
    window = make_window(parts.settings, parts)
    parts.engine.latest.put(frame)
    window.resize(*size)
    window.show()
    return Studio(window, parts, Office(window, parts), frame, folder)
