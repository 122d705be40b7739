"""The three endpoints. They run on worker threads: nothing here is on the event loop but waiting."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile

from api.errors import KEYED, documented
from api.schemas import Denied, Enrolled, Granted, Health
from api.security import KeyedRoute, Security
from core.domain import Decision, Event, Scope, Verdict
from core.enrolment import Enrolment, Picture
from core.errors import DoorwardError, InvalidField, Unavailable
from core.pictures import decode_image
from core.recogniser import Recogniser
from core.store import Store

PATIENCE = 10.0  # seconds that a request waits for its turn

REFUSED = (HTTPStatus.UNPROCESSABLE_ENTITY, "face_not_found", "lin.png: there is no face in it.")
TOO_LARGE = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "image_too_large", "lin.png has more than 10 MiB.")
LIMIT = (HTTPStatus.CONFLICT, "face_limit_reached", "This person has 4 faces. Replace them with ?replace=true.")
DOWN = (HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", "The database does not answer.")


def user_id_of(user_id: Annotated[str, Path(description="1 to 64 characters", examples=["user123"])]) -> str:
    """Enrolment has the rules; only what is lost in a URL is refused here."""
    if "\N{REPLACEMENT CHARACTER}" in user_id:  # what the server makes of bytes that are not UTF-8
        raise InvalidField("user_id", "expected UTF-8")
    return user_id


async def only_file(
    request: Request, file: Annotated[UploadFile, File(description="One picture: JPEG, PNG or the like")]
) -> UploadFile:
    if len((await request.form()).getlist("file")) > 1:
        raise InvalidField("file", "expected one image, got several")
    return file


class Routes:
    """The endpoints, as methods on the parts that they need."""

    def __init__(
        self,
        recogniser: Recogniser,
        enrolment: Enrolment,
        store: Store,
        security: Security,
        *,
        max_images: int,
        utcnow: Callable[[], datetime],
    ) -> None:
        self._recogniser = recogniser
        self._enrolment = enrolment
        self._store = store
        self._security = security
        self._max_images = max_images
        self._utcnow = utcnow
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)

    def router(self) -> APIRouter:
        router, turn = APIRouter(route_class=KeyedRoute), Depends(self._turn, scope="function")
        router.add_api_route(
            "/enroll_faces/{user_id}",
            self.enroll_faces,
            methods=["POST"],
            tags=["enrolment"],
            summary="Enrol a person",
            form_limits={"max_files": self._max_images},
            dependencies=[Depends(self._security.needs(Scope.ENROL)), turn],
            responses=documented(*KEYED, REFUSED, TOO_LARGE, LIMIT, DOWN),
        )
        router.add_api_route(
            "/match_face",
            self.match_face,
            methods=["POST"],
            tags=["matching"],
            summary="Who is this?",
            form_limits={"max_files": 1},
            dependencies=[Depends(self._security.needs(Scope.MATCH)), turn],
            responses=documented(*KEYED, REFUSED, TOO_LARGE, DOWN),
        )
        router.add_api_route(
            "/health",
            self.health,
            tags=["operation"],
            summary="Is all well?",
            responses={503: {"model": Health, "description": "A part is missing; the door stays shut"}},
        )
        return router

    def enroll_faces(
        self,
        user_id: Annotated[str, Depends(user_id_of)],
        name: Annotated[str, Form(description="The person's name, 1 to 255 characters", examples=["John Doe"])],
        files: Annotated[list[UploadFile], File(description="Pictures of this person alone, at most 4")],
        *,
        replace: Annotated[bool, Query(description="Drop the faces that the person has")] = False,
    ) -> Enrolled:
        """Stores a face for each picture, all or none. The pictures themselves are not kept."""
        stored = self._enrolment.enrol(user_id, name, pictures(files), replace=replace)
        return Enrolled(faces_stored=stored)

    def match_face(self, file: Annotated[UploadFile, Depends(only_file)]) -> Granted | Denied:
        """Compares the picture's largest face with everybody enrolled. Each answer is in the log of events."""
        model_id = self._recogniser.model.id
        (picture,) = pictures([file])
        decision = self._recogniser.identify(picture.image)
        answer = answer_to(decision)
        self._store.record(Event(self._utcnow(), "api", decision, model_id))
        return answer  # and not before: what is not recorded does not happen

    def health(self, response: Response) -> Health:
        """200 when all is well, 503 when not, in one shape."""
        health = Health(
            database=self._state(self._store.ping),
            model=self._state(lambda: self._recogniser.model),
            gallery=self._state(lambda: self._recogniser.gallery),
            gallery_size=self._gallery_size(),
        )
        if not health.well:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return health

    def _state(self, probe: Callable[[], object]) -> str:
        try:
            probe()
        except DoorwardError as error:
            return "loading" if self._recogniser.loading else error.code
        return "ok"

    def _gallery_size(self) -> int | None:
        try:
            return len(self._recogniser.gallery)
        except DoorwardError:
            return None

    async def _turn(self) -> AsyncIterator[None]:
        """Inference takes all cores as it is: no more requests at a time than there are of them."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable("Too many pictures are waiting. Send it again in a few seconds.") from None
        try:
            yield
        finally:
            self._turns.release()


def answer_to(decision: Decision) -> Granted | Denied:
    """Raises pydantic's ValidationError for a grant that names nobody."""
    if decision.verdict is Verdict.GRANTED:
        return Granted.model_validate({"user_id": decision.user_id, "name": decision.name})
    return Denied()


def pictures(files: Sequence[UploadFile]) -> list[Picture]:
    """Reads and decodes on the calling thread. Raises ImageUnreadable, ImageTooLarge, TooManyBytes."""
    names = [_name(file) for file in files]
    labels = [f"{name} (image {i})" if names.count(name) > 1 else name for i, name in enumerate(names, 1)]
    return [Picture(label, decode_image(file.file.read(), label)) for file, label in zip(files, labels, strict=True)]


def _name(file: UploadFile) -> str:
    return "".join(c if c.isprintable() else "?" for c in file.filename or "image")[:100]
