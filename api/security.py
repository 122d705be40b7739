"""Who may call what: the key that a request carries, asked for before a byte of its body is read."""

import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Annotated, Any, Protocol, runtime_checkable

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from core.address import caller_at
from core.apikeys import ApiKey, Scope, alive, checked, prefix_of
from core.errors import KeyMissing, KeyUnknown, ScopeMissing, TooManyRequests, TooManyWrongKeys
from core.throttle import Guesses, Throttle

log = logging.getLogger(__name__)
BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="An API key")
HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="header", description="An API key")
LATELY = timedelta(minutes=1)  # no more often is it written down when a key was used
FRESH = 1.0  # seconds; a body that took longer to come may be that of a key revoked meanwhile


class Keys(Protocol):
    """Where the keys are kept. Each may raise StoreUnavailable, and then nobody gets in."""

    def find(self, prefix: str) -> tuple[ApiKey, str] | None: ...
    def used(self, prefix: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key's prefix and its name, both fit for a log of who did what, and what it is good for."""

    key: str
    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


ANYBODY = Caller("", "anybody", frozenset(Scope))
"""Where `api.auth` is none: whoever sits at this machine."""


class Security:
    """Tells callers by their keys; without `keys`, whoever calls may do anything.

    A key is looked up at each request, so one that was revoked is refused by every process from then on. `per_key`
    requests a minute may be made with one (0: any number); who sends wrong ones is made to wait, by their address.
    """

    def __init__(
        self,
        keys: Keys | None,
        *,
        per_key: int = 0,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._per_key = Throttle(per_key)
        self._guesses = Guesses()
        self._utcnow = utcnow
        self._clock = clock

    def needs(self, scope: Scope) -> "Needs":
        """A dependency: the Caller, whose key is good for `scope`."""
        return Needs(self, scope)

    async def admit(self, request: Request, scope: Scope) -> Caller:
        """Raises KeyRefused, ScopeMissing, TooManyRequests, StoreUnavailable."""
        caller = await self._caller(request)
        if not caller.may(scope):
            raise ScopeMissing(f"This API key may not do that: it needs the scope {scope}, and a key keeps its scopes.")
        return caller

    def recheck(self, caller: Caller) -> None:
        """For what goes on for long, to be asked now and then, on a thread. Raises KeyRefused, StoreUnavailable."""
        if self._keys is not None:
            found = self._keys.find(caller.key)
            alive(found and found[0], self._utcnow())

    async def _caller(self, request: Request) -> Caller:
        admitted: tuple[Caller, float] | None = getattr(request.state, "admitted", None)
        if admitted is not None and self._clock() - admitted[1] < FRESH:
            return admitted[0]
        caller = ANYBODY if self._keys is None else await self._holder(request, self._keys, again=admitted is not None)
        request.state.admitted = caller, self._clock()
        return caller

    async def _holder(self, request: Request, keys: Keys, *, again: bool) -> Caller:
        key = await self._shown(request, keys)
        wait = 0.0 if again else self._per_key.take(key.prefix, self._clock())
        if wait:
            raise TooManyRequests("This API key has made too many requests.", ceil(wait))
        return Caller(key.prefix, key.name, key.scopes)

    async def _shown(self, request: Request, keys: Keys) -> ApiKey:
        text, who = _sent(request), caller_at(request.client.host if request.client else "")
        wait = self._guesses.wait(who, self._clock())
        if wait:
            raise TooManyWrongKeys("Too many wrong API keys came from this address.", ceil(wait))
        try:
            return await run_in_threadpool(self._known, keys, text)
        except KeyUnknown:
            pause = self._guesses.wrong(who, self._clock())
            log.log(logging.WARNING if pause else logging.INFO, "a wrong API key from %s; it waits %.0f s", who, pause)
            raise

    def _known(self, keys: Keys, text: str) -> ApiKey:
        now = self._utcnow()
        key = checked(text, keys.find(prefix_of(text)), now)
        if key.last_used is None or now - key.last_used >= LATELY:
            keys.used(key.prefix, now)
        return key


class Needs:
    """A scope that a route needs. As a dependency it is the Caller; KeyedRoute asks it before the body is read."""

    def __init__(self, security: Security, scope: Scope) -> None:
        self.scope = scope
        self._security = security

    async def __call__(
        self,
        request: Request,
        _bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)] = None,  # for the docs
        _header: Annotated[str | None, Depends(HEADER)] = None,
    ) -> Caller:
        return await self.admit(request)

    async def admit(self, request: Request) -> Caller:
        return await self._security.admit(request, self.scope)


@runtime_checkable
class Gate(Protocol):
    """A dependency that can refuse a request by its head alone."""

    async def admit(self, request: Request, /) -> object: ...


class KeyedRoute(APIRoute):
    """FastAPI reads the whole body before it asks a dependency; those that are gates are asked here, in order."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        calls: list[object] = [dependency.call for dependency in self.dependant.dependencies]
        gates = [call for call in calls if isinstance(call, Gate)]

        async def admitted(request: Request) -> Response:
            for gate in gates:
                await gate.admit(request)
            return await handle(request)

        return admitted


def _sent(request: Request) -> str:
    """The key as it was sent. Raises KeyMissing."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = (bearer.strip() if scheme.lower() == "bearer" else "") or request.headers.get("x-api-key", "")
    if not key:
        raise KeyMissing("Send an API key, as Authorization: Bearer KEY or X-API-Key: KEY.")
    return key
