"""The enrolled faces as one immutable matrix, and the exact search over it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Candidate, Match, Template, Vector
from core.errors import DifferentPeople, InvalidEmbedding, ModelMismatch, NotThisPerson

UNIT_TOLERANCE = 1e-3  # float32 rounding over 512 dimensions stays far below it


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


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Templates of one model, grouped by person. Build it with `Gallery.of`; swap it whole, never change it.

    `matrix` is (N, dimension) float32 with rows of length 1, each person's rows together; `starts` (P,) holds
    the first row of each person, `people` (P) their (user_id, name). `version` is the store's
    `gallery_version` that it was read at.
    """

    model_id: str
    matrix: NDArray[np.float32]
    starts: NDArray[np.intp]
    people: tuple[tuple[str, str], ...]
    version: int = 0

    @classmethod
    def of(cls, model_id: str, templates: Iterable[Template], version: int = 0) -> "Gallery":
        """Raises ModelMismatch for a template of another model, InvalidEmbedding for one that cannot be one."""
        rows = sorted(templates, key=lambda template: template.user_id)
        for row in rows:
            if row.model_id != model_id:
                raise ModelMismatch(mismatch(row.model_id, model_id))
        vectors = [unit(row.vector) for row in rows]
        if len({vector.size for vector in vectors}) > 1:
            raise InvalidEmbedding("The gallery mixes embeddings of different lengths. Re-enrol its people.")
        ids = [row.user_id for row in rows]
        starts = [i for i, user_id in enumerate(ids) if i == 0 or ids[i - 1] != user_id]
        matrix = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
        people = tuple((rows[i].user_id, rows[i].name) for i in starts)
        matrix.setflags(write=False)
        return cls(model_id, matrix, np.array(starts, np.intp), people, version)

    def __len__(self) -> int:
        """The number of templates."""
        return len(self.matrix)

    def match(self, probe: Vector) -> Match:
        """The best person for `probe` ((dimension,) of length 1), by cosine, and the best of the others.

        Raises InvalidEmbedding for a probe that is not finite, not of length 1, or of another dimension.
        """
        if not abs(float(np.linalg.norm(probe)) - 1) < UNIT_TOLERANCE:  # written so that NaN fails it too
            raise InvalidEmbedding("The probe is not a finite vector of length 1.")
        if not len(self):
            return Match()
        if probe.shape != (self.matrix.shape[1],):
            raise InvalidEmbedding(f"The probe has {probe.size} numbers, the gallery {self.matrix.shape[1]}.")
        return self._top_two(np.maximum.reduceat(self.matrix @ probe, self.starts))

    def _top_two(self, scores: NDArray[np.float32]) -> Match:
        best = int(scores.argmax())
        if len(scores) == 1:
            return Match(self._candidate(best, scores))
        others = scores.copy()
        others[best] = -np.inf
        return Match(self._candidate(best, scores), self._candidate(int(others.argmax()), scores))

    def _candidate(self, person: int, scores: NDArray[np.float32]) -> Candidate:
        return Candidate(*self.people[person], float(scores[person]))


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
