"""Other people's templates that who searched a gallery has not seen, and that a new face must not be like either.

Who is disabled or out of their dates is in no gallery, and would come back in under a second user_id. Whoever changed
since it was read is in none of that version: two processes may enrol one face at once.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, func, or_, select

from core.database import Database
from core.embeddings import Embeddings
from core.errors import StoreUnavailable
from core.galleryfeed import FACES, batches, raw, remembers
from core.migrations.tables import faces, gallery_changes, people
from core.people import naive, of_model
from core.rotation import Rotation

OLDEST = timedelta(hours=1)  # a gallery that faces are compared with was not looked through for dates before that
BEHIND = "The gallery that the face was compared with is too old. It is being read anew: wait a moment."

Matrices = Iterator[NDArray[np.float32]]


class Unseen:
    """Each gives templates of that model of all but `user_id`, some people's at a time.

    Raises StoreUnavailable as `Store` does, and EncryptionKeyUnavailable. A damaged row is left out, and logged.
    """

    def __init__(self, database: Database, embeddings: Embeddings, rotation: Rotation) -> None:
        self._database = database
        self._embeddings = embeddings
        self._rotation = rotation

    def absent(self, model_id: str, user_id: str, now: datetime) -> Matrices:
        """Of who is disabled or out of their dates. Nobody's writing waits for it."""
        with self._database.reading() as connection:
            who = connection.scalars(select(people.c.user_id).where(_is_absent(now))).all()
            yield from self._of(connection, model_id, {*who} - {user_id})

    def changed(self, connection: Connection, model_id: str, user_id: str, since: int | None) -> Matrices:
        """Of who changed after that version, or of all; under the gallery's lock, so that nobody else does.

        Raises StoreUnavailable where that is not known any more.
        """
        asked = select(faces.c.user_id).where(faces.c.model_id == model_id)
        if since is not None:
            newest = connection.scalar(select(func.max(gallery_changes.c.version)))
            if newest is None or newest <= since or not remembers(connection, since):
                raise StoreUnavailable(BEHIND)
            asked = select(gallery_changes.c.user_id).where(gallery_changes.c.version > since)
        yield from self._of(connection, model_id, {*connection.scalars(asked)} - {user_id})

    def _of(self, connection: Connection, model_id: str, user_ids: Collection[str]) -> Matrices:
        self._rotation.check(connection)
        for some in batches(user_ids):
            found = raw(connection, FACES.where(of_model(model_id), faces.c.user_id.in_(some)))
            if found:
                yield self._embeddings.rows(found, model_id, {}).matrix


def _is_absent(now: datetime) -> ColumnElement[bool]:
    """Who begins to be let in about now counts as well: the gallery may not have them yet."""
    begins, over = people.c.valid_from > naive(now - OLDEST), people.c.valid_until <= naive(now)
    return or_(~people.c.active, begins, over)
