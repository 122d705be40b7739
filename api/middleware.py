"""Around every request: one line in the log, an answer whatever happens, and a bound on what is read."""

import asyncio
import logging
import time
import traceback
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer, problem, refusal
from api.schemas import Problem
from core.settings import is_loopback

log = logging.getLogger(__name__)
STOPPING = problem(503, "unavailable", "Doorward is stopping. Send it again in a few seconds.")
FAILED = problem(500, "internal_error", "Doorward failed; nothing was granted. Its log says where.")
SILENCE = 20.0  # seconds that a client may stop in the middle of its request


class AccessLog:
    """Logs the route, never the path, which holds a user_id; answers 500 for what nobody foresaw."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status: int | None = None

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the last resort, and answered
            if status is None:
                await answer(_unforeseen(error))(scope, receive, watched)
        finally:
            _log(scope, status, time.monotonic() - started)


class OwnOrigin:
    """Refuses web pages of others: by the Origin that a browser names, or by a Host that is not this machine's.

    Without it any page that somebody reads on this machine could enrol a face (also through DNS rebinding).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _own(Headers(scope=scope)):
            await refusal(HTTPException(HTTPStatus.FORBIDDEN))(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _own(headers: Headers) -> bool:
    host, origin = headers.get("host", ""), headers.get("origin")
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "") and origin in (None, f"http://{host}")
    except ValueError:
        return False


class BodyLimit:
    """Refuses a request of more than `most` bytes: by its header, or as soon as that many have come."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._most:
            await refusal(self._too_large())(scope, receive, send)
            return
        left = self._most

        async def counted() -> Message:
            nonlocal left
            message = await _next(receive)
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_large()
            return message

        await self._app(scope, counted, send)

    def _too_large(self) -> HTTPException:
        detail = f"The request is over {self._most / 2**20:.0f} MiB. Send fewer or smaller images."
        return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


async def _next(receive: Receive) -> Message:
    try:
        async with asyncio.timeout(SILENCE):
            return await receive()
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The request stopped half-way. Send it again.") from None


def _unforeseen(error: BaseException) -> Problem:
    if isinstance(error, asyncio.CancelledError):
        return STOPPING
    log.error("a request failed\n%s", _where(error))
    return FAILED


def _log(scope: Scope, status: int | None, seconds: float) -> None:
    route = getattr(scope.get("route"), "path_format", "(no route)")
    level = logging.DEBUG if route == "/health" and status == HTTPStatus.OK else logging.INFO
    log.log(level, "%s %s %s %.0f ms", scope["method"], route, status or "no answer", 1000 * seconds)


def _where(error: BaseException) -> str:
    """The traceback without the messages, for these may quote what was sent."""
    cause = error.__cause__ or error.__context__
    before = f"{_where(cause)}\nwhich led to\n" if cause else ""
    return f"{before}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__qualname__}"
