"""`doorward-admin bench search`: the engines of a search side by side."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from core.admin.bench.crowd import PAGE, Crowd
from core.admin.bench.machine import machine
from core.admin.bench.searching import agreement, measure
from core.admin.bench.yardsticks import bandwidth, plain_loop_ms
from core.admin.shell import ConfigOption, JsonOption, shell
from core.errors import InputError
from core.parts import make_collection, make_keepers
from core.settings import ENGINES, SearchSettings
from core.templates import Rows

REACH = 0.4
EXACT = "exact"
MODEL_ID = "bench:synthetic"
COLUMNS = {
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "batch_per_second": "per s, in 32s",
    "bytes_per_template": "bytes each",
    "build_s": "build s",
    "add_ms": "add ms",
    "remove_ms": "remove ms",
    "top1_agreement": "top 1",
    "runner_up_agreement": "runner-up",
    "genuine_lost": "lost",
}


def search(
    context: typer.Context,
    templates: Annotated[int, typer.Option(min=2, help="How many, two a person")] = 100_000,
    engine: Annotated[list[str], typer.Option(help=f"One of {', '.join(ENGINES)}; repeatable")] = [EXACT],  # noqa: B006 - Typer's
    dimension: Annotated[int, typer.Option(min=8, help="Numbers of a template")] = 512,
    probes: Annotated[int, typer.Option(min=1, help="Genuine probes, at a similarity of 0.4 to 0.7")] = 300,
    strangers: Annotated[int, typer.Option(min=1, help="Probes of nobody in the gallery")] = 100,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """How quick each engine finds somebody among many, what it takes, and whether it agrees with the exact one.

    The people are synthetic: in any direction, two templates each, and of sixteen
    the last one looks like the one before. bandwidth_bound_ms is the time in
    which this machine's memory, as measured, can be read once as far as the exact
    search reads it: the memory's best, so on a busy machine
    exact_least_over_bound, of the quickest probe, is the fairer ratio. The plain
    loop fetches rows from SQLite and takes one cosine after the other; it goes
    through 5,000 at most, and beyond that its time is extrapolated. milvus is the
    one configured, or one in a file that goes away.

    top1_agreement is of the genuine probes, runner_up_agreement of those whose
    runner-up is within reach of a threshold of 0.45; genuine_lost are the probes
    whose best person differs.
    """
    sh = shell(context, config, json)
    unknown = sorted(set(engine) - set(ENGINES))
    if unknown:
        raise InputError(f"There is no engine {unknown[0]}. Name one of {', '.join(ENGINES)}.")
    told = _measured(Crowd(templates, dimension), list(dict.fromkeys(engine)), sh.settings.search, probes, strangers)
    if sh.json:
        sh.say("", **told)
    else:
        _print(told)


def _measured(
    crowd: Crowd, engines: list[str], settings: SearchSettings, genuine: int, strangers: int
) -> dict[str, Any]:
    asked = crowd.probes(genuine, strangers)
    per_second = bandwidth()
    with TemporaryDirectory() as folder:
        loop_ms, went = plain_loop_ms(crowd, asked[0].vector, Path(folder))
    told, due = dict[str, Any](), None
    for name in [EXACT, *(name for name in engines if name != EXACT)]:
        with ExitStack() as stack:
            own = _alone(settings, name, stack)
            if name == "milvus":
                stack.callback(make_collection(own, MODEL_ID).drop)
            keeper = make_keepers(own)(MODEL_ID, REACH)
            measured = measure(keeper, crowd, asked, lambda pages, name=name: _shown(pages, crowd, name))  # type: ignore[misc]
            del keeper
        due = due or measured.matches
        told[name] = {**measured.figures, **agreement(measured.matches, due, asked, REACH)}
    bound = 1000 * 4 * crowd.dimension * crowd.templates / per_second
    plain = loop_ms * crowd.templates / went
    return {
        "templates": crowd.templates,
        "dimension": crowd.dimension,
        "genuine_probes": genuine,
        "bandwidth_gb_per_s": per_second / 1e9,
        "bandwidth_bound_ms": bound,
        "plain_loop_ms": plain,
        "plain_loop_templates": went,
        "plain_loop_extrapolated": went < crowd.templates,
        "exact_over_bound": told[EXACT]["p50_ms"] / bound,
        "exact_least_over_bound": told[EXACT]["least_ms"] / bound,
        "plain_loop_over_exact": plain / told[EXACT]["p50_ms"],
        "exact_over": {name: told[EXACT]["p50_ms"] / own["p50_ms"] for name, own in told.items() if name != EXACT},
        "engines": told,
        "machine": machine(),
    }


def _alone(settings: SearchSettings, engine: str, stack: ExitStack) -> SearchSettings:
    """That engine, and of Milvus none that serves a door."""
    changes: dict[str, Any] = {"engine": engine, "local": False}
    if engine == "milvus" and settings.engine != "milvus":
        changes["uri"] = str(Path(stack.enter_context(TemporaryDirectory())) / "bench.db")
    return SearchSettings(**{**settings.model_dump(), **changes})


def _shown(pages: Iterable[Rows], crowd: Crowd, engine: str) -> Iterable[Rows]:
    console = Console(stderr=True)
    total = -(-crowd.templates // PAGE)
    return track(pages, engine, total=total, console=console, transient=True, disable=not console.is_terminal)


def _print(told: dict[str, Any]) -> None:
    table = Table("engine", *COLUMNS.values())
    for name, figures in told["engines"].items():
        table.add_row(name, *(_cell(figures[column]) for column in COLUMNS))
    Console().print(table)
    for name, value in told.items():
        if name != "engines":
            typer.echo(f"{name}: {value}")


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3g}" if value < 100 else f"{value:.0f}"
