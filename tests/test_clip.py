"""The real model on the real clip: one visit granted to the person enrolled, and nobody else, on both databases.

In the clip the person of `faces/lin` stands near from 3.6 to 7.9 s of its own timeline; before and after are others.
"""

import threading
import time

import pytest
import readymade

from core.admin.replay import replay
from core.camera import OpenCVCamera
from core.config import Settings
from core.domain import Verdict
from core.door import SimulatedDoor
from core.engine import Engine
from core.enrolment import Enrolment, Picture
from core.faces import InsightFaceModel
from core.logbook import Event
from core.pictures import decode_image
from core.recogniser import Recogniser
from core.scene import Phase
from core.settings import RecognitionSettings
from core.store import Store
from core.watch import Watch

NEAR = (3.6, 7.9)  # seconds
SETTINGS = RecognitionSettings()


@pytest.fixture(scope="module")
def model(pack):
    return InsightFaceModel(pack, threads=1)


@pytest.fixture(params=["sqlite", "mariadb"])
def store(request, tmp_path):
    here = request.param == "sqlite"
    store = Store(readymade.made(tmp_path / "test.sqlite") if here else request.getfixturevalue("mariadb_url"))
    yield store
    store.close()


@pytest.fixture
def recogniser(model, store):
    recogniser = Recogniser(lambda: model, store, SETTINGS)
    recogniser.refresh()
    return recogniser


def enrols(who, recogniser, store, shared):
    path = next((shared / "faces" / who).glob("1.*"))
    picture = Picture(path.name, decode_image(path.read_bytes(), path.name))
    assert Enrolment(recogniser, store, Settings().enrolment).enrol(who, who.title(), [picture]) == 1
    recogniser.refresh()


def granted(recogniser, shared):
    camera = OpenCVCamera(str(shared / "video" / "lin_at_the_door.mp4"), paced=False)
    decisions = replay(camera, recogniser, Watch(SETTINGS, open_seconds=3.0))
    return [(t, d.user_id) for t, d in decisions if d.verdict is Verdict.GRANTED]


def test_the_person_enrolled_is_granted_once_while_they_stand_there(recogniser, store, shared):
    enrols("lin", recogniser, store, shared)
    ((t, who),) = granted(recogniser, shared)
    assert who == "lin"
    assert NEAR[0] < t < NEAR[1]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # what is matched knows no database
def test_somebody_not_enrolled_is_never_granted(recogniser, store, shared):
    for who in ("alex", "biden", "kit", "obama", "rose"):
        enrols(who, recogniser, store, shared)
    assert granted(recogniser, shared) == []


@pytest.mark.logs("camera:")
@pytest.mark.parametrize("store", ["mariadb"], indirect=True)
def test_the_live_engine_grants_the_same_visit_and_ends_it(recogniser, store, shared):
    enrols("lin", recogniser, store, shared)
    scenes, ended = [], threading.Event()

    def note(scene):
        scenes.append((time.monotonic(), scene))
        if scene.fault is not None:
            ended.set()

    camera = OpenCVCamera(str(shared / "video" / "lin_at_the_door.mp4"))
    watch = Watch(SETTINGS, open_seconds=3.0)
    engine = Engine(camera, recogniser, store, SimulatedDoor(), watch, on_scene=note)
    started = time.monotonic()
    engine.start()
    assert ended.wait(60)
    engine.stop()
    shown = [at - started for at, scene in scenes if scene.phase is Phase.GRANTED]
    assert {scene.name for _, scene in scenes if scene.phase is Phase.GRANTED} == {"Lin"}
    assert min(shown) > NEAR[0]
    assert max(shown) < NEAR[1] + 0.5
    events = [e for e in store.events() if isinstance(e, Event) and e.decision.verdict is Verdict.GRANTED]
    assert [(e.decision.user_id, e.door) for e in events] == [("lin", "opened")]
