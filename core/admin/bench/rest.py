"""`doorward-admin bench api` and `bench traffic`: the API's own measurements, run in a process of their own."""

import subprocess
import sys
from json import loads
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.admin.bench.machine import machine
from core.admin.shell import ConfigOption, JsonOption, Shell, shell
from core.errors import InputError
from core.parts import make_model

FacesOption = Annotated[Path, typer.Option("--faces", help="A folder with a folder of pictures for each person")]
COLUMNS = {
    "clients": "clients",
    "answered": "answered",
    "refused_503": "503",
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
    "p99_ms": "p99 ms",
    "per_second": "per s",
    "bare_per_second": "bare per s",
    "not_inference": "not inference",
    "memory_before_mb": "MiB before",
    "memory_after_mb": "MiB after",
}


def api(
    context: typer.Context,
    faces: FacesOption,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each window is")] = 5.0,
    rounds: Annotated[int, typer.Option(min=1, help="Windows of the API and of the bare engine, by turns")] = 3,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """What a match over REST takes beside the bare engine, with 1, 4, 16 and 64 clients.

    The server is one that this starts: doorward-api with an empty database, keys
    asked for and no limit on rates. The bare engine decodes, detects, embeds and
    matches in the bench's own process, on as many threads as the server looks at
    pictures at a time; what the API adds, and the engine does not do, is HTTP,
    the key, the line, and the event on disk. Both are measured by turns: a window
    each for throughput_ratio_16, and call by call for overhead_one_client, for
    which the API runs in the bench's process, on the same engine.

    A client asks again as soon as it is answered; who is told 503 waits as
    Retry-After says. not_inference is the share of an answer's time beyond the
    bare call's in the window beside, waiting in the line included.
    """
    sh = _ready(context, config, json)
    options = ["speed", str(faces), "--seconds", str(seconds), "--rounds", str(rounds)]
    told = {**_measured(options, sh.config), "machine": machine()}
    if sh.json:
        sh.say("", **told)
        return
    table = Table(*COLUMNS.values())
    for level in told["levels"]:
        table.add_row(*(_cell(name, level[name]) for name in COLUMNS))
    Console().print(table)
    for name, value in told.items():
        if name != "levels":
            sh.say(f"{name}: {value}")


def traffic(
    context: typer.Context,
    faces: FacesOption,
    minutes: Annotated[float, typer.Option(min=0.02, help="How long; less than 6 say nothing of memory")] = 20.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the server")] = 1,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Match while people are enrolled and erased, and check every answer against who was enrolled just then.

    Exit code 1 where an answer was wrong or missing, one is not on record, or memory grew.
    """
    sh = _ready(context, config, json)
    told = _measured(["traffic", str(faces), "--seconds", str(60 * minutes), "--workers", str(workers)], sh.config)
    sh.say("\n".join(f"{name}: {value}" for name, value in told.items()), **told, machine=machine())
    raise typer.Exit(1 if told["wrong"] else 0)


def _ready(context: typer.Context, config: Path | None, json: bool) -> Shell:
    """Raises ModelUnavailable: the server that is started here would wait for its model without a word."""
    sh = shell(context, config, json)
    make_model(sh.settings.models)
    return sh


def _measured(options: list[str], config: Path | None) -> dict[str, Any]:
    """Raises InputError with what was said where there is nothing to tell."""
    call = [sys.executable, "-m", "api.bench", *options, *(["--config", str(config)] if config else [])]
    ran = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own interpreter
    if ran.returncode or not ran.stdout:
        raise InputError("The API could not be measured; what it said is above.")
    told: dict[str, Any] = loads(ran.stdout.splitlines()[-1])
    return told


def _cell(name: str, value: float | None) -> str:
    if value is None:  # nobody was answered
        return ""
    if name == "not_inference":
        return f"{100 * value:.0f} %"
    return f"{value:.0f}" if value >= 10 or isinstance(value, int) else f"{value:.1f}"
