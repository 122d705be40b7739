"""Whether several frames fused tell people apart better than one: counted over a survey. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.admin.bench.survey import Survey
from core.admin.evaluate.rates import CONFIDENCE, Rate
from core.domain import Evidence, Observation, Vector
from core.fusion import fused, with_frame
from core.gallery import Block, Gallery

INTERVALS = (
    "Probes of one face share frames or follow each other closely: the intervals (Clopper-Pearson, 95 %) are exact "
    "for independent trials only, and the truth is less certain than they say."
)
WHOSE = "A face counts as an expected person's where all its usable frames together reach the threshold for them."
NOTES = (INTERVALS, WHOSE)
NEXT, BEST = "in_a_row", "best"
Probes = Callable[[Sequence[Observation], int], Iterator[Vector]]


@dataclass(frozen=True, slots=True)
class Fused:
    """All probes made of `count` usable frames of one face, chosen in one `way`.

    `genuine`: those of the expected persons that reach the threshold for their own. `impostor`: those of anybody that
    reach it for somebody else, the most alike of them with the similarity `highest`.
    """

    way: str
    count: int
    genuine: Rate
    impostor: Rate
    highest: float | None


def fuse(survey: Survey, most: int) -> list[Fused]:
    """For 1, 2, … `most` frames: any that follow each other, and the best of a few seconds, which the door takes."""
    best = partial(best_frames, survey.gallery)
    ways: dict[str, tuple[Probes, int]] = {NEXT: (frames_in_a_row, 1), BEST: (best, 2)}
    return [
        _fuse(survey, way, probes, count) for way, (probes, least) in ways.items() for count in range(least, most + 1)
    ]


def _fuse(survey: Survey, way: str, probes: Probes, count: int) -> Fused:
    own: list[float] = []
    others: list[float] = []
    for passage in survey.passages:
        who = survey.of(passage)
        for probe in probes(passage.usable, count):
            similarity = _by_person(survey.gallery, probe)
            if who is not None:
                own.append(similarity.pop(who))
            others += [max(similarity.values())] if similarity else []
    return Fused(way, count, _reaching(own, survey), _reaching(others, survey), max(others, default=None))


def frames_in_a_row(usable: Sequence[Observation], count: int) -> Iterator[Vector]:
    """Each `count` frames that follow each other, fused."""
    for i in range(len(usable) - count + 1):
        yield fused([frame.vector for frame in usable[i : i + count]])


def best_frames(gallery: Gallery, usable: Sequence[Observation], count: int) -> Iterator[Vector]:
    """At each frame, as soon as there are `count`: the best of the last seconds, as `core.watch` fuses them."""
    evidence = Evidence()
    for frame in usable:
        evidence = with_frame(evidence, frame, gallery, count)
        if len(evidence.frames) == count:
            yield fused([frame.vector for frame in evidence.frames])


def _by_person(gallery: Gallery, probe: Vector) -> dict[str, float]:
    best: dict[str, float] = {}
    for block in (part for part in gallery.parts if isinstance(part, Block)):
        for place, similarity in zip(block.owner.tolist(), (block.matrix @ probe).tolist(), strict=True):
            user_id = block.people[place][0]
            best[user_id] = max(similarity, best.get(user_id, -1.0))
    return best


def _reaching(similarities: list[float], survey: Survey) -> Rate:
    return Rate(sum(similarity >= survey.threshold for similarity in similarities), len(similarities))


def facts(survey: Survey, most: int) -> dict[str, Any]:
    """All of it, fit for JSON."""
    return {
        "model_id": survey.gallery.model_id,
        "threshold": survey.threshold,
        "expected": list(survey.expected),
        "fused": [
            {
                "way": row.way,
                "frames": row.count,
                "genuine": _told(row.genuine),
                "impostor": {**_told(row.impostor), "highest": row.highest},
            }
            for row in fuse(survey, most)
        ],
        "confidence": CONFIDENCE,
        "notes": list(NOTES),
    }


def _told(rate: Rate) -> dict[str, Any]:
    return {"reached": rate.errors, "probes": rate.trials, "share": rate.value, "interval": rate.interval}
