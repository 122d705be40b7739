"""Following the events: nothing lost or doubled over a reconnect, nobody follows for longer than they may."""

import asyncio
import threading
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from fakes import MODEL_ID, FakeLatch
from fastapi import FastAPI
from reader import Reader
from rest import DENIED, GRANTED, NOON, FakeEnrolment, FakeRecogniser, Real, acall, call, problem

from api import stream
from api.app import create_app
from api.security import Security
from core.apikeys import Scope, digest, new_key
from core.errors import StoreUnavailable
from core.logbook import Event
from core.opener import Opener
from core.store import Store


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "POLL", 0.01)


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite")


def event(source: str = "api") -> Event:
    return Event(NOON, source, DENIED, MODEL_ID)


def app_on(store: Store) -> FastAPI:
    return create_app(
        recogniser=FakeRecogniser(),  # type: ignore[arg-type]
        enrolment=FakeEnrolment(),  # type: ignore[arg-type]
        store=store,
        opener=Opener(FakeLatch(), store, store.doors.all, name="front", seconds=3.0),
        security=Security(None),
        utcnow=lambda: NOON,
    )


def test_what_happens_from_now_on_comes_as_it_does_in_the_log(real: Real) -> None:
    real.store.record(event())

    async def follow() -> None:
        async with Reader(real.app) as reader:
            await reader.until(lambda: "retry" in reader.text)
            real.store.record(event())
            real.store.record(Event(NOON, "api", GRANTED, MODEL_ID, request_id="r-1", actor="gate (01)"))
            await reader.until(lambda: len(reader.entries) == 2)
        listed = await acall(real.app, "GET", "/events?limit=2")
        assert reader.entries == listed.json()["events"][::-1]
        assert [message["id"] for message in reader.messages[1:]] == ["2", "3"]

    asyncio.run(follow())


def test_who_comes_back_gets_what_they_missed_and_nothing_else(real: Real) -> None:
    async def follow() -> None:
        async with Reader(real.app) as first:
            await first.until(lambda: "retry" in first.text)
            keys = [real.store.record(event()) for _ in range(3)]
            await first.until(lambda: len(first.entries) == 3)
        keys += [real.store.record(event()) for _ in range(3)]
        async with Reader(real.app, **{"Last-Event-ID": first.last_id}) as second:
            await second.until(lambda: len(second.entries) == 3)
        assert [entry["id"] for entry in first.entries + second.entries] == keys

    asyncio.run(follow())


def test_nothing_is_lost_or_doubled_whoever_writes_and_however_often_the_line_is_cut(
    store: Store, another: Store
) -> None:
    """Two processes write; two readers, each at one of them, hang up after every few entries."""
    many, keys = 40, list[int]()

    def write(one: Store) -> None:
        for i in range(many):
            keys.append(one.record(event("door" if i % 2 else "api")))

    async def follow(app: FastAPI) -> list[int]:
        last, got = "0", list[int]()
        while len(got) < 2 * many:
            wanted = min(3, 2 * many - len(got))
            async with Reader(app, **{"Last-Event-ID": last}) as reader:
                await reader.until(partial(reader.has, wanted))
            last = reader.last_id
            got += [entry["id"] for entry in reader.entries]
        return got

    async def all_at_once() -> list[list[int]]:
        writing = [asyncio.to_thread(write, one) for one in (store, another)]
        following = [follow(app_on(one)) for one in (store, another)]
        return (await asyncio.gather(*following, *writing))[:2]

    one, other = asyncio.run(all_at_once())
    assert sorted(one) == sorted(keys)
    assert one == other


def test_only_what_was_asked_for_comes(real: Real) -> None:
    async def follow() -> None:
        async with Reader(real.app, "/events/stream?outcome=granted", **{"Last-Event-ID": "0"}) as reader:
            real.store.record(event())
            key = real.store.record(Event(NOON, "api", GRANTED, MODEL_ID))
            await reader.until(lambda: bool(reader.entries))
        assert [entry["id"] for entry in reader.entries] == [key]

    asyncio.run(follow())


def test_silence_is_broken_now_and_then(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.02)

    async def follow() -> None:
        async with Reader(real.app) as reader:
            await reader.until(lambda: "\n\n:\nid: 0\n\n" in reader.text)
        assert reader.entries == []

    asyncio.run(follow())


def test_whoever_is_cut_off_before_the_first_entry_misses_none(real: Real) -> None:
    real.store.record(event())

    async def follow() -> None:
        async with Reader(real.app) as reader:
            await reader.until(lambda: "retry" in reader.text)
        key = real.store.record(event())
        async with Reader(real.app, **{"Last-Event-ID": reader.last_id}) as again:
            await again.until(lambda: again.has(1))
        assert [entry["id"] for entry in again.entries] == [key]

    asyncio.run(follow())


def test_whom_nothing_concerns_is_told_how_far_that_was_looked_through(
    real: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.02)

    async def follow() -> None:
        async with Reader(real.app, "/events/stream?outcome=granted") as reader:
            for _ in range(3):
                real.store.record(event())
            await reader.until(lambda: "retry" in reader.text and reader.last_id == "3")
        assert reader.entries == []

    asyncio.run(follow())


def test_a_database_that_hangs_is_asked_by_one_reader_after_the_other_and_keeps_nobody_else_waiting(
    real: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, asked = threading.Event(), []

    def hangs(*_: object, **__: object) -> None:
        asked.append(1)
        go.wait(10)
        raise StoreUnavailable("It is away.")

    async def follow() -> None:
        async with AsyncExitStack() as stack:
            readers = [await stack.enter_async_context(Reader(real.app)) for _ in range(12)]
            for reader in readers:
                await reader.until(lambda reader=reader: "retry" in reader.text)
            monkeypatch.setattr(real.store.feed, "after", hangs)
            while len(asked) < stream.THREADS:
                await asyncio.sleep(0.01)
            answers = await asyncio.gather(*[acall(real.app, "GET", "/people") for _ in range(20)])
            assert [answer.status_code for answer in answers] == [200] * 20
            assert len(asked) == stream.THREADS
            go.set()

    asyncio.run(follow())


def test_a_database_that_goes_and_comes_back_costs_nothing_but_time(real: Real, tmp_path: Path) -> None:
    async def follow() -> None:
        file, elsewhere = tmp_path / "doorward.sqlite", tmp_path / "elsewhere"
        async with Reader(real.app) as reader:
            await reader.until(lambda: "retry" in reader.text)
            file.rename(elsewhere)
            file.mkdir()
            await asyncio.sleep(0.05)
            file.rmdir()
            elsewhere.rename(file)
            key = await asyncio.to_thread(real.store.record, event())
            await reader.until(lambda: bool(reader.entries))
        assert [entry["id"] for entry in reader.entries] == [key]

    asyncio.run(follow())


@pytest.mark.logs("a request failed")
def test_a_stream_that_breaks_is_in_the_log(
    real: Real, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(real.store.feed, "after", lambda *_, **__: 1 / 0)

    async def follow() -> None:
        async with Reader(real.app) as reader:
            await reader.ended()

    asyncio.run(follow())
    (failed,) = [record.getMessage() for record in caplog.records if "a request failed" in record.getMessage()]
    assert "ZeroDivisionError" in failed


def test_they_end_when_the_server_does(real: Real) -> None:
    async def follow() -> None:
        async with Reader(real.app) as reader:
            await reader.until(lambda: "retry" in reader.text)
            real.app.state.end_streams()
            await reader.ended()

    asyncio.run(follow())


def test_no_more_than_so_many_follow_and_who_hangs_up_makes_room(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    async def follow() -> None:
        async with AsyncExitStack() as stack:
            for _ in range(stream.MOST):
                reader = await stack.enter_async_context(Reader(real.app))
                await reader.until(lambda: "retry" in reader.text)  # noqa: B023 - awaited here
            async with Reader(real.app) as refused:
                await refused.ended()
            assert (refused.status, '"too_many_streams"' in refused.text) == (503, True)
        async with Reader(real.app) as reader:
            await reader.until(lambda: "retry" in reader.text)

    asyncio.run(follow())


@pytest.mark.parametrize("last", ["-1", "x", "", "1", str(2**63)])
def test_what_is_no_id_of_ours_is_refused(real: Real, last: str) -> None:
    answer = call(real.app, "GET", "/events/stream", headers={"Last-Event-ID": last})
    assert (answer.status_code, problem(answer)["field"]) == (422, "Last-Event-ID")


def test_a_key_that_is_revoked_is_followed_for_no_longer(tmp_path: Path) -> None:
    real = Real(tmp_path / "doorward.sqlite", keys=True)
    key, text = new_key("turnstile", [Scope.EVENTS_READ], NOON, NOON + timedelta(days=1))
    real.store.keyring.add(key, digest(text))

    async def follow() -> None:
        async with Reader(real.app, Authorization=f"Bearer {text}") as reader:
            await reader.until(lambda: "retry" in reader.text)
            real.store.keyring.revoke(key.prefix, NOON)
            real.store.record(event())
            await reader.ended()
        assert len(reader.entries) <= 1  # one that was on its way

    asyncio.run(follow())


def test_an_opening_comes_once_with_what_the_door_did(real: Real) -> None:
    async def follow() -> None:
        async with Reader(real.app) as reader:
            await reader.until(lambda: "retry" in reader.text)
            key = real.store.record(Event(NOON, "door", GRANTED, MODEL_ID))
            denial = real.store.record(event())
            await reader.until(lambda: len(reader.entries) == 1)
            real.store.door_did(key, "opened")
            await reader.until(lambda: len(reader.entries) == 2)
        assert [(entry["id"], entry["door"]) for entry in reader.entries] == [(denial, None), (key, "opened")]

    asyncio.run(follow())
