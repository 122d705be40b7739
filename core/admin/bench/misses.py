"""`doorward-admin bench misses`: how often a search by sketches loses somebody whom looking at all would find."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from core.admin.bench.crowd import ALIKE, GREATEST, LEAST, Crowd, Probe, faces, like
from core.admin.bench.machine import machine
from core.admin.evaluate.rates import CONFIDENCE, Rate
from core.admin.shell import ConfigOption, JsonOption, shell
from core.domain import Candidate, Match
from core.gallery import Gallery
from core.search.sketch import Sketcher, radius
from core.search.sketched import SketchedShelf

CHUNK = 4096  # probes looked up at a time
SAME = 1e-4  # of two similarities, computed in different orders
MARGIN = 0.05


def misses(
    context: typer.Context,
    templates: Annotated[int, typer.Option(min=4, help="How many, two a person")] = 100_000,
    dimension: Annotated[int, typer.Option(min=8, help="Numbers of a template")] = 512,
    probes: Annotated[int, typer.Option(min=1, help="Genuine probes, at a similarity of 0.4 to 0.7")] = 100_000,
    reach: Annotated[
        float, typer.Option(min=0, max=1, help="0.8 of the threshold, where the margin is not more")
    ] = 0.36,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """How often the faiss engine loses somebody within reach whom looking at all finds.

    The people are those of bench search: of sixteen, the last one looks like the
    one before (0.97), so that the runner-up spoils the margin. lost: the best
    person, or the similarity, differs. runners_up_lost: of the probes whose
    runner-up is within reach. spoilers_lost: of those that the margin of 0.05
    forbids to let in. lost_at_reach: of as many pairs that are no more alike than
    reach, the worst case. Each with its exact interval (95 %).
    """
    sh = shell(context, config, json)
    crowd = Crowd(templates, dimension)
    keeper = SketchedShelf("bench:synthetic", reach, least=0)
    for rows in crowd.pages():
        keeper.add(rows)
    asked = crowd.probes(probes, 0)
    told = {
        "templates": templates,
        "dimension": dimension,
        "reach": reach,
        "similarity": [LEAST, GREATEST],
        "look_alike": ALIKE,
        "confidence": CONFIDENCE,
        "lost_at_reach": _told(at_reach(dimension, reach, probes)),
        **{name: _told(rate) for name, rate in counted(keeper.gallery(1), crowd, asked, reach).items()},
        "machine": machine(),
    }
    sh.say("\n".join(f"{name}: {value}" for name, value in told.items()), **told)


def counted(gallery: Gallery, crowd: Crowd, probes: Sequence[Probe], reach: float) -> dict[str, Rate]:
    """What `gallery` loses of what all of the crowd, looked at, has in reach."""
    lost, runners, spoilers = list[bool](), list[bool](), list[bool]()
    for probe, due in zip(probes, _due(crowd, probes), strict=True):
        found = gallery.match(probe.vector)
        lost.append(not _same(found.best, due.best))
        if due.runner_up is not None and due.runner_up.similarity >= reach:
            runners.append(not _same(found.runner_up, due.runner_up))
            if due.margin < MARGIN:
                spoilers.append(not found.margin < MARGIN)
    told = {"lost": lost, "runners_up_lost": runners, "spoilers_lost": spoilers}
    return {name: Rate(sum(trials), len(trials)) for name, trials in told.items()}


def at_reach(dimension: int, reach: float, count: int) -> Rate:
    """Of pairs whose similarity is `reach`, those whose sketches differ too much."""
    dice, sketcher, lost = np.random.default_rng(3), Sketcher(dimension), 0
    for first in range(0, count, CHUNK):
        matrix = faces(dice, min(CHUNK, count - first), dimension)
        probes = like(dice, matrix, np.full(len(matrix), reach))
        bits = np.bitwise_count(sketcher.of(matrix) ^ sketcher.of(probes)).sum(axis=1)
        lost += int((bits > radius(reach)).sum())
    return Rate(lost, count)


def _due(crowd: Crowd, probes: Sequence[Probe]) -> Iterator[Match]:
    """The best two persons for each probe, by looking at all."""
    for first in range(0, len(probes), CHUNK):
        vectors = np.stack([probe.vector for probe in probes[first : first + CHUNK]])
        best = _Best(len(vectors))
        for rows in crowd.pages():
            best.see(vectors @ rows.matrix.T, rows.user_ids)
        yield from best.matches()


class _Best:
    """The two best persons of each of `count` probes, of all that was seen."""

    def __init__(self, count: int) -> None:
        self._scores = np.full((count, 2), -np.inf, np.float32)
        self._who = np.full((count, 2), "", object)

    def see(self, scores: NDArray[np.float32], user_ids: Sequence[str]) -> None:
        """`scores` is (count, rows); the rows of a person follow each other."""
        ids = np.array(user_ids, object)
        starts = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
        persons = np.maximum.reduceat(scores, starts, axis=1)
        top = np.argpartition(persons, -min(2, len(starts)), axis=1)[:, -2:]
        scores = np.concatenate((self._scores, np.take_along_axis(persons, top, 1)), axis=1)
        who = np.concatenate((self._who, ids[starts][top]), axis=1)
        order = np.argsort(-scores, axis=1)[:, :2]
        self._scores, self._who = np.take_along_axis(scores, order, 1), np.take_along_axis(who, order, 1)

    def matches(self) -> Iterator[Match]:
        for scores, who in zip(self._scores.tolist(), self._who.tolist(), strict=True):
            yield Match(*(Candidate(one, one, score) for one, score in zip(who, scores, strict=True) if one))


def _same(found: Candidate | None, due: Candidate | None) -> bool:
    """Two who are equally alike are the same here: which of them comes first is up to rounding."""
    return found is not None and due is not None and abs(found.similarity - due.similarity) < SAME


def _told(rate: Rate) -> dict[str, Any]:
    return {"of": rate.trials, "errors": rate.errors, "share": rate.value, "interval": rate.interval}
