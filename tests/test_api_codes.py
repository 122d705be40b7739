"""One list of codes: what is raised, what the routes document and what the docs say are the same."""

import json
import runpy
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from rest import errors_of_every_kind

from api.codes import CODES, PROTOCOL, RAISED, status_of
from core.errors import (
    CameraUnavailable,
    ConfigError,
    Conflict,
    DoorwardError,
    EntryRefused,
    InputError,
    KeyNotFound,
    KeyRefused,
    LivenessUnavailable,
    LocalFileUnavailable,
    LocalFileUnreadable,
    OfflineTooLong,
    RecognitionHangs,
    SealBroken,
    Stopped,
    WrongFace,
)
from core.templates import BeginAnew

DOCS = Path(__file__).parents[1] / "docs"
BEYOND = {
    DoorwardError,
    InputError,
    Conflict,
    KeyRefused,
    WrongFace,  # only what they are the kinds of
    ConfigError,
    KeyNotFound,
    Stopped,  # the shell's
    CameraUnavailable,
    LivenessUnavailable,
    RecognitionHangs,
    OfflineTooLong,
    LocalFileUnavailable,
    LocalFileUnreadable,
    EntryRefused,
    BeginAnew,
    SealBroken,  # the kiosk's
}
"""What no route raises."""


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    document = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))  # test_api_examples.py: it is current
    return [(method, path, told) for path, methods in document["paths"].items() for method, told in methods.items()]


def named(responses: dict[str, Any]) -> set[tuple[int, str]]:
    problems = {int(status): told["content"].get("application/problem+json") for status, told in responses.items()}
    return {(status, code) for status, told in problems.items() if told for code in told["examples"]}


def test_every_error_of_ours_is_in_the_list_or_known_to_stay_inside() -> None:
    kinds = {type(error) for error in errors_of_every_kind() if isinstance(error, DoorwardError)}
    assert set(RAISED) | BEYOND == kinds
    assert not set(RAISED) & BEYOND


def test_each_code_has_one_status_and_one_meaning_but_for_an_image_that_is_too_large() -> None:
    several = [code.code for code in CODES if sum(other.code == code.code for other in CODES) > 1]
    assert sorted(several) == ["image_too_large"] * 2
    assert all(code.means.endswith(".") and code.status >= HTTPStatus.BAD_REQUEST for code in CODES)
    assert {status_of(kind) for kind in RAISED} <= {code.status for code in CODES}


def test_the_docs_hold_the_list() -> None:
    written = runpy.run_path(str(DOCS / "errors.py"))
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == written["page"](), "run `make docs`"
    assert all(f"`{code.code}`" in written["page"]() for code in CODES)


@pytest.mark.parametrize(
    ("method", "path", "told"), operations(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_route_documents_its_own_and_only_what_is_in_the_list(method: str, path: str, told: Any) -> None:
    known = {(int(code.status), code.code) for code in CODES}
    documented = named(told["responses"])
    assert documented <= known
    assert {(403, "foreign_origin"), (500, "internal_error"), (429, "too_many_requests")} <= documented
    keyed = (401, "key_missing") in documented
    assert keyed == bool(told.get("security")) == (not path.startswith("/health"))
    assert ((404, "person_not_found") in documented) == ("{user_id}" in path and "enroll" not in path)


def test_all_of_the_list_is_documented_somewhere() -> None:
    documented = set().union(*(named(told["responses"]) for _, _, told in operations()))
    nowhere = {code.code for code in CODES if (int(code.status), code.code) not in documented}
    assert nowhere == {"not_found", "method_not_allowed"}  # which are of no route
    assert nowhere <= {code for code, _, _ in PROTOCOL}
