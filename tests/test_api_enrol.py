"""Enrolling over REST: sent twice it is done once, in part where that is asked for, and never to the wrong person."""

import asyncio
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from mariadb import looked_into
from rest import NOON, Real, acall, call, enrol, files, match, png, problem

from core.apikeys import Scope, digest, new_key
from core.once import KEPT

KEY = {"Idempotency-Key": "0b9c-77"}
STORED = {"status": "success", "faces_stored": 1}


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite")


def send(real: Real, user_id: str = "ada", *pictures: bytes, query: str = "", **more: str) -> httpx.Response:
    headers = {**KEY, **{name.replace("_", "-"): value for name, value in more.items() if name != "name"}}
    form = {"data": {"name": more.get("name", "Ada")}, "files": files(*(pictures or (png(0),)))}
    return call(real.app, "POST", f"/enroll_faces/{user_id}{query}", headers=headers, **form)


# The same key


def test_what_is_sent_twice_is_done_once_and_answered_alike(real: Real) -> None:
    first, second = send(real), send(real)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, STORED)
    assert ("idempotent-replayed" in first.headers, second.headers["idempotent-replayed"]) == (False, "true")
    assert real.store.person("ada").faces == 1


def test_so_it_is_by_another_process_and_after_a_restart(real: Real, tmp_path: Path) -> None:
    send(real)
    other = Real(tmp_path / "doorward.sqlite")
    assert send(other).headers["idempotent-replayed"] == "true"
    assert other.store.person("ada").faces == 1


def test_so_it_is_after_the_person_was_erased_who_stays_so(real: Real) -> None:
    send(real)
    assert call(real.app, "DELETE", "/people/ada").status_code == 200
    again = send(real)
    assert (again.json(), again.headers["idempotent-replayed"]) == (STORED, "true")
    assert real.store.people() == []


def test_so_it_is_for_two_that_come_at_once(tmp_path: Path) -> None:
    processes = [Real(tmp_path / "doorward.sqlite") for _ in range(2)]

    async def both() -> list[httpx.Response]:
        form = {"data": {"name": "Ada"}, "files": files(png(0)), "headers": KEY}
        return list(
            await asyncio.gather(*(acall(one.app, "POST", "/enroll_faces/ada", **form) for one in processes * 2))
        )

    answers = asyncio.run(both())
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 3
    assert processes[0].store.person("ada").faces == 1


@pytest.mark.parametrize(
    "other",
    [
        {"user_id": "bob"},
        {"name": "Ada L."},
        {"pictures": (png(0, shift=5),)},
        {"pictures": (png(0), png(0))},
        {"query": "?replace=true"},
        {"query": "?partial=true"},
    ],
    ids=str,
)
def test_another_request_under_that_key_is_refused(real: Real, other: dict[str, object]) -> None:
    send(real)
    user_id, pictures = str(other.pop("user_id", "ada")), other.pop("pictures", ())
    answer = send(real, user_id, *pictures, **other)  # type: ignore[misc,arg-type]
    assert (answer.status_code, problem(answer)["code"]) == (409, "idempotency_key_reused")
    assert [(person.user_id, person.faces) for person in real.store.people()] == [("ada", 1)]


def test_what_files_are_called_is_not_what_is_asked_for(real: Real) -> None:
    send(real)
    form = {"data": {"name": "Ada"}, "files": {"files": ("renamed.png", png(0))}}
    assert call(real.app, "POST", "/enroll_faces/ada", headers=KEY, **form).json() == STORED
    assert real.store.person("ada").faces == 1


def test_a_refusal_is_not_kept_so_the_same_key_may_try_again(real: Real) -> None:
    assert problem(send(real, "ada", png()))["code"] == "face_not_found"
    assert send(real).json() == STORED


def test_keys_of_two_callers_are_two(tmp_path: Path) -> None:
    real = Real(tmp_path / "doorward.sqlite", keys=True)
    for name, user_id, who in (("gate", "ada", 0), ("hr", "ben", 1)):
        made, text = new_key(name, [Scope.ENROL], NOON, NOON + KEPT)
        real.store.keyring.add(made, digest(text))
        assert send(real, user_id, png(who), X_API_Key=text).json() == STORED
    assert len(real.store.people()) == 2


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "\x7f"])
def test_a_key_that_is_none_is_refused(real: Real, key: str) -> None:
    answer = send(real, Idempotency_Key=key)
    assert (answer.status_code, problem(answer)["field"]) == (422, "Idempotency-Key")
    assert real.store.people() == []


def test_nothing_is_kept_but_digests_and_the_answer(real: Real, tmp_path: Path) -> None:
    send(real, "ada", png(0), png(), query="?partial=true", name="Ada Secret")
    with looked_into(f"sqlite:///{tmp_path / 'doorward.sqlite'}") as connection:
        kept = str(connection.execute(sa.text("SELECT * FROM answers")).all())
    assert not [word for word in ("Secret", "ada", "0b9c", "1.png", "2.png") if word in kept]
    assert "face_not_found" in kept


# Whose face it is


def test_who_is_disabled_does_not_come_back_by_a_second_user_id(real: Real) -> None:
    real.enrolled("ada", png(0))
    assert call(real.app, "PATCH", "/people/ada", json={"active": False}).status_code == 200
    answer = enrol(real.app, "eve", png(0))
    assert (answer.status_code, problem(answer)["code"]) == (409, "face_of_another")
    assert [person.user_id for person in real.store.people()] == ["ada"]
    assert match(real.app, png(0)).json()["status"] == "access_denied"


def test_of_two_workers_the_second_is_refused_though_it_has_not_read_the_gallery_anew(tmp_path: Path) -> None:
    first, second = (Real(tmp_path / "doorward.sqlite") for _ in range(2))
    assert enrol(first.app, "ada", png(0)).json() == STORED
    assert problem(enrol(second.app, "eve", png(0)))["code"] == "face_of_another"
    assert match(second.app, png(0)).json()["status"] == "access_denied", "it had not heard of Ada at all"
    second.recogniser.refresh()
    assert match(second.app, png(0)).json()["user_id"] == "ada"


# In part


def test_the_good_ones_are_stored_and_the_others_told_by_their_number(real: Real) -> None:
    real.enrolled("ben", png(1))
    answer = enrol(real.app, "ada", png(), png(0), b"no picture", png(1), query="?partial=true")
    body = answer.json()
    assert (answer.status_code, body["status"], body["faces_stored"]) == (200, "success", 1)
    assert [(refusal["image"], refusal["code"]) for refusal in body["refused"]] == [
        (1, "face_not_found"),
        (3, "image_unreadable"),
        (4, "face_of_another"),
    ]
    assert all(refusal["detail"] for refusal in body["refused"])
    assert match(real.app, png(0)).json()["user_id"] == "ada"


def test_with_all_good_the_list_is_empty(real: Real) -> None:
    assert enrol(real.app, "ada", png(0), query="?partial=true").json() == {**STORED, "refused": []}


def test_a_strangers_picture_is_refused_by_itself_where_it_can_be_told(real: Real) -> None:
    real.enrolled("ada", png(0))
    body = enrol(real.app, "ada", png(1), png(0, shift=5), query="?partial=true").json()
    assert [(refusal["image"], refusal["code"]) for refusal in body["refused"]] == [(1, "not_this_person")]
    assert real.store.person("ada").faces == 2


def test_where_nobody_can_tell_whose_they_are_none_is_stored(real: Real) -> None:
    answer = enrol(real.app, "ada", png(0), png(1), query="?partial=true")
    assert (answer.status_code, problem(answer)["code"]) == (422, "different_people")
    assert real.store.people() == []


def test_with_none_good_it_is_an_error_that_tells_of_each(real: Real) -> None:
    answer = enrol(real.app, "ada", png(), b"no picture", query="?partial=true")
    body = problem(answer)
    assert (answer.status_code, body["code"]) == (422, "all_refused")
    assert [(refusal["image"], refusal["code"]) for refusal in body["refused"]] == [
        (1, "face_not_found"),
        (2, "image_unreadable"),
    ]
    assert real.store.people() == []


def test_a_part_that_is_sent_twice_is_told_twice(real: Real) -> None:
    first, second = (send(real, "ada", png(0), png(), query="?partial=true") for _ in range(2))
    assert first.json() == second.json()
    assert first.json()["refused"][0]["image"] == 2


# The wrong person


def test_a_mistyped_user_id_lends_nobodys_door(real: Real) -> None:
    real.enrolled("ada", png(0))
    answer = enrol(real.app, "ada", png(1), name="Ben")
    assert (answer.status_code, problem(answer)["code"]) == (409, "not_this_person")
    assert (real.store.person("ada").faces, real.store.person("ada").name) == (1, "Ada")
    assert match(real.app, png(1)).json() == {"status": "access_denied"}
