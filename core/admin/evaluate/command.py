"""The command itself: where what was measured is shown, and drawn."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import track

from core.admin.evaluate.facts import facts
from core.admin.evaluate.labelled import read
from core.admin.evaluate.pipeline import Evaluation
from core.admin.evaluate.pipeline import evaluate as evaluate_pictures
from core.admin.evaluate.roc import roc_svg
from core.admin.evaluate.tables import tables
from core.admin.shell import ConfigOption, JsonOption, shell
from core.errors import InputError
from core.parts import make_model


def evaluate(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A folder with a folder for each person, or a CSV of pairs")],
    skip: Annotated[list[str] | None, typer.Option("--skip", help="A folder that is no person; repeatable")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw a ROC curve into this SVG file")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Measure how well people are told apart, on pictures of which it is known who is in them. Stores nothing."""
    sh = shell(context, config, json)
    labelled = read(path, skip or ())
    evaluation = evaluate_pictures(labelled, make_model(sh.settings.models), sh.settings.recognition, progress=_shown)
    if sh.json:
        sh.say("", **facts(evaluation))
    else:
        Console().print(*(Padding(part, (0, 0, 1, 0), expand=False) for part in tables(evaluation)))
    if plot is not None:
        _draw(plot, evaluation)


def _shown(files: Sequence[Path]) -> Iterable[Path]:
    """A bar on a terminal; nothing in a pipe's errors."""
    console = Console(stderr=True)
    return track(files, "Looking", console=console, transient=True, disable=not console.is_terminal)


def _draw(plot: Path, evaluation: Evaluation) -> None:
    svg = roc_svg(evaluation.comparisons.verification, evaluation.threshold, f"Doorward with {evaluation.model_id}")
    try:
        plot.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{plot} cannot be written: {error.strerror}. Name another file with --plot.") from error
