"""What is changed over REST is on record as what an operator changes is: who, whom, what, and of which call."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from rest import NOON, Real, call, files, png

from core.apikeys import Scope, digest, new_key
from core.logbook import Incident

Headers = dict[str, str]


class Caller:
    """Who has a key for all of it, and calls under the id r-1."""

    def __init__(self, real: Real) -> None:
        made, text = new_key("personnel", frozenset(Scope), NOON, None)
        real.store.keyring.add(made, digest(text))
        self.who = f"personnel ({made.prefix})"
        self._real = real
        self._headers = {"X-API-Key": text, "X-Request-ID": "r-1"}

    def enrols(self, *numbers: int, query: str = "", **headers: str) -> httpx.Response:
        form = {"data": {"name": "Ada Secret"}, "files": files(*map(png, numbers))}
        sent = {**self._headers, **headers}
        return call(self._real.app, "POST", f"/enroll_faces/ada{query}", headers=sent, **form)

    def asks(self, method: str, path: str, **request: object) -> httpx.Response:
        return call(self._real.app, method, path, headers=self._headers, **request)


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite", keys=True)


@pytest.fixture
def caller(real: Real) -> Caller:
    return Caller(real)


CHANGES: list[tuple[str, Callable[[Caller], httpx.Response]]] = [
    ("enrolled", lambda caller: caller.enrols(0, query="?replace=true")),
    ("enrolled", lambda caller: caller.enrols(0, query="?replace=true&partial=true")),
    ("renamed", lambda caller: caller.asks("PATCH", "/people/ada", json={"name": "Ada Lee"})),
    ("disabled", lambda caller: caller.asks("PATCH", "/people/ada", json={"active": False})),
    ("dates_changed", lambda caller: caller.asks("PATCH", "/people/ada", json={"valid_until": None})),
    ("face_dropped", lambda caller: caller.asks("DELETE", "/people/ada/faces/1")),
    ("face_dropped", lambda caller: caller.asks("DELETE", "/people/ada/faces")),
    ("deleted", lambda caller: caller.asks("DELETE", "/people/ada")),
]


@pytest.mark.parametrize(("act", "change"), CHANGES)
def test_who_changed_what_of_whom_is_on_record(
    real: Real, caller: Caller, act: str, change: Callable[[Caller], httpx.Response]
) -> None:
    assert caller.enrols(0).status_code == 200
    assert change(caller).status_code == 200
    assert real.store.events() == [
        Incident(NOON, "api", act, 2, "ada", request_id="r-1", actor=caller.who),
        Incident(NOON, "api", "enrolled", 1, "ada", request_id="r-1", actor=caller.who),
    ]
    assert "Secret" not in repr(real.store.events())


def test_what_was_refused_or_done_before_is_not(real: Real, caller: Caller) -> None:
    once = {"Idempotency-Key": "once"}
    assert [caller.enrols(0, **once).status_code for _ in range(2)] == [200, 200]
    assert caller.enrols().status_code == 422
    assert caller.asks("PATCH", "/people/ada", json={}).status_code == 200
    assert caller.asks("PATCH", "/people/ben", json={"name": "Ben"}).status_code == 404
    assert caller.asks("DELETE", "/people/ada/faces/7").status_code == 404
    assert [entry.id for entry in real.store.events()] == [1]


def test_where_no_keys_are_asked_for_it_is_on_record_all_the_same(tmp_path: Path) -> None:
    real = Real(tmp_path / "doorward.sqlite")
    real.enrolled("ada", png(0))
    [entry] = real.store.events()
    assert isinstance(entry, Incident)
    assert (entry.code, entry.source, entry.actor) == ("enrolled", "api", None)


def test_it_is_read_over_rest_as_an_act_and_counted_as_one(caller: Caller) -> None:
    caller.enrols(0)
    [entry] = caller.asks("GET", "/events?outcome=act&person=ada").json()["events"]
    assert (entry["reason"], entry["actor"], entry["request_id"]) == ("enrolled", caller.who, "r-1")
    counted = 'doorward_decisions_total{outcome="act",reason="enrolled",source="api"}'
    assert f"{counted} 1.0" in caller.asks("GET", "/metrics").text  # counted by the database
    caller.enrols(0, query="?replace=true")
    assert f"{counted} 2.0" in caller.asks("GET", "/metrics").text  # and counted on
