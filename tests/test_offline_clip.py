"""The real model on the real clip, again and again, while a real mariadbd is killed in the middle of visits.

Whoever is enrolled is let in at each visit, and in the end each visit is in the database once.
"""

import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes import keys
from mariadb import Server, refuse_without_mariadb
from test_clip import enrols

from core.camera import OpenCVCamera
from core.domain import Frame, Verdict
from core.door import SimulatedDoor
from core.engine import Engine
from core.faces import InsightFaceModel
from core.gallerycopy import GalleryCopy
from core.logbook import Event
from core.outbox import Outbox
from core.recogniser import Recogniser
from core.settings import RecognitionSettings
from core.standby import Standby
from core.store import Store
from core.watch import Watch

SETTINGS = RecognitionSettings(cooldown=0.5)
NEAR, OTHERS = (4.0, 6.0), (8.0, 9.0)  # seconds of the clip: the person enrolled, and after that somebody else
RATE = 0.1  # seconds from frame to frame
VISITS = 7
SAFE = "--innodb-flush-log-at-trx-commit=1"  # MySQL's own default: what was committed survives that it is killed


class Visits:
    """A camera before which the same person stands again and again; `on_visit` is told in the middle of each."""

    def __init__(self, clip, on_visit):
        self._near, self._others = self._parts(clip)
        self._on_visit = on_visit

    def _parts(self, clip):
        parts = ([], [])
        with closing(OpenCVCamera(str(clip), paced=False, loop=False).frames()) as frames:
            for frame in frames:
                for part, (begin, end) in zip(parts, (NEAR, OTHERS), strict=True):
                    if begin <= frame.media_time < end and frame.seq % 3 == 0:
                        part.append(frame.image)
                if frame.media_time > OTHERS[1]:
                    return parts
        return parts

    def frames(self):
        seq = 0
        for visit in range(1, VISITS + 1):
            for place, image in enumerate(self._near + self._others):
                if place == 2:
                    self._on_visit(visit)
                yield Frame(image, time.monotonic(), seq * RATE, seq)
                seq += 1
                time.sleep(RATE)
        while True:
            yield Frame(self._others[-1], time.monotonic(), seq * RATE, seq)
            seq += 1
            time.sleep(RATE)


@pytest.fixture
def server():
    refuse_without_mariadb()
    with TemporaryDirectory(prefix="doorward-mariadb-") as folder:
        server = Server(Path(folder), SAFE)
        server.start()
        yield server
        server.stop()


class Lock(SimulatedDoor):
    """That says when all have been let in."""

    def __init__(self):
        self.openings, self.over = 0, threading.Event()

    def open(self, seconds):
        super().open(seconds)
        self.openings += 1
        if self.openings == VISITS:
            self.over.set()


class House:
    """The door's parts in `folder`; made again and again, as by a kiosk that is started again."""

    def __init__(self, url, folder, model):
        self.store = Store(url, timeout=2.0)
        self.standby = Standby(self.store, GalleryCopy(folder / "gallery", keys(1)), max_age=3600)
        self.outbox = Outbox(folder, keys(1), self.store, again=0.1)
        self.recogniser = Recogniser(lambda: model, self.standby, SETTINGS)

    def runs(self, camera, door, on_scene):
        watch = Watch(SETTINGS, open_seconds=0.3)
        self.engine = Engine(camera, self.recogniser, self.outbox, door, watch, open_seconds=0.3, on_scene=on_scene)
        self.outbox.start()
        self.recogniser.start()
        self.engine.start()

    def stops(self):
        for stop in (self.engine.stop, self.outbox.stop, self.recogniser.stop, self.standby.close, self.store.close):
            stop()


@pytest.mark.logs("could not be recorded")
def test_every_visit_is_let_in_and_in_the_end_recorded_once(server, tmp_path, shared, pack):
    model, url = InsightFaceModel(pack), server.fresh_database()
    house = House(url, tmp_path, model)
    house.recogniser.refresh()
    enrols("lin", house.recogniser, house.store, shared)
    faults, starting, door = Counter(), [], Lock()

    def on_visit(number):
        if number in (2, 5):
            server.dies()
        if number in (3, 6):
            starting.append(threading.Thread(target=server.start))
            starting[-1].start()

    def on_scene(scene):
        if scene.fault is not None:
            faults[scene.fault.code] += 1

    house.runs(Visits(shared / "video" / "lin_at_the_door.mp4", on_visit), door, on_scene)
    ended = door.over.wait(120)
    for thread in starting:
        thread.join()
    house.stops()
    last = House(url, tmp_path, model)  # whatever was not delivered yet
    last.outbox.deliver()
    events = sorted((e for e in last.store.events(1000) if isinstance(e, Event)), key=lambda e: e.id)
    last.outbox.stop()
    last.store.close()
    assert ended, (door.openings, faults)
    assert not faults
    granted = [e for e in events if e.decision.verdict is Verdict.GRANTED]
    assert [(e.decision.user_id, e.door) for e in granted] == [("lin", "opened")] * VISITS
    assert [e.at for e in events] == sorted({e.at for e in events})
