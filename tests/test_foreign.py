"""Faces out of a table that another program wrote, on SQLite and on MariaDB: what comes in, what is refused, twice."""

import json
import sqlite3
import sys
from contextlib import closing

import numpy as np
import pytest
import sqlalchemy as sa
from fakes import MODEL_ID, template, vector_of
from hypothesis import given
from hypothesis import strategies as st
from mariadb import looked_into

from core.admin.app import main
from core.errors import InputError, InvalidEmbedding, StoreUnavailable
from core.foreign import ForeignFaces, bring_in, numbers
from core.store import Store

TABLE = (
    "CREATE TABLE faces (id INTEGER PRIMARY KEY, user_id VARCHAR(80), name VARCHAR(300), embedding {kind}, "
    "created_at TIMESTAMP)"
)


def text(vector):
    return json.dumps((vector * 3).tolist())


def single(vector):
    return (vector * 3).astype("<f4").tobytes()


def double(vector):
    return (vector * 3).astype("<f8").tobytes()


@pytest.fixture
def mine(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/mine.sqlite")) as store:
        store.migrate()
        yield store


@pytest.fixture
def foreign(url, tmp_path):
    """A table with the rows that a test gives, as it is read."""
    (tmp_path / "new folder").mkdir()
    opened = []

    def with_rows(*rows, kind="BLOB"):
        with looked_into(url) as connection:
            connection.execute(sa.text(TABLE.format(kind=kind)))
            for i, (user_id, name, embedding) in enumerate(rows, 1):
                values = {"id": i, "user_id": user_id, "name": name, "embedding": embedding}
                put = "INSERT INTO faces (id, user_id, name, embedding) VALUES (:id, :user_id, :name, :embedding)"
                connection.execute(sa.text(put), values)
        opened.append(ForeignFaces(url, timeout=5.0))
        return opened[-1]

    yield with_rows
    for one in opened:
        one.close()


def brought(store, foreign, *, limit=4, dry=False):
    return {who: bring_in(store, who, rows, MODEL_ID, limit=limit, dry=dry) for who, rows in foreign.people()}


@pytest.mark.parametrize(
    ("kind", "written"),
    [("TEXT", text), ("BLOB", single), ("BLOB", double)],
    ids=["JSON", "float32", "float64"],
)
def test_embeddings_come_in_as_they_are_meant(mine, foreign, kind, written):
    rows = [(who, who.title(), written(vector_of(who, away=away))) for away in (0, 0.2) for who in ("bob", "ann")]
    done = brought(mine, foreign(*rows, kind=kind))
    assert {who: (one.stored, one.known, one.refused) for who, one in done.items()} == dict.fromkeys(
        ("ann", "bob"), (2, 0, ())
    )
    np.testing.assert_allclose(
        mine.of(MODEL_ID, ["ann"]).matrix, [vector_of("ann"), vector_of("ann", away=0.2)], atol=1e-6
    )
    assert mine.person("bob").name == "Bob"


def test_the_same_again_stores_nothing_twice_and_a_dry_run_nothing_at_all(mine, foreign):
    table = foreign(("ann", "Ann", single(vector_of("ann"))), ("ann", "Ann", double(vector_of("ann"))))
    dry = brought(mine, table, dry=True)["ann"]
    assert (dry.stored, dry.known, mine.people()) == (1, 1, [])
    assert brought(mine, table)["ann"] == dry
    mine.set_active("ann", active=False)
    version = mine.gallery_version()
    again = brought(mine, table)["ann"]
    assert (again.stored, again.known, mine.gallery_version()) == (0, 2, version)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"abc",
        b"[1, 2]",
        b'["a"]',
        b"[" * 9999,
        text(np.full(16, np.nan)).encode(),
        single(np.full(16, np.inf)),
        single(np.zeros(16)),
        single(np.ones(8)),
        single(np.ones(15)),
        None,
    ],
)
def test_what_is_no_embedding_of_the_model_is_refused_and_the_others_come_in(mine, foreign, broken):
    rows = [("ann", "Ann", broken), ("ann", "Ann", single(vector_of("ann")))]
    (done,) = brought(mine, foreign(*rows)).values()
    assert (done.stored, [(one.face, one.error.code) for one in done.refused]) == (1, [(1, "invalid_embedding")])


@pytest.mark.parametrize("dry", [True, False])
def test_people_that_would_not_fit_are_refused_whole_also_in_a_dry_run(mine, foreign, dry):
    mine.add_faces("cy", "Cy", [template("cy")], limit=4)
    table = foreign(
        *[("ann", "Ann", single(vector_of("ann", away=i / 10))) for i in range(3)],
        *[("cy", "Other", single(vector_of("cy", away=i / 10))) for i in range(3)],
        ("x" * 65, "Long", single(vector_of("x"))),
        ("dan", "D" * 256, single(vector_of("dan"))),
        ("eve", None, single(vector_of("eve"))),
        (None, "Nobody", single(vector_of("nobody"))),
    )
    done = brought(mine, table, limit=2, dry=dry)
    told = {who: [(one.face, one.error.code) for one in of.refused] for who, of in done.items()}
    assert told == {
        "ann": [(None, "face_limit_reached")],
        "cy": [(None, "face_limit_reached")],
        **{who: [(None, "invalid_field")] for who in ("x" * 65, "dan", "eve", "")},
    }
    assert [person.user_id for person in mine.people()] == ["cy"]
    assert mine.person("cy").name == "Cy"


@given(st.binary(max_size=200) | st.text(max_size=100) | st.integers() | st.none())
def test_whatever_stands_there_is_an_embedding_or_refused(given_bytes):
    try:
        found = numbers(given_bytes, 16)
    except InvalidEmbedding:
        return
    assert found.dtype in (np.float32, np.float64)


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(InputError, match="no file"):
        ForeignFaces(f"sqlite:///{tmp_path}/missing.sqlite", timeout=1.0)
    assert list(tmp_path.iterdir()) == []
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    with (
        closing(ForeignFaces(f"sqlite:///{tmp_path}/empty.sqlite", timeout=1.0)) as empty,
        pytest.raises(StoreUnavailable),
    ):
        list(empty.people())


def test_the_commands_import_back_up_rotate_and_restore(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__MODELS__PACK", "demo")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["doorward-admin", *map(str, arguments), "--json"])
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, [json.loads(line) for line in captured.out.splitlines()]

    with closing(sqlite3.connect("theirs.sqlite")) as theirs:
        theirs.execute(TABLE.format(kind="BLOB"))
        for who, vector in (("ann", vector_of("ann")), ("bob", np.ones(3))):
            theirs.execute("INSERT INTO faces VALUES (NULL, ?, ?, ?, NULL)", (who, who.title(), single(vector)))
        theirs.commit()
    url = f"sqlite:///{tmp_path}/theirs.sqlite"
    code, (refused, total) = run("import-faces", url, "--model-id", MODEL_ID, "--dry-run")
    assert (code, refused["code"], total["stored"], total["dry_run"]) == (1, "invalid_embedding", 1, True)
    assert run("people")[1] == []
    assert run("import-faces", url, "--model-id", MODEL_ID)[1][-1]["stored"] == 1
    assert run("import-faces", url, "--model-id", MODEL_ID)[1][-1]["known"] == 1
    assert run("backup", "saved")[1][0]["faces"] == 1
    assert run("rotate-key", "--forget-old")[1][0]["faces"] == 1
    assert run("restore", "saved", "--replace")[0] == 1, "its key was forgotten"
    assert run("backup", "newer")[0] == 0
    assert run("erase", "ann")[0] == 0
    assert run("restore", "newer", "--replace")[1][0]["people"] == 1
    assert [person["user_id"] for person in run("people")[1]] == ["ann"]
    told = [entry["reason"] for entry in run("events")[1]]
    assert {"restored", "backed_up", "key_rotated", "enrolled"} <= set(told)
