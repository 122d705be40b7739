import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rest import (
    GRANTED,
    PICTURE,
    SECRET,
    FakeEnrolment,
    FakeRecogniser,
    Real,
    call,
    enrol,
    faked,
    match,
    png,
    problem,
)

from api import middleware
from api.app import FIELD_BYTES
from core.opencv import cv2


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite")


def noise() -> bytes:
    """11 MiB that no decoder needs to see."""
    return b"\xff\xd8\xff" + bytes(11 * 2**20)


@pytest.mark.parametrize(
    ("picture", "status", "code"),
    [
        pytest.param(b"this is no image", 422, "image_unreadable", id="text"),
        pytest.param(PICTURE[: len(PICTURE) // 2], 422, "image_unreadable", id="truncated"),
        pytest.param(b"", 422, "image_unreadable", id="empty"),
        pytest.param(noise(), 413, "image_too_large", id="bytes"),
        pytest.param(png(), 422, "face_not_found", id="nobody"),
    ],
)
def test_a_bad_picture_is_named_and_stores_nothing(real: Real, picture: bytes, status: int, code: str) -> None:
    enrolling = enrol(real.app, "ada", png(0), picture)
    matching = match(real.app, picture)
    assert (enrolling.status_code, problem(enrolling)["code"]) == (status, code)
    assert (matching.status_code, problem(matching)["code"]) == (status, code)
    assert "2.png" in enrolling.json()["detail"]
    assert real.store.people() == []
    assert real.store.events() == []


def test_a_huge_picture_is_refused(real: Real) -> None:
    huge = bytes(cv2.imencode(".png", np.zeros((6400, 6400, 3), np.uint8))[1])
    answer = enrol(real.app, "ada", huge)
    assert (answer.status_code, problem(answer)["code"]) == (422, "image_too_large")
    assert "1.png" in answer.json()["detail"]


def test_several_faces_are_too_many_to_enrol_but_not_to_match(real: Real) -> None:
    answer = enrol(real.app, "ada", png(0), png(0, 1))
    assert (answer.status_code, problem(answer)["code"]) == (422, "multiple_faces")
    assert "2.png" in answer.json()["detail"]
    assert match(real.app, png(0, 1)).json() == {"status": "access_denied"}


@pytest.mark.parametrize("count", [0, 5, 1100])
def test_a_call_takes_one_to_four_images(count: int) -> None:
    enrolment = FakeEnrolment()
    answer = enrol(faked(enrolment=enrolment), "ada", *([b"x"] * count))
    assert (answer.status_code, problem(answer)["code"], answer.json()["field"]) == (422, "invalid_field", "files")
    assert enrolment.asked == []


@pytest.mark.parametrize("name", ["", "   ", "n" * 256, "Ada\nAdmin", "Ada\0", "n" * 2_000_000])
def test_a_bad_name_is_refused(real: Real, name: str) -> None:
    answer = enrol(real.app, "ada", png(0), name=name)
    if len(name) > FIELD_BYTES:
        assert (answer.status_code, problem(answer)["code"]) == (400, "malformed_request")
    else:
        assert (answer.status_code, problem(answer)["field"]) == (422, "name")
    assert real.store.people() == []


@pytest.mark.parametrize(
    "user_id",
    [
        "u" * 65,
        "%20",
        "ada%0Aroot",
        "ada%00",
        "ada%7Froot",
        "%C2%85ada",
        "%E2%80%A8",
        "%FF",
        "%20ada",
        "ada%20",
        "%E2%80%8B",
        "%E2%80%AEada",
    ],
)
def test_a_bad_user_id_is_refused(real: Real, user_id: str) -> None:
    answer = enrol(real.app, user_id, png(0))
    assert (answer.status_code, problem(answer)["field"]) == (422, "user_id")
    assert real.store.people() == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("u" * 64, "u" * 64),
        ("Zo%C3%AB%20M%C3%BCller", "Zoë Müller"),
        ("%E9%99%B3", "陳"),
        ("a+b%40c.d", "a+b@c.d"),
        ("50%25", "50%"),
        ("a%3Fb%23c", "a?b#c"),
    ],
)
def test_a_user_id_is_kept_as_it_was_meant(real: Real, sent: str, kept: str) -> None:
    assert enrol(real.app, sent, png(0)).status_code == 200
    assert [person.user_id for person in real.store.people()] == [kept]


def test_a_fifth_face_is_a_conflict_that_says_how_to_replace(real: Real) -> None:
    real.enrolled("ada", png(0), png(0, shift=8), png(0, shift=-8), png(0, shift=4))
    answer = enrol(real.app, "ada", png(0, shift=2))
    assert (answer.status_code, problem(answer)["code"]) == (409, "face_limit_reached")
    assert "replace" in answer.json()["detail"]
    assert real.store.person("ada").faces == 4


def test_the_face_of_another_is_a_conflict(real: Real) -> None:
    real.enrolled("ada", png(0))
    answer = enrol(real.app, "eve", png(0, shift=5), name="Eve")
    assert (answer.status_code, problem(answer)["code"]) == (409, "face_of_another")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"data": {"name": "Ada"}}, "files"),
        ({"files": {"files": ("a.png", PICTURE)}}, "name"),
        ({"data": {"name": "Ada", "files": SECRET}}, "files"),
        ({"json": {"name": SECRET}}, "name"),
        ({"content": SECRET.encode()}, "name"),
        ({"data": {"name": "Ada"}, "files": {"files": ("a.png", PICTURE)}, "params": {"replace": SECRET}}, "replace"),
    ],
)
def test_a_wrong_form_names_the_field_and_quotes_nothing(request_: dict[str, Any], field: str) -> None:
    answer = call(faked(), "POST", "/enroll_faces/ada", **request_)
    assert (answer.status_code, problem(answer)["field"]) == (422, field)
    assert answer.json()["code"] == "invalid_field"
    assert SECRET not in answer.text


def test_a_match_is_of_one_picture() -> None:
    two = [("file", ("a.png", PICTURE)), ("file", ("b.png", PICTURE))]
    for form in ({"files": two}, {"data": {"file": "text"}}, {"files": {"files": ("a.png", PICTURE)}}):
        answer = call(faked(FakeRecogniser(GRANTED)), "POST", "/match_face", **form)
        assert (answer.status_code, problem(answer)["field"]) == (422, "file")


def test_pictures_of_one_name_are_told_apart() -> None:
    enrolment = FakeEnrolment()
    upload = [("files", (name, PICTURE)) for name in ("a.png", "b.png", "a.png")]
    call(faked(enrolment=enrolment), "POST", "/enroll_faces/ada", data={"name": "Ada"}, files=upload)
    assert enrolment.asked == [("ada", "Ada", ["a.png (image 1)", "b.png", "a.png (image 3)"], False)]


@pytest.mark.parametrize(
    ("method", "url", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("POST", "/enroll_faces/", 404, "not_found"),
        ("POST", "/enroll_faces/a/b", 404, "not_found"),
        ("POST", "/enroll_faces/a%2Fb", 404, "not_found"),
        ("POST", "/enroll_faces/ada/", 404, "not_found"),
        ("POST", "/match_face/", 404, "not_found"),
        ("GET", "/match_face", 405, "method_not_allowed"),
        ("GET", "/enroll_faces/ada", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(method: str, url: str, status: int, code: str) -> None:
    answer = call(faked(), method, url)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)


@pytest.mark.logs("Expected boundary character")  # python-multipart's
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"no boundary at all"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--x--\r\n"),
    ],
)
def test_a_malformed_form_is_a_bad_request(kind: str, body: bytes) -> None:
    answer = call(faked(), "POST", "/match_face", content=body, headers={"content-type": kind})
    assert (answer.status_code, problem(answer)["code"]) == (400, "malformed_request")


def test_a_body_beyond_bounds_is_refused_by_its_header_or_while_it_is_read() -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100):
            sent += 1
            yield bytes(2**20)

    kind = {"content-type": "multipart/form-data; boundary=x"}
    unannounced = call(faked(), "POST", "/match_face", content=chunks(), headers=kind)
    announced = call(faked(), "POST", "/match_face", headers={**kind, "content-length": "100000000"})
    for answer in (unannounced, announced):
        assert (answer.status_code, problem(answer)["code"]) == (413, "request_too_large")
    assert sent < 50


def test_a_client_that_falls_silent_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "SILENCE", 0.01)

    async def silence() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        await asyncio.sleep(10)

    kind = {"content-type": "multipart/form-data; boundary=x"}
    answer = call(faked(), "POST", "/match_face", content=silence(), headers=kind)
    assert (answer.status_code, problem(answer)["code"]) == (408, "request_timeout")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Host": "renamed.example"},
        {"Host": "[::1"},
    ],
)
def test_a_web_page_of_somebody_else_may_not_call(headers: dict[str, str]) -> None:
    answer = call(faked(), "GET", "/health", headers=headers)
    assert answer.status_code == 403
    assert problem(answer)["code"] == "foreign_origin"


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost"}, {"Host": "127.0.0.1:8000"}, {"Host": "[::1]:8000"}]
)
def test_our_own_pages_and_programs_may(headers: dict[str, str]) -> None:
    assert call(faked(), "GET", "/docs", headers=headers).status_code == 200


def test_a_method_that_is_not_served_is_told_those_that_are() -> None:
    app = faked()
    for path, allowed in (("/people/ada", "DELETE, GET, PATCH"), ("/people", "GET"), ("/match_face", "POST")):
        answer = call(app, "PUT", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
