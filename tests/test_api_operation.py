"""How Doorward is, told to who watches over it; the id that each request has."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import MODEL_ID
from milvus import Memory
from rest import GRANTED, NOON, FakeRecogniser, FakeStore, Real, call, enrol, faked, match, png, problem

from core.domain import Decision, Reason, Verdict
from core.doors import DoorState
from core.errors import ModelUnavailable, StoreUnavailable
from core.eventfeed import SETTLES
from core.logbook import Act, Event, Incident
from core.search.milvus import MilvusKeeper
from core.search.sketched import SketchedShelf
from core.shelf import Keeper


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite")


def figures(real: Real) -> dict[str, float]:
    answer = call(real.app, "GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


# Health


def test_ready_is_what_health_says_and_live_says_nothing_but_that_it_is_there() -> None:
    recogniser = FakeRecogniser()
    recogniser.missing = ModelUnavailable("x")
    app = faked(recogniser, store=FakeStore(StoreUnavailable("x")))
    ready, health = call(app, "GET", "/health/ready"), call(app, "GET", "/health")
    assert (ready.status_code, ready.json()) == (health.status_code, health.json()) == (503, health.json())
    live = call(app, "GET", "/health/live")
    assert (live.status_code, live.json()) == (200, {"process": "ok"})


def test_the_system_tells_what_it_is_and_no_secret(real: Real) -> None:
    real.enrolled("ada", png(0))
    real.store.doors.tell("front", DoorState(True, "camera_covered", NOON))
    body = call(real.app, "GET", "/system").json()
    assert body["versions"].keys() >= {"doorward", "python", "onnxruntime"}
    assert (body["model_id"], body["threshold"], body["search"]) == ("demo:1:128", 0.6, "exact")
    assert (body["gallery_size"], body["gallery_version"]) == (1, 1)
    assert body["doors"] == [
        {"name": "front", "locked": True, "fault": "camera_covered", "told_at": "2026-07-28T12:00:00Z"}
    ]
    assert body["configuration"]["door"] == "front"
    assert not re.search("sqlite|password|token|headers|url", str(body).replace("sqlalchemy", ""))


@pytest.mark.parametrize(
    ("engine", "keeper"),
    [
        ("exact", lambda model_id, reach: SketchedShelf(model_id, reach, least=2)),
        ("faiss", lambda model_id, reach: SketchedShelf(model_id, reach, least=1)),
        ("milvus", lambda model_id, _: MilvusKeeper(Memory(), model_id)),
    ],
)
def test_the_system_tells_what_the_gallery_is_searched_with(
    tmp_path: Path, engine: str, keeper: Callable[[str, float], Keeper]
) -> None:
    real = Real(tmp_path / "doorward.sqlite", keeper=keeper)
    assert call(real.app, "GET", "/system").json()["search"] is None
    real.enrolled("ada", png(0))
    assert call(real.app, "GET", "/system").json()["search"] == engine


def test_what_is_not_there_yet_is_null(tmp_path: Path) -> None:
    real = Real(tmp_path / "doorward.sqlite")
    real.recogniser._model = real.recogniser._gallery = None
    body = call(real.app, "GET", "/system").json()
    assert (body["model_id"], body["threshold"], body["gallery_size"]) == (None, None, None)


# Figures


def test_requests_are_counted_by_their_route_and_never_by_their_path(real: Real) -> None:
    call(real.app, "GET", "/people/lin-7")
    call(real.app, "GET", "/lin-7")
    call(real.app, "BREW", "/lin-7")
    said = figures(real)
    assert said['doorward_requests_total{method="GET",route="/people/{user_id}",status="404"}'] == 1
    assert said['doorward_requests_total{method="GET",route="(no route)",status="404"}'] == 1
    assert said['doorward_requests_total{method="other",route="(no route)",status="404"}'] == 1
    assert said['doorward_request_seconds_count{route="/people/{user_id}"}'] == 1
    assert "lin-7" not in str(said)
    assert "BREW" not in str(said)


def test_decisions_are_counted_from_the_first_on_and_none_twice(real: Real) -> None:
    door = Event(NOON, "door", Decision(Verdict.DENIED, Reason.UNKNOWN_FACE, latency=0.3), MODEL_ID)
    real.store.record(door)
    real.store.record(Event(NOON, "door", Decision(Verdict.DENIED, Reason.NOT_LIVE, latency=60.0), MODEL_ID))
    real.store.report(Incident(NOON, "door", "camera_covered"))
    before = figures(real)
    real.store.record(door)
    match(real.app, png(0))
    after, again = figures(real), figures(real)
    unknown = 'doorward_decisions_total{outcome="denied",reason="unknown_face",source="door"}'
    assert (before[unknown], after[unknown], again[unknown]) == (1, 2, 2)
    assert after['doorward_decisions_total{outcome="fault",reason="camera_covered",source="door"}'] == 1
    assert after['doorward_decisions_total{outcome="denied",reason="unknown_face",source="api"}'] == 1
    glance = "doorward_glance_to_decision_seconds"
    assert [after[f'{glance}_bucket{{le="{bound}"}}'] for bound in ("0.25", "0.5", "10.0", "+Inf")] == [0, 2, 2, 3]
    assert after[f"{glance}_sum"] == pytest.approx(60.6)
    assert {name: value for name, value in again.items() if glance in name} == {
        name: value for name, value in after.items() if glance in name
    }


def test_two_processes_tell_the_same_of_the_doors(real: Real, tmp_path: Path) -> None:
    other = Real(tmp_path / "doorward.sqlite")
    figures(real)
    real.store.record(Event(NOON, "api", GRANTED, MODEL_ID))
    told = [
        {name: value for name, value in figures(one).items() if name.startswith("doorward_decisions")}
        for one in (real, other)
    ]
    assert told[0] == told[1] != {}


LONG_AGO = NOON - 2 * SETTLES
OPENINGS = {
    "a face": (Event(LONG_AGO, "door", replace(GRANTED, latency=0.4), MODEL_ID), ("granted", "matched", "door")),
    "a PIN": (Event(LONG_AGO, "pin", GRANTED, ""), ("granted", "matched", "pin")),
    "a call": (Incident(LONG_AGO, "api", Act.REMOTE_OPENING), ("act", "remote_opening", "api")),
}


@pytest.mark.parametrize(("opening", "kind"), OPENINGS.values(), ids=list(OPENINGS))
def test_an_opening_counts_once_however_late_it_is_told_what_the_door_did(
    real: Real, tmp_path: Path, opening: Event | Incident, kind: tuple[str, str, str]
) -> None:
    early, between, late = (Real(tmp_path / "doorward.sqlite") for _ in range(3))
    figures(early)
    figures(between)
    keys = [real.store.record(opening) if isinstance(opening, Event) else real.store.report(opening) for _ in range(2)]
    figures(early)  # counts both while nobody knows what the door did; `between` does not look
    for key in keys:
        real.store.door_did(key, "opened")
        figures(late)
    name = 'doorward_decisions_total{{outcome="{}",reason="{}",source="{}"}}'.format(*kind)
    glances = "doorward_glance_to_decision_seconds_count"
    said = [figures(process) for process in (early, between, late, real, early, late)]
    assert [one[name] for one in said] == [2] * 6
    assert {one[glances] for one in said} == {2 if kind[2] == "door" else 0}


def test_the_gallery_and_the_queue_are_told(real: Real) -> None:
    enrol(real.app, "ada", png(0), png(0, shift=8))
    said = figures(real)
    assert (said["doorward_gallery_faces"], said["doorward_gallery_version"], said["doorward_queue_depth"]) == (2, 1, 0)
    assert said["doorward_journal_entries"] == 0


def test_a_camera_is_as_its_kiosk_told_lately_and_unknown_afterwards(real: Real) -> None:
    for name, fault, ago in (("front", None, 0), ("back", "camera_covered", 0), ("side", None, 10)):
        real.store.doors.tell(name, DoorState(name == "back", fault, NOON - timedelta(minutes=ago)))
    said = figures(real)
    cameras = {name: value for name, value in said.items() if name.startswith("doorward_camera_up")}
    assert cameras == {'doorward_camera_up{door="back"}': 0, 'doorward_camera_up{door="front"}': 1}
    assert said['doorward_door_fault{code="camera_covered",door="back"}'] == 1
    assert (said['doorward_door_locked{door="back"}'], said['doorward_door_locked{door="side"}']) == (1, 0)


def test_with_the_database_away_there_are_figures_all_the_same(real: Real, tmp_path: Path) -> None:
    (tmp_path / "doorward.sqlite").rename(tmp_path / "elsewhere")
    (tmp_path / "doorward.sqlite").mkdir()
    said = figures(real)
    assert said["doorward_database_up"] == 0
    assert "doorward_gallery_faces" in said


def test_two_apps_count_for_themselves(tmp_path: Path) -> None:
    one, other = Real(tmp_path / "one.sqlite"), Real(tmp_path / "other.sqlite")
    call(one.app, "GET", "/people")
    name = 'doorward_requests_total{method="GET",route="/people",status="200"}'
    assert (figures(one)[name], name in figures(other)) == (1, False)


# The id of a request


@pytest.mark.parametrize("sent", ["r-1", "A-b_" * 16, "2026.07.28"])
def test_an_id_that_a_client_sends_is_kept_and_logged(sent: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answer = call(faked(), "GET", "/nowhere", headers={"X-Request-ID": sent})
    assert answer.headers.get_list("x-request-id") == [sent]
    assert any(record.getMessage().endswith(f" {sent}") for record in caplog.records if record.name == "api.middleware")


@pytest.mark.parametrize("sent", [None, "", "a b", "a" * 65, "x\tERROR fake", "é", "{}"])
def test_any_other_is_replaced_by_one_of_ours(sent: str | None) -> None:
    headers = {} if sent is None else {"X-Request-ID": sent.encode()}
    answer = call(faked(), "GET", "/health/live", headers=headers)
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.logs("a request failed")
def test_every_answer_has_one_and_a_failure_s_traceback_too(caplog: pytest.LogCaptureFixture) -> None:
    app = faked(FakeRecogniser(ValueError("x")))
    foreign = call(app, "GET", "/health", headers={"Origin": "https://elsewhere.example"})
    large = call(app, "POST", "/match_face", headers={"content-length": "100000000"})
    failed = match(app, png(0))
    assert [problem(answer)["status"] for answer in (foreign, large, failed)] == [403, 413, 500]
    ids = {answer.headers["x-request-id"] for answer in (foreign, large, failed)}
    assert len(ids) == 3
    assert any(failed.headers["x-request-id"] in r.getMessage() for r in caplog.records if r.levelno == logging.ERROR)


def test_what_happened_carries_it(real: Real) -> None:
    headers = {"X-Request-ID": "r-7"}
    call(real.app, "POST", "/match_face", files={"file": ("a.png", png(0))}, headers=headers)
    call(real.app, "POST", "/door/open", headers=headers)
    assert [entry.request_id for entry in real.store.events()] == ["r-7", "r-7"]


def test_a_database_that_was_unmounted_is_missed_and_not_begun_anew(real: Real, tmp_path: Path) -> None:
    file = tmp_path / "doorward.sqlite"
    away = file.rename(tmp_path / "elsewhere")
    for path in ("/health", "/health/ready", "/people"):
        assert call(real.app, "GET", path).status_code == 503
    real.recogniser.refresh()
    assert call(real.app, "POST", "/match_face", files={"file": ("a.png", png(0))}).status_code == 503
    assert not file.exists()
    away.rename(file)
    real.recogniser.refresh()
    assert call(real.app, "GET", "/health/ready").status_code == 200
