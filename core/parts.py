"""Which implementation each line of the configuration stands for. Opens nothing by itself."""

import re
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2s
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from core import attempts, challenge
from core.bulletin import Standing
from core.camera import Camera, OpenCVCamera
from core.config import Settings
from core.demo import DEMO_PEOPLE, DemoCamera, DemoFaceModel, portraits
from core.door import CommandDoor, Door, HttpDoor, RelayState, SimulatedDoor
from core.doors import DoorState
from core.encryption import KeyCommand, KeyFile, Keys, KeyVariable
from core.engine import Engine
from core.enrolment import Enrolment, Picture
from core.faces import FaceModel, InsightFaceModel
from core.gallerycopy import GalleryCopy
from core.latch import Latch
from core.liveness import PassiveLiveness, RgbLiveness, find_liveness
from core.opener import Opener
from core.outbox import Outbox
from core.packs import find
from core.recogniser import Recogniser
from core.scene import Scene
from core.search.milvus import MilvusKeeper
from core.search.sketched import SketchedShelf
from core.settings import (
    DEMO,
    CameraSettings,
    DoorSettings,
    LockoutSettings,
    ModelSettings,
    SearchSettings,
)
from core.shelf import Keeper, Shelf
from core.sight import Sight
from core.standby import Standby
from core.store import Store
from core.templates import Templates
from core.watch import Watch

if TYPE_CHECKING:
    from core.search.collected import Collected

COPY = "gallery"
KEY_FILE = "data/doorward.key"  # of a database on a server
OFFLINE_FOLDER = Path("data/offline")  # of a kiosk whose database is on a server
LATCH_SECONDS = 0.5  # that a door's answer may take beside the driver's own time-out


def make_camera(settings: CameraSettings, clock: Callable[[], float] = time.monotonic) -> Camera:
    if settings.source == DEMO:
        return DemoCamera(clock=clock)
    return OpenCVCamera(
        settings.source,
        loop=settings.loop,
        timeout=settings.timeout,
        width=settings.width,
        height=settings.height,
        fps=settings.fps,
        rotate=settings.rotate,
        clock=clock,
    )


def make_sight(settings: CameraSettings) -> Sight:
    """Of a folder, pictures that stand still are no sign of a frozen camera."""
    folder = isinstance(settings.source, str) and Path(settings.source).expanduser().is_dir()
    return Sight(frozen_after=None) if folder else Sight()


def make_model(settings: ModelSettings) -> FaceModel:
    """Raises ModelUnavailable where the pack is missing or broken. Takes a second or so."""
    if settings.pack == DEMO:
        return DemoFaceModel()
    return InsightFaceModel(find(settings.pack, settings.root), threads=settings.threads)


def make_liveness(settings: Settings) -> PassiveLiveness:
    """The passive model. Raises ModelUnavailable where it is missing or broken."""
    return RgbLiveness(find_liveness(settings.liveness.model, settings.models.root), threads=settings.models.threads)


def make_store(settings: Settings) -> Store:
    database = settings.database
    return Store(database.url, timeout=database.timeout, keys=make_keys(settings), tls_ca=database.tls_ca)


def make_keys(settings: Settings) -> Keys | None:
    """What embeddings are encrypted with; None: they are not. Reads nothing yet."""
    chosen = settings.encryption
    if not chosen.enabled:
        return None
    if chosen.key_command:
        return Keys(KeyCommand(chosen.key_command))
    if chosen.key_variable is not None:
        return Keys(KeyVariable(chosen.key_variable))
    return Keys(KeyFile(_beside(settings.database.url) if chosen.key_file == "auto" else chosen.key_file))


def _beside(url: str) -> Path:
    file = url.removeprefix("sqlite:///")
    return Path(KEY_FILE) if file == url else Path(file).with_suffix(".key")


def offline_folder(settings: Settings) -> Path:
    """Where a kiosk keeps what it needs without a database."""
    chosen, file = settings.offline.folder, settings.database.url.removeprefix("sqlite:///")
    if chosen != "auto":
        return chosen
    return OFFLINE_FOLDER if file == settings.database.url else Path(file).with_suffix(".offline")


def make_standby(settings: Settings, store: Store) -> Standby:
    """The kiosk's gallery, which goes on from a copy while the database is away."""
    folder = offline_folder(settings)
    copy = GalleryCopy(folder / COPY, _local_keys(settings))
    return Standby(store, copy, max_age=settings.offline.max_age * 3600)


def make_outbox(settings: Settings, store: Store) -> Outbox:
    """Where the kiosk's door records what happens, and tells how it stands."""
    return Outbox(offline_folder(settings), _local_keys(settings), store, _telling(store, door_name(settings.door)))


def _local_keys(settings: Settings) -> Keys:
    """Those of the database, or of its own where that has none: what lies on a kiosk's disk is sealed in any case."""
    return make_keys(settings) or Keys(KeyFile(offline_folder(settings) / "key"))


def make_keepers(settings: SearchSettings) -> Callable[[str, float], Keeper]:
    """What templates of a model are kept in and searched with. Who is less alike than the second argument (a cosine)
    may go unfound. However many are made, of one model they share one connection to Milvus, and its pauses.
    """
    collection = cache(lambda model_id: make_collection(settings, model_id))
    sketched = settings.engine != "exact" and find_spec("faiss") is not None

    def keeper(model_id: str, reach: float) -> Keeper:
        local = SketchedShelf(model_id, reach) if sketched else Shelf(model_id)
        if settings.engine != "milvus":
            return local
        return MilvusKeeper(collection(model_id), model_id, local if settings.local else None)

    return keeper


def make_collection(settings: SearchSettings, model_id: str) -> "Collected":
    """Milvus's of that model. Connects when it is first asked."""
    from core.search.collected import Collected, connected  # noqa: PLC0415 - who searches otherwise has no pymilvus

    return Collected(
        lambda: connected(settings.uri, settings.token, settings.timeout),
        f"doorward_{blake2s(model_id.encode()).hexdigest()[:16]}",
        timeout=settings.timeout,
    )


def make_recogniser(settings: Settings, store: Templates, *, live: bool = False) -> Recogniser:
    """`live`: for a camera, of which liveness is asked as configured; still pictures have none to ask."""
    return Recogniser(
        lambda: make_model(settings.models),
        store,
        settings.recognition,
        liveness=settings.liveness,
        load_liveness=(lambda: make_liveness(settings)) if live and settings.liveness.passive else None,
        poll=settings.database.poll,
        keeper=make_keepers(settings.search),
    )


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


def make_door(settings: DoorSettings) -> Door:
    """The driver. Raises ConfigError where `verify` names no certificates."""
    if settings.driver == "http" and settings.open_url is not None:
        return HttpDoor(
            settings.open_url,
            close_url=settings.close_url,
            state=_relay_state(settings),
            method=settings.method,
            headers=settings.headers,
            body=settings.body,
            close_body=settings.close_body,
            verify=settings.verify,
            timeout=settings.timeout,
        )
    if settings.driver == "command":
        return CommandDoor(settings.open_command, settings.close_command or None, timeout=settings.timeout)
    return SimulatedDoor()


def _relay_state(settings: DoorSettings) -> RelayState | None:
    if settings.state_url is None or settings.state_open is None or settings.state_closed is None:
        return None
    return RelayState(settings.state_url, re.compile(settings.state_open), re.compile(settings.state_closed))


def make_opener(settings: DoorSettings, store: Store) -> Opener:
    """For a process beside the door's kiosk. Raises ConfigError as `make_door` does."""
    latch = Latch(make_door(settings), timeout=settings.timeout + LATCH_SECONDS)
    return Opener(latch, store, store.doors.all, name=door_name(settings), seconds=settings.open_seconds)


def door_name(settings: DoorSettings) -> str:
    """What the door is called in the database."""
    return socket.gethostname()[:64] or "door" if settings.name == "auto" else settings.name


def make_watch(settings: Settings) -> Watch:
    turns = challenge.Limits(settings.liveness.turns, settings.liveness.turn_seconds, view=settings.camera.view)
    return Watch(settings.recognition, settings.zone, open_seconds=settings.door.open_seconds, turns=turns)


def make_limits(settings: LockoutSettings, *, live: bool) -> attempts.Limits:
    """`live`: whether liveness is enforced, which allows for twice as many."""
    in_row = settings.attempts_live if live else settings.attempts
    per_day = settings.per_day_live if live else settings.per_day
    return attempts.Limits(in_row, settings.pause, per_day if settings.daily else 0)


def make_engine(
    settings: Settings,
    recogniser: Recogniser,
    store: Store,
    *,
    on_scene: Callable[[Scene], None],
    outbox: Outbox | None = None,
) -> Engine:
    """Records to the `outbox`, else to the store. Raises ConfigError where the door's configuration cannot be used."""
    return Engine(
        make_camera(settings.camera),
        recogniser,
        outbox or store,
        make_door(settings.door),
        make_watch(settings),
        open_seconds=settings.door.open_seconds,
        max_frame_age=settings.recognition.max_frame_age,
        camera_timeout=settings.camera.timeout,
        door_timeout=settings.door.timeout + LATCH_SECONDS,
        limits=make_limits(settings.lockout, live=settings.liveness.enforced),
        sight=make_sight(settings.camera),
        on_standing=outbox.tell if outbox else _telling(store, door_name(settings.door)),
        on_scene=on_scene,
    )


def _telling(store: Store, name: str) -> Callable[[Standing], None]:
    return lambda now: store.doors.tell(name, DoorState(now.locked, now.fault, datetime.now(UTC)))
