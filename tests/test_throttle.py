"""How much one caller may ask for, and how long who guesses has to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.address import caller_at
from core.throttle import FREE, LONGEST, MINUTE, Guesses, Throttle

MOMENTS = st.lists(st.floats(0, 300, allow_nan=False), max_size=200).map(sorted)


def test_so_many_at_once_then_as_they_come_back():
    throttle = Throttle(60)
    assert [throttle.take("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert throttle.take("a", 0.0) == pytest.approx(1.0)
    assert throttle.take("b", 0.0) == 0
    assert throttle.take("a", 1.0) == 0
    assert throttle.take("a", 1.0) == pytest.approx(1.0)
    assert [throttle.take("a", 300.0) for _ in range(60)] == [0.0] * 60


def test_no_limit_remembers_nobody():
    throttle = Throttle(0)
    assert not any(throttle.take("a", 0.0) for _ in range(1000))
    assert len(throttle) == 0


@given(MOMENTS, st.integers(1, 20))
def test_nobody_gets_more_in_any_minute_than_the_bucket_and_what_flows_in(moments, most):
    throttle = Throttle(most)
    let = [now for now in moments if throttle.take("a", now) == 0]
    for first in let:
        assert sum(first <= now <= first + MINUTE for now in let) <= 2 * most


@given(MOMENTS, st.integers(1, 20))
def test_who_waits_as_long_as_told_is_let_through(moments, most):
    throttle = Throttle(most)
    for now in moments:
        wait = throttle.take("a", now)
        assert wait <= MINUTE / most * (1 + 1e-6)
        if wait:
            assert throttle.take("a", now + wait) == 0
            break


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=300))
def test_a_flood_of_callers_costs_no_memory(asked):
    throttle, guesses = Throttle(5, most=7), Guesses(most=7)
    for who, now in asked:
        throttle.take(str(who), float(now))
        guesses.wrong(str(who), float(now))
        assert len(throttle) <= 7
        assert len(guesses) <= 7


def test_each_wrong_key_costs_twice_as_much_as_the_one_before():
    guesses, now, waits = Guesses(), 0.0, []
    for _ in range(FREE + 12):
        waits.append(guesses.wrong("a", now))
        assert guesses.wait("a", now) == waits[-1]
        now += waits[-1]
    assert waits == [0.0] * FREE + [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, LONGEST, LONGEST]
    assert guesses.wait("a", now) == 0
    assert guesses.wait("b", 0.0) == 0


def test_what_was_on_its_way_when_the_wait_began_makes_it_no_longer():
    guesses = Guesses()
    waits = [guesses.wrong("a", 0.0) for _ in range(60)]
    assert waits == [0.0] * FREE + [1.0] * (60 - FREE)
    assert (guesses.wait("a", 0.25), guesses.wrong("a", 0.25), guesses.wrong("a", 1.0)) == (0.75, 0.75, 2.0)


def test_after_a_long_silence_it_is_forgotten():
    guesses = Guesses()
    for _ in range(FREE + 1):
        guesses.wrong("a", 0.0)
    assert guesses.wrong("a", LONGEST) == 2.0
    assert guesses.wrong("a", 3 * LONGEST) == 0.0


@given(st.lists(st.floats(0, 1000), max_size=300))
def test_a_day_of_guessing_is_a_hundred_guesses(pauses):
    """However the attempts are spaced, no more are listened to than the pauses allow."""
    guesses, now, heard = Guesses(), 0.0, 0
    for pause in pauses:
        now += pause
        if guesses.wait("a", now) == 0:
            heard += 1
            guesses.wrong("a", now)
    assert heard <= FREE * (1 + now / LONGEST) + 10 + now / LONGEST


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("", "192.0.2.1", False),
    ],
)
def test_whom_an_address_stands_for(one, other, same):
    assert (caller_at(one) == caller_at(other)) is same
