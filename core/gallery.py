"""The enrolled faces of one model, and the exact search over them."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.domain import Candidate, Match, Template, Vector
from core.errors import DifferentPeople, FaceOfAnother, InvalidEmbedding, ModelMismatch, NotThisPerson

UNIT_TOLERANCE = 1e-3  # float32 rounding over 512 dimensions stays far below it
ALONE = 1 << 26  # bytes that one core reads in some 2 ms; for less no second one is worth waking
NONE_GONE = np.empty(0, np.intp)
ANOTHERS = "This face is already enrolled under another user_id. Erase that person first, or use that user_id."


def unit(vector: NDArray[np.floating], dimension: int | None = None) -> Vector:
    """`vector` (any shape holding one embedding) as (dimension,) float32 of length 1.

    Raises InvalidEmbedding where it is not finite, has no length, or is not of `dimension`.
    """
    flat = np.asarray(vector, dtype=np.float64).ravel()
    length = float(np.linalg.norm(flat)) if np.isfinite(flat).all() else 0.0
    if not np.isfinite(length) or length < 1e-6:
        raise InvalidEmbedding("The embedding is not finite or has no length. Take another picture.")
    if dimension is not None and flat.size != dimension:
        raise InvalidEmbedding(f"The embedding has {flat.size} numbers, the model makes {dimension}.")
    return (flat / length).astype(np.float32)


class Part(Protocol):
    """Some of a gallery's templates, and the way in which they are searched."""

    @property
    def dimension(self) -> int: ...

    @property
    def engine(self) -> str:
        """What searches it, as `search.engine` has its name."""

    @property
    def reads(self) -> int:
        """How many bytes of memory a search goes through that several cores would read faster."""

    def __len__(self) -> int:
        """The number of templates."""

    def best(self, probe: Vector, since: "Part | None" = None) -> list[Candidate]:
        """The best person and the best of the others, as far as there are any that matter to a door.

        With `since`, only of the templates that this one has beyond those of `since`, which it continues. Raises
        SearchUnavailable.
        """

    def everyone(self) -> dict[str, str]:
        """The name of each person by user_id."""

    def named(self, user_id: str) -> str | None:
        """What the person is called; None where nobody of that user_id is in it."""

    def continues(self, old: "Part", people: set[str]) -> bool:
        """Whether this is a later look at the same part, and has all templates of `people` that `old` has."""


class Scan(Protocol):
    """A quick look at a block: which rows are worth an exact one."""

    @property
    def engine(self) -> str:
        """What takes it, as `search.engine` has its name."""

    def near(self, matrix: NDArray[np.float32], probe: Vector) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The rows of `matrix` (n, dimension), ascending, that could matter to a door, and their exact cosines.

        Left out may be whoever is too unlike the probe to be let in or to spoil a margin.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some templates: what there was of a block of a `Shelf` when somebody looked. What is written later is behind it.

    `matrix` is (n, dimension) float32 with rows of length 1, `owner` (n,) whose each is: a place in `people`, which may
    hold more (user_id, name) than these rows need. `gone` are the rows that count no more. Without a `scan` every row
    is looked at.
    """

    matrix: NDArray[np.float32]
    owner: NDArray[np.int32]
    people: Sequence[tuple[str, str]]
    gone: NDArray[np.intp]
    scan: Scan | None = None

    def __len__(self) -> int:
        return len(self.matrix) - len(self.gone)

    @property
    def dimension(self) -> int:
        return int(self.matrix.shape[1])

    @property
    def engine(self) -> str:
        return "exact" if self.scan is None else self.scan.engine

    @property
    def reads(self) -> int:
        return self.matrix.nbytes if self.scan is None else 0  # a scan is done before two threads agree who goes on

    def best(self, probe: Vector, since: Part | None = None) -> list[Candidate]:
        start = len(since.matrix) if isinstance(since, Block) else 0
        owner, scores = self._scores(probe, start)
        found = list[Candidate]()
        while len(found) < 2 and len(scores):
            row = int(scores.argmax())
            if scores[row] == -np.inf:
                break
            user_id, name = self.people[owner[row]]
            found.append(Candidate(user_id, name, float(scores[row])))
            scores[owner == owner[row]] = -np.inf  # their other rows are no runner-up
        return found

    def _scores(self, probe: Vector, start: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Whose each row is that matters, and its cosine, -inf where it is gone."""
        if self.scan is not None and not start:
            rows, scores = self.scan.near(self.matrix, probe)
            scores[np.isin(rows, self.gone)] = -np.inf
            return self.owner[rows], scores
        scores = np.vecdot(self.matrix[start:], probe)  # reads memory as fast as it goes; BLAS's product does not
        scores[self.gone[self.gone >= start] - start] = -np.inf
        return self.owner[start:], scores

    def everyone(self) -> dict[str, str]:
        return dict(map(self.people.__getitem__, np.unique(np.delete(self.owner, self.gone)).tolist()))

    def named(self, user_id: str) -> str | None:
        places = [place for place, person in enumerate(self.people) if person[0] == user_id]
        rows = np.setdiff1d(np.flatnonzero(np.isin(self.owner, places)), self.gone) if places else NONE_GONE
        return self.people[self.owner[rows[0]]][1] if len(rows) else None

    def continues(self, old: Part, people: set[str]) -> bool:
        if not isinstance(old, Block) or self.matrix.base is None or self.matrix.base is not old.matrix.base:
            return False
        lost = self.owner[np.setdiff1d(self.gone, old.gone)].tolist()
        return len(self.matrix) >= len(old.matrix) and not people & {self.people[place][0] for place in lost}


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Templates of one model. Swap it whole, never change it; a `Shelf` makes the next.

    `version` is that of the store which it holds everything up to. A `partial` one is still being loaded: who is not in
    it yet is a stranger.
    """

    model_id: str
    parts: tuple[Part, ...] = ()
    version: int = 0
    partial: bool = False

    @classmethod
    def of(cls, model_id: str, templates: Iterable[Template], version: int = 0) -> "Gallery":
        """Raises ModelMismatch for a template of another model, InvalidEmbedding for one that cannot be one."""
        rows = list(templates)
        for row in rows:
            if row.model_id != model_id:
                raise ModelMismatch(mismatch(row.model_id, model_id))
        vectors = [unit(row.vector) for row in rows]
        if len({vector.size for vector in vectors}) > 1:
            raise InvalidEmbedding("The gallery mixes embeddings of different lengths. Re-enrol its people.")
        if not rows:
            return cls(model_id, (), version)
        people = {row.user_id: row.name for row in rows}
        places = {user_id: place for place, user_id in enumerate(people)}
        matrix, owner = np.stack(vectors), np.array([places[row.user_id] for row in rows], np.int32)
        matrix.setflags(write=False)
        return cls(model_id, (Block(matrix, owner, tuple(people.items()), NONE_GONE),), version)

    def __len__(self) -> int:
        """The number of templates."""
        return sum(map(len, self.parts))

    @property
    def engine(self) -> str | None:
        """What searches it, as `search.engine` has its name; None where there is nothing to search."""
        return self.parts[0].engine if self.parts else None

    @property
    def people(self) -> dict[str, str]:
        """The name of each person by user_id, put together when asked for."""
        return {user_id: name for part in self.parts for user_id, name in part.everyone().items()}

    def name_of(self, user_id: str) -> str | None:
        """What the person is called; None where nobody of that user_id is in it."""
        return next((name for part in self.parts if (name := part.named(user_id)) is not None), None)

    def match(self, probe: Vector) -> Match:
        """The best person for `probe` ((dimension,) of length 1), by cosine, and the best of the others.

        Raises InvalidEmbedding for a probe that is not finite, not of length 1, or of another dimension, and
        SearchUnavailable where it is searched elsewhere, which does not answer.
        """
        self._check(probe)
        if len(self.parts) < 2 or sum(part.reads for part in self.parts) < ALONE:
            return _top(candidate for part in self.parts for candidate in part.best(probe))
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # one core alone cannot read as fast as memory gives
            return _top(chain.from_iterable(pool.map(lambda part: part.best(probe), self.parts)))

    def rematch(self, probe: Vector, match: Match, old: "Gallery") -> Match:
        """What `match(probe)` says, from what `old` said: where this one only continues it, few rows are looked at."""
        known = [candidate for candidate in (match.best, match.runner_up) if candidate is not None]
        if not self._continues(old, {candidate.user_id for candidate in known}):
            return self.match(probe)
        self._check(probe)
        since = [*old.parts, *[None] * (len(self.parts) - len(old.parts))]
        fresh = (one for part, earlier in zip(self.parts, since, strict=True) for one in part.best(probe, earlier))
        return _top([*known, *fresh])

    def _continues(self, old: "Gallery", people: set[str]) -> bool:
        """Whether this one has all rows of `people` that `old` has, where it has them."""
        pairs = list(zip(self.parts, old.parts, strict=False))
        return len(pairs) == len(old.parts) and all(part.continues(earlier, people) for part, earlier in pairs)

    def _check(self, probe: Vector) -> None:
        if not abs(float(np.linalg.norm(probe)) - 1) < UNIT_TOLERANCE:  # written so that NaN fails it too
            raise InvalidEmbedding("The probe is not a finite vector of length 1.")
        dimension = self.parts[0].dimension if self.parts else probe.size
        if probe.shape != (dimension,):
            raise InvalidEmbedding(f"The probe has {probe.size} numbers, the gallery {dimension}.")


@dataclass(frozen=True, slots=True)
class Seen:
    """What new faces were compared with before they are stored: the gallery of that `version`, whoever is in it.

    `version` is None where there was none, as no face was of that model yet. Of two faces that are as alike as
    `threshold` (cosine) one is not stored under another user_id.
    """

    version: int | None
    threshold: float


def _top(candidates: Iterable[Candidate]) -> Match:
    """The best and the second best person, each by their best template."""
    best: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda candidate: candidate.similarity):
        best[one.user_id] = one
    ranked = sorted(best.values(), key=lambda candidate: -candidate.similarity)
    return Match(*ranked[:2])


def mismatch(stored: str, running: str) -> str:
    """The sentence for a gallery of another model."""
    return (
        f"The gallery was made by the model {stored}, but {running} is running: their embeddings cannot be "
        f"compared. Set models.pack back to {stored.split(':', maxsplit=1)[0]}, or enrol the people again."
    )


def consistent(vectors: Sequence[Vector], floor: float) -> bool:
    """Whether each vector is at least `floor` similar to one of the others: one person's, not two people's."""
    if len(vectors) < 2:
        return True
    similarity = np.stack(vectors) @ np.stack(vectors).T
    np.fill_diagonal(similarity, -1.0)
    return bool((similarity.max(axis=1) >= floor).all())


def refuse_strangers(new: Sequence[Vector], own: Sequence[Vector], floor: float) -> None:
    """Each of `new` has to be at least `floor` similar to one of `own`, the templates that the person has and keeps.

    Raises NotThisPerson otherwise; where there are no `own` that are finite and of that dimension, DifferentPeople
    unless `new` are consistent among themselves.
    """
    sound = [vector for vector in own if np.isfinite(vector).all() and vector.shape == new[0].shape]
    if not sound:
        if not consistent(new, floor):
            raise DifferentPeople("The pictures do not all show the same person. Send those of one person only.")
        return
    best = (np.stack(new) @ np.stack(sound).T).max(axis=1)
    places = [place for place, similarity in enumerate(best) if not similarity >= floor]
    if places:
        raise NotThisPerson(
            "This is not the face that is enrolled under this user_id. Check the user_id; if it is right, put the new "
            "pictures in the place of the old (?replace=true).",
            places,
        )


def refuse_others(new: Sequence[Vector], others: Iterable[NDArray[np.float32]], threshold: float) -> None:
    """None of `new` may be as alike as `threshold` to one of the templates of other people.

    Each of `others` is (n, dimension) with rows of length 1, and looked at before the next is asked for. Raises
    FaceOfAnother.
    """
    probes, places = np.stack(new), set[int]()
    for matrix in others:
        places.update(np.flatnonzero((probes @ matrix.T >= threshold).any(axis=1)).tolist())
    if places:
        raise FaceOfAnother(ANOTHERS, sorted(places))
