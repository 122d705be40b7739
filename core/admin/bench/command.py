"""The commands themselves: where what was measured is shown."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from json import loads
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import track

from core.admin.bench.figures import facts
from core.admin.bench.fusion import facts as fusion_facts
from core.admin.bench.live import Step, apart, look_through, measure
from core.admin.bench.load import load
from core.admin.bench.machine import machine
from core.admin.bench.misses import misses
from core.admin.bench.rest import api, traffic
from core.admin.bench.search import search
from core.admin.bench.tables import fusion_tables, live_tables
from core.admin.shell import ConfigOption, JsonOption, Shell, shell
from core.errors import InputError
from core.settings import DEMO

bench = typer.Typer(no_args_is_help=True, help="What recognition takes, and what it brings.")
VideoArgument = Annotated[Path, typer.Argument(help="A video file")]
ExpectOption = Annotated[
    list[str], typer.Option("--expect", help="The user_id of somebody enrolled who is in the video; repeatable")
]


@bench.command()
def live(
    context: typer.Context,
    video: VideoArgument,
    expect: ExpectOption,
    runs: Annotated[int, typer.Option(min=1, help="Playbacks of the video through either loop, by turns")] = 5,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """What our loop takes and how soon it decides, beside the loop that everyone writes.

    The plain loop is insightface's FaceAnalysis.get at 640 x 640, with detection
    and recognition: every face matched against the same gallery, and let in on a
    single frame at the same threshold.

    Both are played the video at its own speed: of the frames that come while a
    loop is busy, it gets the newest, and the others are dropped. As that saves
    the plain loop CPU, it is also given every frame, as fast as it goes:

    cpu_ratio is ours at the video's own speed over the plain loop's on every
    frame, cpu_ratio_same_threads the same, with as many threads of ONNX Runtime
    as ours, cpu_ratio_realtime both at the video's own speed.

    Each run begins a little later in the video, so that people come at another
    moment between two looks.

    Each playback has a process of its own. Its CPU counts over all its threads,
    and the decoding of the video is part of it. A glance begins with the first
    frame of the video in which the face is fit to be matched, whether a loop
    looked at it or not, and ends when the decision is there. Nothing is recorded,
    no door is asked.
    """
    sh = _shell(context, config, json, video)
    described = machine()
    told = {**facts(measure(video, sh.settings, expect, runs, progress=_shown)), "machine": described}
    if sh.json:
        sh.say("", **told)
    else:
        _print(live_tables(told))


@bench.command()
def fusion(
    context: typer.Context,
    video: VideoArgument,
    expect: ExpectOption,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Whether several frames fused tell people apart better than a single one. Looks at every frame in full."""
    sh = _shell(context, config, json, video)
    survey = apart(look_through, video, sh.settings, expect)
    told = fusion_facts(survey, max(4, sh.settings.recognition.frames))
    if sh.json:
        sh.say("", **told)
    else:
        _print(fusion_tables(told))


@bench.command()
def ui(
    context: typer.Context,
    video: VideoArgument,
    seconds: Annotated[float, typer.Option(min=5, help="How long")] = 60.0,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """How smooth the kiosk's window stays while faces are recognised on the video.

    Full HD; the longest time in each second that the window did not answer, how
    often the picture was painted, and the CPU that it takes to open the People
    page on 100,000 people. Where there is no display, set
    QT_QPA_PLATFORM=offscreen.
    """
    sh = _shell(context, config, json, video)
    options = [str(video.resolve()), str(seconds), *([str(sh.config)] if sh.config else [])]
    call = [sys.executable, "-m", "kiosk.bench", *options]
    ran = subprocess.run(call, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    if ran.returncode:
        raise InputError(f"The window could not be measured: {ran.stderr.strip().splitlines()[-1:]}")
    told = {**loads(ran.stdout.splitlines()[-1]), "machine": machine()}
    sh.say("\n".join(f"{name}: {value}" for name, value in told.items()), **told)


bench.command()(search)
bench.command()(misses)
bench.command()(api)
bench.command()(traffic)
bench.command()(load)


def _print(parts: Iterable[RenderableType]) -> None:
    Console().print(*(Padding(part, (0, 0, 1, 0), expand=False) for part in parts))


def _shell(context: typer.Context, config: Path | None, json: bool, video: Path) -> Shell:
    """Raises InputError for what cannot be measured."""
    sh = shell(context, config, json)
    if not video.is_file():
        raise InputError(f"There is no file {video}. Name a video file.")
    if sh.settings.models.pack == DEMO:
        raise InputError("The demo's model is no measure of anything. Set models.pack to a pack.")
    return sh


def _shown(steps: Sequence[Step]) -> Iterable[Step]:
    """A bar on a terminal; nothing in a pipe's errors."""
    console = Console(stderr=True)
    return track(steps, "Playing", console=console, transient=True, disable=not console.is_terminal)
