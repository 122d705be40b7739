"""An evaluation as tables for people, at most 80 characters wide."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from core.admin.evaluate.facts import failures, lookalikes, notes, people
from core.admin.evaluate.pipeline import Evaluation
from core.admin.evaluate.rates import EDGES, Point, Rate, Scores, histogram

BAR = 20  # characters
LISTED = 40  # rows of a list that may be long; --json has all


def tables(evaluation: Evaluation) -> Iterator[RenderableType]:
    """All that `facts` has, but of the lookalikes only those that the door would take for one person."""
    threshold, compared = evaluation.threshold, evaluation.comparisons
    yield Text(f"Model {evaluation.model_id}, threshold {threshold:g}, intervals of 95 % in brackets")
    yield from _listed("Persons", people(evaluation))
    yield from _listed("Not acquired", failures(evaluation))
    yield Text(f"Failures to acquire: {_told(evaluation.failed)}")
    yield _summary(compared.verification)
    yield _bars(compared.verification)
    yield _rates("Verification: picture with picture", ("FMR", "FNMR"), compared.verification, threshold)
    if compared.identification is not None:
        title = "Identification: each picture among all others"
        yield _rates(title, ("FPIR", "FNIR"), compared.identification, threshold)
    alike = [row for row in lookalikes(evaluation) if row["similarity"] >= threshold]
    yield from _listed("Labelled as two persons, but above the threshold: is the label right?", alike)
    yield Text("\n".join(notes(evaluation)))


def _listed(title: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if not rows:
        return
    table = _table(title, *rows[0])
    for row in rows[:LISTED]:
        table.add_row(*(Text(f"{cell:.3f}" if isinstance(cell, float) else str(cell)) for cell in row.values()))
    if len(rows) > LISTED:
        table.caption = f"and {len(rows) - LISTED} more; --json lists all"
    yield table


def _summary(scores: Scores) -> Table:
    table = _table("Similarities", "pairs", "compared", "failed", "least", "median", "greatest")
    kinds = (("genuine", scores.mated, scores.mated_failed), ("impostor", scores.nonmated, scores.nonmated_failed))
    for kind, similarities, failed in kinds:
        three = np.quantile(similarities, (0, 0.5, 1)) if similarities.size else ()
        table.add_row(kind, str(similarities.size), str(failed), *(f"{value:.3f}" for value in three))
    return table


def _bars(scores: Scores) -> Table:
    """Both histograms side by side, each scaled to its own tallest bar."""
    genuine, impostor = histogram(scores.mated), histogram(scores.nonmated)
    filled = [i for i, counts in enumerate(zip(genuine, impostor, strict=True)) if any(counts)]
    table = _table("How similar", "from", "to", "genuine", "impostor")
    for i in range(filled[0], filled[-1] + 1) if filled else ():
        bars = (_bar(counts[i], max(counts)) for counts in (genuine, impostor))
        table.add_row(f"{EDGES[i]:.2f}", f"{EDGES[i + 1]:.2f}", *bars)
    return table


def _bar(count: int, tallest: int) -> str:
    return f"{'█' * ceil(BAR * count / tallest)} {count}" if count else ""


def _rates(title: str, names: tuple[str, str], scores: Scores, threshold: float) -> Table:
    table = _table(title, "chosen for", "threshold", *(f"{name}, errors/trials" for name in names))
    for point in scores.points():
        chosen = "none seen" if point.target is None else f"{names[0]} {point.target:g}"
        table.add_row(*_row(chosen, point))
    table.add_row(*_row("in use", scores.at(threshold)), style="bold")
    return table


def _row(chosen: str, point: Point) -> tuple[str, str, str, str]:
    threshold = ceil(point.threshold * 1e4) / 1e4  # never below what it was measured at
    return chosen, f"{threshold:.4f}", _told(point.false_match), _told(point.false_non_match)


def _told(rate: Rate) -> str:
    if rate.value is None:
        return "nothing tried"
    low, high = rate.interval
    return f"{rate.errors}/{rate.trials}: {_percent(rate.value)} % [{_percent(low)}, {_percent(high)}]"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if share >= 0.01 else f"{100 * share:.2g}"


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left", title_style="bold")
