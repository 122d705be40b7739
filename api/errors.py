"""From an error to its answer: one shape, `application/problem+json`, whoever raised it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.schemas import Problem
from core.errors import (
    Conflict,
    DoorwardError,
    InputError,
    InvalidField,
    KeyRefused,
    PersonNotFound,
    ScopeMissing,
    TooManyBytes,
    TooManyRequests,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}
STATUS: tuple[tuple[type[DoorwardError], HTTPStatus], ...] = (  # the first that fits
    (TooManyBytes, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Conflict, HTTPStatus.CONFLICT),
    (KeyRefused, HTTPStatus.UNAUTHORIZED),
    (ScopeMissing, HTTPStatus.FORBIDDEN),
    (TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS),
    (PersonNotFound, HTTPStatus.NOT_FOUND),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
PROTOCOL = {  # what Starlette refuses: our code, and our sentence where its own does not help
    HTTPStatus.BAD_REQUEST: ("malformed_request", None),
    HTTPStatus.FORBIDDEN: (
        "foreign_origin",
        "Web pages of others may not call this. If it has the name that you called it by, put that into api.hosts.",
    ),
    HTTPStatus.NOT_FOUND: ("not_found", "Nothing is served here. /docs shows what is; no user_id can hold a slash."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "Not with this method. /docs shows with which."),
    HTTPStatus.REQUEST_TIMEOUT: ("request_timeout", None),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("request_too_large", None),
}
KEYED = (  # for every route that needs a key
    (HTTPStatus.UNAUTHORIZED, "key_missing", "Send an API key, as Authorization: Bearer KEY or X-API-Key: KEY."),
    (HTTPStatus.FORBIDDEN, "scope_missing", "This API key may not do that: it needs the scope enrol."),
    (HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", "This API key has made too many requests. Try again in 2 s."),
)
EXPECTED = {  # FastAPI's own messages quote what was sent
    "name": "expected the person's name, as one form field",
    "files": "expected image files, as multipart form fields",
    "file": "expected one image file, as a multipart form field",
    "replace": "expected true or false",
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
    headers = HEADERS.get(HTTPStatus(body.status), headers)
    return JSONResponse(body.model_dump(exclude_none=True), body.status, headers, media_type=MEDIA_TYPE)


def refusal(error: HTTPException) -> JSONResponse:
    code, sentence = PROTOCOL.get(HTTPStatus(error.status_code), ("http_error", None))
    return answer(problem(error.status_code, code, sentence or error.detail), error.headers)


def documented(*examples: tuple[HTTPStatus, str, str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for errors, each given as status, code and an example's sentence."""
    return {int(status): _documented(status, code, detail) for status, code, detail in examples}


def _documented(status: HTTPStatus, code: str, detail: str) -> dict[str, Any]:
    example = problem(status, code, detail).model_dump(exclude_none=True)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": f"{status.phrase}: `{code}` and the like", "content": content}


def refused(error: DoorwardError) -> JSONResponse:
    """Raises `error` where it is none that anybody may be told."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), None)
    if status is None:
        raise error
    field, reason = getattr(error, "field", None), getattr(error, "reason", None)
    headers = {"Retry-After": str(error.wait)} if isinstance(error, TooManyRequests) else None
    return answer(problem(status, error.code, str(error), field, reason), headers)


async def _refused(_: Request, error: DoorwardError) -> JSONResponse:
    return refused(error)


async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    fields = list(dict.fromkeys(str(fault["loc"][1]) for fault in error.errors()))
    detail = "; ".join(f"{field}: {EXPECTED.get(field, 'not as expected')}" for field in fields)
    return answer(problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", detail, fields[0]))


async def _protocol(request: Request, error: HTTPException) -> JSONResponse:
    if str(error.detail).startswith("Too many files"):  # Starlette's form parser, at the first that is too many
        most = request.scope["route"].form_limits["max_files"]
        field, expected = ("files", f"1 to {most} images, got more") if most > 1 else ("file", "one image, got several")
        return refused(InvalidField(field, f"expected {expected}"))
    return refusal(error)
