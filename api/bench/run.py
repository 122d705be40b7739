"""The API and the bare engine by turns, on one machine, in one run."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

from api.bench.beside import beside
from api.bench.engine import Bare
from api.bench.figures import Level, Pair
from api.bench.load import timed, window
from api.bench.server import Started
from core.admin.evaluate.labelled import People, read
from core.errors import InputError

CLIENTS = (1, 4, 16, 64)
Shown = Callable[[str], None]


def people_in(folder: Path) -> dict[str, list[bytes]]:
    """The pictures of each person, whose folder's name is theirs. Raises InputError where there are none."""
    found = read(folder)
    if not isinstance(found, People):
        raise InputError(f"{folder} is no folder. Name one with a folder of pictures for each person.")
    people: dict[str, list[bytes]] = {}
    for file, name in zip(found.files, found.labels, strict=True):
        people.setdefault(name, []).append(file.read_bytes())
    return people


def measure(
    server: Started, pictures: Sequence[bytes], at_once: int, *, seconds: float, rounds: int, shown: Shown
) -> tuple[list[Pair], list[Level]]:
    """`pictures` are asked for in turn; `seconds` is how long a window is, `rounds` how many there are of each."""
    with ExitStack() as stack:
        bare = Bare(server.settings)
        stack.callback(bare.close)
        clients = [stack.enter_context(server.client()) for _ in range(max(CLIENTS))]
        for picture in pictures:  # a first look takes longest
            bare(picture)
            clients[0].match(picture)
        shown("one client and the bare engine, call by call")
        with beside(server, bare.recogniser) as client:
            client.health()
            pairs = [
                (timed(bare, picture), timed(client.match, picture))
                for picture in islice(cycle(pictures), rounds * 2 * len(pictures))
            ]
        levels = []
        for many in CLIENTS:
            shown(f"{many} clients and the bare engine, by turns")
            before, turns = server.memory(), []
            for _ in range(rounds):
                own = window([bare] * min(many, at_once), pictures, seconds)
                turns.append((window([client.match for client in clients[:many]], pictures, seconds), own))
            api, own_windows = zip(*turns, strict=True)
            levels.append(Level(many, api, own_windows, (before, server.memory())))
    return pairs, levels
