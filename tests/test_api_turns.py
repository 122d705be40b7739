"""The line before the model: short, fair, and no hindrance to anybody who does not stand in it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
import readymade
from fakes import FakeLatch
from fastapi import FastAPI
from rest import DENIED, GRANTED, NOON, PICTURE, FakeRecogniser, acall, call, faked, problem
from test_api_faults import Busy as BusyRecogniser

from api.schemas import Configured
from api.security import Security
from api.turns import Turns, at_once
from core.apikeys import Scope, digest, new_key
from core.domain import Decision
from core.errors import Busy
from core.opener import Opener
from core.store import Store

UPLOAD = {"file": ("a.png", PICTURE)}


@asynccontextmanager
async def full(app: FastAPI, recogniser: BusyRecogniser, turns: Turns, requests: int) -> AsyncIterator[list[int]]:
    """So many matches are under way; at the end all have been answered, with the statuses in the list."""
    statuses: list[int] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(requests):
            group.create_task(_status(app, statuses))
        while turns.busy + turns.waiting < requests:
            await asyncio.sleep(0.005)
        try:
            yield statuses
        finally:
            recogniser.let_go.set()


async def _status(app: FastAPI, statuses: list[int]) -> None:
    statuses.append((await acall(app, "POST", "/match_face", files=UPLOAD)).status_code)


async def never() -> AsyncIterator[bytes]:
    """A body of which the first bytes come, and no more."""
    yield b"--x\r\n"
    pytest.fail("the body was read")


class Grants(BusyRecogniser):
    """Looks at each picture until it is let go; grants then."""

    def examine(self, image: np.ndarray) -> tuple[Decision, float | None]:
        super().examine(image)
        return GRANTED, 0.9


def kept(store: Store, name: str) -> str:
    """A key that may do all."""
    key, text = new_key(name, Scope, NOON, None)
    store.keyring.add(key, digest(text))
    return text


def test_beyond_the_line_it_is_503_at_once_without_reading_a_body_and_all_else_is_answered(tmp_path: Path) -> None:
    store = Store(readymade.made(tmp_path / "door.sqlite"))

    async def run() -> None:
        recogniser, turns = BusyRecogniser(), Turns(1, queue=2)
        app = faked(recogniser, turns=turns, store=store)  # type: ignore[arg-type]
        async with full(app, recogniser, turns, 3) as statuses:
            form = {"content-type": "multipart/form-data; boundary=x"}
            for path in ("/match_face", "/enroll_faces/ada"):
                answer = await acall(app, "POST", path, content=never(), headers=form)
                assert (answer.status_code, problem(answer)["code"]) == (503, "busy")
                assert int(answer.headers["retry-after"]) >= 1
            for path in ("/health/live", "/health", "/people", "/events"):
                assert (await acall(app, "GET", path)).status_code == 200
            assert statuses == []
        assert statuses == [200, 200, 200]

    asyncio.run(run())
    store.close()


def test_a_place_that_was_taken_while_the_body_came_is_not_promised_twice() -> None:
    async def run() -> None:
        recogniser, turns = BusyRecogniser(), Turns(1, queue=1)
        app = faked(recogniser, turns=turns)
        statuses: list[int] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(6):  # all are past the gate before any has its turn
                group.create_task(_status(app, statuses))
            while len(statuses) < 4:
                await asyncio.sleep(0.005)
            recogniser.let_go.set()
        assert sorted(statuses) == [200, 200, 503, 503, 503, 503]
        assert recogniser.most == 1

    asyncio.run(run())


def test_first_come_first_served_and_the_place_of_who_gives_up_is_free() -> None:
    async def run() -> None:
        turns, free = Turns(1, queue=4), asyncio.Event()
        order: list[str] = []

        async def one(name: str) -> None:
            turn = turns(None)  # type: ignore[arg-type]  # the request is not looked at
            await anext(turn)
            order.append(name)
            await free.wait()
            with pytest.raises(StopAsyncIteration):
                await anext(turn)

        tasks = []
        for name in "abcde":
            tasks.append(asyncio.create_task(one(name)))
            await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await turns.admit(None)  # type: ignore[arg-type]
        assert refused.value.wait >= 1
        tasks[2].cancel()
        free.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == ["a", "b", "d", "e"]
        assert (turns.busy, turns.waiting) == (0, 0)
        await turns.admit(None)  # type: ignore[arg-type]

    asyncio.run(run())


def test_a_key_that_was_revoked_in_the_line_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.security.FRESH", 0.0)
    store, latch, recogniser, turns = (
        Store(readymade.made(tmp_path / "door.sqlite")),
        FakeLatch(),
        Grants(),
        Turns(1, 4),
    )
    security, configured = Security(store.keyring, utcnow=lambda: NOON), Configured(match_opens_door=True)
    opener = Opener(latch, store, store.doors.all, name="front", seconds=3.0)
    app = faked(recogniser, store=store, turns=turns, security=security, opener=opener, configured=configured)
    first, second = (kept(store, name) for name in ("first", "second"))

    async def asks(text: str) -> httpx.Response:
        return await acall(app, "POST", "/match_face?open=true", files=UPLOAD, headers={"X-API-Key": text})

    async def run() -> None:
        answers = []
        for text in (first, second):
            answers.append(asyncio.create_task(asks(text)))
            while turns.busy + turns.waiting < len(answers):
                await asyncio.sleep(0.005)
        store.keyring.revoke(second.split("_")[1], NOON)
        recogniser.let_go.set()
        good, revoked = await asyncio.gather(*answers)
        assert (good.status_code, good.json()["door"]) == (200, "opened")
        assert (revoked.status_code, problem(revoked)["code"]) == (401, "key_revoked")

    asyncio.run(run())
    assert latch.log == ["open"]
    store.close()


@pytest.mark.parametrize("busy", [0.0, 6.0])
def test_who_waited_too_long_in_the_line_is_not_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy: float
) -> None:
    store, latch = Store(readymade.made(tmp_path / "door.sqlite")), FakeLatch()
    monkeypatch.setattr("api.asked.time", SimpleNamespace(monotonic=lambda: time.monotonic() + busy))
    opener = Opener(latch, store, store.doors.all, name="front", seconds=3.0)
    app = faked(FakeRecogniser(GRANTED), store=store, opener=opener, configured=Configured(match_opens_door=True))
    answer = call(app, "POST", "/match_face?open=true", files=UPLOAD)
    assert answer.status_code == (503 if busy else 200)
    assert ("open" in latch.log) == (not busy)
    store.close()


def test_a_turn_that_fails_is_given_back() -> None:
    async def run() -> None:
        turns = Turns(1, queue=0)
        app = faked(FakeRecogniser(ValueError("x")), turns=turns)
        for _ in range(3):
            assert (await acall(app, "POST", "/match_face", files=UPLOAD)).status_code == 500
        assert (turns.busy, turns.waiting) == (0, 0)

    caught = pytest.MonkeyPatch()
    with caught.context() as patched:
        patched.setattr("api.middleware.log.error", lambda *_: None)
        asyncio.run(run())


def test_how_long_to_stay_away_follows_from_how_long_turns_take() -> None:
    async def run() -> int:
        now = [0.0]
        turns = Turns(2, queue=6, clock=lambda: now[0])
        held = [turns(None) for _ in range(2)]  # type: ignore[arg-type]
        for turn in held:
            await anext(turn)
        now[0] = 2.5
        for turn in held:
            with pytest.raises(StopAsyncIteration):
                await anext(turn)
        waiting = [asyncio.create_task(anext(turns(None))) for _ in range(8)]  # type: ignore[arg-type, arg-type]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await turns.admit(None)  # type: ignore[arg-type]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return refused.value.wait

    assert asyncio.run(run()) == 10  # eight requests of 2.5 s, two at a time


@pytest.mark.parametrize(
    ("cores", "threads", "workers", "expected"),
    [(8, 1, 1, 8), (8, 2, 1, 4), (8, 0, 1, 1), (8, 1, 2, 4), (2, 1, 4, 1), (2, 4, 1, 1)],
)
def test_as_many_at_a_time_as_the_cores_are_good_for(
    monkeypatch: pytest.MonkeyPatch, cores: int, threads: int, workers: int, expected: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert at_once(threads, workers=workers) == expected


def test_the_answer_is_what_it_was_without_a_line() -> None:
    async def run() -> None:
        app = faked(FakeRecogniser(DENIED), turns=Turns(1, queue=0))
        assert (await acall(app, "POST", "/match_face", files=UPLOAD)).json() == {"status": "access_denied"}

    asyncio.run(run())
