import json
import logging
from pathlib import Path

import pytest
from rest import (
    GRANTED,
    NOON,
    PICTURE,
    SECRET,
    FakeEnrolment,
    FakeRecogniser,
    FakeStore,
    Real,
    call,
    enrol,
    faked,
    match,
    png,
    problem,
)

from core.demo import DemoFaceModel
from core.domain import Verdict
from core.errors import (
    ModelUnavailable,
    StoreUnavailable,
)


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite")


def test_enrols_and_then_grants(real: Real) -> None:
    answer = enrol(real.app, "ada", png(0), png(0, shift=8), png(0, shift=-8))
    assert (answer.status_code, answer.json()) == (200, {"status": "success", "faces_stored": 3})
    real.recogniser.refresh()
    answer = match(real.app, png(0, shift=4))
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "access_granted", "user_id": "ada", "name": "Ada"},
    )


def test_denies_a_stranger_in_exactly_one_word(real: Real) -> None:
    real.enrolled("ada", png(0))
    answer = match(real.app, png(1))
    assert (answer.status_code, answer.json()) == (200, {"status": "access_denied"})


def test_denies_everybody_while_nobody_is_enrolled(real: Real) -> None:
    assert match(real.app, png(0)).json() == {"status": "access_denied"}


def test_every_answered_match_is_on_record(real: Real) -> None:
    real.enrolled("ada", png(0))
    match(real.app, png(0))
    match(real.app, png(1))
    denied, granted, _ = real.store.events()
    assert (granted.at, granted.source, granted.model_id) == (NOON, "api", DemoFaceModel().id)
    assert (granted.decision.verdict, granted.decision.user_id) == (Verdict.GRANTED, "ada")
    assert (denied.decision.verdict, denied.decision.user_id) == (Verdict.DENIED, None)


def test_no_record_no_grant() -> None:
    app = faked(FakeRecogniser(GRANTED), store=FakeStore(StoreUnavailable("The database is down.")))
    answer = match(app, PICTURE)
    assert problem(answer)["code"] == "database_unavailable"
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_replacing_drops_the_earlier_faces(real: Real) -> None:
    real.enrolled("ada", png(0), png(0, shift=8), png(0, shift=-8), png(0, shift=4))
    assert enrol(real.app, "ada", png(0), query="?replace=true").json() == {"status": "success", "faces_stored": 1}
    assert real.store.person("ada").faces == 1


def test_healthy(real: Real) -> None:
    real.enrolled("ada", png(0), png(0, shift=8))
    answer = call(real.app, "GET", "/health")
    assert (answer.status_code, answer.json()) == (
        200,
        {"process": "ok", "database": "ok", "model": "ok", "gallery": "ok", "gallery_size": 2},
    )


@pytest.mark.parametrize(
    ("missing", "down", "loading", "expected"),
    [
        (ModelUnavailable("x"), None, False, ["ok", "model_unavailable", "model_unavailable", None]),
        (ModelUnavailable("x"), None, True, ["ok", "loading", "loading", None]),
        (None, StoreUnavailable("x"), False, ["database_unavailable", "ok", "ok", 3]),
    ],
)
def test_ill_in_the_same_shape(
    missing: Exception | None, down: Exception | None, loading: bool, expected: list[str]
) -> None:
    recogniser = FakeRecogniser(loading=loading)
    recogniser.missing = missing
    answer = call(faked(recogniser, store=FakeStore(down)), "GET", "/health")
    keys = ["database", "model", "gallery", "gallery_size"]
    assert (answer.status_code, answer.json()) == (503, {"process": "ok", **dict(zip(keys, expected, strict=True))})


def test_a_database_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "doorward.sqlite"
    path.write_bytes(b"no database" * 1000)
    app = Real(path).app
    assert call(app, "GET", "/health").json()["database"] == "database_unavailable"
    for answer in (enrol(app, "ada", png(0)), match(app, png(0))):
        assert (answer.status_code, problem(answer)["code"]) == (503, "database_unavailable")


@pytest.mark.logs("a request failed")
def test_the_log_has_the_route_and_nothing_of_the_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = faked(enrolment=FakeEnrolment(ValueError(SECRET)))
    upload = {"files": ("portrait.png", PICTURE)}
    call(app, "POST", "/enroll_faces/lin-7?replace=1&n=query-7", data={"name": SECRET}, files=upload)
    call(app, "GET", "/lin-7")
    failed, served, lost = [line.getMessage() for line in caplog.records if line.name == "api.middleware"]
    assert "ValueError" in failed
    assert "rest.py" in failed  # where it was raised
    assert served.startswith("POST /enroll_faces/{user_id} 500 ")
    assert lost.startswith("GET (no route) 404 ")
    logged = "".join(line.getMessage() for line in caplog.records if not line.name.startswith("http"))  # the client's
    assert not [word for word in (SECRET, "portrait", "query-7", "lin-7") if word in logged]


def test_a_health_check_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    call(faked(), "GET", "/health")
    assert [record for record in caplog.records if record.name == "api.middleware"] == []


def test_the_api_documents_itself() -> None:
    app = faked()
    document = call(app, "GET", "/openapi.json").json()
    assert sorted(document["paths"]) == [
        "/door/open",
        "/enroll_faces/{user_id}",
        "/events",
        "/events/stream",
        "/health",
        "/health/live",
        "/health/ready",
        "/match_face",
        "/metrics",
        "/people",
        "/people/{user_id}",
        "/people/{user_id}/faces",
        "/people/{user_id}/faces/{face_id}",
        "/system",
    ]
    assert set(document["components"]["schemas"]["Problem"]["required"]) == {"title", "status", "detail", "code"}
    assert "HTTPValidationError" not in json.dumps(document)
    for path in ("/enroll_faces/{user_id}", "/match_face"):
        responses = document["paths"][path]["post"]["responses"]
        refusals = {status: list(responses[status]["content"]) for status in responses if status != "200"}
        assert {"413", "422", "503"} <= set(refusals)
        assert all(kinds == ["application/problem+json"] for kinds in refusals.values())
    assert "swagger" in call(app, "GET", "/docs").text
