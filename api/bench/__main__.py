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
from api.client import Client, Refused
from api.turns import at_once
from core.config import load
from core.errors import DoorwardError

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
        pictures = [picture for each in people.values() for picture in each]
        pairs, levels = measure(server, _usable(server, pictures), own, seconds, rounds, _shown)
    _say(facts(pairs, levels, own))


@app.callback()
def _one_of_several() -> None:
    """So that a lone command keeps its name."""


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
    try:
        app()
    except DoorwardError as refused:
        sys.exit(f"{refused.code}: {refused}")
