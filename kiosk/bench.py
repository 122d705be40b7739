"""How smooth the window stays while faces are recognised: what `doorward-admin bench ui` runs in a process of its own.

Prints one line of JSON. QT_QPA_PLATFORM=offscreen will do for a display.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from core.config import Settings, load
from core.memory import keep_level
from core.store import Store
from kiosk import theme
from kiosk.console.people import PeoplePage
from kiosk.dress import dress
from kiosk.jobs import Jobs
from kiosk.session import make_parts, make_window

BEAT_MS = 2
"""Between two beats of the loop's heart: what the next one lacks, the thread was away for."""
WARM_UP = 4.0  # seconds: models load, fonts are found
SIZE = (1920, 1080)
CROWD = 100_000


class Stalls(QObject):
    """The longest time that the GUI's thread was away in each second, in ms."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self.longest: dict[int, float] = {}
        self._clock, self._last = clock, clock()
        self._heart = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._heart.timeout.connect(self.beat)
        self._heart.start()

    def beat(self) -> None:
        now = self._clock()
        second, away = int(now), max(0.0, (now - self._last) * 1000 - BEAT_MS)
        self.longest[second] = max(self.longest.get(second, 0.0), away)
        self._last = now


class Paints(QObject):
    """Counts how often a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return super().eventFilter(watched, event)


def measure(settings: Settings, config: Path | None, seconds: float) -> dict[str, object]:
    """The window on `settings.camera.source` for so long."""
    app = QApplication(sys.argv[:1])
    dress(app, theme.LOOKS[settings.kiosk.theme])
    parts = make_parts(settings, config, demo=settings.demo)
    window = make_window(settings, parts)
    window.resize(*SIZE)
    parts.start(api=False)
    window.show()
    try:
        _spin(WARM_UP)
        stalls, paints, before = Stalls(), Paints(), time.process_time()
        window.video.installEventFilter(paints)
        _spin(seconds)
        cpu = time.process_time() - before
    finally:
        parts.stop()
    told = facts(list(stalls.longest.values())[1:-1], paints.count / seconds, cpu / seconds)
    return told | people_page(app)


def people_page(app: QApplication) -> dict[str, object]:
    """What it takes of the CPU, this process's, until the People page shows the first of CROWD people."""
    with TemporaryDirectory(prefix="doorward-bench-") as folder:
        store, jobs = _crowd(Path(folder) / "crowd.sqlite"), Jobs()
        before = time.process_time()
        page = PeoplePage(store, jobs)
        page.resize(*SIZE)
        page.show()
        while not page.model.rowCount():
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        page.grab()
        cpu = time.process_time() - before
        page.close()
        jobs.stop()
        store.close()
    return {"people": CROWD, "people_page_cpu_ms": round(cpu * 1000)}


def _crowd(file: Path) -> Store:
    """An SQLite store of CROWD people, put there past the store's own way in, which takes one at a time."""
    store = Store(f"sqlite:///{file}")
    store.migrate()
    with closing(sqlite3.connect(file)) as connection, connection:
        rows = ((f"user{i:06}", f"Person {i * 7919 % CROWD}") for i in range(CROWD))
        connection.executemany("INSERT INTO people (user_id, name, active) VALUES (?, ?, 1)", rows)
    return store


def facts(longest: list[float], painted: float, cpu: float) -> dict[str, object]:
    """`longest`: the longest stall of each whole second, in ms."""
    cuts = quantiles(longest, n=100, method="inclusive")
    return {
        "seconds": len(longest),
        "stall_ms": {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1), "max": round(max(longest), 1)},
        "preview_fps": round(painted, 1),
        "cpu_ms_per_second": round(cpu * 1000),
    }


def _spin(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def main() -> None:
    """`python -m kiosk.bench VIDEO SECONDS [CONFIG]`, as `doorward-admin bench ui` calls it."""
    keep_level()
    video, seconds, *config = sys.argv[1:]
    path = Path(config[0]) if config else None
    settings = load(path)
    camera = settings.camera.model_copy(update={"source": video, "loop": True})
    print(json.dumps(measure(settings.model_copy(update={"camera": camera}), path, float(seconds))))  # noqa: T201


if __name__ == "__main__":
    main()
