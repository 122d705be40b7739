"""What was measured as tables for people, at most 80 characters wide."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from core.admin.bench.fusion import BEST, NEXT, NOTES
from core.fusion import MEMORY

SIDES = {
    "plain_every_frame": "plain, every frame",
    "plain_every_frame_same_threads": "plain, every frame, our threads",
    "plain": "plain, real time",
    "ours": "ours, real time",
}
ROWS = (
    "CPU ms per second of video",
    "  least, greatest",
    "looked at, frames per second",
    "frames dropped",
    "glance to decision, p50 ms",
    "  p95 ms",
    "correct grants",
    "false grants",
    "peak memory, MiB",
)
WAYS = {NEXT: "{} in a row", BEST: f"best {{}} of {MEMORY:g} s"}


def live_tables(told: Mapping[str, Any]) -> Iterator[RenderableType]:
    """What `figures.facts` told, the ratios and the goal below."""
    table = Table(Column(no_wrap=True), *SIDES.values())
    for title, cells in zip(ROWS, zip(*(_column(told[name]) for name in SIDES), strict=True), strict=True):
        table.add_row(title, *cells)
    yield table
    for part in (_ratios(told), {f"goal, {part}": met for part, met in told["goal"].items()}, told["machine"]):
        yield Text("\n".join(f"{name}: {value}" for name, value in part.items()))


def _column(side: Mapping[str, Any]) -> Iterable[str]:
    cpu, ms = side["cpu_ms_per_second"], side["glance_to_decision_ms"]
    yield f"{cpu['median']:.0f}"
    yield f"{cpu['least']:.0f}, {cpu['greatest']:.0f}"
    yield f"{side['looked_at_per_second']:.1f}"
    yield str(side["frames_dropped"])
    yield _ms(ms["p50"])
    yield _ms(ms["p95"])
    yield f"{side['correct_grants']} of {side['due']}"
    yield str(side["false_grants"])
    yield f"{side['peak_memory_mb']:.0f}"


def _ratios(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{told[name]:.3f}" for name in told if name.startswith("cpu_ratio")}


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def fusion_tables(told: Mapping[str, Any]) -> Iterator[RenderableType]:
    """What `fusion.facts` told."""
    table = Table("frames", "their own reached it, %", "others reached it, %", "highest")
    for row in told["fused"]:
        highest = row["impostor"]["highest"]
        best = "-" if highest is None else f"{highest:.3f}"
        table.add_row(WAYS[row["way"]].format(row["frames"]), _share(row["genuine"]), _share(row["impostor"]), best)
    heading = f"Model {told['model_id']}, threshold {told['threshold']:g}, intervals of 95 % in brackets"
    yield Text(heading)
    yield table
    yield Text("\n".join(NOTES))


def _share(rate: Mapping[str, Any]) -> str:
    if rate["share"] is None:
        return "nothing tried"
    low, high = (f"{100 * bound:.1f}" for bound in rate["interval"])
    return f"{rate['reached']}/{rate['probes']}: {100 * rate['share']:.1f} [{low}, {high}]"
