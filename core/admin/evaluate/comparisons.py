"""Templates against templates: who matches whom. Pure; a template is None where the picture could not be acquired."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np
from numpy.typing import NDArray

from core.admin.evaluate.rates import Scores
from core.domain import Vector

Templates = Sequence[Vector | None]
Lookalikes = tuple[float, int, int]
"""The similarity of two pictures of different persons, and which they are."""
CLOSEST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """`verification` compares picture with picture, `identification` each picture with all persons (None: unknown).

    `lookalikes` are the ten most similar pairs of different persons, highest first; among people, only the closest
    of each picture.
    """

    verification: Scores
    identification: Scores | None
    lookalikes: tuple[Lookalikes, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One acquired picture against all: `similarity` (N,), and which of the N are its person's own and others'."""

    index: int
    similarity: NDArray[np.float64]
    own: NDArray[np.bool_]
    others: NDArray[np.bool_]


def compare_pairs(pairs: Sequence[tuple[int, int, bool]], templates: Templates) -> Comparisons:
    """The `pairs` (two indices of `templates`, and whether it is one person) and no others."""
    scored = [(_similarity(templates[x], templates[y]), x, y, same) for x, y, same in pairs]
    failed = Counter(same for similarity, *_, same in scored if similarity is None)
    mated = [similarity for similarity, *_, same in scored if same and similarity is not None]
    nonmated = [(similarity, x, y) for similarity, x, y, same in scored if not same and similarity is not None]
    verification = Scores.of(mated, [similarity for similarity, *_ in nonmated], failed[True], failed[False])
    return Comparisons(verification, None, _closest(nonmated))


def compare_people(labels: Sequence[str], templates: Templates) -> Comparisons:
    """Every two of the `templates`, whose persons are `labels`; then each as a search among all others."""
    kept = np.array([i for i, template in enumerate(templates) if template is not None], int)
    matrix = np.array([templates[i] for i in kept], np.float64)
    people = np.array(labels)[kept]
    lookalikes = ((*_best_other(row), row.index) for row in _rows(matrix, people) if row.others.any())
    return Comparisons(
        _verification(labels, matrix, people),
        _identification(labels, matrix, people),
        _closest((similarity, int(kept[x]), int(kept[y])) for similarity, x, y in lookalikes),
    )


def _rows(matrix: NDArray[np.float64], people: NDArray[np.str_]) -> Iterator[_Row]:
    for index, template in enumerate(matrix):
        own = people == people[index]
        others = ~own
        own[index] = False
        yield _Row(index, matrix @ template, own, others)


def _verification(labels: Sequence[str], matrix: NDArray[np.float64], people: NDArray[np.str_]) -> Scores:
    """Each pair of pictures once."""
    mated, nonmated = [np.empty(0)], [np.empty(0)]
    for row in _rows(matrix, people):
        later = slice(row.index + 1, None)
        mated.append(row.similarity[later][row.own[later]])
        nonmated.append(row.similarity[later][row.others[later]])
    same, all_ = np.concatenate(mated), len(labels) * (len(labels) - 1) // 2
    different = np.concatenate(nonmated)
    due = sum(n * (n - 1) // 2 for n in Counter(labels).values())
    return Scores.of(same, different, due - same.size, all_ - due - different.size)


def _identification(labels: Sequence[str], matrix: NDArray[np.float64], people: NDArray[np.str_]) -> Scores:
    """Open-set search, leaving one out: each picture against the best picture of each person.

    Mated: among all pictures but itself; it finds its person at no threshold where another is ahead of them or level
    (rank one is asked for). Non-mated: among the other persons' pictures.
    """
    mated, nonmated = [], []
    for row in _rows(matrix, people):
        best_own = row.similarity[row.own].max(initial=-np.inf)
        best_other = row.similarity[row.others].max(initial=-np.inf)
        if row.own.any():
            mated.append(best_own if best_own > best_other else -np.inf)
        if row.others.any():
            nonmated.append(best_other)
    counts = Counter(labels)
    due = sum(n for n in counts.values() if n > 1)
    searches = len(labels) if len(counts) > 1 else 0
    return Scores.of(mated, nonmated, due - len(mated), searches - len(nonmated))


def _best_other(row: _Row) -> tuple[float, int]:
    among = np.where(row.others, row.similarity, -np.inf)
    best = int(among.argmax())
    return float(among[best]), best


def _closest(pairs: Iterable[Lookalikes]) -> tuple[Lookalikes, ...]:
    unique = {(min(x, y), max(x, y)): similarity for similarity, x, y in pairs}
    return tuple(nlargest(CLOSEST, ((similarity, x, y) for (x, y), similarity in unique.items())))


def _similarity(one: Vector | None, other: Vector | None) -> float | None:
    return None if one is None or other is None else float(one.astype(np.float64) @ other)
