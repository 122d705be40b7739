"""A ROC curve as an SVG file, written by hand: matplotlib would outweigh all the rest. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

from core.admin.evaluate.rates import Point, Scores

LEFT, TOP, RIGHT, BOTTOM = 84, 78, 724, 410  # of the axes, in a picture of 760 x 500
FLOORS = (0.99, 0.95, 0.9, 0.8, 0.5, 0.0)
"""Where the upright axis may begin: the first that is below all that is drawn."""
ACROSS, UPWARDS = "impostor pairs accepted (FMR, logarithmic)", "genuine pairs accepted (all but the FNMR)"
MARGIN = 0.25
STYLE = """text { font: 13px "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #15202b; text-anchor: middle }
  .title { font-size: 17px; font-weight: 600 } .start { text-anchor: start } .end { text-anchor: end }
  .soft { fill: #45525e } .grid { stroke: #dfe5ea } .axis { stroke: #45525e; fill: none } .none { fill: #eceff2 }
  .band { fill: #0b4a8f; opacity: .17 } .curve { stroke: #0b4a8f; stroke-width: 2.5; fill: none }
  .here { stroke: #c2410c; stroke-width: 8; opacity: .4 } .dot { fill: #c2410c }"""


@dataclass(frozen=True, slots=True)
class _Axes:
    """From rates to pixels: upwards from `bottom` to 1; across, on a logarithm that ends below 1 in `impostors`.

    The left margin of it, MARGIN decades wide, is for rates under 1 in `impostors`. Its middle stands for 0.
    """

    impostors: int
    bottom: float

    @property
    def decades(self) -> float:
        return log10(max(self.impostors, 1))

    def x(self, rate: float) -> float:
        decade = max(log10(rate), -self.decades - MARGIN / 2) if rate else -self.decades - MARGIN / 2
        return round(RIGHT + decade / (self.decades + MARGIN) * (RIGHT - LEFT), 1)

    def y(self, rate: float) -> float:
        return round(BOTTOM - (rate - self.bottom) / (1 - self.bottom) * (BOTTOM - TOP), 1)


def roc_svg(scores: Scores, threshold: float, title: str) -> str:
    """Genuine pairs accepted over impostor pairs accepted, with the 95 % band and the point at `threshold`.

    Without a genuine or an impostor pair there is a frame and no curve.
    """
    here = scores.at(threshold)
    curve = scores.curve()
    impostors, genuine = here.false_match.trials, here.false_non_match.trials
    lowest = min(_accepted(point)[0] for point in [*curve, here])
    axes = _Axes(impostors, next(bottom for bottom in FLOORS if bottom <= lowest))
    drawn = [_cross(axes, here), *_band(axes, curve), _dot(axes, here)] if genuine and impostors else []
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 500" width="760" height="500">',
        f'<style>{STYLE}</style>\n<rect width="760" height="500" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="34" class="title start">{escape(title)}</text>',
        f'<text x="{LEFT}" y="58" class="soft start">{genuine} genuine and {impostors} impostor pairs</text>',
        *_frame(axes),
        *drawn,
        *_legend(threshold),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _accepted(point: Point) -> tuple[float, float, float]:
    """The share of genuine pairs accepted: lower bound, value, upper bound."""
    low, high = point.false_non_match.interval
    return 1 - high, 1 - (point.false_non_match.value or 0.0), 1 - low


def _frame(axes: _Axes) -> list[str]:
    centre, told = (LEFT + RIGHT) / 2, axes.x(10**-axes.decades)
    across = {10.0**-power: f"{10.0**-power:g}" for power in range(floor(axes.decades) + 1)} | {0.0: "0"}
    ticks = [axes.bottom + (1 - axes.bottom) * i / 5 for i in range(6)]
    return [
        f'<path d="M{LEFT} {TOP}H{told}V{BOTTOM}H{LEFT}Z" class="none"/>',
        *(f'<path d="M{LEFT} {axes.y(t)}H{RIGHT}" class="grid"/>' for t in ticks),
        *(f'<text x="{LEFT - 10}" y="{axes.y(t) + 4}" class="end">{100 * t:.4g} %</text>' for t in ticks),
        *(f'<path d="M{axes.x(rate)} {TOP}V{BOTTOM}" class="grid"/>' for rate in across),
        *(f'<text x="{axes.x(rate)}" y="{BOTTOM + 20}">{text}</text>' for rate, text in across.items()),
        f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" class="axis"/>',
        f'<text x="{centre}" y="{BOTTOM + 44}" class="soft">{ACROSS}</text>',
        f'<text transform="translate(24 {(TOP + BOTTOM) / 2}) rotate(-90)" class="soft">{UPWARDS}</text>',
    ]


def _band(axes: _Axes, curve: Sequence[Point]) -> list[str]:
    low, value, high = (_steps(axes, curve, which) for which in range(3))
    band = "L".join([*low, *reversed(high)])
    return [f'<path d="M{band}Z" class="band"/>', f'<path d="M{"L".join(value)}" class="curve"/>']


def _steps(axes: _Axes, curve: Sequence[Point], which: int) -> list[str]:
    """Corners from the least rate measured to 1: what is accepted at one rate is so up to the next."""
    ends = [*(axes.x(point.false_match.value or 0.0) for point in curve[1:]), float(RIGHT)]
    corners = []
    for point, end in zip(curve, ends, strict=True):
        height = axes.y(_accepted(point)[which])
        corners += [f"{axes.x(point.false_match.value or 0.0)} {height}", f"{end} {height}"]
    return corners


def _cross(axes: _Axes, here: Point) -> str:
    """The intervals of both rates."""
    left, right = (axes.x(bound) for bound in here.false_match.interval)
    low, value, high = (axes.y(bound) for bound in _accepted(here))
    return f'<path d="M{left} {value}H{right}M{axes.x(here.false_match.value or 0.0)} {low}V{high}" class="here"/>'


def _dot(axes: _Axes, here: Point) -> str:
    x, y = axes.x(here.false_match.value or 0.0), axes.y(_accepted(here)[1])
    return f'<circle cx="{x}" cy="{y}" r="6" class="dot"/>'


def _legend(threshold: float) -> list[str]:
    samples = {
        "measured": '<path d="M0 0h28" class="curve"/>',
        "95 % interval": '<path d="M0 -7h28v14h-28z" class="band"/>',
        f"threshold {threshold:.2f}": '<path d="M0 0h28" class="here"/><circle cx="14" r="6" class="dot"/>',
        "too few pairs to tell": '<path d="M0 -7h28v14h-28z" class="none"/>',
    }
    return [
        f'<g transform="translate({LEFT + 165 * i} 478)">{sample}<text x="36" y="4" class="start">{text}</text></g>'
        for i, (text, sample) in enumerate(samples.items())
    ]
