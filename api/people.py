"""`/people`: who is enrolled, what is stored of them, and how it goes away."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from api.asked import Asked, asked
from api.errors import KEYED, documented
from api.pages import LARGEST_ID, Cursor, Limit, Moment, Part, cursor_of, key_of
from api.schemas import FaceAnswer, Faces, PeoplePage, PersonAnswer, Receipt
from api.security import KeyedRoute, Security
from api.uploads import user_id_of
from core.apikeys import Scope
from core.domain import Changes, Erasure, Person, StoredFace
from core.enrolment import checked
from core.errors import DoorwardError, PersonNotFound
from core.recogniser import Recogniser
from core.store import Store

UserId = Annotated[str, Depends(user_id_of)]
Call = Annotated[Asked, Depends(asked)]
FaceId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
CODES = ("malformed_request", "invalid_field", "database_unavailable")


class PersonChanges(BaseModel):
    """What is not named stays as it is; null takes a bound away."""

    model_config = ConfigDict(extra="forbid")

    name: StrictStr = Field(default_factory=str, min_length=1, max_length=255, examples=["John Doe"])
    active: StrictBool = Field(default_factory=bool, description="Whether their faces are looked for at all")
    valid_from: Moment | None = Field(None, description="Not let in before", examples=["2026-11-24T08:00:00Z"])
    valid_until: Moment | None = Field(None, description="Not let in from then on", examples=["2027-11-24T08:00:00Z"])

    def named(self) -> Changes:
        """Raises InvalidField."""
        changes: Changes = {}
        if "name" in self.model_fields_set:
            changes["name"] = checked("name", self.name, 255)
        if "active" in self.model_fields_set:
            changes["active"] = self.active
        if "valid_from" in self.model_fields_set:
            changes["valid_from"] = self.valid_from
        if "valid_until" in self.model_fields_set:
            changes["valid_until"] = self.valid_until
        return changes


class PeopleRoutes:
    def __init__(
        self, store: Store, recogniser: Recogniser, security: Security, *, utcnow: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._recogniser = recogniser
        self._security = security
        self._utcnow = utcnow

    def router(self) -> APIRouter:
        router = APIRouter(route_class=KeyedRoute, tags=["people"])
        read, write = (Depends(self._security.needs(scope)) for scope in (Scope.PEOPLE_READ, Scope.PEOPLE_WRITE))
        page, one, faces = "/people", "/people/{user_id}", "/people/{user_id}/faces"
        routes: tuple[tuple[str, str, Callable[..., object], Any, str], ...] = (
            ("GET", page, self.list_people, read, "Who is enrolled?"),
            ("GET", one, self.get_person, read, "What is known of a person?"),
            ("PATCH", one, self.change_person, write, "Change a person"),
            ("DELETE", one, self.erase_person, write, "Erase a person"),
            ("GET", faces, self.list_faces, read, "Which faces are stored of a person?"),
            ("DELETE", faces, self.erase_faces, write, "Erase all faces of a person"),
            ("GET", f"{faces}/{{face_id}}", self.get_face, read, "What is known of a face?"),
            ("DELETE", f"{faces}/{{face_id}}", self.erase_face, write, "Erase a face"),
        )
        for method, path, endpoint, needs, summary in routes:
            codes = (*KEYED, *CODES, *(() if path == page else ("person_not_found",)))
            router.add_api_route(
                path, endpoint, methods=[method], summary=summary, dependencies=[needs], responses=documented(*codes)
            )
        return router

    def list_people(
        self,
        cursor: Cursor = None,
        limit: Limit = 100,
        search: Part = "",
    ) -> PeoplePage:
        """By user_id, a page at a time."""
        after = str(key_of(cursor, str)[0]) if cursor else ""
        found = self._store.people(search, after=after, limit=limit + 1)
        more = cursor_of(found[limit - 1].user_id) if len(found) > limit else None
        return PeoplePage(people=[described(person) for person in found[:limit]], next_cursor=more)

    def get_person(self, user_id: UserId) -> PersonAnswer:
        return described(self._store.person(user_id))

    def change_person(self, user_id: UserId, changes: PersonChanges, call: Call) -> PersonAnswer:
        """All that is named at once, or nothing. Every gallery follows within a second, this process's at once."""
        changed = call.on_record(self._store).amend(user_id, changes.named())
        self._recogniser.catch_up()
        return described(changed)

    def erase_person(self, user_id: UserId, call: Call) -> Receipt:
        """Takes the person, their PIN and all their faces away. What happened at the door stays in the log."""
        return self._receipt(user_id, call.on_record(self._store).erase(user_id))

    def list_faces(self, user_id: UserId) -> Faces:
        return Faces(faces=[face_of(face) for face in self._store.faces(user_id)])

    def get_face(self, user_id: UserId, face_id: FaceId) -> FaceAnswer:
        for face in self._store.faces(user_id):
            if face.id == face_id:
                return face_of(face)
        raise PersonNotFound("There is no such face of this person. GET /people/{user_id}/faces lists those there are.")

    def erase_faces(self, user_id: UserId, call: Call) -> Receipt:
        """The person stays, to be enrolled anew; until then nothing opens to their face."""
        return self._receipt(user_id, call.on_record(self._store).drop_faces(user_id))

    def erase_face(self, user_id: UserId, face_id: FaceId, call: Call) -> Receipt:
        return self._receipt(user_id, call.on_record(self._store).drop_face(user_id, face_id))

    def _receipt(self, user_id: str, erasure: Erasure) -> Receipt:
        """Once this process's own gallery has caught up; one that cannot matches nobody until it has."""
        at = self._utcnow()
        self._recogniser.catch_up()
        return Receipt(
            user_id=user_id,
            faces_erased=erasure.faces,
            erased_at=at,
            gallery_version=erasure.version,
            index_version=self._index_version(),
        )

    def _index_version(self) -> int | None:
        try:
            return self._recogniser.gallery.version
        except DoorwardError:
            return None


def described(person: Person) -> PersonAnswer:
    consent = person.consent
    return PersonAnswer(
        user_id=person.user_id,
        name=person.name,
        active=person.active,
        valid_from=person.valid.since,
        valid_until=person.valid.until,
        faces=person.faces,
        has_pin=person.has_pin,
        consent_version=consent.version if consent else None,
        consent_at=consent.at if consent else None,
    )


def face_of(face: StoredFace) -> FaceAnswer:
    return FaceAnswer(id=face.id, model_id=face.model_id, quality=face.quality, stored_at=face.at)
