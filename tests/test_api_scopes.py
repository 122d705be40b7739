"""Which route needs which scope: all of them, listed."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from rest import NOON, FakeKeys, call, faked, problem

from api.asked import Asked, asked
from api.security import KeyedRoute, Needs, Security
from core.apikeys import Scope

NEEDED = {  # what is not here needs no key; a route without its line fails the test
    ("POST", "/enroll_faces/{user_id}"): Scope.ENROL,
    ("POST", "/match_face"): Scope.MATCH,
    ("GET", "/people"): Scope.PEOPLE_READ,
    ("GET", "/people/{user_id}"): Scope.PEOPLE_READ,
    ("PATCH", "/people/{user_id}"): Scope.PEOPLE_WRITE,
    ("DELETE", "/people/{user_id}"): Scope.PEOPLE_WRITE,
    ("GET", "/people/{user_id}/faces"): Scope.PEOPLE_READ,
    ("DELETE", "/people/{user_id}/faces"): Scope.PEOPLE_WRITE,
    ("GET", "/people/{user_id}/faces/{face_id}"): Scope.PEOPLE_READ,
    ("DELETE", "/people/{user_id}/faces/{face_id}"): Scope.PEOPLE_WRITE,
    ("GET", "/events"): Scope.EVENTS_READ,
    ("GET", "/events/stream"): Scope.EVENTS_READ,
    ("POST", "/door/open"): Scope.DOOR_OPEN,
    ("GET", "/system"): Scope.SYSTEM_READ,
    ("GET", "/metrics"): Scope.SYSTEM_READ,
}
OPEN = {"/health", "/health/live", "/health/ready", "/docs", "/openapi.json"}


def routes(app: FastAPI) -> dict[tuple[str, str], list[Scope]]:
    """Each documented operation with what it needs."""
    found: dict[tuple[str, str], list[Scope]] = {}
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            found[method.upper(), path] = []
    for route in keyed(app):
        for method in route.methods or ():
            needs = [d.call.scope for d in route.dependant.dependencies if isinstance(d.call, Needs)]
            found[method, route.path_format] = needs
    return found


def keyed(app: FastAPI) -> Iterator[KeyedRoute]:
    for route in app.routes:
        inner = getattr(getattr(route, "original_router", None), "routes", [route])
        yield from (one for one in inner if isinstance(one, KeyedRoute))


def test_every_route_needs_the_scope_that_is_listed_here_or_is_one_that_anybody_may_ask() -> None:
    for (method, path), scopes in routes(faked()).items():
        expected = [] if path in OPEN else [NEEDED[method, path]]
        assert sorted(set(scopes)) == expected, path  # some are asked for again after a wait


def test_no_scopes_reach_what_needs_another() -> None:
    keys = FakeKeys()
    app = faked(security=Security(keys, utcnow=lambda: NOON))

    @settings(deadline=None)
    @given(st.sets(st.sampled_from(Scope)), st.sampled_from(sorted(NEEDED)))
    def tried(scopes: set[Scope], route: tuple[str, str]) -> None:
        method, path = route
        headers = {"X-API-Key": keys.gains(*scopes - {NEEDED[route]})}
        answer = call(app, method, path.format(user_id="ada", face_id=1), headers=headers)
        assert (answer.status_code, problem(answer)["code"]) == (403, "scope_missing")

    tried()


@pytest.mark.logs("a request failed")
@pytest.mark.parametrize("security", [Security(None), Security(FakeKeys())], ids=["none", "keys"])
def test_a_route_that_forgot_its_scope_fails_and_takes_nobody_for_anybody(security: Security) -> None:
    app, done = faked(security=security), []

    async def forgetful(call: Annotated[Asked, Depends(asked)]) -> None:
        done.append(call)

    app.add_api_route("/forgetful", forgetful)
    answer = call(app, "GET", "/forgetful")
    assert (answer.status_code, problem(answer)["code"], done) == (500, "internal_error", [])


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json"])
def test_some_may_be_asked_by_anybody(path: str) -> None:
    assert call(faked(security=Security(FakeKeys())), "GET", path).status_code == 200


def test_the_docs_say_which_calls_need_a_key() -> None:
    document = faked().openapi()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == (path not in OPEN)
            assert ({"401", "403", "429"} <= set(operation["responses"])) == (path not in OPEN)
