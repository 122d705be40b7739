"""The one door to the database: people, faces, events and who may operate, on SQLite or MySQL."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from core.answers import Answers, claim
from core.backup import Backup
from core.database import Database
from core.domain import Changes, Consent, Erasure, Person, Role, StoredFace, Template, Validity, Vector
from core.doors import Doors
from core.embeddings import Embeddings
from core.encryption import Keys
from core.errors import InvalidField, PersonNotFound
from core.eventfeed import EventFeed
from core.eventlog import EventLog
from core.events import incident_row
from core.gallery import Seen, refuse_others, refuse_strangers, unit
from core.galleryfeed import GalleryFeed, moved
from core.keyring import Keyring
from core.logbook import Act, Actor
from core.migrations.tables import events, faces, gallery_state, operators, people
from core.once import Once
from core.people import (
    amend,
    amended,
    change,
    consented,
    face_row,
    faces_of,
    fits,
    models,
    named,
    not_found,
    one,
    own_vectors,
    person,
    put_name,
    refuse_impossible,
    refuse_too_many,
    stored_face,
    with_faces,
)
from core.rotation import Rotation
from core.unseen import Unseen


class Store:
    """People, their faces, and what happened at the door. Safe to use from several threads at once.

    A `url` that names no database raises ConfigError.
    Nothing is opened before the first call; each call is one transaction. Every method raises
    StoreUnavailable where the database does not answer, or answers that it cannot; the next call tries
    again. No single wait is longer than `timeout` seconds. `keys`: what embeddings are sealed with; None: they are not.
    `tls_ca`: a PEM file with the authority behind a server's certificate; None: no TLS is asked for.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 5.0,
        keys: Keys | None = None,
        tls_ca: Path | None = None,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = Database(url, timeout=timeout, tls_ca=tls_ca)
        self._embeddings = Embeddings(keys)
        self.rotation = Rotation(self._database, keys)
        self.keyring = Keyring(self._database)
        self.answers = Answers(self._database)
        self._unseen = Unseen(self._database, self._embeddings, self.rotation)
        self.feed = EventFeed(self._database)
        self.doors = Doors(self._database)
        self.backup = Backup(self._database, self.rotation)
        gallery, log = GalleryFeed(self._database, self._embeddings, self.rotation), EventLog(self._database)
        self.mark, self.total, self.page = gallery.mark, gallery.total, gallery.page
        self.changes, self.of = gallery.changes, gallery.of
        self.record, self.report, self.door_did, self.deliver = log.record, log.report, log.door_did, log.deliver
        self.events, self.event_stats = log.events, log.event_stats
        self._utcnow = utcnow
        self.actor: Actor | None = None
        """Who changes what is changed, to be written down with it; None: nobody asks."""

    def acting_for(self, actor: Actor) -> "Store":
        """The same database for `actor`: with each change an `Act` is written down, or neither."""
        other = copy(self)
        other.actor = actor
        return other

    def migrate(self) -> None:
        """Creates what is missing of the database, up to the newest schema. Free once done.

        Kiosk and API may call it at the same time. Raises EncryptionKeyUnavailable where `keys` have not the right one.
        """
        self._database.migrate(then=self.rotation.adopt)

    def ping(self) -> None:
        """Returns if the database answers and holds a gallery."""
        self.gallery_version()

    def close(self) -> None:
        """Hangs up. Twice is fine; a later call connects anew."""
        self._database.close()

    def gallery_version(self) -> int:
        """A number that moves with every change of people or faces."""
        with self._database.reading() as connection:
            return _version(connection)

    def models(self) -> dict[str, int]:
        """How many faces there are of each model, by its id."""
        with self._database.reading() as connection:
            return models(connection)

    def faces(self, user_id: str) -> list[StoredFace]:
        """The person's faces of whichever model, the oldest first. Raises PersonNotFound."""
        with self._database.reading() as connection:
            found = [stored_face(row) for row in connection.execute(faces_of(user_id))]
            if not found and connection.execute(one(user_id)).first() is None:
                raise not_found()
        return found

    def vectors(self, user_id: str, model_id: str) -> list[Vector]:
        """The person's templates of that model, also where they are disabled; none where there is no such person."""
        with self._database.reading() as connection:
            self.rotation.check(connection)
            return own_vectors(connection, user_id, model_id, self._embeddings)

    def add_faces(
        self,
        user_id: str,
        name: str,
        templates: Sequence[Template],
        *,
        limit: int,
        replace: bool = False,
        alike: float = -1.0,
        seen: Seen | None = None,
        consent: Consent | None = None,
        once: Once | None = None,
    ) -> int:
        """Stores `templates`, all of one model, as faces of `user_id`, who is called `name` from now on.

        All or none. `replace` deletes the faces that the person had, of whichever model; each of the new must be at
        least `alike` (cosine) to one of this model that the person keeps, or, where there is none, to another new one.
        None may be another's: `seen` says whose they were found not to be, here the rest is looked at; None: nobody's.
        `consent` takes the place of the one on record, kept to the second; None leaves it. `once` is kept with them.
        Returns how many were stored. Raises InvalidField, InvalidEmbedding, FaceOfAnother, NotThisPerson,
        DifferentPeople, KeyReused, Answered, or FaceLimitReached where the person would have more than `limit` faces of
        this model.
        """
        if len({new.model_id for new in templates}) != 1:
            raise InvalidField("templates", "expected at least one, all of one model")
        fits("user_id", user_id, people.c.user_id)
        fits("name", name, people.c.name)
        if consent is not None:
            fits("consent", consent.version, people.c.consent_version)
        vectors, model_id = [unit(new.vector) for new in templates], templates[0].model_id
        if seen is not None:
            refuse_others(vectors, self._unseen.absent(model_id, user_id, self._utcnow()), seen.threshold)
        with self._changing(Act.ENROLLED, user_id=user_id) as connection:
            if once is not None:
                claim(connection, once)
            if replace:
                connection.execute(delete(faces).where(faces.c.user_id == user_id))
            if seen is not None:
                changed = self._unseen.changed(connection, model_id, user_id, seen.version)
                refuse_others(vectors, changed, seen.threshold)
            refuse_strangers(vectors, own_vectors(connection, user_id, model_id, self._embeddings), alike)
            refuse_too_many(connection, user_id, templates, limit)
            put_name(connection, user_id, name)
            if consent is not None:
                change(connection, user_id, **consented(consent))
            key = self.rotation.key(connection)
            connection.execute(insert(faces), [face_row(user_id, name, new, key) for new in templates])
        return len(templates)

    def drop_face(self, user_id: str, face_id: int) -> Erasure:
        """Deletes one face of the person. Raises PersonNotFound where they have no such face."""
        with self._changing(Act.FACE_DROPPED, user_id=user_id) as connection:
            mine = (faces.c.id == face_id) & (faces.c.user_id == user_id)
            if not connection.execute(delete(faces).where(mine)).rowcount:
                raise PersonNotFound("There is no such face of this person any more. Look at who has which anew.")
            return Erasure(1, _version(connection))

    def drop_faces(self, user_id: str) -> Erasure:
        """Deletes all faces of the person, who stays. Raises PersonNotFound."""
        with self._changing(Act.FACE_DROPPED, user_id=user_id) as connection:
            if connection.execute(one(user_id)).first() is None:
                raise not_found()
            deleted = connection.execute(delete(faces).where(faces.c.user_id == user_id)).rowcount
            return Erasure(deleted, _version(connection))

    def people(self, search: str = "", *, after: str = "", limit: int | None = None) -> list[Person]:
        """By user_id: those beyond `after`, `limit` at most, whose user_id or name holds `search` in any case."""
        found = select(people).where(people.c.user_id > after, named(search)).order_by(people.c.user_id).limit(limit)
        with self._database.reading() as connection:
            return [person(row) for row in connection.execute(with_faces(found))]

    def count(self, search: str = "") -> int:
        """How many people there are whose user_id or name holds `search` in any case."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(people).where(named(search))) or 0

    def person(self, user_id: str) -> Person:
        """Raises PersonNotFound."""
        with self._database.reading() as connection:
            row = connection.execute(one(user_id)).one_or_none()
        if row is None:
            raise not_found()
        return person(row)

    def erase(self, user_id: str) -> Erasure:
        """Deletes the person with all faces. Raises PersonNotFound."""
        with self._changing(Act.DELETED, user_id=user_id) as connection:
            deleted = connection.execute(delete(faces).where(faces.c.user_id == user_id)).rowcount
            if not connection.execute(delete(people).where(people.c.user_id == user_id)).rowcount:
                raise not_found()
            return Erasure(deleted, _version(connection))

    def amend(self, user_id: str, changes: Changes) -> Person:
        """Changes all that is named at once, and returns the person as they are then.

        Raises PersonNotFound, and InvalidField where a name does not fit or a validity would end before it begins.
        """
        with self._changing(*amended(changes), user_id=user_id) as connection:
            return amend(connection, user_id, changes)

    def rename(self, user_id: str, name: str) -> None:
        """Raises PersonNotFound, InvalidField."""
        self.amend(user_id, {"name": name})

    def set_validity(self, user_id: str, valid: Validity) -> None:
        """From when and until when the person is let in. Raises PersonNotFound, InvalidField."""
        self.amend(user_id, {"valid_from": valid.since, "valid_until": valid.until})

    def set_active(self, user_id: str, *, active: bool) -> None:
        """Whether the person's faces are in the gallery at all. Raises PersonNotFound."""
        self.amend(user_id, {"active": active})

    def set_pin(self, user_id: str, secret_hash: str | None) -> None:
        """Keeps `secret_hash`, an argon2id hash, as the person's PIN; None: no PIN any more. Raises PersonNotFound."""
        act = Act.PIN_SET if secret_hash else Act.PIN_REMOVED
        with self._changing(act, user_id=user_id) as connection:
            change(connection, user_id, pin_hash=secret_hash)

    def pin(self, user_id: str) -> tuple[Person, str] | None:
        """The person and the hash of their PIN; None where there is no such person, or no PIN."""
        with self._database.reading() as connection:
            row = connection.execute(one(user_id)).one_or_none()
        return None if row is None or row.pin_hash is None else (person(row), row.pin_hash)

    def pins(self, user_ids: Collection[str] | None = None) -> dict[str, tuple[Person, str]]:
        """As `pin` says it, of all of `user_ids`, or of everybody, that have one; by user_id."""
        holders = select(people).where(people.c.pin_hash.is_not(None))
        asked = holders if user_ids is None else holders.where(people.c.user_id.in_(list(user_ids)))
        with self._database.reading() as connection:
            rows = connection.execute(with_faces(asked)).all()
        return {row.user_id: (person(row), row.pin_hash) for row in rows}

    def any_pin(self) -> bool:
        """Whether anybody who is not disabled has a PIN."""
        holders = select(people.c.user_id).where(people.c.pin_hash.is_not(None), people.c.active)
        with self._database.reading() as connection:
            return connection.scalar(holders.limit(1)) is not None

    def secret(self, role: Role) -> str | None:
        """The argon2id hash of the operator's PIN or the administrator's passphrase; None until one is set."""
        with self._database.reading() as connection:
            return connection.scalar(select(operators.c.secret_hash).where(operators.c.role == role))

    def set_secret(self, role: Role, secret_hash: str) -> None:
        """Keeps `secret_hash`, an argon2id hash, in place of the one before."""
        with self._changing(Act.SECRET_SET) as connection:
            connection.execute(delete(operators).where(operators.c.role == role))
            connection.execute(insert(operators).values(role=role, secret_hash=secret_hash))

    @contextmanager
    def _changing(self, *acts: Act, user_id: str | None = None) -> Iterator[Connection]:
        """A transaction, with what it does written down where it is known for whom.

        Of a person, it moves the gallery's version first: the lock on its row makes writers queue. Raises
        PersonNotFound where nobody can have that user_id.
        """
        if user_id is not None:
            refuse_impossible(user_id)
        with self._database.writing() as connection:
            if user_id is not None:
                moved(connection, user_id)
            yield connection
            for incident in self.actor.did(acts, self._utcnow, user_id) if self.actor else ():
                connection.execute(insert(events).values(incident_row(incident)))


def _version(connection: Connection) -> int:
    return int(connection.execute(select(gallery_state.c.version)).scalar_one())
