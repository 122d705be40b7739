"""People over REST: found, changed in one step, erased with a receipt that is true."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rest import NOON, Real, call, match, png, problem

from core.domain import Consent, Person, Template, Validity
from core.errors import StoreUnavailable
from core.templates import Mark


@pytest.fixture
def real(tmp_path: Path) -> Real:
    real = Real(tmp_path / "doorward.sqlite")
    for number, (user_id, name) in enumerate([("ada", "Ada Marlow"), ("ben", "Ben"), ("Zoë M/ü", "Zoë")]):
        real.enrolled(user_id.replace("/", "-"), png(number), name=name)
    return real


def get(real: Real, path: str) -> Any:
    answer = call(real.app, "GET", path)
    assert answer.status_code == 200
    return answer.json()


def patch(real: Real, path: str, body: object) -> Any:
    return call(real.app, "PATCH", path, json=body)


def ids(page: dict[str, Any]) -> list[str]:
    return [person["user_id"] for person in page["people"]]


# Found


def test_a_person_is_told_whole(real: Real) -> None:
    real.store.add_faces("ada", "Ada Marlow", _own(real), limit=9, consent=Consent("v1", NOON))
    real.store.set_validity("ada", Validity(NOON, None))
    assert get(real, "/people/ada") == {
        "user_id": "ada",
        "name": "Ada Marlow",
        "active": True,
        "valid_from": "2026-07-28T12:00:00Z",
        "valid_until": None,
        "faces": 2,
        "has_pin": False,
        "consent_version": "v1",
        "consent_at": "2026-07-28T12:00:00Z",
    }


def _own(real: Real) -> list[Template]:
    model_id = real.recogniser.model.id
    rows = real.store.of(model_id, ["ada"])
    return [Template("ada", "Ada Marlow", vector, model_id, 0.9) for vector in rows.matrix]


def test_pages_hold_everybody_once_and_end(real: Real) -> None:
    seen, cursor = [], ""
    while True:
        page = get(real, f"/people?limit=1{cursor}")
        seen += ids(page)
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["Zoë M-ü", "ada", "ben"]
    assert get(real, "/people?limit=3")["next_cursor"] is None


def test_they_are_found_by_a_part_of_their_name_or_user_id(real: Real) -> None:
    assert ids(get(real, "/people?search=marl")) == ["ada"]
    assert ids(get(real, "/people?search=M-")) == ["Zoë M-ü"]
    assert ids(get(real, "/people?search=%25")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=x", "cursor"),
        ("cursor=WzFd", "cursor"),  # [1]
        ("cursor=WyJcdWQ4MDAiXQ==", "cursor"),  # a lone surrogate
        ("cursor=" + "W" * 400, "cursor"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("search=" + "x" * 256, "search"),
        ("search=a%00b", "search"),
    ],
)
def test_what_is_asked_wrongly_is_told_by_its_name(real: Real, query: str, field: str) -> None:
    answer = call(real.app, "GET", f"/people?{query}")
    assert (answer.status_code, problem(answer)["code"], problem(answer)["field"]) == (422, "invalid_field", field)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/people/nobody"),
        ("PATCH", "/people/nobody"),
        ("DELETE", "/people/nobody"),
        ("PATCH", "/people/" + "x" * 65),
        ("DELETE", "/people/" + "x" * 65 + "/faces"),
        ("GET", "/people/nobody/faces"),
        ("DELETE", "/people/nobody/faces"),
        ("GET", "/people/ada/faces/9999"),
        ("DELETE", "/people/ada/faces/9999"),
        ("DELETE", "/people/ben/faces/1"),
    ],
)
def test_nobody_is_not_found(real: Real, method: str, path: str) -> None:
    answer = call(real.app, method, path, **({"json": {"active": True}} if method == "PATCH" else {}))
    assert (answer.status_code, problem(answer)["code"]) == (404, "person_not_found")
    assert sum(person.faces for person in real.store.people()) == 3


# Changed


def test_what_is_named_is_changed_at_once_and_matched_at_once(real: Real) -> None:
    body = {"name": " Ada M. ", "valid_until": "2126-07-28T14:00:00+02:00"}
    answer = patch(real, "/people/ada", body)
    assert (answer.status_code, answer.json()["name"], answer.json()["valid_until"]) == (
        200,
        "Ada M.",
        "2126-07-28T12:00:00Z",
    )
    assert real.store.person("ada") == Person(
        "ada", "Ada M.", faces=1, valid=Validity(None, datetime(2126, 7, 28, 12, tzinfo=UTC))
    )
    assert match(real.app, png(0)).json() == {"status": "access_granted", "user_id": "ada", "name": "Ada M."}
    patch(real, "/people/ada", {"active": False, "valid_until": None})
    assert match(real.app, png(0)).json() == {"status": "access_denied"}
    assert real.store.person("ada").valid == Validity()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "Ada\n"}, "name"),
        ({"name": None}, "name"),
        ({"name": "n" * 256}, "name"),
        ({"active": "yes"}, "active"),
        ({"active": None}, "active"),
        ({"valid_from": "2026-07-28T12:00:00"}, "valid_from"),
        ({"valid_from": "2026-07-28"}, "valid_from"),
        ({"valid_from": 1785240000}, "valid_from"),
        ({"valid_from": "0001-01-01T00:00:00+23:59"}, "valid_from"),
        ({"valid_from": "1999-12-31T23:59:59Z"}, "valid_from"),
        ({"valid_until": "9999-12-31T23:59:59-23:59"}, "valid_until"),
        ({"valid_from": "2026-07-28T12:00:00Z", "valid_until": "2026-07-28T12:00:00Z"}, "valid_until"),
        ({"user_id": "eve"}, "body"),
        ([], "body"),
        ("x", "body"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(real: Real, body: object, field: str) -> None:
    before = real.store.person("ada"), real.store.gallery_version()
    answer = patch(real, "/people/ada", {"active": False, **body} if isinstance(body, dict) and body else body)
    assert (answer.status_code, problem(answer)["field"]) == (422, field)
    assert (real.store.person("ada"), real.store.gallery_version()) == before


def test_what_is_no_json_is_the_body_s_fault(real: Real) -> None:
    answer = call(real.app, "PATCH", "/people/ada", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, problem(answer)["field"]) == (422, "body")


# Erased


def test_the_receipt_says_what_went_and_from_when_on_nobody_has_it(real: Real) -> None:
    version = real.store.gallery_version() + 1
    answer = call(real.app, "DELETE", "/people/ada")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "erased",
            "user_id": "ada",
            "faces_erased": 1,
            "erased_at": "2026-07-28T12:00:00Z",
            "gallery_version": version,
            "index_version": version,
        },
    )
    assert version == real.recogniser.gallery.version
    assert match(real.app, png(0)).json() == {"status": "access_denied"}
    assert list(real.store.page(real.recogniser.model.id).rows.user_ids) == ["ben", "Zoë M-ü"]


def test_a_process_whose_index_could_not_catch_up_matches_nobody(real: Real) -> None:
    erase = real.store.erase

    def and_then_it_goes_away(user_id: str) -> Any:
        erased = erase(user_id)
        real.store.mark = _away  # type: ignore[method-assign]
        return erased

    real.store.erase = and_then_it_goes_away  # type: ignore[method-assign]
    assert call(real.app, "DELETE", "/people/ada").json()["index_version"] is None
    answer = match(real.app, png(0))
    assert (answer.status_code, problem(answer)["code"]) == (503, "database_unavailable")


def _away() -> Mark:
    raise StoreUnavailable("The database does not answer. Start it.")


def test_faces_are_listed_without_their_vectors_and_erased_one_by_one(real: Real) -> None:
    assert call(real.app, "POST", "/enroll_faces/ada", data={"name": "Ada"}, files={"files": png(0, shift=9)})
    first, second = get(real, "/people/ada/faces")["faces"]
    assert set(first) == {"id", "model_id", "quality", "stored_at"}
    assert get(real, f"/people/ada/faces/{second['id']}") == second
    receipt = call(real.app, "DELETE", f"/people/ada/faces/{first['id']}").json()
    assert (receipt["faces_erased"], receipt["gallery_version"]) == (1, receipt["index_version"])
    assert get(real, "/people/ada/faces")["faces"] == [second]


def test_with_all_faces_erased_the_person_stays_and_is_denied(real: Real) -> None:
    receipt = call(real.app, "DELETE", "/people/ada/faces").json()
    assert (receipt["status"], receipt["faces_erased"]) == ("erased", 1)
    assert get(real, "/people/ada")["faces"] == 0
    assert match(real.app, png(0)).json() == {"status": "access_denied"}
    assert call(real.app, "DELETE", "/people/ada/faces").json()["faces_erased"] == 0


@pytest.mark.parametrize("face_id", ["0", "-1", "x", str(2**31), str(2**64)])
def test_a_face_id_is_a_number_that_may_be_one(real: Real, face_id: str) -> None:
    answer = call(real.app, "DELETE", f"/people/ada/faces/{face_id}")
    assert (answer.status_code, problem(answer)["field"]) == (422, "face_id")
