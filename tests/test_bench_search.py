"""`doorward-admin bench search`: what it tells, and that its people and probes are what it says of them."""

import json

import numpy as np
import pytest
from fakes import MODEL_ID
from typer.testing import CliRunner

from core.admin.app import app
from core.admin.bench.crowd import ALIKE, PAGE, Crowd
from core.admin.bench.misses import counted
from core.admin.bench.searching import agreement
from core.domain import Candidate, Match
from core.errors import InputError
from core.search.sketched import SketchedShelf


def test_each_engine_is_told_beside_the_memory_and_the_loop_that_everyone_writes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    measured = ["--templates", "500", "--dimension", "64", "--probes", "20", "--strangers", "5"]
    options = [*measured, "--engine", "faiss", "--engine", "exact", "--json"]
    ran = CliRunner().invoke(app, ["bench", "search", *options])
    told = json.loads(ran.stdout)
    assert told["bandwidth_bound_ms"] > 0
    assert not told["plain_loop_extrapolated"]
    assert list(told["engines"]) == ["exact", "faiss"]
    for figures in told["engines"].values():
        assert 0 < figures["p50_ms"] <= figures["p99_ms"]
        assert figures["top1_agreement"] == 1.0
        assert figures["genuine_lost"] == 0


def test_an_engine_that_there_is_not_is_refused_by_name():
    ran = CliRunner().invoke(app, ["bench", "search", "--engine", "guess"])
    assert isinstance(ran.exception, InputError)
    assert "guess" in str(ran.exception)


def test_people_are_the_same_each_time_and_some_look_alike():
    crowd = Crowd(PAGE + 100, 64)
    pages, again = list(crowd.pages()), list(crowd.pages())
    assert sum(map(len, pages)) == PAGE + 100
    assert all(np.array_equal(a.matrix, b.matrix) for a, b in zip(pages, again, strict=True))
    matrix = np.concatenate([page.matrix for page in pages])
    assert np.linalg.norm(matrix, axis=1) == pytest.approx(1, abs=1e-5)
    ids = [user_id for page in pages for user_id in page.user_ids]
    assert ids[0] == ids[1] != ids[2]
    assert matrix[30] @ matrix[28] == pytest.approx(ALIKE, abs=1e-5)  # the sixteenth person and the one before


def test_a_genuine_probe_is_as_like_a_template_of_its_own_as_is_said():
    crowd = Crowd(300, 64)
    (page,) = crowd.pages()
    for probe in crowd.probes(50, 0):
        own = page.matrix[[user_id == probe.user_id for user_id in page.user_ids]] @ probe.vector
        assert ((own > 0.39) & (own < 0.71)).any()


def test_agreement_counts_those_whose_best_person_differs():
    ann, bob = Candidate("ann", "Ann", 0.8), Candidate("bob", "Bob", 0.79)
    due, found = [Match(ann, bob), Match(ann), Match()], [Match(ann, None), Match(bob), Match()]
    probes = [*Crowd(4, 8).probes(2, 0), *Crowd(4, 8).probes(0, 1)]
    told = agreement(found, due, probes, 0.4)
    assert (told["top1_agreement"], told["genuine_lost"]) == (0.5, 1)
    assert (told["runner_up_agreement"], told["runners_up_in_reach"]) == (0.0, 1)
    assert told["stranger_top1_agreement"] == 1.0


@pytest.mark.parametrize("dimension", ["128", "512"])
def test_few_are_lost_and_all_of_them_are_counted(tmp_path, monkeypatch, dimension):
    monkeypatch.chdir(tmp_path)
    options = ["--templates", "2000", "--dimension", dimension, "--probes", "1000", "--json"]
    told = json.loads(CliRunner().invoke(app, ["bench", "misses", *options]).stdout)
    assert told["lost"]["errors"] == told["spoilers_lost"]["errors"] == 0
    assert told["spoilers_lost"]["of"] > 50


def test_a_search_that_loses_somebody_is_seen_to():
    crowd = Crowd(200, 64)
    deaf = SketchedShelf(MODEL_ID, 0.99, least=0)
    for rows in crowd.pages():
        deaf.add(rows)
    rates = counted(deaf.gallery(1), crowd, crowd.probes(50, 0), 0.4)
    assert rates["lost"].errors > 25
