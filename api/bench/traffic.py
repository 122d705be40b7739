"""Mixed traffic while people are enrolled and erased: every answer is checked, and nothing may grow."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from http import HTTPStatus
from statistics import median_low
from typing import Any

import httpx

from api.bench.server import Started
from api.bench.truth import Change, fault, may_be
from api.client import Client, Refused
from api.schemas import Granted
from core.admin.soak.levels import LEAST_SECONDS, ROOM, SHARE
from core.parts import make_store

MATCHERS = 3
SEEN_WITHIN = 1.0  # seconds until all processes know of a change
EVERYTHING = 10**9  # rows
MIB = 2**20
Pictures = Mapping[str, Sequence[bytes]]


class Traffic:
    """One run. `wrong` is what should not have been, a sentence each."""

    def __init__(self, server: Started, people: Pictures, *, seed: int = 0) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.memory: list[int] = []
        self._server = server
        self._people = people
        self._late = SEEN_WITHIN if server.settings.api.workers > 1 else 0.0
        self._changes: dict[str, list[Change]] = {name: [] for name in people}
        self._changing = threading.Lock()
        self._under_way: dict[str, tuple[float, bool]] = {}
        self._stop = threading.Event()
        self._seed = seed

    def run(self, seconds: float) -> None:
        """One enrols and erases, one reads, the others match; until the time is up or something is wrong."""
        roles = [self._change, self._read, *[self._match] * MATCHERS]
        threads = [threading.Thread(target=self._play, args=(role, i)) for i, role in enumerate(roles)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.wrong:
            self.memory.append(self._server.memory())
            time.sleep(min(1.0, seconds / 10))
        self._stop.set()
        for thread in threads:
            thread.join()

    def _play(self, role: Callable[[Client, random.Random], None], number: int) -> None:
        dice = random.Random(f"{self._seed} {number}")  # noqa: S311 - it decides nothing
        with self._server.client() as client:
            while not self._stop.is_set():
                try:
                    role(client, dice)
                except Refused as error:
                    self._refused(error)
                except httpx.HTTPError as error:
                    self.wrong.append(f"no answer: {type(error).__name__}")

    def _refused(self, error: Refused) -> None:
        if error.status == HTTPStatus.SERVICE_UNAVAILABLE and error.code == "busy":
            self.counts["refused_503"] += 1
            self._stop.wait(error.retry_after or 1)
        else:
            self.wrong.append(f"refused: {error.status} {error.code}")

    def _change(self, client: Client, dice: random.Random) -> None:
        name = dice.choice(list(self._people))
        enrolled = not (self._changes[name] and self._changes[name][-1].enrolled)
        with self._changing:
            began = time.monotonic()
            self._under_way[name] = (began, enrolled)
        try:
            if enrolled:
                client.enrol(name, name, self._people[name][:1])
            else:
                client.erase(name)
        except Refused:
            with self._changing:  # nothing was stored
                del self._under_way[name]
            raise
        with self._changing:
            self._changes[name].append(Change(began, time.monotonic(), enrolled))
            del self._under_way[name]
        self.counts["enrolled" if enrolled else "erased"] += 1
        self._stop.wait(dice.uniform(0.0, 0.5))

    def _match(self, client: Client, dice: random.Random) -> None:
        name = dice.choice(list(self._people))
        began = time.monotonic()
        answer = client.match(dice.choice(self._people[name]))
        ended = time.monotonic()
        with self._changing:
            known = list(self._changes[name])
            if name in self._under_way:
                since, enrolled = self._under_way[name]
                known.append(Change(since, float("inf"), enrolled))
        states = may_be(known, began, ended, late=self._late)
        who = answer.user_id if isinstance(answer, Granted) else None
        wrong = fault(name, who, states)
        if wrong:
            self.wrong.append(wrong)
        self.counts["denied" if who is None else "granted"] += 1
        self.counts["certain" if len(states) == 1 else "either_way"] += 1

    def _read(self, client: Client, dice: random.Random) -> None:
        people = [person.user_id for person in client.people()]
        if not set(people) <= set(self._people):
            self.wrong.append("somebody is enrolled who never was")
        next(client.events(), None)
        if not client.health().well:
            self.wrong.append("not well")
        self.counts["read"] += 3
        self._stop.wait(dice.uniform(0.0, 0.3))

    def facts(self, seconds: float) -> dict[str, Any]:
        """For `--json`. Looks at what is on record, too."""
        with closing(make_store(self._server.settings)) as store:
            recorded = len(store.events(EVERYTHING))
        answered = self.counts["granted"] + self.counts["denied"]
        wrong = list(dict.fromkeys(self.wrong))
        if recorded < answered:
            wrong.append(f"{answered} matches were answered, {recorded} are on record")
        grown = growth(self.memory) if seconds >= LEAST_SECONDS else None
        if grown is not None and grown[1] > grown[0] + max(ROOM, SHARE * grown[0]):
            wrong.append("memory grew")
        return {
            "seconds": seconds,
            **self.counts,
            "recorded": recorded,
            "memory_mb": [round(value / MIB, 1) for value in (self.memory[0], max(self.memory), self.memory[-1])],
            "memory_thirds_mb": None if grown is None else [round(value / MIB, 1) for value in grown],
            "wrong": wrong,
        }


def growth(memory: Sequence[int]) -> tuple[int, int]:
    """The medians of the second and the last third: the first is for warming up."""
    third = len(memory) // 3
    return median_low(memory[third : 2 * third]), median_low(memory[2 * third :])


def own_pictures(client: Client, people: Pictures) -> dict[str, list[bytes]]:
    """Those by which each is told from the others, all being enrolled with their first; nobody is in the end."""
    known = []
    for name, pictures in people.items():
        try:
            client.enrol(name, name, pictures[:1])
            known.append(name)
        except Refused:
            continue
    usable = {name: [picture for picture in people[name] if _is(client, name, picture)] for name in known}
    for name in known:
        client.erase(name)
    return {name: pictures for name, pictures in usable.items() if pictures}


def _is(client: Client, name: str, picture: bytes) -> bool:
    try:
        answer = client.match(picture)
    except Refused:
        return False
    return isinstance(answer, Granted) and answer.user_id == name
