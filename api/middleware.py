"""Around every request: one line in the log, an answer whatever happens, and bounds on what is taken from whom."""

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from math import ceil
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer, problem, refusal, refused
from api.schemas import Problem
from core.address import caller_at, is_address
from core.errors import DoorwardError, TooManyRequests
from core.throttle import Throttle

log = logging.getLogger(__name__)
STOPS = "Doorward is stopping, and may have done this all the same. See whether it has before you send it again."
STOPPING = problem(503, "unavailable", STOPS)
FAILED = problem(500, "internal_error", "Doorward failed; nothing was granted. Its log says where.")
FULL = "More pictures are on their way than there is room for. Send it again in a second."
SILENCE = 20.0  # seconds that a client may stop in the middle of its request
DEADLINE = 60.0  # seconds for all of it
SMALL = 2**16  # bytes of a request without pictures
ROOM = 2**28  # bytes of all requests together that have not been answered yet: they are in memory
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
LIVE = "/health/live"
"""Asked by who restarts what does not answer, and so never counted."""
ASKED_OFTEN = {"/health", "/health/ready", LIVE, "/metrics"}
"""No news where all is well."""


class AccessLog:
    """Logs the route, never the path, which holds a user_id; answers 500 for what nobody foresaw.

    Each request has an id: its X-Request-ID where that is fit to be logged, else one made here. The answer, the log
    and what is put on record of it carry it. `count` is told the method, the route, the status and the seconds.
    """

    def __init__(self, app: ASGIApp, count: Callable[[str, str, int | None, float], object] = lambda *_: None) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status: int | None = None
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {}).update(request_id=request_id, began=started)

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the last resort, and answered
            if status is None:
                await answer(_unforeseen(error, request_id))(scope, receive, watched)
            else:
                _broken_off(error, request_id)
        finally:
            seconds, route = time.monotonic() - started, getattr(scope.get("route"), "path_format", "(no route)")
            self._count(scope["method"], route, status, seconds)
            level = logging.DEBUG if route in ASKED_OFTEN and status == HTTPStatus.OK else logging.INFO
            log.log(
                level, "%s %s %s %.0f ms %s", scope["method"], route, status or "no answer", 1000 * seconds, request_id
            )


class OwnOrigin:
    """Refuses web pages of others: by the Origin that a browser names, or by a Host that is none of ours.

    Without it any page that somebody reads on this machine could enrol a face where no keys are asked for. A page that
    has its own name point here (DNS rebinding) still calls by that name; so names have to be among `names`, while
    addresses, which nobody can point elsewhere, need not.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._own(Headers(scope=scope), scope["scheme"]):
            await refusal(HTTPException(HTTPStatus.FORBIDDEN))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _own(self, headers: Headers, scheme: str) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return (name in self._names or is_address(name)) and origin in (None, f"{scheme}://{host}")


class AddressLimit:
    """Refuses who asks more than `per_minute` times a minute, by their address, before anything is done for them."""

    def __init__(self, app: ASGIApp, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._throttle = Throttle(per_minute)
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != LIVE:
            wait = self._throttle.take(caller_at((scope.get("client") or [""])[0]), self._clock())
            if wait:
                error = TooManyRequests("Too many requests came from this address.", ceil(wait))
                await refused(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a request that is too large or too slow: by its header, or while it comes.

    `most` bytes for a form with pictures, `SMALL` for anything else; `SILENCE` seconds for the next part of it and
    `DEADLINE` for the whole. All that are under way have `room` together.
    """

    def __init__(self, app: ASGIApp, most: int, room: int = ROOM) -> None:
        self._app = app
        self._most = most
        self._left = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = self._most if headers.get("content-type", "").lower().startswith("multipart/form-data") else SMALL
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            await refusal(_too_large(most))(scope, receive, send)
            return
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if size > self._left:
                raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, FULL, {"Retry-After": "1"})
            self._left -= size
            taken += size

        try:
            await self._app(scope, _bounded(receive, most, take), send)
        finally:
            self._left += taken


def _bounded(receive: Receive, most: int, take: Callable[[int], None]) -> Receive:
    left, until, whole = most, None, False

    async def bounded() -> Message:
        nonlocal left, until, whole
        if whole:  # what comes now is that the client has gone, and that may take as long as it likes
            return await receive()
        now = asyncio.get_running_loop().time()
        until = until or now + DEADLINE
        message = await _before(min(until, now + SILENCE), receive)
        whole = not message.get("more_body", False)
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large(most)
        take(len(message.get("body", b"")))
        return message

    return bounded


async def _before(until: float, receive: Receive) -> Message:
    try:
        async with asyncio.timeout_at(until):
            return await receive()
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly. Send it again.") from None


def _too_large(most: int) -> HTTPException:
    how = "Send pictures as multipart/form-data." if most == SMALL else "Send less at a time: fewer or smaller images."
    detail = f"The request is over {most:,} bytes. {how}"
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def _unforeseen(error: BaseException, request_id: str) -> Problem:
    if isinstance(error, asyncio.CancelledError):
        return STOPPING
    log.error("a request failed, %s\n%s", request_id, _where(error))
    return FAILED


def _broken_off(error: BaseException, request_id: str) -> None:
    """What a client sees of it is that the answer does not end as it should."""
    cause = error.__cause__  # Starlette wraps what it could have answered before
    if isinstance(cause, DoorwardError):
        log.warning("an answer was broken off (%s), %s", cause.code, request_id)
    elif not isinstance(error, (asyncio.CancelledError, ClientDisconnect)):
        _unforeseen(error, request_id)


def _request_id(headers: Headers) -> str:
    sent = headers.get("x-request-id", "")
    return sent if SANE.fullmatch(sent) else uuid4().hex


def _where(error: BaseException) -> str:
    """The traceback without the messages, for these may quote what was sent."""
    cause = error.__cause__ or error.__context__
    before = f"{_where(cause)}\nwhich led to\n" if cause else ""
    return f"{before}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__qualname__}"
