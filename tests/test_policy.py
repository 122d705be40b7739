"""What must never happen: a grant that some frame, some doubt or some number speaks against."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Candidate, Evidence, Match, Observation, Reason, Verdict
from core.policy import AGREEING, Rules, decide

RULES = Rules(threshold=0.5, margin=0.1, frames=3, patience=1.0)
similarities = st.floats(-1, 1) | st.just(float("nan")) | st.just(float("inf"))
candidates = st.builds(Candidate, st.sampled_from("abc"), st.just("Name"), similarities)
matches = st.builds(Match, st.none() | candidates, st.none() | candidates)


def frame(match, at=0.0):
    return Observation(at, np.zeros(2, np.float32), match, 0.9)


evidences = st.builds(Evidence, st.floats(0, 5), st.lists(st.builds(frame, matches), max_size=6).map(tuple), matches)


def seen(*similarities, who="ann", runner_up=None, fused=None):
    """Evidence since 0 s: frames that are `who` with these similarities, and their mean's."""
    other = Candidate("bob", "Bob", runner_up) if runner_up is not None else None
    frames = tuple(frame(Match(Candidate(who, who.title(), s), other)) for s in similarities)
    mean = Candidate(who, who.title(), similarities[0] if fused is None else fused)
    return Evidence(0.0, frames, Match(mean, other))


@given(evidences, st.floats(0, 10))
def test_a_grant_has_every_one_of_its_frames_behind_it(evidence, now):
    decision = decide(evidence, RULES, now)
    if decision.verdict is Verdict.GRANTED:
        best = [f.match.best for f in evidence.frames]
        assert len(best) >= RULES.frames
        assert {b.user_id for b in best} == {decision.user_id} == {evidence.fused.best.user_id}
        assert all(math.isfinite(b.similarity) and b.similarity >= AGREEING * RULES.threshold for b in best)
        assert math.isfinite(evidence.fused.best.similarity)
        assert evidence.fused.best.similarity >= RULES.threshold
        assert evidence.fused.margin >= RULES.margin
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
        (seen(0.6, 0.6, 0.6, fused=0.49), Reason.UNKNOWN_FACE),
        (seen(0.9, 0.9, 0.39), Reason.UNKNOWN_FACE),
        (seen(0.9, 0.9, float("nan")), Reason.UNKNOWN_FACE),
        (seen(0.9, 0.9, float("inf")), Reason.UNKNOWN_FACE),
        (seen(0.9, 0.9, 0.9, fused=float("nan")), Reason.UNKNOWN_FACE),
        (replace(seen(0.9, 0.9), frames=seen(0.9, 0.9).frames + seen(0.9, who="bob").frames), Reason.DISAGREEING),
        (replace(seen(0.9, 0.9, 0.9), fused=Match(Candidate("bob", "Bob", 0.9))), Reason.DISAGREEING),
        (seen(0.6, 0.6, 0.6, runner_up=0.55), Reason.AMBIGUOUS),
        (seen(0.6, 0.6, 0.6, runner_up=float("nan")), Reason.AMBIGUOUS),
        (Evidence(0.0, (frame(Match()),) * 3), Reason.UNKNOWN_FACE),
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
