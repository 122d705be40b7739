"""Callers, each on a thread of its own, that ask again as soon as they are answered: of the API, or of the engine."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle, islice

import httpx

from api.client import Refused

OK = "ok"
BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Call:
    """Began at `at` (seconds, monotonic) and took `seconds`. `outcome` is OK, an error's code or its name."""

    at: float
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Window:
    """All calls of so many seconds."""

    seconds: float
    calls: tuple[Call, ...]

    @property
    def took(self) -> list[float]:
        """Seconds, of those that were answered."""
        return [call.seconds for call in self.calls if call.outcome == OK]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds


Ask = Callable[[bytes], object]


def timed(ask: Ask, picture: bytes) -> Call:
    call, wait = _timed(ask, picture)
    if wait:
        time.sleep(wait)
    return call


def _timed(ask: Ask, picture: bytes) -> tuple[Call, float]:
    at, outcome, wait = time.monotonic(), OK, 0.0
    try:
        ask(picture)
    except Refused as error:
        outcome = BUSY if error.status == HTTPStatus.SERVICE_UNAVAILABLE else error.code
        wait = float(error.retry_after or 0)
    except httpx.HTTPError as error:
        outcome = type(error).__name__
    return Call(at, time.monotonic() - at, outcome), wait


def window(askers: Sequence[Ask], pictures: Sequence[bytes], seconds: float) -> Window:
    """Each asker asks for so long, with each picture in turn, beginning with another; who is told to wait does."""
    stop, calls = threading.Event(), [list[Call]() for _ in askers]

    def run(number: int) -> None:
        for picture in islice(cycle(pictures), number, None):
            if stop.is_set():
                return
            call, wait = _timed(askers[number], picture)
            calls[number].append(call)
            stop.wait(wait)

    threads = [threading.Thread(target=run, args=(number,), name=f"caller {number}") for number in range(len(askers))]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return Window(time.monotonic() - began, tuple(call for own in calls for call in own))
