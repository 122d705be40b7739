"""The typed client, and what the bench makes of answers: over the real app, without a server."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest import DENIED, NOON, Real, png

from api.bench.figures import Level, facts, overhead
from api.bench.load import BUSY, OK, Call, Window
from api.bench.truth import Change, fault, may_be
from api.client import Client, Refused
from api.entries import told
from api.schemas import Denied, GrantedInDetail
from core.apikeys import Scope, digest, new_key
from core.logbook import Event


class Wire(httpx.BaseTransport):
    """Between a client that waits and an app that does not."""

    def __init__(self, real: Real) -> None:
        self._real = real

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            request.read()
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._real.app)) as client:
                sent = client.build_request(
                    request.method, request.url, headers=request.headers, content=request.content
                )
                answer = await client.send(sent)
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

        return asyncio.run(ask())


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite", keys=True)


@pytest.fixture
def door(real: Real) -> Client:
    made, text = new_key("personnel", frozenset(Scope), NOON, None)
    real.store.keyring.add(made, digest(text))
    return Client("http://localhost", text, transport=Wire(real))


def test_somebody_is_enrolled_known_changed_and_erased(door: Client) -> None:
    with door:
        assert door.enrol("ada 1", "Ada", [png(0), png(0, shift=20)], once="17").faces_stored == 2
        assert door.enrol("ada 1", "Ada", [png(0), png(0, shift=20)], once="17").faces_stored == 2
        assert [person.user_id for person in door.people("ADA")] == ["ada 1"]
        assert isinstance(door.match(png(1)), Denied)
        explained = door.explain(png(0))
        assert isinstance(explained, GrantedInDetail)
        assert explained.explanation
        assert explained.explanation.reason == "matched"
        assert door.change("ada 1", name="Ada Lee").name == door.person("ada 1").name == "Ada Lee"
        first, _ = door.faces("ada 1")
        assert door.erase_face("ada 1", first.id).faces_erased == 1
        assert door.erase("ada 1").gallery_version == door.system().gallery_version
        assert [entry.reason for entry in islice(door.events(outcome="act"), 2)] == ["deleted", "face_dropped"]
        assert door.open_door().seconds == 3.0
        assert door.health().well
        assert "doorward_requests_total" in door.metrics()


def test_pages_are_followed_to_the_last(real: Real, door: Client) -> None:
    for _ in range(120):
        real.store.record(Event(NOON, "api", DENIED, "m"))
    assert len(list(door.events())) == 120


def test_what_is_refused_is_raised_with_its_code(door: Client) -> None:
    with pytest.raises(Refused, match="person_not_found") as refused:
        door.person("nobody")
    assert (refused.value.status, refused.value.code, refused.value.retry_after) == (404, "person_not_found", None)
    assert refused.value.request_id


def test_an_answer_of_somebody_else_is_no_answer() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(502, text="<html>", headers={"Retry-After": "3"}))
    with Client("http://localhost", transport=transport) as door, pytest.raises(Refused) as refused:
        door.system()
    assert (refused.value.code, refused.value.retry_after) == ("not_doorward", 3)


class Breaking(httpx.SyncByteStream):
    """The stream of events from one after `last` on; it breaks after each."""

    def __init__(self, last: int) -> None:
        self._next = last + 1

    def __iter__(self) -> Iterator[bytes]:
        entry = replace(Event(NOON, "api", DENIED, "m"), id=self._next)
        yield b": well\n\n"
        yield f"id: {self._next}\ndata: {told(entry).model_dump_json()}\n\n".encode()
        raise httpx.ReadError("cut")


def test_who_follows_what_happens_has_each_once_however_often_the_connection_breaks() -> None:
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("last-event-id"))
        if len(asked) == 2:
            raise httpx.ConnectError("the server is being started")
        return httpx.Response(200, stream=Breaking(int(asked[-1] or 0)))

    with Client("http://localhost", again=0, transport=httpx.MockTransport(answer)) as door:
        assert [entry.id for entry in islice(door.follow(), 3)] == [1, 2, 3]
    assert asked == [None, "1", "1", "2"]


def test_who_is_cut_off_before_the_first_entry_or_told_to_wait_reads_on_from_there() -> None:
    asked: list[str | None] = []
    begun = b"retry: 2000\nid: 7\n\n"
    full = httpx.Response(503, json={"code": "too_many_streams"}, headers={"Retry-After": "0"})
    answers = iter([httpx.Response(200, content=begun), full, httpx.Response(200, stream=Breaking(7))])

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("last-event-id"))
        return next(answers)

    with Client("http://localhost", again=0, transport=httpx.MockTransport(answer)) as door:
        assert next(door.follow()).id == 8
    assert asked == [None, "7", "7"]


def test_what_was_cut_off_in_the_middle_is_asked_for_again() -> None:
    asked: list[str | None] = []
    answers = iter([httpx.Response(200, content=b"id: 7\n\nid: 8\n"), httpx.Response(200, stream=Breaking(7))])

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("last-event-id"))
        return next(answers)

    with Client("http://localhost", again=0, transport=httpx.MockTransport(answer)) as door:
        assert next(door.follow()).id == 8
    assert asked == [None, "7"]


def test_who_may_not_follow_is_told_so() -> None:
    refused = httpx.Response(403, json={"code": "scope_missing"})
    transport = httpx.MockTransport(lambda _: refused)
    with Client("http://localhost", transport=transport) as door, pytest.raises(Refused, match="scope_missing"):
        next(door.follow())


def window(*outcomes: str, took: float = 1.0) -> Window:
    return Window(10.0, tuple(Call(0.0, took, outcome) for outcome in outcomes))


def test_the_goals_are_told_from_what_was_measured() -> None:
    pairs = [(Call(0.0, 1.0, OK), Call(0.0, 1.05, OK))]
    levels = [
        Level(16, (window(*[OK] * 19),), (window(*[OK] * 20),), (1, 2)),
        Level(64, (window(*[OK] * 9, BUSY),), (window(*[OK] * 10),), (1, 2)),
    ]
    goals = facts(pairs, levels, 2)
    assert goals["overhead_one_client"] == pytest.approx(0.05)
    assert goals["throughput_ratio_16"] == pytest.approx(0.95)
    assert set(goals["goal"].values()) == {True}
    failing = Level(64, (window(OK, "internal_error"),), (window(OK),), (1, 2))
    assert facts(pairs, [levels[0], failing], 2)["goal"]["no_error_but_503"] is False
    assert overhead(pairs) == pytest.approx(0.05)
    silent = facts(pairs, [levels[0], Level(64, (window(BUSY),), (window(OK),), (1, 2))], 2)
    assert (silent["levels"][1]["p99_ms"], silent["goal"]["p99_within_twice_p50"]) == (None, False)


@pytest.mark.parametrize(
    ("began", "ended", "late", "states"),
    [
        (0.0, 0.5, 0.0, {False}),
        (0.5, 1.5, 0.0, {False, True}),
        (2.5, 2.6, 0.0, {True}),
        (2.5, 2.6, 1.0, {False, True}),
        (3.5, 4.5, 0.0, {True, False}),
        (6.0, 7.0, 0.0, {False}),
    ],
)
def test_an_answer_is_judged_by_who_was_enrolled_then(
    began: float, ended: float, late: float, states: set[bool]
) -> None:
    changes = [Change(1.0, 2.0, enrolled=True), Change(4.0, 5.0, enrolled=False)]
    assert may_be(changes, began, ended, late=late) == states


@given(st.sampled_from([frozenset({True}), frozenset({False}), frozenset({True, False})]))
def test_nobody_may_ever_be_granted_as_another(states: frozenset[bool]) -> None:
    assert fault("ada", "ben", states)
    assert bool(fault("ada", "ada", states)) == (True not in states)
    assert bool(fault("ada", None, states)) == (False not in states)
