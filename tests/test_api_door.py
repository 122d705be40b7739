"""Opening the door over REST: on record, by who may, and never against a lock; a match opens by two keys."""

from pathlib import Path
from typing import Any

import pytest
from rest import NOON, Real, call, match, png, problem

from core.apikeys import Scope, digest, new_key
from core.doors import DoorState
from core.logbook import Incident


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite", match_opens_door=True, driver="http")


def key(real: Real, *scopes: Scope) -> dict[str, str]:
    made, text = new_key("gate", scopes, NOON, None)
    real.store.keyring.add(made, digest(text))
    return {"X-API-Key": text, "X-Request-ID": "r-1"}


def locked(real: Real) -> None:
    real.store.doors.tell("front", DoorState(True, None, NOON))


def probe(real: Real, query: str, picture: bytes, **headers: str) -> Any:
    return call(real.app, "POST", f"/match_face{query}", files={"file": ("a.png", picture)}, headers=headers)


def test_it_opens_and_who_asked_is_on_record_with_what_it_did(tmp_path: Path) -> None:
    real = Real(tmp_path / "doorward.sqlite", keys=True, driver="http")
    headers = key(real, Scope.DOOR_OPEN)
    answer = call(real.app, "POST", "/door/open", headers=headers)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "opened", "door": "front", "driver": "http", "seconds": 3.0, "event_id": 1},
    )
    [entry] = real.store.events()
    who = f"gate ({headers['X-API-Key'].split('_')[1]})"
    assert entry == Incident(NOON, "api", "remote_opening", 1, door="opened", request_id="r-1", actor=who)
    assert real.door.times_opened == 1


def test_without_the_scope_nothing_opens(tmp_path: Path) -> None:
    real = Real(tmp_path / "doorward.sqlite", keys=True)
    answer = call(real.app, "POST", "/door/open", headers=key(real, *set(Scope) - {Scope.DOOR_OPEN}))
    assert (answer.status_code, problem(answer)["code"]) == (403, "scope_missing")
    assert (real.door.times_opened, real.store.events()) == (0, [])


def test_a_locked_door_stays_shut_and_that_is_on_record(real: Real) -> None:
    locked(real)
    answer = call(real.app, "POST", "/door/open")
    assert (answer.status_code, problem(answer)["code"]) == (409, "door_locked")
    assert (real.door.times_opened, real.store.events()[0].door) == (0, "refused")


def test_a_door_that_jams_is_said_so(real: Real) -> None:
    real.door.jams()
    answer = call(real.app, "POST", "/door/open")
    assert (answer.status_code, problem(answer)["code"]) == (503, "door_failed")
    assert real.store.events()[0].door == "failed"


# A match


def test_a_match_opens_nothing_unless_it_is_asked_to(real: Real) -> None:
    real.enrolled("ada", png(0))
    assert match(real.app, png(0)).json() == {"status": "access_granted", "user_id": "ada", "name": "Ada"}
    assert real.door.times_opened == 0


def test_asked_to_it_opens_for_who_is_granted_and_for_nobody_else(real: Real) -> None:
    real.enrolled("ada", png(0))
    assert probe(real, "?open=true", png(1)).json() == {"status": "access_denied", "explanation": None}
    assert real.door.times_opened == 0
    answer = probe(real, "?open=true", png(0)).json()
    assert answer == {
        "status": "access_granted",
        "user_id": "ada",
        "name": "Ada",
        "door": "opened",
        "explanation": None,
    }
    opening, granted, *_ = real.store.events()
    assert isinstance(opening, Incident)
    assert (opening.door, opening.request_id, granted.door) == ("opened", granted.request_id, None)
    assert real.door.times_opened == 1


def test_where_the_configuration_does_not_let_it_it_opens_nothing_whatever_the_key(tmp_path: Path) -> None:
    real = Real(tmp_path / "doorward.sqlite")
    real.enrolled("ada", png(0))
    answer = probe(real, "?open=true", png(0))
    assert (answer.status_code, problem(answer)["code"]) == (409, "match_opens_nothing")
    assert (real.door.times_opened, [entry.id for entry in real.store.events()]) == (0, [1])  # the enrolment's


@pytest.mark.parametrize(
    ("query", "scopes", "status"),
    [
        ("?open=true", {Scope.MATCH}, 403),
        ("?open=true", {Scope.MATCH, Scope.MATCH_EXPLAIN}, 403),
        ("?open=true", {Scope.MATCH, Scope.DOOR_OPEN}, 200),
        ("?explain=true", {Scope.MATCH, Scope.DOOR_OPEN}, 403),
        ("?explain=true", {Scope.MATCH, Scope.MATCH_EXPLAIN}, 200),
        ("?explain=false&open=false", {Scope.MATCH}, 200),
    ],
)
def test_more_than_a_match_takes_more_than_its_scope(
    tmp_path: Path, query: str, scopes: set[Scope], status: int
) -> None:
    real = Real(tmp_path / "doorward.sqlite", keys=True, match_opens_door=True)
    answer = probe(real, query, png(0), **key(real, *scopes))
    assert answer.status_code == status
    assert real.door.times_opened == 0  # nobody is enrolled


def test_granted_to_a_locked_door_is_refused_though_it_was_a_match(real: Real) -> None:
    real.enrolled("ada", png(0))
    locked(real)
    answer = probe(real, "?open=true", png(0))
    assert (answer.status_code, problem(answer)["code"]) == (409, "door_locked")
    assert real.door.times_opened == 0


# Why


def test_an_explanation_says_why_and_names_nobody_it_should_not(real: Real) -> None:
    real.enrolled("ada", png(0))
    real.enrolled("ben", png(1))
    granted, denied = (probe(real, "?explain=true", png(who)).json() for who in (0, 2))
    assert (granted["user_id"], granted["door"]) == ("ada", None)
    why = granted["explanation"]
    assert (why["reason"], why["threshold"], why["liveness"]) == ("matched", 0.6, None)
    assert why["similarity"] > 0.9
    assert why["margin"] > 0.05
    assert 0 < why["quality"] <= 1
    assert set(denied) == {"status", "explanation"}
    assert (denied["explanation"]["reason"], denied["explanation"]["similarity"] < 0.6) == ("unknown_face", True)
    assert "ada" not in str(denied)
