"""Which frames speak for a visit, and that together they know better than one."""

import numpy as np
import pytest
from fakes import MODEL_ID, template, vector_of
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Evidence, Observation
from core.errors import InvalidEmbedding
from core.fusion import MEMORY, fused, resembles, with_frame
from core.gallery import Gallery, unit

GALLERY = Gallery.of(MODEL_ID, [template("ann"), template("bob")])


def frame(at, quality, vector=None):
    vector = vector_of("ann") if vector is None else vector
    return Observation(at, vector, GALLERY.match(vector), quality)


def gathered(*frames, count=3):
    evidence = Evidence()
    for one in frames:
        evidence = with_frame(evidence, one, GALLERY, count)
    return evidence


def test_the_best_frames_are_kept():
    evidence = gathered(*(frame(i / 10, q) for i, q in enumerate([0.2, 0.9, 0.5, 0.8, 0.1])))
    assert [f.quality for f in evidence.frames] == [0.9, 0.8, 0.5]
    assert evidence.since == 0.0


def test_old_frames_are_forgotten_however_good():
    evidence = gathered(frame(0.0, 0.9), frame(1.0, 0.8), frame(MEMORY + 0.5, 0.1))
    assert [f.quality for f in evidence.frames] == [0.8, 0.1]
    assert evidence.since == 0.0


def test_noise_that_differs_from_frame_to_frame_cancels_out():
    noisy = [vector_of("ann", away=0.5, towards=f"noise {i}") for i in range(4)]
    evidence = gathered(*(frame(i / 10, 0.5, v) for i, v in enumerate(noisy)), count=4)
    single = max(v @ vector_of("ann") for v in noisy)
    assert evidence.fused.best.user_id == "ann"
    assert evidence.fused.best.similarity > single + 0.1


def test_what_cancels_out_is_no_evidence():
    one = vector_of("ann")
    with pytest.raises(InvalidEmbedding):
        fused([one, -one])


def test_resemblance_is_to_the_nearest_frame():
    assert resembles(Evidence(), vector_of("zed")) == 1.0
    evidence = gathered(frame(0.0, 0.5), frame(0.1, 0.5, vector_of("bob")))
    assert resembles(evidence, vector_of("bob")) == pytest.approx(1, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 1)), min_size=1, max_size=12))
def test_the_fused_vector_never_exceeds_what_was_fused(rows):
    vectors = [vector_of("ann", away=away, towards=str(q)) for away, q in rows]
    mean = fused(vectors)
    assert np.linalg.norm(mean) == pytest.approx(1, abs=1e-5)
    assert mean @ unit(np.sum(vectors, axis=0)) == pytest.approx(1, abs=1e-5)
