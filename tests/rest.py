"""The API as a client sees it, over the real parts or over ones that do as they are told."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import readymade
from fakes import FakeLatch
from fastapi import FastAPI

from api.app import create_app
from api.schemas import Configured
from api.security import Security
from core.apikeys import ApiKey, Scope, digest, new_key
from core.demo import DEMO_PEOPLE, DemoFaceModel, draw_person
from core.domain import Decision, Reason, Verdict
from core.enrolment import Enrolment
from core.errors import DoorwardError, FaceUnfit, InvalidField, StoreUnavailable
from core.intake import Intake
from core.logbook import Actor, Event
from core.opencv import cv2
from core.opener import Opener
from core.recogniser import Recogniser
from core.settings import EnrolmentSettings, RecognitionSettings
from core.shelf import Keeper, Shelf
from core.store import Store

SECRET = "Lin Secret"
NOON = datetime(2026, 7, 28, 12, 0, tzinfo=UTC)
GRANTED = Decision(
    Verdict.GRANTED, Reason.MATCHED, user_id="user-7", name=SECRET, similarity=0.9, threshold=0.6, frames=1
)
DENIED = Decision(Verdict.DENIED, Reason.UNKNOWN_FACE, threshold=0.6, frames=1)


@cache
def png(*who: int, shift: int = 0, width: int = 480) -> bytes:
    """A picture of the demo's people with these numbers side by side, `shift` pixels further down."""
    image = np.full((640, width * max(len(who), 1), 3), (150, 180, 170), np.uint8)
    for place, number in enumerate(who):
        centre = (width * place + width / 2, 250.0 + shift)
        draw_person(image, DEMO_PEOPLE[number], centre, 180.0)
    return bytes(cv2.imencode(".png", image)[1])


def files(*pictures: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", (f"{i}.png", picture, "image/png")) for i, picture in enumerate(pictures, 1)]


def call(app: FastAPI, method: str, url: str, **request: Any) -> httpx.Response:
    return asyncio.run(acall(app, method, url, **request))


async def acall(app: FastAPI, method: str, url: str, **request: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.request(method, url, **request)


def enrol(app: FastAPI, user_id: str, *pictures: bytes, name: str = "Ada", query: str = "") -> httpx.Response:
    return call(app, "POST", f"/enroll_faces/{user_id}{query}", data={"name": name}, files=files(*pictures))


def match(app: FastAPI, picture: bytes) -> httpx.Response:
    return call(app, "POST", "/match_face", files={"file": ("probe.png", picture)})


def problem(response: httpx.Response) -> dict[str, Any]:
    """The answer's body, once it is sure that it is a problem as RFC 9457 has them."""
    body: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert all(body[key] for key in ("type", "title", "detail", "code"))
    return body


class Real:
    """The API over the real parts: the demo's model and an SQLite file."""

    def __init__(
        self,
        path: Path,
        *,
        keys: bool = False,
        keeper: Callable[[str, float], Keeper] = lambda model_id, _: Shelf(model_id),
        **configured: Any,
    ) -> None:
        self.store = Store(readymade.made(path), timeout=1.0, utcnow=lambda: NOON)
        self.recogniser = Recogniser(DemoFaceModel, self.store, RecognitionSettings(), keeper=keeper)
        self.recogniser.refresh()
        enrolment = Enrolment(self.recogniser, self.store, EnrolmentSettings())
        self.door = FakeLatch()
        self.app = create_app(
            recogniser=self.recogniser,
            enrolment=enrolment,
            store=self.store,
            opener=Opener(self.door, self.store, self.store.doors.all, name="front", seconds=3.0, utcnow=lambda: NOON),
            configured=Configured(door="front", **configured),
            security=Security(self.store.keyring if keys else None, utcnow=lambda: NOON),
            utcnow=lambda: NOON,
        )

    def enrolled(self, user_id: str, *pictures: bytes, name: str = "Ada") -> None:
        assert enrol(self.app, user_id, *pictures, name=name).status_code == 200
        self.recogniser.refresh()


class FakeGallery(list[int]):
    """So many faces, of a first version."""

    version = 1


class FakeRecogniser:
    """Decides as it was told to, or raises."""

    def __init__(self, outcome: Decision | Exception = DENIED, *, loading: bool = False) -> None:
        self.outcome = outcome
        self.loading = loading
        self.calls: list[str] = []
        self.missing: Exception | None = None

    @property
    def model(self) -> DemoFaceModel:
        if self.missing:
            raise self.missing
        return MODEL

    @property
    def gallery(self) -> "FakeGallery":
        if self.missing:
            raise self.missing
        return FakeGallery([1, 2, 3])

    def examine(self, image: np.ndarray) -> tuple[Decision, float | None]:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome, None

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")


class FakeEnrolment:
    """Remembers what it was asked, then raises what it was told to."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.asked: list[tuple[str, str, list[str], bool]] = []

    def into(self, store: object) -> "FakeEnrolment":
        return self

    def take_in(self, user_id: str, name: str, pictures: Any, *, replace: bool = False, **more: Any) -> Intake:
        self.asked.append((user_id, name, [picture.name for picture in pictures], replace))
        if self.fault:
            raise self.fault
        return Intake(len(pictures))


class FakeStore:
    """Keeps events in a list, unless it is down."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.recorded: list[Event] = []
        self.closed = False
        self.answers = self.feed = self.doors = None

    def record(self, event: Event) -> int:
        self.ping()
        self.recorded.append(event)
        return len(self.recorded)

    def ping(self) -> None:
        if self.fault:
            raise self.fault

    def acting_for(self, actor: Actor) -> "FakeStore":
        return self

    def close(self) -> None:
        self.closed = True


class FakeKeys:
    """Keys in memory. Tell the database to go away."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[ApiKey, str]] = {}
        self.noted: list[datetime] = []
        self.away = False

    def gains(self, *scopes: Scope, **more: Any) -> str:
        key, text = new_key("turnstile", scopes, NOON, more.pop("expires", None))
        self.held[key.prefix] = (key, digest(text))
        return text

    def find(self, prefix: str) -> tuple[ApiKey, str] | None:
        if self.away:
            raise StoreUnavailable("The database does not answer. Start it.")
        return self.held.get(prefix)

    def used(self, prefix: str, at: datetime) -> None:
        self.noted.append(at)


MODEL = DemoFaceModel()
PICTURE = png(0)


def faked(
    recogniser: FakeRecogniser | None = None,
    *,
    enrolment: FakeEnrolment | None = None,
    store: FakeStore | None = None,
    security: Security | None = None,
    opener: Opener | None = None,
    **more: Any,
) -> FastAPI:
    return create_app(
        recogniser=recogniser or FakeRecogniser(),  # type: ignore[arg-type]
        enrolment=enrolment or FakeEnrolment(),  # type: ignore[arg-type]
        store=store or FakeStore(),  # type: ignore[arg-type]
        opener=opener or Opener(FakeLatch(), FakeStore(), dict, name="front", seconds=3.0),  # type: ignore[arg-type]
        security=security or Security(None),
        utcnow=lambda: NOON,
        **more,
    )


def errors_of_every_kind() -> list[Exception]:
    kinds: list[type[DoorwardError]] = [DoorwardError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = [kind(*["x"] * (2 if kind in (InvalidField, FaceUnfit) else 1)) for kind in kinds]
    foreign = [ValueError("x"), OSError(28, "x"), MemoryError(), KeyError("x"), AssertionError(), RuntimeError("x")]
    return [*ours, *foreign, TimeoutError(), StopIteration(), cv2.error("x"), ExceptionGroup("x", [ValueError()])]
