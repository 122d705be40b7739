"""The exact search: the best person and the best of the others, against the plainest way to say it."""

import numpy as np
import pytest
from fakes import DIMENSION, MODEL_ID, template, vector_of
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Template
from core.errors import InvalidEmbedding, ModelMismatch
from core.gallery import Gallery, consistent, unit

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
        Gallery.of(MODEL_ID, [template("ann")]).matrix[0, 0] = 1


def test_pictures_of_two_people_are_not_consistent():
    ann, other_ann, bob = vector_of("ann"), vector_of("ann", away=0.2), vector_of("bob")
    assert consistent([ann], 0.5)
    assert consistent([ann, other_ann], 0.5)
    assert not consistent([ann, other_ann, bob], 0.5)
