"""What the Health page is told of each part. Waits for the database: to be run as a job."""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from core.config import Settings
from core.doorkeeper import DOOR_OPEN
from core.engine import HANGS, Engine
from core.errors import DoorFailed, DoorwardError, StoreUnavailable
from core.logbook import Event, EventFilter, Incident
from core.outbox import Outbox
from core.recogniser import Recogniser
from core.scene import Fault
from core.settings import ApiSettings
from core.sight import BLOWN_OUT, COVERED, FROZEN, SLOW
from core.standby import Standby
from core.tls import EXPOSED
from kiosk.apiprocess import ApiPhase, ApiState
from kiosk.console.health import Reading
from kiosk.status import Health

log = logging.getLogger(__name__)
SEEN = {fault.code for fault in (BLOWN_OUT, COVERED, FROZEN, SLOW)}
RECOGNITION = {HANGS.code, "recognition_failed"}
DOOR = {DOOR_OPEN, DoorFailed.code}
SLUGGISH = 0.5  # seconds of one look
SCARCE = 500e6  # bytes
SQLITE = "sqlite:///"


class Log(Protocol):
    """What is asked of the store. Each may raise StoreUnavailable."""

    def ping(self) -> None: ...
    def events(self, limit: int = 100, *, where: EventFilter = ...) -> list[Event | Incident]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked. `silent`: why no sound is heard; empty while one is."""

    settings: Settings
    engine: Engine
    recogniser: Recogniser
    store: Log
    api: Callable[[], ApiState]
    silent: Callable[[], str] = lambda: ""
    standby: Standby | None = None
    outbox: Outbox | None = None


def readings(sources: Sources) -> list[Reading]:
    """One of each part. Raises nothing: what cannot be asked is not well."""
    return [_read(what, partial(ask, sources)) for what, ask in PARTS.items()]


def _read(what: str, ask: Callable[[], tuple[Health, str, str]]) -> Reading:
    try:
        return Reading(what, *ask())
    except DoorwardError as error:
        return Reading(what, Health.ILL, "Not there.", str(error))
    except Exception:
        log.exception("the state of one part cannot be read")
        return Reading(what, Health.ILL, "Its state cannot be read.", "The log says why.")


def _camera(sources: Sources) -> tuple[Health, str, str]:
    engine, frame = sources.engine, sources.engine.latest.peek()
    fault = engine.camera_fault or _fault(engine, SEEN)
    if fault is not None:
        return Health.ILL, "No usable picture.", fault.message
    if frame is None:
        return Health.IDLE, "It is being opened.", ""
    height, width = frame.image.shape[:2]
    rate, dropped = f"{engine.frame_rate:.0f} frames a second", f"{engine.latest.dropped:,} dropped for newer ones"
    return Health.WELL, f"{rate} of {width} × {height}; {dropped}.", ""  # noqa: RUF001 - as it is written


def _recognition(sources: Sources) -> tuple[Health, str, str]:
    engine = sources.engine
    fault, took = _fault(engine, RECOGNITION), engine.look_seconds
    if fault is not None:
        return Health.ILL, "It does not work.", fault.message
    if engine.locked:
        return Health.IDLE, "Closed: an operator has locked this door.", "Unlock it to let people in again."
    if engine.resting:
        return Health.IDLE, "It rests: a page of the console has somebody at the camera.", ""
    if took is None:
        return Health.IDLE, "Nothing was looked at yet.", ""
    said = f"{engine.look_rate:.0f} looks a second, {took * 1000:.0f} ms each."
    if took > SLUGGISH:
        return (
            Health.ILL,
            said,
            "Too slow: end other programs here, choose a smaller model pack, or more models.threads.",
        )
    return Health.WELL, said, ""


def _model(sources: Sources) -> tuple[Health, str, str]:
    if sources.recogniser.loading:
        return Health.IDLE, "It is being loaded.", ""
    model_id = sources.recogniser.model.id
    return Health.WELL, f"{model_id}; threshold {sources.recogniser.rules.threshold:.2f}.", ""


def _liveness(sources: Sources) -> tuple[Health, str, str]:
    settings = sources.settings.liveness
    if not settings.enforced:
        observed = "Off." if settings.mode == "off" else f"Only observed ({settings.mode})."
        return (
            Health.ILL,
            f"{observed} A photograph can open this door.",
            "See liveness.mode and liveness.observe in the settings.",
        )
    if settings.passive:
        _ = sources.recogniser.liveness
    return (
        Health.WELL,
        {"both": "A model, and a challenge.", "passive": "A model."}.get(settings.mode, "A challenge."),
        "",
    )


def _database(sources: Sources) -> tuple[Health, str, str]:
    started = time.monotonic()
    sources.store.ping()
    took = (time.monotonic() - started) * 1000
    kind = "SQLite" if sources.settings.database.url.startswith(SQLITE) else "MySQL"
    return Health.WELL, f"{kind}, answers within {max(took, 1):.0f} ms.", ""


def _local_copy(sources: Sources) -> tuple[Health, str, str]:
    standby, outbox, settings = sources.standby, sources.outbox, sources.settings.offline
    if standby is None or outbox is None:
        return Health.IDLE, "None is kept: without the database nobody is let in.", "See offline.enabled."
    offline, waiting = standby.offline, outbox.waiting
    waits = f"{waiting:,} entr{'y waits' if waiting == 1 else 'ies wait'} to be delivered." if waiting else ""
    if offline is not None:
        said = f"The door goes by it since {offline.since.astimezone():%d %b, %H:%M}. {waits}".rstrip()
        return Health.ILL, said, f"Start the database. After {settings.max_age:g} h without it nobody is let in."
    if standby.problem:
        return Health.ILL, "There is none.", standby.problem
    if outbox.refused:
        said = f"{outbox.refused:,} entries of the log were refused by the database."
        return Health.ILL, said, f"They are kept in {outbox.refused_at}. The log says why."
    return Health.WELL, f"In step with the database. {waits}".rstrip(), ""


def _gallery(sources: Sources) -> tuple[Health, str, str]:
    if (loaded := sources.recogniser.progress) is not None:
        return Health.IDLE, f"{loaded[0]:,} of about {loaded[1]:,} faces are loaded.", ""
    if sources.recogniser.loading:
        return Health.IDLE, "It is being loaded.", ""
    gallery = sources.recogniser.gallery
    if not len(gallery):
        return Health.IDLE, "Nobody is enrolled.", "Enrol somebody, or import a list."
    return Health.WELL, f"{len(gallery):,} face{'' if len(gallery) == 1 else 's'}; version {gallery.version}.", ""


def _door(sources: Sources) -> tuple[Health, str, str]:
    fault, driver = _fault(sources.engine, DOOR), sources.settings.door.driver
    if fault is not None:
        return Health.ILL, f"Driver {driver}.", fault.message
    outcome, said = _last_opening(sources.store)
    if driver == "simulated":
        return Health.IDLE, f"Simulated, no lock is connected. {said}".rstrip(), "Set door.driver to the lock's own."
    remedy = "Check its cable and its power, then let somebody in." if outcome == "failed" else ""
    return Health.ILL if remedy else Health.WELL, f"Driver {driver}. {said}".rstrip(), remedy


def _last_opening(store: Log) -> tuple[str | None, str]:
    """What the door did last, and the sentence; nothing where the database is away, which another tells."""
    try:
        granted = store.events(1, where=EventFilter(outcome="granted"))
    except StoreUnavailable:
        return None, ""
    last = granted[0] if granted else None
    outcome = last.door if isinstance(last, Event) else None
    when = f" {last.at.astimezone():%d %b, %H:%M}" if last is not None else ""
    told = {"opened": f"Opened last{when}.", "failed": f"Failed to open{when}."}
    return outcome, told.get(outcome or "", "Not opened yet.")


def _api(sources: Sources) -> tuple[Health, str, str]:
    return api_reading(sources.api(), sources.settings.api)


def api_reading(state: ApiState, settings: ApiSettings) -> tuple[Health, str, str]:
    """How the API is, what is said of it, and the remedy."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{'https' if settings.tls else 'http'}://{host}:{settings.port}"
    answers = (Health.WELL, f"Answers at {address}.", "")
    if settings.exposed:
        answers = (Health.ILL, f"Answers at {address} without TLS, to others than this machine.", EXPOSED)
    return {
        ApiPhase.OFF: (Health.IDLE, "Off.", "Set kiosk.api to true to have it."),
        ApiPhase.STARTING: (Health.IDLE, f"Starting at {address}.", ""),
        ApiPhase.RUNNING: answers,
        ApiPhase.TAKEN: (
            Health.ILL,
            f"Port {settings.port} is taken by another program.",
            f"End that one, or set another api.port. It is tried again in {state.wait:g} s.",
        ),
        ApiPhase.RESTARTING: (
            Health.ILL,
            "It has ended.",
            f"It starts again in {state.wait:g} s. The log says why it ended.",
        ),
    }[state.phase]


def _disk(sources: Sources) -> tuple[Health, str, str]:
    url = sources.settings.database.url
    folder = Path(url.removeprefix(SQLITE)).absolute().parent if url.startswith(SQLITE) else Path.cwd()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:,.1f} GB free in {folder}."
    return (
        (Health.WELL, said, "")
        if free >= SCARCE
        else (Health.ILL, said, "Make room, or events are lost and nobody is let in.")
    )


def _sounds(sources: Sources) -> tuple[Health, str, str]:
    if not sources.settings.kiosk.sounds:
        return Health.IDLE, "Off.", "Set kiosk.sounds to true to have them."
    problem = sources.silent()
    return (Health.ILL, "Nothing can be heard.", problem) if problem else (Health.WELL, "On.", "")


def _fault(engine: Engine, codes: set[str]) -> Fault | None:
    fault = engine.scene.fault
    return fault if fault is not None and fault.code in codes else None


PARTS: dict[str, Callable[[Sources], tuple[Health, str, str]]] = {
    "Camera": _camera,
    "Recognition": _recognition,
    "Model": _model,
    "Liveness": _liveness,
    "Gallery": _gallery,
    "Database": _database,
    "Local copy": _local_copy,
    "Door": _door,
    "API": _api,
    "Disk": _disk,
    "Sounds": _sounds,
}
