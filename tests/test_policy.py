"""What must never happen: a grant that some frame, some doubt or some number speaks against."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Candidate, Match, Observation, Reason, Verdict
from core.policy import Rules, decide

RULES = Rules(threshold=0.5, margin=0.1, frames=3, patience=1.0)
similarities = st.floats(-1, 1) | st.just(float("nan")) | st.just(float("inf"))
candidates = st.builds(Candidate, st.sampled_from("abc"), st.just("Name"), similarities)
matches = st.builds(Match, st.none() | candidates, st.none() | candidates)


@st.composite
def evidences(draw):
    times = sorted(draw(st.lists(st.floats(0, 5), max_size=8)))
    return [Observation(at, draw(matches)) for at in times]


def seen(*similarities, who="ann", runner_up=None, every=0.1):
    other = Candidate("bob", "Bob", runner_up) if runner_up is not None else None
    return [Observation(i * every, Match(Candidate(who, who.title(), s), other)) for i, s in enumerate(similarities)]


@given(evidences(), st.floats(0, 10))
def test_a_grant_has_every_one_of_its_frames_behind_it(evidence, now):
    decision = decide(evidence, RULES, now)
    if decision.verdict is Verdict.GRANTED:
        latest = evidence[-RULES.frames :]
        assert len(latest) == RULES.frames
        assert {o.match.best.user_id for o in latest} == {decision.user_id}
        assert all(math.isfinite(o.match.best.similarity) for o in latest)
        assert all(o.match.best.similarity >= RULES.threshold for o in latest)
        assert all(o.match.margin >= RULES.margin for o in latest)
    else:
        assert decision.user_id is None
        assert decision.name is None


def test_agreeing_frames_are_granted():
    decision = decide(seen(0.6, 0.7, 0.8), RULES, 0.25)
    assert (decision.verdict, decision.reason, decision.user_id) == (Verdict.GRANTED, Reason.MATCHED, "ann")
    assert decision.latency == 0.25


def test_too_few_frames_wait_however_good_they_are():
    assert decide(seen(0.9, 0.9), RULES, 9.0).verdict is Verdict.WAIT


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (seen(0.9, 0.9, 0.49), Reason.UNKNOWN_FACE),
        (seen(0.9, 0.9, float("nan")), Reason.UNKNOWN_FACE),
        (seen(0.9, 0.9, float("inf")), Reason.UNKNOWN_FACE),
        (seen(0.9, 0.9) + seen(0.9, who="bob"), Reason.DISAGREEING),
        (seen(0.6, 0.6, 0.6, runner_up=0.55), Reason.AMBIGUOUS),
        (seen(0.6, 0.6, 0.6, runner_up=float("nan")), Reason.AMBIGUOUS),
        ([Observation(0.0, Match())] * 3, Reason.UNKNOWN_FACE),
    ],
)
def test_doubt_waits_first_and_is_denied_when_patience_ends(evidence, reason):
    assert decide(evidence, RULES, 0.5).verdict is Verdict.WAIT
    late = decide(evidence, RULES, 1.5)
    assert (late.verdict, late.reason) == (Verdict.DENIED, reason)


def test_the_threshold_itself_is_enough():
    assert decide(seen(0.5, 0.5, 0.5), RULES, 0.3).verdict is Verdict.GRANTED


@pytest.mark.parametrize("wrong", [{"threshold": 0}, {"threshold": 1.1}, {"threshold": 0.5, "frames": 0}])
def test_rules_that_would_open_for_anybody_cannot_be_made(wrong):
    with pytest.raises(ValueError, match="rules"):
        Rules(**wrong)
