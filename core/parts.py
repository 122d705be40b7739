"""Which implementation each line of the configuration stands for. Opens nothing by itself."""

import time
from collections.abc import Callable
from pathlib import Path

from core.camera import Camera, OpenCVCamera
from core.config import DEMO, CameraSettings, DatabaseSettings, ModelSettings, Settings
from core.demo import DEMO_PEOPLE, DemoCamera, DemoFaceModel, portraits
from core.domain import Scene
from core.door import SimulatedDoor
from core.engine import Engine
from core.enrolment import Enrolment, Picture
from core.faces import FaceModel, InsightFaceModel
from core.packs import find
from core.recogniser import Recogniser
from core.sight import Sight
from core.store import Store


def make_camera(settings: CameraSettings, clock: Callable[[], float] = time.monotonic) -> Camera:
    if settings.source == DEMO:
        return DemoCamera(clock=clock)
    return OpenCVCamera(settings.source, loop=settings.loop, timeout=settings.timeout, clock=clock)


def make_model(settings: ModelSettings) -> FaceModel:
    """Raises ModelUnavailable where the pack is missing or broken. Takes a second or so."""
    if settings.pack == DEMO:
        return DemoFaceModel()
    return InsightFaceModel(find(settings.pack, settings.root), threads=settings.threads)


def make_store(settings: DatabaseSettings) -> Store:
    return Store(settings.url, timeout=settings.timeout)


def make_recogniser(settings: Settings, store: Store) -> Recogniser:
    return Recogniser(lambda: make_model(settings.models), store, settings.recognition, poll=settings.database.poll)


def make_enrolment(settings: Settings, recogniser: Recogniser, store: Store) -> Enrolment:
    return Enrolment(recogniser, store, settings.enrolment, min_face_px=settings.recognition.min_face_px)


def enrol_demo_people(recogniser: Recogniser, enrolment: Enrolment, store: Store) -> None:
    """Every second one of the demo's people, so that the first visitors show both answers; once, into an empty store.

    Raises StoreUnavailable.
    """
    recogniser.refresh()
    if store.people():
        return
    for person in DEMO_PEOPLE[::2]:
        pictures = [Picture(f"{person.user_id}-{i}", image) for i, image in enumerate(portraits(person), 1)]
        enrolment.enrol(person.user_id, person.name, pictures)


def make_engine(
    settings: Settings, recogniser: Recogniser, store: Store, *, on_scene: Callable[[Scene], None]
) -> Engine:
    return Engine(
        make_camera(settings.camera),
        recogniser,
        store,
        SimulatedDoor(),
        settings.recognition,
        open_seconds=settings.door.open_seconds,
        camera_timeout=settings.camera.timeout,
        sight=Sight(frozen_after=None) if _stands_still(settings.camera) else Sight(),
        on_scene=on_scene,
    )


def _stands_still(settings: CameraSettings) -> bool:
    """Whether the source is a folder of pictures, which are no sign of a frozen camera."""
    return isinstance(settings.source, str) and Path(settings.source).expanduser().is_dir()
