"""The lock-out: after so many denials in a row, and for so long."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.attempts import Attempts, Limits
from core.domain import Verdict

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
LIMITS = Limits(in_row=5, pause=30.0)


def after(*verdicts, limits=LIMITS, day=MONDAY, attempts=None):
    attempts = attempts or Attempts()
    for verdict in verdicts:
        attempts = attempts.after(verdict, limits, 100.0, day)
    return attempts


def test_the_fifth_denial_in_a_row_pauses_for_half_a_minute():
    assert after(*[Verdict.DENIED] * 4).wait(LIMITS, 100.0, MONDAY) == 0
    locked = after(*[Verdict.DENIED] * 5)
    assert locked.wait(LIMITS, 100.0, MONDAY) == 30
    assert locked.wait(LIMITS, 129.0, MONDAY) == 1
    assert locked.wait(LIMITS, 130.0, MONDAY) == 0


def test_a_grant_starts_the_count_anew():
    assert after(*[Verdict.DENIED] * 4, Verdict.GRANTED, *[Verdict.DENIED] * 4).wait(LIMITS, 100.0, MONDAY) == 0


def test_a_pause_starts_the_count_anew():
    locked = after(*[Verdict.DENIED] * 5)
    assert locked.after(Verdict.DENIED, LIMITS, 140.0, MONDAY).wait(LIMITS, 140.0, MONDAY) == 0


def test_the_ceiling_of_a_day_is_off_unless_it_is_asked_for():
    many = after(*[Verdict.DENIED, Verdict.GRANTED] * 100)
    assert many.wait(LIMITS, 1000.0, MONDAY) == 0
    assert many.wait(Limits(per_day=50), 1000.0, MONDAY) == float("inf")
    assert many.wait(Limits(per_day=50), 1000.0, TUESDAY) == 0
    assert after(Verdict.DENIED, day=TUESDAY, attempts=many).wait(Limits(per_day=50), 1000.0, TUESDAY) == 0


@given(st.lists(st.sampled_from([Verdict.DENIED, Verdict.GRANTED, Verdict.WAIT]), max_size=40))
def test_there_is_a_pause_exactly_when_so_many_denials_stood_together(verdicts):
    attempts, row, paused = Attempts(), 0, False
    for verdict in verdicts:
        attempts = attempts.after(verdict, LIMITS, 0.0, MONDAY)
        row = {Verdict.DENIED: row + 1, Verdict.GRANTED: 0}.get(verdict, row)
        if row == LIMITS.in_row:
            row, paused = 0, True
    assert (attempts.wait(LIMITS, 0.0, MONDAY) > 0) is paused


@pytest.mark.parametrize("verdict", [Verdict.WAIT])
def test_what_is_no_decision_is_no_attempt(verdict):
    assert after(verdict) == Attempts()
