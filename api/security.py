"""Who may call what: the key that a request carries, asked for before a byte of its body is read."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from core.apikeys import checked, prefix_of
from core.domain import ApiKey, Scope
from core.errors import KeyMissing, ScopeMissing

BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="An API key")
HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="header", description="An API key")
LATELY = timedelta(minutes=1)  # no more often is it written down when a key was used


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

    A key is looked up at each request, so one that was revoked is refused by every process from then on.
    """

    def __init__(self, keys: Keys | None, *, utcnow: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._keys = keys
        self._utcnow = utcnow

    def needs(self, scope: Scope) -> "Needs":
        """A dependency: the Caller, whose key is good for `scope`."""
        return Needs(self, scope)

    async def admit(self, request: Request, scope: Scope) -> Caller:
        """Raises KeyRefused, ScopeMissing, StoreUnavailable."""
        caller = await self._caller(request)
        if not caller.may(scope):
            raise ScopeMissing(f"This API key may not do that: it needs the scope {scope}, and a key keeps its scopes.")
        return caller

    async def _caller(self, request: Request) -> Caller:
        if self._keys is None:
            return ANYBODY
        known: Caller | None = getattr(request.state, "caller", None)
        if known is None:
            key = await run_in_threadpool(self._known, self._keys, _sent(request))
            known = request.state.caller = Caller(key.prefix, key.name, key.scopes)
        return known

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


class KeyedRoute(APIRoute):
    """FastAPI reads the whole body before it asks a dependency; here those that are Needs come first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        needs = [d.call for d in self.dependant.dependencies if isinstance(d.call, Needs)]

        async def admitted(request: Request) -> Response:
            for need in needs:
                await need.admit(request)
            return await handle(request)

        return admitted


def _sent(request: Request) -> str:
    """The key as it was sent. Raises KeyMissing."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
    if not key:
        raise KeyMissing("Send an API key, as Authorization: Bearer KEY or X-API-Key: KEY.")
    return key
