"""`POST /match_face`: who is this? On a worker thread, as all that waits."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, UploadFile

from api.asked import Asked, asked
from api.errors import KEYED, documented
from api.schemas import Denied, DeniedInDetail, Explanation, Granted, GrantedInDetail
from api.security import KeyedRoute, Security
from api.turns import Turns
from api.uploads import only_file, pictures
from core.apikeys import Scope
from core.domain import Decision, Verdict
from core.errors import MatchOpensNothing
from core.logbook import Event
from core.opener import Opener
from core.recogniser import Recogniser
from core.store import Store

CODES = (
    *("malformed_request", "invalid_field", "image_unreadable", "image_too_large", "face_not_found"),
    *("invalid_embedding", "match_opens_nothing", "door_locked", "door_failed", "busy", "unavailable"),
    *(
        "database_unavailable",
        "encryption_key_unavailable",
        "model_unavailable",
        "model_mismatch",
        "search_unavailable",
    ),
)


class MatchingRoutes:
    """`opens`: whether a match may open the door, for who asks for that and has the scope."""

    def __init__(
        self,
        recogniser: Recogniser,
        store: Store,
        opener: Opener,
        security: Security,
        turns: Turns,
        *,
        opens: bool,
        utcnow: Callable[[], datetime],
    ) -> None:
        self._recogniser = recogniser
        self._store = store
        self._opener = opener
        self._security = security
        self._turns = turns
        self._opens = opens
        self._utcnow = utcnow

    def router(self) -> APIRouter:
        router = APIRouter(route_class=KeyedRoute, tags=["matching"])
        router.add_api_route(
            "/match_face",
            self.match_face,
            methods=["POST"],
            summary="Who is this?",
            form_limits={"max_files": 1},
            dependencies=[
                Depends(self._security.needs(Scope.MATCH)),
                Depends(self._turns, scope="function"),
                Depends(self._security.needs(Scope.MATCH)),  # the key may have been revoked while it waited
            ],
            responses=documented(*KEYED, *CODES),
        )
        return router

    def match_face(
        self,
        file: Annotated[UploadFile, Depends(only_file)],
        call: Annotated[Asked, Depends(asked)],
        *,
        explain: Annotated[bool, Query(description="Say why; needs the scope match:explain")] = False,
        open: Annotated[  # noqa: A002 - what the caller calls it
            bool, Query(description="Open the door if granted; needs the scope door:open and api.match_opens_door")
        ] = False,
    ) -> GrantedInDetail | DeniedInDetail | Granted | Denied:
        """Compares the picture's largest face with everybody enrolled. Each answer is in the log of events."""
        self._refuse(call, explain=explain, opens=open)
        model_id = self._recogniser.model.id
        (picture,) = pictures([file])
        decision, quality = self._recogniser.examine(picture.image)
        answer = answer_to(decision)
        event = Event(self._utcnow(), "api", decision, model_id, request_id=call.request_id, actor=call.actor)
        self._store.record(event)
        if explain or open:
            answer = in_detail(answer, explained(decision, quality) if explain else None)
        if open and isinstance(answer, GrantedInDetail):
            self._opener.open("api", actor=call.actor, request_id=call.request_id, waited=call.waited())
            answer = answer.model_copy(update={"door": "opened"})
        return answer  # and not before: what is not recorded does not happen

    def _refuse(self, call: Asked, *, explain: bool, opens: bool) -> None:
        """Raises ScopeMissing, MatchOpensNothing."""
        if explain:
            call.need(Scope.MATCH_EXPLAIN)
        if opens:
            call.need(Scope.DOOR_OPEN)
        if opens and not self._opens:
            raise MatchOpensNothing("A match opens no door here. Ask without ?open=true, or set api.match_opens_door.")


def answer_to(decision: Decision) -> Granted | Denied:
    """Raises pydantic's ValidationError for a grant that names nobody."""
    if decision.verdict is Verdict.GRANTED:
        return Granted.model_validate({"user_id": decision.user_id, "name": decision.name})
    return Denied()


def in_detail(answer: Granted | Denied, explanation: Explanation | None) -> GrantedInDetail | DeniedInDetail:
    if isinstance(answer, Granted):
        return GrantedInDetail(user_id=answer.user_id, name=answer.name, explanation=explanation)
    return DeniedInDetail(explanation=explanation)


def explained(decision: Decision, quality: float | None) -> Explanation:
    return Explanation(
        reason=decision.reason,
        similarity=decision.similarity,
        margin=decision.margin,
        threshold=decision.threshold,
        quality=quality,
        liveness=decision.liveness,
    )
