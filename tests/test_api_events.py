"""The log of events over REST: pages, filters, and a spreadsheet that runs nothing."""

import asyncio
import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from fakes import MODEL_ID
from reader import Reader
from rest import DENIED, NOON, Real, call, enrol, match, png, problem

from core.apikeys import Scope, digest, new_key
from core.domain import Decision, Reason, Verdict
from core.logbook import Event, Incident

HOUR = timedelta(hours=1)


def granted(name: str) -> Decision:
    return Decision(Verdict.GRANTED, Reason.MATCHED, "ada", name, 0.9, 0.4, 0.6, 4, 0.5, policy="2:0123")


@pytest.fixture
def real(tmp_path: Path) -> Real:
    real = Real(tmp_path / "doorward.sqlite")
    real.store.record(Event(NOON, "door", granted("Ada"), MODEL_ID, "opened"))
    real.store.record(Event(NOON + HOUR, "door", DENIED, MODEL_ID))
    real.store.report(Incident(NOON + 2 * HOUR, "door", "camera_covered"))
    real.store.record(Event(NOON + 3 * HOUR, "api", granted('=HYPERLINK("evil")'), MODEL_ID, None, None, "r-1", "gate"))
    return real


def page(real: Real, query: str = "") -> dict[str, Any]:
    answer = call(real.app, "GET", f"/events{query}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[int]:
    return [entry["id"] for entry in body["events"]]


def sheet(real: Real, query: str = "") -> list[dict[str, str]]:
    answer = call(real.app, "GET", f"/events{query}", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.text)))


def test_an_entry_is_told_whole_and_an_incident_in_the_same_shape(real: Real) -> None:
    rest, incident, denied, door = page(real)["events"]
    assert door == {
        "id": 1,
        "at": "2026-07-28T12:00:00Z",
        "source": "door",
        "outcome": "granted",
        "reason": "matched",
        "user_id": "ada",
        "name": "Ada",
        "similarity": 0.9,
        "margin": 0.4,
        "threshold": 0.6,
        "frames": 4,
        "latency": 0.5,
        "liveness": None,
        "liveness_score": None,
        "policy": "2:0123",
        "model_id": MODEL_ID,
        "door": "opened",
        "request_id": None,
        "actor": None,
    }
    assert set(incident) == set(door)
    assert (incident["outcome"], incident["reason"], incident["user_id"]) == ("fault", "camera_covered", None)
    assert (denied["user_id"], denied["name"]) == (None, None)
    assert (rest["request_id"], rest["actor"]) == ("r-1", "gate")


def test_pages_hold_each_entry_once_whatever_is_written_meanwhile(real: Real) -> None:
    seen, query = [], "?limit=1"
    while True:
        body = page(real, query)
        seen += ids(body)
        if body["next_cursor"] is None:
            break
        query = f"?limit=1&cursor={body['next_cursor']}"
        real.store.record(Event(NOON + 9 * HOUR, "door", DENIED, MODEL_ID))
    assert seen == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?outcome=granted", [4, 1]),
        ("?outcome=fault", [3]),
        ("?reason=unknown_face", [2]),
        ("?person=AD", [4, 1]),
        ("?since=2026-07-28T13:00:00Z&until=2026-07-28T15:00:00Z", [3, 2]),
        ("?since=2026-07-28T16:00:00%2B02:00", [4, 3]),
        ("?outcome=denied&person=ada", []),
    ],
)
def test_filters_leave_what_fits(real: Real, query: str, found: list[int]) -> None:
    assert ids(page(real, query)) == found
    assert [int(row["id"]) for row in sheet(real, query)] == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("outcome=maybe", "outcome"),
        ("since=2026-07-28", "since"),
        ("since=1764400000", "since"),
        ("person=%00", "person"),
        ("since=2026-07-28T12:00:00", "since"),
        ("until=0001-01-01T00:00:00%2B23:59", "until"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=WyJ4IiwxXQ==", "cursor"),  # ["x", 1]
        ("cursor=WyIyMDI2LTA3LTI4VDEyOjAwOjAwIiwxXQ==", "cursor"),  # without an offset
        ("cursor=WyIyMDI2LTA3LTI4VDEyOjAwOjAwWiIsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OV0=", "cursor"),
    ],
)
def test_what_is_asked_wrongly_is_told_by_its_name(real: Real, query: str, field: str) -> None:
    answer = call(real.app, "GET", f"/events?{query}")
    assert (answer.status_code, problem(answer)["field"]) == (422, field)


def test_who_asks_for_no_outcome_that_there_is_is_told_each_that_there_is(real: Real) -> None:
    told = problem(call(real.app, "GET", "/events?outcome=maybe"))["detail"]
    for outcome in ("granted", "denied", "act", "fault"):
        assert outcome in told
        assert call(real.app, "GET", f"/events?outcome={outcome}").status_code == 200


def test_a_spreadsheet_has_all_of_it_and_no_formula(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.events.PAGE", 2)
    rows = sheet(real)
    assert [row["id"] for row in rows] == ["4", "3", "2", "1"]
    assert rows[0]["name"] == '\'=HYPERLINK("evil")'
    assert [row["id"] for row in sheet(real, "?limit=3")] == ["4", "3", "2"]
    assert list(rows[0]) == list(page(real)["events"][0])


@pytest.mark.logs("was broken off")
def test_a_spreadsheet_is_broken_off_where_its_key_is_revoked_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.events.PAGE", 2)
    real = Real(tmp_path / "keyed.sqlite", keys=True)
    key, text = new_key("export", [Scope.EVENTS_READ], NOON, None)
    real.store.keyring.add(key, digest(text))
    for _ in range(9):
        real.store.record(Event(NOON, "api", DENIED, MODEL_ID))
    events = real.store.events

    def revoked_at_the_second_page(*args: Any, **where: Any) -> Any:
        if where["before"] is not None:
            real.store.keyring.revoke(key.prefix, NOON)
        return events(*args, **where)

    monkeypatch.setattr(real.store, "events", revoked_at_the_second_page)

    async def read() -> None:
        async with Reader(real.app, "/events", accept="text/csv", authorization=f"Bearer {text}") as reader:
            await reader.ended()
        assert reader.text.count("\r\n") == 1 + 2 + 2

    asyncio.run(read())


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/csv;q=0", "application/json"),
        ("application/json, text/csv;q=0.9", "application/json"),
        ("text/csv;q=half", "application/json"),
        ("TEXT/CSV", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv, */*;q=0.1", "text/csv"),
    ],
)
def test_it_is_a_spreadsheet_for_who_would_rather_have_one(real: Real, accept: str, kind: str) -> None:
    answer = call(real.app, "GET", "/events", headers={"Accept": accept})
    assert answer.headers["content-type"].split(";")[0] == kind


def test_one_of_nothing_has_its_first_line(real: Real) -> None:
    answer = call(real.app, "GET", "/events?reason=none", headers={"Accept": "text/csv"})
    assert answer.text.startswith("id,at,source,")
    assert answer.text.count("\r\n") == 1


def test_a_database_that_is_away_is_said_before_a_line_is_sent(real: Real, tmp_path: Path) -> None:
    (tmp_path / "doorward.sqlite").rename(tmp_path / "elsewhere")
    (tmp_path / "doorward.sqlite").mkdir()
    answer = call(real.app, "GET", "/events", headers={"Accept": "text/csv"})
    assert (answer.status_code, problem(answer)["code"]) == (503, "database_unavailable")


def test_a_match_carries_the_id_of_its_request(real: Real) -> None:
    enrol(real.app, "bob", png(1))
    answer = match(real.app, png(1))
    assert page(real, "?person=bob")["events"][0]["request_id"] == answer.headers["x-request-id"]
