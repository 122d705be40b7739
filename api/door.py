"""`POST /door/open`: for who has the scope, on record, and never against the operator's lock."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.asked import Asked, asked
from api.errors import KEYED, documented
from api.schemas import DoorOpened
from api.security import KeyedRoute, Security
from core.apikeys import Scope
from core.opener import Opener


class DoorRoutes:
    """`driver` is what the configuration calls that by which `opener` opens."""

    def __init__(self, opener: Opener, security: Security, *, driver: str) -> None:
        self._opener = opener
        self._security = security
        self._driver = driver

    def router(self) -> APIRouter:
        router = APIRouter(route_class=KeyedRoute, tags=["door"])
        router.add_api_route(
            "/door/open",
            self.open_door,
            methods=["POST"],
            summary="Open the door",
            dependencies=[Depends(self._security.needs(Scope.DOOR_OPEN))],
            responses=documented(*KEYED, "door_locked", "door_failed", "database_unavailable"),
        )
        return router

    def open_door(self, call: Annotated[Asked, Depends(asked)]) -> DoorOpened:
        """For its time. Who asked is on record before it opens, and afterwards what it did."""
        event_id = self._opener.open("api", actor=call.actor, request_id=call.request_id)
        return DoorOpened(door=self._opener.name, driver=self._driver, seconds=self._opener.seconds, event_id=event_id)
