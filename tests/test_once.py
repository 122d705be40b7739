"""What is sent twice under one key is done once, from whichever process and whenever. On SQLite and on MariaDB."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from fakes import template
from mariadb import looked_into

from core.errors import FaceLimitReached, KeyReused
from core.once import KEPT, Answered, Once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONCE = Once("k" * 64, "r" * 64, NOON, "the first answer")


def add(store, once=ONCE, who="ann"):
    return store.add_faces(who, who, [template(who)], limit=4, once=once)


def test_the_answer_is_there_from_when_the_faces_are(store, another):
    assert store.answers.find(ONCE) is None
    add(store)
    assert another.answers.find(replace(ONCE, answer="")) == "the first answer"
    with pytest.raises(Answered) as before:
        add(another, replace(ONCE, answer="another"))
    assert before.value.answer == "the first answer"
    assert (store.person("ann").faces, store.gallery_version()) == (1, 1)


def test_another_request_under_that_key_is_refused(store):
    add(store)
    other = replace(ONCE, request="q" * 64)
    with pytest.raises(KeyReused):
        store.answers.find(other)
    with pytest.raises(KeyReused):
        add(store, other, "bob")
    assert [person.user_id for person in store.people()] == ["ann"]


def test_what_was_refused_left_no_answer(store):
    store.add_faces("ann", "Ann", [template("ann")] * 4, limit=4)
    with pytest.raises(FaceLimitReached):
        add(store)
    assert store.answers.find(ONCE) is None


def test_after_a_day_the_key_is_free_and_what_was_kept_is_gone(store, url):
    add(store)
    later = replace(ONCE, request="q" * 64, at=NOON + KEPT, answer="the second answer")
    assert store.answers.find(later) is None
    assert store.answers.find(replace(ONCE, at=NOON + KEPT - timedelta(seconds=1))) == "the first answer"
    add(store, later)
    with looked_into(url) as connection:
        assert connection.scalars(sa.text("SELECT answer FROM answers")).all() == ["the second answer"]


def test_of_many_at_once_one_is_done_and_all_know_its_answer(store, another):
    def ask(i):
        try:
            add((store, another)[i % 2], replace(ONCE, answer=f"answer {i}"))
        except Answered as before:
            return before.answer
        return f"answer {i}"

    with ThreadPoolExecutor(8) as threads:
        said = set(threads.map(ask, range(8)))
    assert len(said) == 1
    assert store.person("ann").faces == 1
