"""The exact search: the best person and the best of the others, against the plainest way to say it."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import DIMENSION, MODEL_ID, template, vector_of
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Candidate, Match, Template
from core.errors import InvalidEmbedding, ModelMismatch
from core.gallery import Gallery, consistent, unit
from core.shelf import Shelf
from core.templates import NO_ROWS, Rows

numbers = st.floats(-1, 1, width=32)
vectors = st.lists(numbers, min_size=4, max_size=4).filter(lambda v: np.linalg.norm(v) > 0.01)


def plain_match(templates, probe):
    best = {}
    for t in templates:
        best[t.user_id] = max(best.get(t.user_id, -2.0), float(t.vector @ probe))
    return sorted(best.items(), key=lambda item: -item[1])


@given(st.lists(st.tuples(st.sampled_from("abcde"), vectors), max_size=12), vectors)
def test_match_is_what_a_plain_loop_says(rows, probe):
    templates = [Template(who, who, unit(np.array(v)), MODEL_ID, 1.0) for who, v in rows]
    probe = unit(np.array(probe))
    match = Gallery.of(MODEL_ID, templates).match(probe)
    found = [c.similarity for c in (match.best, match.runner_up) if c]
    expected = [similarity for _, similarity in plain_match(templates, probe)][:2]
    assert found == pytest.approx(expected, abs=1e-5)
    assert match.best is None or match.runner_up is None or match.best.user_id != match.runner_up.user_id


def test_a_person_counts_by_their_best_face():
    gallery = Gallery.of(MODEL_ID, [template("ann", away=0.9), template("bob"), template("ann")])
    match = gallery.match(vector_of("ann"))
    assert match.best.user_id == "ann"
    assert match.best.similarity == pytest.approx(1, abs=1e-6)
    assert match.runner_up.user_id == "bob"


def test_one_person_alone_has_no_runner_up():
    match = Gallery.of(MODEL_ID, [template("ann"), template("ann")]).match(vector_of("ann"))
    assert match.runner_up is None
    assert match.margin == float("inf")


def test_nobody_is_found_in_an_empty_gallery():
    assert Gallery.of(MODEL_ID, []).match(vector_of("ann")).best is None


def test_templates_of_another_model_are_refused_by_name():
    with pytest.raises(ModelMismatch, match="other:ff:16"):
        Gallery.of(MODEL_ID, [template("ann", model_id="other:ff:16")])


@pytest.mark.parametrize("broken", [np.full(DIMENSION, np.nan), np.zeros(DIMENSION), np.full(DIMENSION, np.inf)])
def test_a_broken_vector_is_neither_stored_nor_matched(broken):
    with pytest.raises(InvalidEmbedding):
        unit(broken)
    with pytest.raises(InvalidEmbedding):
        Gallery.of(MODEL_ID, [template("ann")]).match(broken.astype(np.float32))


def test_a_probe_of_another_length_is_refused():
    with pytest.raises(InvalidEmbedding, match="16"):
        Gallery.of(MODEL_ID, [template("ann")]).match(unit(np.ones(8)))


def test_the_matrix_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        Gallery.of(MODEL_ID, [template("ann")]).parts[0].matrix[0, 0] = 1


def rows_of(templates):
    matrix = np.stack([t.vector for t in templates]) if templates else NO_ROWS.matrix
    return Rows([t.user_id for t in templates], [t.name for t in templates], matrix)


def similarities(match):
    return pytest.approx([c.similarity for c in (match.best, match.runner_up) if c], abs=1e-5)


additions = st.lists(st.tuples(st.sampled_from("abcde"), vectors), max_size=6)
steps = st.lists(st.one_of(additions, st.sets(st.sampled_from("abcde"))), max_size=8)


@given(steps, vectors, st.integers(1, 5))
def test_a_gallery_that_was_changed_says_what_a_new_one_would(script, probe, capacity):
    """After each step: the match, and the one brought up to date from the step before."""
    probe, kept = unit(np.array(probe)), []
    shelf = Shelf(MODEL_ID, capacity=capacity)
    old = shelf.gallery(0)
    said = old.match(probe)
    for version, step in enumerate(script, 1):
        if isinstance(step, set):
            shelf.drop(step)
            kept = [t for t in kept if t.user_id not in step]
        else:
            new = [Template(who, f"{who}{version}", unit(np.array(v)), MODEL_ID, 1.0) for who, v in step]
            shelf.add(rows_of(new))
            kept += new
        gallery = shelf.gallery(version)
        expected = [similarity for _, similarity in plain_match(kept, probe)][:2]
        assert similarities(gallery.match(probe)) == expected
        assert len(gallery) == len(kept)
        assert gallery.people.keys() == {t.user_id for t in kept}
        again = gallery.rematch(probe, said, old)
        assert similarities(again) == expected
        assert all(c is None or gallery.name_of(c.user_id) is not None for c in (again.best, again.runner_up))
        old, said = gallery, gallery.match(probe)


def test_who_holds_a_gallery_sees_nothing_of_what_is_written_later():
    shelf = Shelf(MODEL_ID, capacity=4)
    shelf.add(rows_of([template("ann"), template("bob")]))
    before = shelf.gallery(1)
    shelf.add(rows_of([template("cleo"), template("dan"), template("eve")]))
    shelf.drop({"ann"})
    assert before.people.keys() == {"ann", "bob"}
    assert before.match(vector_of("ann")).best.similarity == pytest.approx(1, abs=1e-6)
    assert before.match(vector_of("eve")).best.similarity < 0.9


def test_a_change_looks_at_no_more_than_what_changed():
    """Or each enrolment would stop the door of a large gallery: what was said of the rest is taken as it is."""
    shelf = Shelf(MODEL_ID)
    shelf.add(rows_of([template("ann"), template("bob")]))
    old = shelf.gallery(1)
    shelf.add(rows_of([template("cleo")]))
    claimed = Match(Candidate("zoe", "Zoe", 0.8))
    assert shelf.gallery(2).rematch(vector_of("ann"), claimed, old).best.user_id == "zoe"


def test_somebody_called_otherwise_is_told_by_their_new_name():
    shelf = Shelf(MODEL_ID)
    shelf.add(rows_of([template("ann")]))
    old, probe = shelf.gallery(1), vector_of("ann")
    shelf.drop({"ann"})
    shelf.add(rows_of([replace(template("ann"), name="Anna")]))
    gallery = shelf.gallery(2)
    assert gallery.rematch(probe, old.match(probe), old).best.name == gallery.name_of("ann") == "Anna"


@pytest.mark.logs("damaged")
def test_a_damaged_row_is_left_out_and_the_rest_is_there():
    shelf, damaged = Shelf(MODEL_ID), template("zed")
    damaged.vector[:] = np.nan
    shelf.add(rows_of([template("ann"), damaged]))
    assert shelf.gallery(1).people.keys() == {"ann"}


def test_rows_of_another_length_are_refused():
    shelf = Shelf(MODEL_ID)
    shelf.add(rows_of([template("ann")]))
    with pytest.raises(InvalidEmbedding):
        shelf.add(Rows(["bob"], ["Bob"], np.ones((1, 3), np.float32)))


def test_pictures_of_two_people_are_not_consistent():
    ann, other_ann, bob = vector_of("ann"), vector_of("ann", away=0.2), vector_of("bob")
    assert consistent([ann], 0.5)
    assert consistent([ann, other_ann], 0.5)
    assert not consistent([ann, other_ann, bob], 0.5)
