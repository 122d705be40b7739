"""`POST /enroll_faces/{user_id}`: pictures in, faces stored. On a worker thread, as all that waits."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Header, Query, Response, UploadFile

from api.asked import Asked, asked
from api.errors import KEYED, documented
from api.schemas import Enrolled, EnrolledInPart, RefusedImage
from api.security import KeyedRoute, Security
from api.turns import Turns
from api.uploads import digest, pictures, user_id_of
from core.apikeys import Scope
from core.enrolment import Enrolment
from core.intake import Intake
from core.once import Answered, Once
from core.store import Store

CODES = (
    *("malformed_request", "invalid_field", "image_unreadable", "image_too_large", "face_not_found", "multiple_faces"),
    *("face_unfit", "invalid_embedding", "different_people", "all_refused", "face_limit_reached", "face_of_another"),
    *("not_this_person", "idempotency_key_reused", "busy", "unavailable", "database_unavailable", "model_unavailable"),
    *("encryption_key_unavailable", "model_mismatch", "search_unavailable"),
)
KEY = r"^[\x21-\x7e]{1,255}$"
PICTURES = "Pictures of this person alone, `enrolment.max_images` of the configuration at most"
REPLAYED = "Idempotent-Replayed"


class EnrolmentRoutes:
    def __init__(
        self,
        enrolment: Enrolment,
        store: Store,
        security: Security,
        turns: Turns,
        *,
        max_images: int,
        utcnow: Callable[[], datetime],
    ) -> None:
        self._enrolment = enrolment
        self._store = store
        self._security = security
        self._turns = turns
        self._max_images = max_images
        self._utcnow = utcnow

    def router(self) -> APIRouter:
        router = APIRouter(route_class=KeyedRoute, tags=["enrolment"])
        router.add_api_route(
            "/enroll_faces/{user_id}",
            self.enroll_faces,
            methods=["POST"],
            summary="Enrol a person",
            form_limits={"max_files": self._max_images},
            dependencies=[
                Depends(self._security.needs(Scope.ENROL)),
                Depends(self._turns, scope="function"),
                Depends(self._security.needs(Scope.ENROL)),  # the key may have been revoked while it waited
            ],
            responses=documented(*KEYED, *CODES),
        )
        return router

    def enroll_faces(
        self,
        user_id: Annotated[str, Depends(user_id_of)],
        name: Annotated[str, Form(description="The person's name, 1 to 255 characters", examples=["John Doe"])],
        files: Annotated[list[UploadFile], File(min_length=1, description=PICTURES)],
        call: Annotated[Asked, Depends(asked)],
        response: Response,
        *,
        replace: Annotated[bool, Query(description="Drop the faces that the person has")] = False,
        partial: Annotated[bool, Query(description="Store the good pictures, tell of the others")] = False,
        idempotency_key: Annotated[
            str | None,
            Header(
                alias="Idempotency-Key",
                pattern=KEY,
                description="Chosen by you for this request: sent again within a day, it is done once",
            ),
        ] = None,
    ) -> EnrolledInPart | Enrolled:
        """Stores a face for each picture, all or none. The pictures themselves are not kept."""
        once = None
        if idempotency_key is not None:
            what = digest(user_id, name, f"replace={replace} partial={partial}", files=files)
            once = Once(digest(call.caller.key, idempotency_key), what, self._utcnow())

        def take_in() -> Intake:
            sent = pictures(files, numbered=partial)
            enrolment = self._enrolment.into(call.on_record(self._store))
            return enrolment.take_in(user_id, name, sent, replace=replace, partial=partial, once=once)

        intake = take_in() if once is None else self._repeatable(once, response, take_in)
        if not partial:
            return Enrolled(faces_stored=intake.stored)
        refused = [RefusedImage.model_validate(refusal) for refusal in intake.refused]
        return EnrolledInPart(faces_stored=intake.stored, refused=refused)

    def _repeatable(self, once: Once, response: Response, take_in: Callable[[], Intake]) -> Intake:
        """Raises KeyReused. Of two that come at once the second may find only when it stores that it is that."""
        try:
            before = self._store.answers.find(once)
            if before is None:
                return take_in()
        except Answered as answered:
            before = answered.answer
        response.headers[REPLAYED] = "true"
        return Intake.of_json(before)
