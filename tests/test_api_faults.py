import asyncio
import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from rest import (
    DENIED,
    GRANTED,
    NOON,
    PICTURE,
    SECRET,
    FakeEnrolment,
    FakeRecogniser,
    FakeStore,
    acall,
    call,
    enrol,
    errors_of_every_kind,
    faked,
    match,
    problem,
)

from api import turns
from api.security import Security
from core.apikeys import new_key
from core.database import Database
from core.domain import Decision, Reason, Verdict
from core.errors import (
    DoorFailed,
    EncryptionKeyUnavailable,
    FaceUnfit,
    InvalidField,
    ModelMismatch,
    ModelUnavailable,
    PersonNotFound,
    SearchUnavailable,
    Stopped,
    StoreUnavailable,
)
from core.keyring import Keyring


@pytest.mark.logs("a request failed")
@pytest.mark.parametrize(
    ("fault", "status", "code", "more"),
    [
        (FaceUnfit("a.png: the face is too small.", "too_far"), 422, "face_unfit", {"reason": "too_far"}),
        (InvalidField("name", "expected 1 to 255 characters"), 422, "invalid_field", {"field": "name"}),
        (PersonNotFound("Nobody is enrolled under that user_id."), 404, "person_not_found", {}),
        (ModelUnavailable("The pack is missing."), 503, "model_unavailable", {}),
        (StoreUnavailable("The database is down."), 503, "database_unavailable", {}),
        (Stopped(SECRET), 500, "internal_error", {}),
        (ValueError(SECRET), 500, "internal_error", {}),
    ],
)
def test_each_error_has_its_status(fault: Exception, status: int, code: str, more: dict[str, str]) -> None:
    answer = enrol(faked(enrolment=FakeEnrolment(fault)), "ada", PICTURE)
    body = problem(answer)
    assert (answer.status_code, body["code"]) == (status, code)
    assert {key: body[key] for key in ("field", "reason") if key in body} == more
    assert SECRET not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


PLACE = "/srv/secret-place at 192.0.2.7"


@pytest.mark.parametrize(
    "kind", [StoreUnavailable, EncryptionKeyUnavailable, SearchUnavailable, ModelUnavailable, DoorFailed]
)
def test_where_things_are_is_for_the_log_and_for_no_caller(
    kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = enrol(faked(enrolment=FakeEnrolment(kind(f"{PLACE} is away."))), "ada", PICTURE)
    assert problem(answer)["status"] == 503
    assert "secret-place" not in answer.text
    told = [line for line in caplog.messages if PLACE in line]
    assert told
    assert all(answer.headers["x-request-id"] in line for line in told)


def test_what_a_caller_can_mend_is_told_in_its_own_words() -> None:
    answer = enrol(faked(enrolment=FakeEnrolment(ModelMismatch("Enrol them again."))), "ada", PICTURE)
    assert problem(answer)["detail"] == "Enrol them again."


@pytest.mark.parametrize(
    "url", ["sqlite:////srv/secret-place/doorward.sqlite", "mysql+pymysql://u:pw@127.0.0.1:1/staff_faces"]
)
def test_who_has_no_key_does_not_learn_where_the_database_is(url: str) -> None:
    app = faked(security=Security(Keyring(Database(url, timeout=1.0))))
    answer = call(app, "GET", "/system", headers={"X-API-Key": new_key("x", [], NOON, None)[1]})
    assert (answer.status_code, problem(answer)["code"]) == (503, "database_unavailable")
    assert not [part for part in ("secret-place", "127.0.0.1", "staff_faces", "database.url") if part in answer.text]


EVERYTHING = errors_of_every_kind()
NOT_A_GRANT = st.builds(
    Decision,
    st.sampled_from([Verdict.WAIT, Verdict.DENIED]),
    st.sampled_from(Reason),
    user_id=st.none() | st.text(),
    name=st.none() | st.text(),
)


class Ill:
    """An API that would grant, but for its parts, which fail as they are told."""

    def __init__(self) -> None:
        self._recogniser, self.store = FakeRecogniser(), FakeStore()
        self.app = faked(self._recogniser, store=self.store)

    def fails(self, fault: Exception, where: str) -> None:
        self._recogniser.outcome = fault if where == "identify" else GRANTED
        self._recogniser.missing = fault if where == "model" else None
        self.store.fault = fault if where == "record" else None


@pytest.fixture(scope="module")
def ill() -> Ill:
    return Ill()


@pytest.mark.logs("a request failed")
@pytest.mark.parametrize("fault", EVERYTHING, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("where", ["model", "identify", "record"])
def test_no_failure_ends_in_granted(ill: Ill, fault: Exception, where: str) -> None:
    ill.fails(fault, where)
    answer = match(ill.app, PICTURE)
    assert answer.status_code >= 400
    assert "access_granted" not in answer.text
    assert "user-7" not in answer.text
    assert SECRET not in answer.text
    assert ill.store.recorded == []


def test_nothing_but_granted_is_answered_as_granted() -> None:
    recogniser = FakeRecogniser()
    app = faked(recogniser)

    @settings(deadline=None)
    @given(decision=NOT_A_GRANT)
    def ask(decision: Decision) -> None:
        recogniser.outcome = decision
        assert match(app, PICTURE).json() == {"status": "access_denied"}

    ask()


@pytest.mark.logs("a request failed")
def test_a_grant_that_names_nobody_is_none() -> None:
    store = FakeStore()
    answer = match(faked(FakeRecogniser(Decision(Verdict.GRANTED, Reason.MATCHED)), store=store), PICTURE)
    assert (answer.status_code, problem(answer)["code"], store.recorded) == (500, "internal_error", [])


class Busy(FakeRecogniser):
    """Looks at each picture until it is let go, and counts how many it looks at."""

    def __init__(self) -> None:
        super().__init__()
        self.looking = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.now = self.most = 0
        self._lock = threading.Lock()

    def examine(self, image: np.ndarray) -> tuple[Decision, float | None]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.looking.release()
        assert self.let_go.wait(10)
        with self._lock:
            self.now -= 1
        return DENIED, None


async def while_busy(busy: Busy, requests: int, then: Callable[[FastAPI], Any]) -> list[httpx.Response]:
    """Sends as many matches, does `then` once the first are being looked at, and lets them go."""
    app = faked(busy)
    upload = {"file": ("a.png", PICTURE)}
    async with asyncio.TaskGroup() as group:
        matches = [group.create_task(acall(app, "POST", "/match_face", files=upload)) for _ in range(requests)]
        with ExitStack() as stack:
            stack.callback(busy.let_go.set)
            await asyncio.to_thread(busy.looking.acquire, timeout=10)
            await then(app)
    return [task.result() for task in matches]


def test_inference_never_blocks_the_event_loop() -> None:
    async def health(app: FastAPI) -> None:
        assert (await acall(app, "GET", "/health")).status_code == 200

    (answer,) = asyncio.run(while_busy(Busy(), 1, health))
    assert answer.json() == {"status": "access_denied"}


def test_no_more_inference_at_a_time_than_there_are_cores() -> None:
    async def nothing(app: FastAPI) -> None:
        await asyncio.sleep(0)

    busy, cores = Busy(), os.cpu_count() or 1
    answers = asyncio.run(while_busy(busy, cores + 3, nothing))
    assert {answer.status_code for answer in answers} == {200}
    assert busy.most <= cores


def test_who_waits_too_long_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    async def one_more(app: FastAPI) -> None:
        answer = await acall(app, "POST", "/match_face", files={"file": ("a.png", PICTURE)})
        assert (answer.status_code, problem(answer)["code"]) == (503, "unavailable")

    (answer,) = asyncio.run(while_busy(Busy(), 1, one_more))
    assert answer.status_code == 200


def test_the_parts_live_as_long_as_the_app() -> None:
    recogniser, store = FakeRecogniser(), FakeStore()
    app = faked(recogniser, store=store)

    async def live() -> None:
        async with app.router.lifespan_context(app):
            assert (recogniser.calls, store.closed) == (["start"], False)

    asyncio.run(live())
    assert (recogniser.calls, store.closed) == (["start", "stop"], True)
