"""People's PINs, the way in that needs no face, and the administrator's passphrase."""

import runpy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st

import core.pin
from core.domain import Person, Reason, Validity, Verdict
from core.errors import DoorwardError, InvalidField
from core.pin import enter, hashed, hashed_passphrase, matches

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


@pytest.mark.parametrize(
    "text", ["correct horse", "correcthor", "日本語のパスフレーズです", "p" * 128, "caf\u00e9 au lait"]
)
def test_a_passphrase_is_kept_as_an_argon2id_hash_that_matches_it_alone(text):
    stored = hashed_passphrase(text, text)
    assert stored.startswith("$argon2id$")
    assert text not in stored
    assert matches(text, stored)
    assert not matches(text + " ", stored)


def test_a_hash_costs_what_rfc_9106_asks_of_those_who_guess():
    shipped = runpy.run_path(core.pin.__file__)
    for stored in (shipped["hashed"]("135790", "135790"), shipped["hashed_passphrase"](*["correct horse"] * 2)):
        assert extract_parameters(stored) == RFC_9106_LOW_MEMORY
        assert matches("135790", stored) or matches("correct horse", stored)


def test_a_passphrase_is_the_same_on_a_keyboard_that_types_accents_apart():
    stored = hashed_passphrase("caf\u00e9 au lait", "caf\u00e9 au lait")
    assert matches("cafe\u0301 au lait", stored)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("", ""),
        ("short one", "short one"),
        ("p" * 129, "p" * 129),
        (" " * 12, " " * 12),
        ("  short  one  "[:11], "  short  one  "[:11]),
        ("correct\nhorse", "correct\nhorse"),
        ("correct\udcff horse", "correct\udcff horse"),
        ("correct horse", "correct hors"),
    ],
)
def test_what_will_not_do_as_a_passphrase_is_refused_and_not_repeated(text, again):
    with pytest.raises(InvalidField) as refused:
        hashed_passphrase(text, again)
    assert not text.strip() or text not in str(refused.value)


def test_what_is_no_text_matches_nothing():
    assert not matches("\udcff", hashed_passphrase("correct horse", "correct horse"))


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$!!$!!"])
def test_a_damaged_hash_opens_nothing_and_is_told_without_what_was_typed(stored):
    with pytest.raises(DoorwardError, match="damaged") as told:
        matches("135790", stored)
    assert "135790" not in str(told.value)
