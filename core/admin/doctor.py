"""Is all here that the kiosk needs? Each check with its remedy."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from core.config import Settings
from core.display import DisplayProblem, display_problem
from core.errors import ConfigError, DoorwardError, LocalFileUnavailable
from core.outbox import left
from core.parts import (
    COPY,
    make_camera,
    make_collection,
    make_door,
    make_keys,
    make_liveness,
    make_model,
    make_store,
    offline_folder,
)
from core.settings import ApiSettings, CameraSettings, DoorSettings, SearchSettings
from core.tls import EXPOSED


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's. `detail` holds the remedy where it is not well."""

    name: str
    well: bool
    detail: str


def examine(settings: Settings) -> Iterator[Check]:
    """All checks, one after the other; none of them raises."""
    yield _display()
    yield _check("model", lambda: f"{make_model(settings.models).id} is loaded")
    yield _check("liveness", lambda: _liveness(settings))
    yield _check("database", lambda: _database(settings))
    yield _check("offline", lambda: _offline(settings))
    yield _check("search", lambda: _search(settings.search))
    yield _check("camera", lambda: _camera(settings.camera))
    yield _check("door", lambda: _door(settings.door))
    yield _port(settings.api)
    yield _check("api", lambda: _api(settings))


def _check(name: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(name, well=True, detail=probe())
    except DoorwardError as error:
        return Check(name, well=False, detail=str(error))


def _display() -> Check:
    problem: DisplayProblem | None = display_problem()
    if problem is not None:
        return Check("display", well=False, detail=problem.message)
    return Check("display", well=True, detail="a display and Qt's libraries are there")


def _liveness(settings: Settings) -> str:
    mode = settings.liveness.mode
    if mode == "off":
        return "off: a photograph can open this door (liveness.mode)"
    if settings.liveness.passive:
        make_liveness(settings)
    return mode if settings.liveness.enforced else f"{mode}, only observed: a photograph can open this door"


def _door(settings: DoorSettings) -> str:
    make_door(settings)
    return "simulated: nothing opens" if settings.driver == "simulated" else f"{settings.driver}, not tried here"


def _database(settings: Settings) -> str:
    store, keys = make_store(settings), make_keys(settings)
    try:
        store.migrate()
        people = store.people()
        sealed = f"encrypted with a key of {keys.name}" if keys else "not encrypted (encryption.enabled)"
        return f"{len(people)} people, {sum(person.faces for person in people)} faces, {sealed}"
    finally:
        store.close()


def _offline(settings: Settings) -> str:
    if not settings.offline.enabled:
        return "nothing is kept: without the database nobody is let in (offline.enabled)"
    folder = offline_folder(settings)
    waiting, refused = left(folder)
    if refused:
        raise LocalFileUnavailable(f"{refused} entries were refused by the database; they are kept in {folder}")
    copy = "a copy of the gallery" if (folder / COPY).exists() else "no copy yet, which the kiosk makes when it starts"
    return f"{copy}; entries that wait to be delivered: {waiting}"


def _search(settings: SearchSettings) -> str:
    if settings.engine != "milvus":
        return f"{settings.engine}: in this process's memory"
    with closing(make_collection(settings, "doctor")) as collection:
        collection.ping()
    return "milvus answers"


def _camera(settings: CameraSettings) -> str:
    frames = make_camera(settings).frames()
    for frame in islice(frames, 1):
        height, width = frame.image.shape[:2]
        return f"delivers pictures of {width} x {height}"
    return "has no picture"


def _api(settings: Settings) -> str:
    if settings.api.exposed:
        raise ConfigError(f"listens beyond this machine without TLS. {EXPOSED}")
    if settings.api.auth == "none":
        return "whoever uses this machine may call without a key, and nobody else (api.auth)"
    with closing(make_store(settings)) as store:
        store.migrate()
        good = sum(key.good(datetime.now(UTC)) for key in store.keyring.known())
    return f"keys that are good: {good}" + ("" if good else "; doorward-admin key create NAME --scope match")


def _port(settings: ApiSettings) -> Check:
    try:
        with socket.create_server((settings.host, settings.port)):
            return Check("port", well=True, detail=f"{settings.host}:{settings.port} is free")
    except OSError:
        detail = f"{settings.host}:{settings.port} is taken: a Doorward that runs already, or set api.port to another"
        return Check("port", well=False, detail=detail)
