"""`GET /events`, a page at a time or as a spreadsheet, and `GET /events/stream`."""

import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.accept import preferred
from api.asked import Asked, asked
from api.entries import csv_pages, told
from api.errors import KEYED, documented
from api.pages import Cursor, Moment, Part, cursor_of, fits, key_of
from api.schemas import EventsPage
from api.security import Caller, KeyedRoute, Security
from api.stream import Streams
from core.apikeys import Scope
from core.errors import InvalidField
from core.logbook import Event, EventFilter, Incident
from core.store import Store

JSON, CSV = "application/json", "text/csv"
SPREADSHEET: dict[str, Any] = {"description": "A page; or all that is asked for, as CSV", "content": {CSV: {}}}
MESSAGES: dict[str, Any] = {
    "description": "A message for each entry, its `data` as in GET /events",
    "content": {"text/event-stream": {}},
}
PAGE = 500
Entries = list[Event | Incident]
Kind = Literal["granted", "denied", "fault", "act"]


def asked_for(
    since: Annotated[Moment | None, Query(description="Not before")] = None,
    until: Annotated[Moment | None, Query(description="Not from then on")] = None,
    person: Part = "",
    outcome: Annotated[Kind | None, Query(description="`fault`: an incident; `act`: what an operator did")] = None,
    reason: Annotated[str, Query(max_length=32, description="Its code", examples=["unknown_face"])] = "",
) -> EventFilter:
    return EventFilter(since, until, person, outcome or "", reason)


Where = Annotated[EventFilter, Depends(asked_for)]


class EventRoutes:
    def __init__(self, store: Store, streams: Streams, security: Security) -> None:
        self._store = store
        self._streams = streams
        self._security = security

    def router(self) -> APIRouter:
        router = APIRouter(route_class=KeyedRoute, tags=["events"])
        read = Depends(self._security.needs(Scope.EVENTS_READ))
        codes = (*KEYED, "invalid_field", "database_unavailable")
        router.add_api_route(
            "/events",
            self.list_events,
            summary="What happened?",
            dependencies=[read],
            response_model=EventsPage,
            responses={200: SPREADSHEET, **documented(*codes)},
        )
        router.add_api_route(
            "/events/stream",
            self.follow_events,
            summary="What happens?",
            dependencies=[read],
            response_class=StreamingResponse,
            responses={200: MESSAGES, **documented(*codes, "too_many_streams")},
        )
        return router

    def list_events(
        self,
        request: Request,
        response: Response,
        where: Where,
        call: Annotated[Asked, Depends(asked)],
        *,
        cursor: Cursor = None,
        limit: Annotated[int | None, Query(ge=1, le=500, description="Entries of a page, 100 if not said")] = None,
    ) -> EventsPage | StreamingResponse:
        """The newest first. With `Accept: text/csv` as a spreadsheet, of all there is unless `limit` is said."""
        response.headers["Vary"] = "Accept"
        before = _before(cursor)
        if preferred(request.headers.get("accept", ""), JSON, CSV) == CSV:
            return self._spreadsheet(self._pages(where, before, limit, call.caller))
        size = limit or 100
        found = self._store.events(size + 1, where=where, before=before)
        more = cursor_of(found[size - 1].at.isoformat(), found[size - 1].id or 0) if len(found) > size else None
        return EventsPage(events=[told(entry) for entry in found[:size]], next_cursor=more)

    async def follow_events(
        self,
        where: Where,
        call: Annotated[Asked, Depends(asked)],
        last_event_id: Annotated[
            int | None,
            Header(
                alias="Last-Event-ID",
                ge=0,
                lt=2**63,
                description="`id` of the last message that was read; 0: from the very first entry",
            ),
        ] = None,
    ) -> StreamingResponse:
        """Server-sent events: what happens from now on, or since `Last-Event-ID`; each entry once, none left out.

        An opening is sent once it is known what the door did. Is that not known within 10 s, it is sent without, and
        once more when it is.
        """
        return await self._streams.begin(last_event_id, where, call.caller)

    def _spreadsheet(self, pages: Iterator[Entries]) -> StreamingResponse:
        first = next(pages, [])  # before anything is sent: where the database is away that can still be said
        headers = {"Content-Disposition": 'attachment; filename="events.csv"', "Vary": "Accept"}
        return StreamingResponse(
            csv_pages(chain([first], pages)), media_type=f"{CSV}; charset=utf-8; header=present", headers=headers
        )

    def _pages(
        self, where: EventFilter, before: Event | Incident | None, limit: int | None, caller: Caller
    ) -> Iterator[Entries]:
        """Raises KeyRefused where the key is good no longer: a slow reader takes long."""
        left = limit or sys.maxsize
        while left and (page := self._store.events(min(left, PAGE), where=where, before=before)):
            yield page
            self._security.recheck(caller)
            left, before = left - len(page), page[-1]


def _before(cursor: str | None) -> Incident | None:
    """Stands in for the last entry of the page before."""
    if cursor is None:
        return None
    at, key = key_of(cursor, str, int)
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError:
        moment = None
    if moment is None or not fits(moment):
        raise InvalidField("cursor", "expected next_cursor as an answer gave it; begin anew without one")
    return Incident(moment, "", "", int(key))
