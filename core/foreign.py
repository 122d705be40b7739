"""Faces out of a table that another program wrote: id, user_id, name, embedding, created_at.

An embedding is a list of numbers as JSON, or the bytes of little-endian float32 or float64 numbers.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import column, select, table

from core.database import Database
from core.domain import Template, Vector
from core.errors import FaceLimitReached, InputError, InvalidEmbedding, PersonNotFound
from core.gallery import unit
from core.migrations.tables import people
from core.people import fits
from core.store import Store

FOREIGN = table("faces", *map(column, ("id", "user_id", "name", "embedding")))
BATCH = 100  # rows: a server does not wait for ever until the next are asked for
SAME = 1 - 1e-5  # cosine of one embedding with itself, stored in another way


@dataclass(frozen=True, slots=True)
class Refused:
    """`face` is its id in the foreign table, None where all of that person's are."""

    user_id: str
    error: InputError | FaceLimitReached
    face: object = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one person's rows: `stored` are new, `known` were there before."""

    user_id: str
    stored: int
    known: int
    refused: tuple[Refused, ...] = ()


class ForeignFaces:
    """Raises InputError where there is no such file, ConfigError where a URL names no database, StoreUnavailable."""

    def __init__(self, url: str, *, timeout: float) -> None:
        file = url.removeprefix("sqlite:///")
        if file != url and not Path(file).is_file():  # SQLite would make it
            raise InputError(f"There is no file {file}.")
        self._database = Database(url, timeout=timeout)

    def people(self) -> Iterator[tuple[str, list[Any]]]:
        """user_id and rows of each person, by user_id, one after the other."""
        asked = select(FOREIGN).order_by(FOREIGN.c.user_id, FOREIGN.c.id)
        with self._database.reading() as connection:
            found = connection.execute(asked, execution_options={"yield_per": BATCH})
            for user_id, rows in groupby(found, key=lambda row: row.user_id):
                yield "" if user_id is None else str(user_id), list(rows)

    def close(self) -> None:
        self._database.close()


def bring_in(store: Store, user_id: str, rows: Sequence[Any], model_id: str, *, limit: int, dry: bool) -> Imported:
    """Stores what is new of one person's `rows`, all or none, by the rules of `Store.add_faces`; `dry`: nothing.

    Who is there already keeps their name. Raises StoreUnavailable.
    """
    known = store.vectors(user_id, model_id)
    new, refused, same = _sorted(user_id, rows, model_id, known)
    try:
        name = _name(store, user_id, rows[-1].name or "")
        _refuse(user_id, name, len(known) + len(new), limit)
        if new and not dry:
            templates = [Template(user_id, name, vector, model_id, 0.0) for vector in new]
            store.add_faces(user_id, name, templates, limit=limit)
    except (InputError, FaceLimitReached) as error:
        return Imported(user_id, 0, same, (*refused, Refused(user_id, error)))
    return Imported(user_id, len(new), same, tuple(refused))


def _refuse(user_id: str, name: str, faces: int, limit: int) -> None:
    """What `Store.add_faces` would refuse, for who only wants to know. Raises InvalidField, FaceLimitReached."""
    fits("user_id", user_id, people.c.user_id)
    fits("name", name, people.c.name)
    if faces > limit:
        raise FaceLimitReached(f"This person would have {faces} of at most {limit} faces. Raise enrolment.max_faces.")


def _sorted(
    user_id: str, rows: Sequence[Any], model_id: str, known: Sequence[Vector]
) -> tuple[list[Vector], list[Refused], int]:
    """What is new, what is refused, and how many are known."""
    dimension = int(model_id.rpartition(":")[2])
    new: list[Vector] = []
    refused: list[Refused] = []
    for row in rows:
        try:
            vector = unit(numbers(row.embedding, dimension), dimension)
        except InvalidEmbedding as error:
            refused.append(Refused(user_id, error, row.id))
        else:
            if not any(vector @ other > SAME for other in (*known, *new) if other.shape == vector.shape):
                new.append(vector)
    return new, refused, len(rows) - len(refused) - len(new)


def numbers(embedding: object, dimension: int) -> "np.ndarray[Any, Any]":
    """Raises InvalidEmbedding where `embedding` is none of the three."""
    data = embedding.encode() if isinstance(embedding, str) else embedding
    if isinstance(data, bytes):
        if data.lstrip().startswith(b"["):
            listed = _listed(data)
            if listed is not None:
                return listed
        for kind in ("<f4", "<f8"):
            if len(data) == dimension * np.dtype(kind).itemsize:
                return np.frombuffer(data, kind)
    raise InvalidEmbedding(f"The embedding is not {dimension} numbers as JSON, float32 or float64.")


def _listed(data: bytes) -> "np.ndarray[Any, Any] | None":
    """None where that is no list of numbers, but bytes that only begin like one."""
    try:
        return np.array(json.loads(data), np.float64)
    except (ValueError, TypeError, RecursionError):
        return None


def _name(store: Store, user_id: str, given: str) -> str:
    try:
        return store.person(user_id).name
    except PersonNotFound:
        return given
