"""People's PINs: the way in that needs no face."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Person, Reason, Validity, Verdict
from core.errors import InvalidField
from core.pin import enter, hashed

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANN = Person("ann", "Ann", has_pin=True)


class FakePins:
    """Knows Ann's."""

    def __init__(self, pin="314159"):
        self.hash = hashed(pin, pin)
        self.ann = ANN

    def pin(self, user_id):
        return (self.ann, self.hash) if user_id == "ann" else None


def test_the_right_pin_lets_its_person_in():
    decision = enter("ann", "314159", FakePins(), NOON)
    assert (decision.verdict, decision.reason, decision.user_id) == (Verdict.GRANTED, Reason.PIN_MATCHED, "ann")


@pytest.mark.parametrize(("user_id", "pin"), [("ann", "314158"), ("ann", ""), ("bob", "314159"), ("", "")])
def test_anything_else_is_denied_and_tells_nothing_about_whom(user_id, pin):
    decision = enter(user_id, pin, FakePins(), NOON)
    assert (decision.verdict, decision.reason) == (Verdict.DENIED, Reason.WRONG_PIN)
    assert decision.user_id is None


@pytest.mark.parametrize(
    "ann",
    [
        replace(ANN, active=False),
        replace(ANN, valid=Validity(until=NOON)),
        replace(ANN, valid=Validity(since=NOON + timedelta(seconds=1))),
    ],
)
def test_a_right_pin_of_somebody_who_may_not_enter_now_is_denied(ann):
    pins = FakePins()
    pins.ann = ann
    assert enter("ann", "314159", pins, NOON).verdict is Verdict.DENIED


@given(st.text(max_size=5))
def test_no_pin_is_too_short_or_no_number(pin):
    with pytest.raises(InvalidField):
        hashed(pin, pin)
