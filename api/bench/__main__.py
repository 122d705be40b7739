"""The measurements as a command for `doorward-admin`: one line of JSON, and what is going on to the errors."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from api.bench.figures import facts
from api.bench.run import measure, people_in
from api.bench.server import Started
from api.bench.traffic import Traffic, own_pictures
from api.client import Client, Refused
from api.turns import at_once
from core.config import load
from core.errors import DoorwardError, InputError
from core.memory import keep_level

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
Faces = Annotated[Path, typer.Argument(help="A folder with a folder of pictures for each person")]
Config = Annotated[Path | None, typer.Option("--config")]


@app.command()
def speed(faces: Faces, seconds: float = 5.0, rounds: int = 3, config: Config = None) -> None:
    """What a match over REST takes beside the bare engine."""
    people = people_in(faces)
    with TemporaryDirectory(prefix="doorward-bench-") as folder, Started(Path(folder), load(config)) as server:
        with server.client() as client:
            for name, pictures in people.items():
                _enrol(client, name, pictures)
        own = at_once(server.settings.models.threads)
        pictures = _usable(server, [picture for each in people.values() for picture in each])
        if not pictures:
            raise InputError(f"Nobody in {faces} is seen. Name a folder with pictures of faces.")
        pairs, levels = measure(server, pictures, own, seconds=seconds, rounds=rounds, shown=_shown)
    _say(facts(pairs, levels, own))


@app.command()
def traffic(faces: Faces, seconds: float = 60.0, workers: int = 1, config: Config = None) -> None:
    """Whether it answers right while people are enrolled and erased."""
    people = people_in(faces)
    with (
        TemporaryDirectory(prefix="doorward-bench-") as folder,
        Started(Path(folder), load(config), workers=workers) as server,
    ):
        with server.client() as client:
            usable = own_pictures(client, people)
        if not usable:
            raise InputError(f"Nobody in {faces} can be told from the others. Name a folder with better pictures.")
        run = Traffic(server, usable)
        run.run(seconds)
        _say(run.facts(seconds))


def _enrol(client: Client, name: str, pictures: list[bytes]) -> None:
    try:
        client.enrol(name, name, pictures[:1])
    except Refused as error:
        _shown(f"{name} is not enrolled: {error}")


def _usable(server: Started, pictures: list[bytes]) -> list[bytes]:
    """Those that are answered at all: with a face in them."""
    usable = []
    with server.client() as client:
        for picture in pictures:
            try:
                client.match(picture)
            except Refused:
                continue
            usable.append(picture)
    return usable


def _shown(what: str) -> None:
    sys.stderr.write(f"{what}\n")


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    keep_level()  # as the server and the kiosk do: the bare engine is to be theirs, which takes some 5 % longer by it
    try:
        app()
    except DoorwardError as refused:
        sys.exit(f"{refused.code}: {refused}")
