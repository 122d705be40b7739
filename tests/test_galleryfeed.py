"""All of the gallery by pages, then what changed: the contract of core.templates, on SQLite and on MariaDB."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from fakes import MODEL_ID, template, vector_of
from mariadb import looked_into

from core import galleryfeed
from core.domain import Validity
from core.errors import ModelMismatch
from core.store import Store
from core.templates import Mark, Templates

OTHER_MODEL = "other:ba9876543210:16"
NOON = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)


def enrol(store, *who, count=1, model_id=MODEL_ID):
    for one in who:
        store.add_faces(
            one, one.title(), [template(one, away=0.1 * i, model_id=model_id) for i in range(count)], limit=99
        )


def whole(store: Templates):
    """Who has how many rows, by all pages."""
    pages, after = [], 0
    while after is not None:
        page = store.page(MODEL_ID, after)
        pages.append(page.rows)
        after = page.last
    return [who for rows in pages for who in rows.user_ids]


def test_a_page_holds_each_face_as_it_was_stored_in_the_order_of_the_ids(store):
    enrol(store, "bob", "ann", count=2)
    page = store.page(MODEL_ID)
    assert list(page.rows.user_ids) == ["bob", "bob", "ann", "ann"]
    assert list(page.rows.names) == ["Bob", "Bob", "Ann", "Ann"]
    assert (page.last, page.rows.valid, len(page.rows)) == (None, {}, 4)
    assert page.rows.matrix.dtype == np.float32
    np.testing.assert_allclose(page.rows.matrix[0], vector_of("bob"), atol=1e-6)
    np.testing.assert_allclose(page.rows.matrix[3], vector_of("ann", away=0.1), atol=1e-6)


def test_pages_follow_one_another_without_a_gap(store, monkeypatch):
    monkeypatch.setattr(galleryfeed, "PAGE", 3)
    everybody = [f"p{i}" for i in range(9)]
    enrol(store, *everybody)
    store.drop_faces("p4")
    store.set_active("p2", active=False)
    assert whole(store) == [who for who in everybody if who not in ("p4", "p2")]
    assert store.total(MODEL_ID) == 8
    store.set_active("p2", active=True)
    assert "p2" in whole(store), "a new beginning asks anew who is disabled"


def test_only_rows_of_that_model_are_there_and_only_others_are_a_mismatch(store):
    assert (store.page(MODEL_ID).last, len(store.page(MODEL_ID).rows), store.total(MODEL_ID)) == (None, 0, 0)
    enrol(store, "bob", model_id=OTHER_MODEL)
    with pytest.raises(ModelMismatch, match=rf"{OTHER_MODEL}.*{MODEL_ID}"):
        store.page(MODEL_ID)
    enrol(store, "ann")
    assert list(store.page(MODEL_ID).rows.user_ids) == list(store.of(MODEL_ID, ["ann", "bob"]).user_ids) == ["ann"]
    assert (store.total(MODEL_ID), store.total(OTHER_MODEL)) == (1, 1)


def test_validity_comes_along_for_those_who_have_one(store):
    enrol(store, "ann", "bob", "cy")
    since = store.mark()
    valid = Validity(None, NOON)
    store.set_validity("ann", valid)
    store.set_validity("cy", valid)
    store.set_active("cy", active=False)
    changes = store.changes(MODEL_ID, since)
    assert changes.user_ids == {"ann", "cy"}
    for rows in (store.page(MODEL_ID).rows, changes.rows, store.of(MODEL_ID, ["ann", "bob", "cy", "nobody"])):
        assert (rows.valid, "cy" in rows.user_ids) == ({"ann": valid}, False)


def test_what_changed_is_told_with_all_rows_that_they_have_now(store, another):
    enrol(store, "ann", "bob", "cy", count=2)
    since = store.mark()
    assert store.changes(MODEL_ID, since).user_ids == frozenset()
    enrol(another, "ann")
    another.rename("bob", "Robert")
    another.erase("cy")
    enrol(another, "dan", model_id=OTHER_MODEL)
    changes = store.changes(MODEL_ID, since)
    assert (changes.mark, changes.more) == (store.mark(), False)
    assert changes.mark == Mark(since.epoch, since.version + 4)
    assert changes.user_ids == {"ann", "bob", "cy", "dan"}
    assert (
        sorted(zip(changes.rows.user_ids, changes.rows.names, strict=True))
        == [("ann", "Ann")] * 3 + [("bob", "Robert")] * 2
    )
    assert len(store.changes(MODEL_ID, changes.mark).rows) == 0


def test_many_changes_come_in_parts_each_with_its_own_mark(store, monkeypatch):
    monkeypatch.setattr(galleryfeed, "BATCH", 2)
    since = store.mark()
    everybody = [f"p{i}" for i in range(5)]
    enrol(store, *everybody)
    told, marks = [], [since]
    while True:
        changes = store.changes(MODEL_ID, marks[-1])
        told += sorted(changes.user_ids)
        marks.append(changes.mark)
        if not changes.more:
            break
    assert told == everybody
    assert [mark.version for mark in marks] == [0, 2, 4, 5]
    assert sorted(store.of(MODEL_ID, everybody).user_ids) == everybody


def test_of_one_version_all_are_told_however_many(store, url, monkeypatch):
    monkeypatch.setattr(galleryfeed, "BATCH", 2)
    enrol(store, "ann", "bob")
    with looked_into(url) as connection:
        for who in ("x", "y", "z"):
            connection.execute(sa.text("INSERT INTO gallery_changes VALUES (2, :who)"), {"who": who})
    changes = store.changes(MODEL_ID, Mark(store.mark().epoch, 1))
    assert (changes.user_ids, changes.mark.version) == ({"bob", "x", "y", "z"}, 2)


def test_what_is_not_known_any_more_is_to_be_read_anew(store, url):
    since = store.mark()
    enrol(store, "ann", "bob")
    assert store.changes(MODEL_ID, Mark("another", 1)) is None
    assert store.changes(MODEL_ID, Mark(since.epoch, 99)) is None, "a file from a backup may be older than we are"
    with looked_into(url) as connection:
        connection.execute(sa.text("DELETE FROM gallery_changes WHERE version < 2"))
    assert store.changes(MODEL_ID, since) is None
    assert store.changes(MODEL_ID, Mark(since.epoch, 1)).user_ids == {"bob"}


def test_who_changed_long_ago_is_forgotten(store, url):
    enrol(store, "ann")
    with looked_into(url) as connection:
        later = galleryfeed.KEPT + galleryfeed.TIDIED - 1
        connection.execute(sa.text(f"UPDATE gallery_state SET version = {later}"))
    enrol(store, "bob")
    with looked_into(url) as connection:
        assert connection.scalars(sa.text("SELECT user_id FROM gallery_changes")).all() == ["bob"]


def test_each_database_has_an_epoch_of_its_own_and_keeps_it(store, another, tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/other.sqlite")) as other:
        other.migrate()
        assert store.mark().epoch == another.mark().epoch != other.mark().epoch


def test_a_change_that_fails_is_none(store):
    enrol(store, "ann")
    before = store.mark()
    with pytest.raises(Exception, match="Nobody is enrolled"):
        store.rename("nobody", "Nobody")
    assert store.mark() == before
    assert store.changes(MODEL_ID, before).user_ids == frozenset()


@pytest.mark.logs("damaged")
@pytest.mark.parametrize(
    "embedding",
    [b"abc", b"", np.full(16, np.nan, "<f4").tobytes(), np.full(16, 3e38, "<f4").tobytes(), bytes(64), bytes(128)],
    ids=["short", "none", "nan", "huge", "no length", "of another dimension"],
)
def test_a_damaged_row_is_left_out_and_the_log_says_which(store, url, caplog, embedding):
    enrol(store, "ann", "bob", "cy")
    with looked_into(url) as connection:
        connection.execute(sa.text("UPDATE faces SET embedding = :damaged WHERE id = 2"), {"damaged": embedding})
    for rows in (store.page(MODEL_ID).rows, store.of(MODEL_ID, ["ann", "bob", "cy"])):
        assert list(rows.user_ids) == ["ann", "cy"]
        np.testing.assert_allclose(rows.matrix, [vector_of("ann"), vector_of("cy")], atol=1e-6)
    assert len(store.of(MODEL_ID, ["bob"])) == 0
    assert "of face 2;" in caplog.text


def test_followers_in_other_processes_equal_the_table_whatever_dies_on_the_way(url):
    """As `make feed`, in small: three that write at once, three that follow, of which one is killed each round."""
    run = [sys.executable, str(Path(__file__).with_name("feedrun.py")), "240", url]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["measured"]
