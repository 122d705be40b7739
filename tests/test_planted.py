"""The eyes of test_shut.py: with one check less in the product, its scripts let somebody in who should not be.

The scripts are of those verbs that the missing check is there for; without a fault, they let nobody in wrongly.
"""

import math

import pytest
from hypothesis import Phase as Stage
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shut import ANN, REPEATABLE, counts, play, step

from core.doorkeeper import Doorkeeper
from core.watch import Watch

pytestmark = pytest.mark.logs("too many denials")


def looks_at_frames_however_old(patch):
    begin = Doorkeeper.__init__
    patch.setattr(Doorkeeper, "__init__", lambda self, *a, **b: begin(self, *a, **{**b, "max_frame_age": math.inf}))


def remembers_what_it_should_forget(patch):
    patch.setattr(Watch, "forget", lambda self: None)


def sees_a_visit_out_with_the_gallery_it_began_with(patch):
    see, first = Watch.see, {}

    def stubborn(self, frame, model, gallery, *rest):
        if not self._visits:
            first[self] = gallery
        return see(self, frame, model, first[self], *rest)

    patch.setattr(Watch, "see", stubborn)


def takes_no_notice_of_a_clock_that_steps_back(patch):
    patch.setattr(Watch, "_seen_at", property(lambda self: -math.inf, lambda self, at: None), raising=False)


def opens_for_a_frame_of_the_future(patch):
    really = Doorkeeper._open
    patch.setattr(Doorkeeper, "_open", lambda self, at, stopped: really(self, min(at, self._clock()), stopped))


OLD = step("sees_stale", st.just(ANN), st.sampled_from([0.6, 2.0]), counts)
AWAY = step("loses_the_camera", st.just(ANN), st.just(1))
GONE = step("disables", st.just("ann"))
BACK = step("steps", st.just(-0.1))  # more than from frame to frame, or nobody could tell
BACK_MEANWHILE = step("is_slow", st.just("record"), st.sampled_from([-0.1, -0.3]))
PLANTS = [
    (looks_at_frames_however_old, OLD),
    (remembers_what_it_should_forget, AWAY),
    (sees_a_visit_out_with_the_gallery_it_began_with, GONE),
    (takes_no_notice_of_a_clock_that_steps_back, BACK),
    (opens_for_a_frame_of_the_future, BACK_MEANWHILE),
]


def scripts(trouble):
    people, rates = st.sampled_from([ANN, ANN, ANN, ()]), st.sampled_from([14.0, 16.0])
    sights = step("sees", people, st.sampled_from([2, 2, 3]), st.none(), rates)
    return st.lists(sights | trouble, min_size=3, max_size=8)


def played(trouble, examples):
    @settings(REPEATABLE, max_examples=examples, phases=[Stage.generate], report_multiple_bugs=False)
    @given(scripts(trouble))
    def runs(script):
        play(script, to_the_end=False)

    runs()


@pytest.mark.parametrize(("plant", "trouble"), PLANTS)
def test_a_planted_fault_is_found_and_without_it_none_is(plant, trouble, monkeypatch):
    played(trouble, 20)
    plant(monkeypatch)
    with pytest.raises(AssertionError, match="opened for ann"):
        played(trouble, 400)
