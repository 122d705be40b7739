"""Who may call what: by keys and scopes, at once on every process."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rest import NOON, PICTURE, FakeKeys, FakeRecogniser, Real, acall, call, faked, problem

from api.security import Caller, Security
from core.apikeys import ApiKey, Scope, digest, new_key
from core.errors import KeyRevoked
from core.throttle import FREE, LONGEST

MATCH: dict[str, Any] = {"files": {"file": ("a.png", PICTURE)}}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(keys: FakeKeys, clock: Clock) -> FastAPI:
    return faked(security=Security(keys, per_key=3, utcnow=lambda: NOON, clock=clock))


def ask(app: FastAPI, key: str | None, *, address: str = "192.0.2.1") -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            headers = {} if key is None else {"X-API-Key": key}
            return await client.post("/match_face", headers=headers, **MATCH)

    return asyncio.run(asked())


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, problem(answer)["code"]


@pytest.mark.parametrize(
    "headers", [{"Authorization": "Bearer {}"}, {"authorization": "bearer  {} "}, {"X-API-Key": "{}"}]
)
def test_a_key_is_taken_from_either_header(app: FastAPI, keys: FakeKeys, headers: dict[str, str]) -> None:
    key = keys.gains(Scope.MATCH)
    sent = {name: value.format(key) for name, value in headers.items()}
    assert call(app, "POST", "/match_face", headers=sent, **MATCH).status_code == 200


@pytest.mark.parametrize("other", ["Basic abc", "Bearer", "Bearer  "])
def test_a_proxys_own_password_or_none_does_not_hide_the_key(app: FastAPI, keys: FakeKeys, other: str) -> None:
    headers = {"Authorization": other, "X-API-Key": keys.gains(Scope.MATCH)}
    assert call(app, "POST", "/match_face", headers=headers, **MATCH).status_code == 200


def test_without_a_key_the_answer_says_how_to_send_one(app: FastAPI) -> None:
    answer = ask(app, None)
    assert said(answer) == (401, "key_missing")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "X-API-Key" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("gone", "code"), [({"expires": NOON}, "key_expired"), ({"expires": NOON + timedelta(seconds=1)}, None)]
)
def test_a_key_that_has_expired_says_so(
    app: FastAPI, keys: FakeKeys, gone: dict[str, datetime], code: str | None
) -> None:
    answer = ask(app, keys.gains(Scope.MATCH, **gone))
    assert answer.status_code == 200 if code is None else said(answer) == (401, code)


def test_a_key_for_something_else_is_told_what_it_lacks(app: FastAPI, keys: FakeKeys) -> None:
    answer = ask(app, keys.gains(Scope.ENROL, Scope.DOOR_OPEN))
    assert said(answer) == (403, "scope_missing")
    assert "match" in answer.json()["detail"]


@pytest.mark.logs("a wrong API key")
def test_no_mangled_key_gets_in() -> None:
    keys, clock = FakeKeys(), Clock()
    app = faked(security=Security(keys, utcnow=lambda: NOON, clock=clock))
    key = keys.gains(*Scope)
    visible = st.characters(min_codepoint=0x21, max_codepoint=0xFF)

    @settings(deadline=None)
    @given(st.integers(0, len(key) - 1), visible, st.integers(0, 4))
    def tried(at: int, other: str, way: int) -> None:
        changed = key[:at] + other + key[at + 1 :]
        wrong = [changed, key[:at], key[at + 1 :], key * 2, key.upper()][way]
        assume(wrong != key)
        clock.now += LONGEST  # so that it is listened to
        answer = call(app, "POST", "/match_face", headers=[(b"X-API-Key", wrong.encode("latin-1"))], **MATCH)
        assert said(answer) in ((401, "key_unknown"), (401, "key_missing"))

    tried()


def test_a_key_that_was_revoked_is_refused_from_then_on_by_every_process(tmp_path: Path) -> None:
    path = tmp_path / "doorward.sqlite"
    one, other = Real(path, keys=True), Real(path, keys=True)
    key, text = new_key("turnstile", [Scope.MATCH], NOON, None)
    one.store.keyring.add(key, digest(text))
    assert [ask(process.app, text).status_code for process in (one, other)] == [200, 200]
    one.store.keyring.revoke(key.prefix, NOON)
    for process in (one, other):
        assert said(ask(process.app, text)) == (401, "key_revoked")


def test_a_key_that_is_revoked_while_the_request_comes_in_is_refused(
    app: FastAPI, keys: FakeKeys, clock: Clock
) -> None:
    key = keys.gains(Scope.MATCH)

    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        keys.held.clear()
        clock.now += 10
        yield PICTURE + b"\r\n--x--\r\n"

    headers = {"X-API-Key": key, "Content-Type": "multipart/form-data; boundary=x"}
    assert said(call(app, "POST", "/match_face", headers=headers, content=body())) == (401, "key_unknown")


def test_what_goes_on_for_long_asks_again(keys: FakeKeys) -> None:
    security = Security(keys, utcnow=lambda: NOON)
    keys.gains(Scope.EVENTS_READ)
    [(key, hashed)] = keys.held.values()
    caller = Caller(key.prefix, key.name, key.scopes)
    security.recheck(caller)
    keys.held[key.prefix] = (replace(key, revoked=NOON), hashed)
    with pytest.raises(KeyRevoked):
        security.recheck(caller)
    Security(None).recheck(caller)


def test_without_the_database_nobody_gets_in(app: FastAPI, keys: FakeKeys) -> None:
    key = keys.gains(*Scope)
    keys.away = True
    answer = ask(app, key)
    assert said(answer) == (503, "database_unavailable")
    assert answer.headers["retry-after"]


def test_a_refusal_comes_before_the_body_is_read(app: FastAPI, keys: FakeKeys) -> None:
    enrol = keys.gains(Scope.ENROL)
    for headers, status in (({}, 401), ({"X-API-Key": enrol}, 403)):
        asked = []

        async def body(asked: list[int] = asked) -> AsyncIterator[bytes]:
            asked.append(1)
            yield b"x"

        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        assert call(app, "POST", "/match_face", headers={**kind, **headers}, content=body()).status_code == status
        assert asked == []


def test_when_a_key_was_used_is_noted_once_a_minute(app: FastAPI, keys: FakeKeys) -> None:
    text = keys.gains(Scope.MATCH)
    ask(app, text)
    [(key, hashed)] = keys.held.values()
    keys.held[key.prefix] = (replace(key, last_used=NOON - timedelta(seconds=59)), hashed)
    ask(app, text)
    keys.held[key.prefix] = (replace(key, last_used=NOON - timedelta(seconds=60)), hashed)
    ask(app, text)
    assert keys.noted == [NOON, NOON]


def test_one_key_may_ask_so_often_in_a_minute(app: FastAPI, keys: FakeKeys, clock: Clock) -> None:
    key, other = keys.gains(Scope.MATCH), keys.gains(Scope.MATCH)
    assert [ask(app, key).status_code for _ in range(3)] == [200, 200, 200]
    answer = ask(app, key)
    assert said(answer) == (429, "too_many_requests")
    assert answer.headers["retry-after"] == "20"
    assert ask(app, other).status_code == 200
    clock.now += 20
    assert ask(app, key).status_code == 200


@pytest.mark.logs("a wrong API key from 192.0.2.1")
def test_who_guesses_is_made_to_wait_and_nobody_else_is(app: FastAPI, keys: FakeKeys, clock: Clock) -> None:
    right, wrong = keys.gains(Scope.MATCH), new_key("x", [], NOON, None)[1]
    for _ in range(FREE):
        assert said(ask(app, wrong)) == (401, "key_unknown")
    assert said(ask(app, "nonsense")) == (401, "key_unknown")
    for key in (wrong, right):
        answer = ask(app, key)
        assert said(answer) == (429, "too_many_wrong_keys")
        assert answer.headers["retry-after"] == "1"
    assert ask(app, right, address="192.0.2.2").status_code == 200
    clock.now += 1
    assert said(ask(app, wrong)) == (401, "key_unknown")
    assert ask(app, right).headers["retry-after"] == "2"
    clock.now += 2
    assert ask(app, right).status_code == 200


class AllAtOnce(FakeKeys):
    """Tells nobody anything before as many have asked."""

    def __init__(self, askers: int) -> None:
        super().__init__()
        self._asked = Barrier(askers, timeout=10)

    def find(self, prefix: str) -> tuple[ApiKey, str] | None:
        self._asked.wait()
        return super().find(prefix)


@pytest.mark.logs("a wrong API key")
def test_one_outdated_key_sent_many_times_at_once_is_not_as_many_guesses(clock: Clock) -> None:
    askers = 3 * FREE
    app = faked(security=Security(AllAtOnce(askers), utcnow=lambda: NOON, clock=clock))
    headers = {"X-API-Key": new_key("x", [], NOON, None)[1]}

    async def burst() -> list[httpx.Response]:
        return await asyncio.gather(*(acall(app, "GET", "/people", headers=headers) for _ in range(askers)))

    assert {said(answer) for answer in asyncio.run(burst())} == {(401, "key_unknown")}
    answer = call(app, "GET", "/people", headers=headers)
    assert (said(answer), answer.headers["retry-after"]) == ((429, "too_many_wrong_keys"), "1")


def test_a_key_that_expired_is_no_guess(app: FastAPI, keys: FakeKeys) -> None:
    old = keys.gains(Scope.MATCH, expires=NOON)
    assert {said(ask(app, old)) for _ in range(3 * FREE)} == {(401, "key_expired")}
    assert {said(ask(app, None)) for _ in range(3 * FREE)} == {(401, "key_missing")}


def test_a_flood_of_keys_at_once_is_answered(app: FastAPI, keys: FakeKeys) -> None:
    key = keys.gains(Scope.MATCH)

    async def flood() -> list[httpx.Response]:
        return await asyncio.gather(
            *(acall(app, "POST", "/match_face", headers={"X-API-Key": key}, **MATCH) for _ in range(9))
        )

    assert sorted(answer.status_code for answer in asyncio.run(flood())) == [200] * 3 + [429] * 6


def test_without_keys_whoever_is_here_may(tmp_path: Path) -> None:
    assert call(faked(FakeRecogniser()), "POST", "/match_face", **MATCH).status_code == 200
