"""From an error to its answer: one shape, `application/problem+json`, whoever raised it."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api import codes
from api.schemas import Problem, RefusedImage
from core.errors import (
    AllRefused,
    Busy,
    DoorwardError,
    InvalidField,
    ModelMismatch,
    TooManyRequests,
    TooManyStreams,
    Unavailable,
)

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}
PROTOCOL = {status: code for code, status, _ in codes.PROTOCOL} | {HTTPStatus.SERVICE_UNAVAILABLE: Busy.code}
SENTENCES = {  # where Starlette's own does not help
    HTTPStatus.FORBIDDEN: (
        "Web pages of others may not call this. If it has the name that you called it by, put that into api.hosts."
    ),
    HTTPStatus.NOT_FOUND: "Nothing is served here. /docs shows what is; no user_id can hold a slash.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Not with this method. /docs shows with which.",
}
TOLD = (Unavailable, Busy, TooManyStreams, ModelMismatch)
"""Of what is unavailable: whose own sentence is for callers. The others' may name files and hosts."""
ALWAYS = ("foreign_origin", "request_timeout", "request_too_large", "too_many_requests", "internal_error")
KEYED = (*ALWAYS, "key_missing", "key_unknown", "key_expired", "key_revoked", "scope_missing", "too_many_wrong_keys")
"""For every route that needs a key."""
EXPECTED = {  # FastAPI's own messages quote what was sent
    "name": "expected the person's name, 1 to 255 characters",
    "files": "expected image files, as multipart form fields",
    "file": "expected one image file, as a multipart form field",
    "body": "expected a JSON object that holds nothing but what /docs shows",
    "limit": "expected a whole number that is allowed here",
    "outcome": "expected granted, denied, act or fault",
    "face_id": "expected the id of a face, a whole number",
    "Last-Event-ID": "expected the id of an event that the stream sent",
    "Idempotency-Key": "expected 1 to 255 characters of ASCII without blanks",
    **dict.fromkeys(("replace", "partial", "explain", "open", "active"), "expected true or false"),
    **dict.fromkeys(
        ("since", "until", "valid_from", "valid_until"),
        "expected a moment with its offset, such as 2026-11-24T08:30:00Z",
    ),
}


def install(app: FastAPI) -> None:
    """All that may be raised on purpose. The rest is `api.middleware.AccessLog`'s."""
    app.exception_handler(DoorwardError)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_protocol)


def problem(status: int, code: str, detail: str, field: str | None = None, reason: str | None = None) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(title=title, status=status, detail=detail, code=code, field=field, reason=reason)


def answer(body: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    headers = {**HEADERS.get(HTTPStatus(body.status), {}), **(headers or {})}
    return JSONResponse(body.model_dump(exclude_none=True), body.status, headers, media_type=MEDIA_TYPE)


def refusal(error: HTTPException) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    code = PROTOCOL.get(status, "malformed_request")
    return answer(problem(status, code, SENTENCES.get(status, error.detail)), error.headers)


def documented(*names: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for the codes of these names, by their statuses."""
    known = [code for code in codes.CODES if code.code in names]
    return {int(status): _documented([code for code in known if code.status == status]) for status in _statuses(known)}


def _statuses(known: list[codes.Code]) -> list[HTTPStatus]:
    return sorted({code.status for code in known})


def _documented(known: list[codes.Code]) -> dict[str, Any]:
    examples = {
        code.code: {"value": problem(code.status, code.code, code.means).model_dump(exclude_none=True)}
        for code in known
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}}
    named = ", ".join(f"`{code.code}`" for code in known)
    return {"description": f"{known[0].status.phrase}: {named}", "content": content}


def refused(error: DoorwardError) -> JSONResponse:
    """Raises `error` where it is none that anybody may be told."""
    status = codes.status_of(type(error))
    if status is None:
        raise error
    body = problem(status, error.code, _sentence(error), getattr(error, "field", None), getattr(error, "reason", None))
    if isinstance(error, AllRefused):
        body.refused = [RefusedImage.model_validate(refusal) for refusal in error.refused]
    headers = {"Retry-After": str(error.wait)} if isinstance(error, TooManyRequests | Busy) else None
    return answer(body, headers)


def _sentence(error: DoorwardError) -> str:
    if _for_callers(error):
        return str(error)
    return f"{codes.means(type(error))} Doorward's log says why, under this answer's X-Request-ID."


def _for_callers(error: DoorwardError) -> bool:
    return type(error) in TOLD or not isinstance(error, Unavailable)


async def _refused(request: Request, error: DoorwardError) -> JSONResponse:
    if not _for_callers(error):
        log.info("%s: %s %s", error.code, error, getattr(request.state, "request_id", ""))
    return refused(error)


async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    fields = list(dict.fromkeys(_field(fault["type"], fault["loc"]) for fault in error.errors()))
    detail = "; ".join(f"{field}: {EXPECTED.get(field, 'not as expected')}" for field in fields)
    return answer(problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", detail[:1000], fields[0]))


def _field(fault: str, place: tuple[int | str, ...]) -> str:
    """The name of ours that is at fault; of what has none, and of names that a client made up, that it is the body."""
    name = place[1] if len(place) > 1 and fault != "extra_forbidden" else None
    return name if isinstance(name, str) else "body"


async def _protocol(request: Request, error: HTTPException) -> JSONResponse:
    if str(error.detail).startswith("Too many files"):  # Starlette's form parser, at the first that is too many
        most = request.scope["route"].form_limits["max_files"]
        field, expected = ("files", f"1 to {most} images, got more") if most > 1 else ("file", "one image, got several")
        return refused(InvalidField(field, f"expected {expected}"))
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:  # Starlette knows of one route alone
        operations = request.app.openapi()["paths"].get(getattr(request.scope.get("route"), "path_format", ""), {})
        headers = {"Allow": ", ".join(sorted(method.upper() for method in operations))} if operations else headers
    return refusal(HTTPException(error.status_code, error.detail, headers))
