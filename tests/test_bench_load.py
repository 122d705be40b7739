"""`doorward-admin bench load`: from each database, plain and encrypted, beside the driver alone."""

import json
from contextlib import closing

import pytest
from fakes import template
from typer.testing import CliRunner

from core.admin.app import app
from core.store import Store


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *options: CliRunner().invoke(app, ["bench", "load", "--templates", "1000", *options])


def test_each_database_is_measured_plain_and_encrypted(bench, mariadb_url, tmp_path):
    run = bench("--database", mariadb_url, "--json")
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)
    assert list(told["sources"]) == [
        "sqlite, plain",
        "sqlite, encrypted",
        "mysql, plain",
        "mysql, encrypted",
        "local copy",
    ]
    assert all(figures["rows_per_second"] > 0 < figures["ratio"] for figures in told["sources"].values())
    assert told["goal"]["ratio"] == 0.5
    assert list(tmp_path.iterdir()) == [], "what was filled for it is gone"


def test_a_database_that_holds_something_is_left_alone(bench, mariadb_url):
    with closing(Store(mariadb_url)) as store:
        store.migrate()
        store.add_faces("ann", "Ann", [template("ann")], limit=4)
        assert "not empty" in str(bench("--database", mariadb_url).exception)
        assert store.count() == 1


def test_it_is_told_as_a_table(bench):
    run = bench()
    assert run.exit_code == 0, run.output
    assert "sqlite, encrypted" in run.stdout
