"""Renders every state of the door and every page of the console: `make screenshots`. Needs no screen.

The people are the demo's, drawn; the database is one of its own, in a folder that goes away.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from core.config import Settings, load
from core.demo import DemoCamera, DemoFaceModel
from core.domain import Decision, Event, Fault, Frame, Incident, Phase, Reason, Role, Scene, Turn, Verdict
from core.pin import hashed
from kiosk import theme
from kiosk.console.console import Console
from kiosk.console.firstrun import FirstRun
from kiosk.dress import dress
from kiosk.language import speak
from kiosk.parts import Parts, make_parts
from kiosk.pinpage import PinPage
from kiosk.session import make_window, open_office
from kiosk.window import Window

FOLDER = Path(__file__).parent
SIZES = ((800, 480), (1080, 1920), (1920, 1080))
LOOKS = ("light", "dark")
ABROAD = ("de", "ar")
NEAR = 0.3  # of the height of the picture, that the face of somebody who stands before the door has
SETTLES = 0.9  # seconds that a screen may take until it is as it stays


@dataclass(frozen=True, slots=True)
class Studio:
    """What pictures are taken of. `waits` lets Qt work for so many seconds."""

    app: QApplication
    window: Window
    parts: Parts
    waits: Callable[[float], None]
    frame: Frame


def scenes(frame: Frame) -> dict[str, Scene]:
    """The states of the door, as the engine would tell them of `frame`."""
    face = DemoFaceModel().detect(frame.image)[0]
    seen = Scene(Phase.LOOKING, frame.image.shape[:2], (face.box,), face.box)
    return {
        "idle": replace(seen, phase=Phase.IDLE, boxes=(), subject=None),
        "look": seen,
        "closer": replace(seen, reason=Reason.TOO_FAR),
        "turn": replace(seen, phase=Phase.CHALLENGE, asked=Turn.LEFT, progress=0.4),
        "granted": replace(seen, phase=Phase.GRANTED, name="Ada Marlow"),
        "denied": replace(seen, phase=Phase.DENIED, reason=Reason.UNKNOWN_FACE),
        "wait": Scene(Phase.PAUSED, wait=24),
        "fault": Scene(Phase.FAULT, fault=Fault("camera_unavailable", "")),
        "offline": Scene(Phase.FAULT, fault=Fault("database_unavailable", "")),
        "door_fault": Scene(Phase.FAULT, fault=Fault("door_failed", "")),
        "locked": Scene(Phase.LOCKED),
    }


def main() -> None:
    """`make.py [PART]`: those whose file's name holds PART, such as 800x480_dark or door_idle_; by default all."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    app = QApplication(sys.argv[:1])
    with TemporaryDirectory(prefix="doorward-screens-") as folder:
        settings = _settings(Path(folder))
        for look in LOOKS:
            _take(app, settings, look, "en", wanted, console=True)
        for language in ABROAD:
            _take(app, settings, "light", language, wanted, console=False)


def _take(app: QApplication, settings: Settings, look: str, language: str, wanted: str, *, console: bool) -> None:
    kiosk = settings.kiosk.model_copy(update={"theme": look, "language": language, "reduced_motion": True})
    settings = settings.model_copy(update={"kiosk": kiosk})
    dress(app, theme.LOOKS[look])
    speak(app, language)
    parts = make_parts(settings, None, demo=False)
    _fill(parts)
    studio = Studio(app, make_window(settings, parts), parts, lambda seconds: _wait(app, seconds), _near())
    try:
        for width, height in SIZES:
            ending = f"{width}x{height}_{look if language == 'en' else language}.png"
            if wanted in ending or wanted.endswith("_"):
                _photograph(studio, (width, height), ending, wanted, console=console)
    finally:
        parts.stop()
        studio.window.close()


def _photograph(studio: Studio, size: tuple[int, int], ending: str, wanted: str, *, console: bool) -> None:
    studio.window.resize(*size)
    studio.window.show()
    for name in chain(_door(studio), _console(studio) if console else ()):
        path = FOLDER / f"{name}_{ending}"
        if wanted in path.name:
            studio.window.grab().save(str(path))


def _door(studio: Studio) -> Iterator[str]:
    studio.parts.engine.latest.put(studio.frame)
    for name, scene in scenes(studio.frame).items():
        studio.window.show_scene(scene)
        studio.waits(SETTLES)
        yield f"door_{name}"
    studio.window.show_page(PinPage(studio.parts.store, studio.parts.jobs))
    studio.waits(SETTLES)
    yield "door_pin"
    studio.window.show_door()


def _console(studio: Studio) -> Iterator[str]:
    office = open_office(studio.window, studio.parts, lambda _: None)
    office.open(Role.ADMINISTRATOR)
    console = cast("Console", studio.window.findChild(Console))
    for title in console.tabs:
        console.open(title)
        studio.waits(SETTLES * 2)
        yield "console_" + title.lower().replace(" ", "_")
    studio.window.show_door()
    office.first_run()
    wizard = cast("FirstRun", studio.window.findChild(FirstRun))
    for at in range(len(wizard.steps)):
        wizard.open(at)
        studio.waits(SETTLES)
        yield f"firstrun_{at + 1}"
    studio.window.show_door()


def _near() -> Frame:
    """A picture of somebody who stands before the door."""
    model = DemoFaceModel()
    for frame in DemoCamera(paced=False).frames():
        if any(face.height > NEAR * frame.image.shape[0] for face in model.detect(frame.image)):
            return frame
    raise AssertionError("the demo's camera never ends")


def _settings(folder: Path) -> Settings:
    settings = load(None, demo=True)
    database = settings.database.model_copy(update={"url": f"sqlite:///{folder}/screens.sqlite"})
    return settings.model_copy(update={"database": database})


def _fill(parts: Parts) -> None:
    """A day at the door, the same each time."""
    if parts.store.events(1):
        return
    random, now = Random(7), datetime.now(UTC)
    people = parts.store.people()
    parts.store.set_pin(people[0].user_id, hashed("271828", "271828"))
    parts.recogniser.refresh()
    for minutes in sorted((random.uniform(0, 600) for _ in range(90)), reverse=True):
        at, person = now - timedelta(minutes=minutes), random.choice(people)
        granted = Decision(
            Verdict.GRANTED, Reason.MATCHED, person.user_id, person.name, random.uniform(0.62, 0.83), 0.4, 0.45, 4
        )
        denied = Decision(Verdict.DENIED, random.choice((Reason.UNKNOWN_FACE, Reason.PARTLY_HIDDEN)), similarity=0.18)
        if random.random() < 0.05:
            parts.store.report(Incident(at, "door", "camera_unavailable"))
            continue
        decision = granted if random.random() < 0.8 else denied
        decision = replace(decision, latency=random.uniform(0.2, 0.5))
        opened = "opened" if decision.verdict is Verdict.GRANTED else None
        parts.store.record(Event(at, "door", decision, parts.recogniser.model.id, opened))


def _wait(app: QApplication, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main()
