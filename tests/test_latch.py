"""A door is open for its time and not longer, whatever its driver does; a failure is never reported as success."""

import math
import threading
from contextlib import contextmanager

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.errors import DoorFailed
from core.latch import LONGEST_WAIT, Latch, Pulse

BRIEF, LONG = 0.05, 600.0
TIMEOUT = 0.4
PATIENCE = 5.0  # of these tests, with what should happen at once
LATE = "answered when nobody waited"
STUCK = "the door does not close"


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Bolt:
    """A lock that does as it is told, until it is told to misbehave. `is_open` is what is true of it."""

    def __init__(self, clock=None, *, is_open=False):
        self.is_open = is_open
        self.calls = []
        self._clock = clock or Clock()
        self._changed = threading.Condition()
        self._failure, self._opens_all_the_same = None, False
        self._sticks = False
        self._takes = 0.0
        self._hangs_at = None

    def fails_to_open(self, failure=None, *, but_opens=False):
        self._failure = failure or DoorFailed("The relay answers 503. Check it.")
        self._opens_all_the_same = but_opens

    def takes(self, seconds):
        self._takes = seconds

    def sticks(self):
        self._sticks = True

    def opens_again(self):
        self._failure = None

    def closes_again(self):
        self._sticks = False

    def hangs_at(self, call):
        self._hangs_at = call

    def answers(self):
        with self._changed:
            self._hangs_at = None
            self._changed.notify_all()

    def open(self, seconds):
        self._hears("open")
        if self._failure is None or self._opens_all_the_same:
            self._moves(is_open=True)
        if self._failure is not None:
            raise self._failure

    def close(self):
        self._hears("close")
        if self._sticks:
            raise DoorFailed("The relay answers 503. Check it.")
        self._moves(is_open=False)

    def waits_until(self, holds):
        """Until `holds()`; looks whenever something is asked of the bolt, and when it moves."""
        with self._changed:
            assert self._changed.wait_for(holds, PATIENCE)

    def waits_for(self, *calls):
        self.waits_until(lambda: self.calls == list(calls))

    def _hears(self, call):
        self._clock.now += self._takes
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._hangs_at != call, 20)

    def _moves(self, *, is_open):
        with self._changed:
            self.is_open = is_open
            self._changed.notify_all()


class PulseInTime(RuleBasedStateMachine):
    """Whatever is asked, fails and takes its time: an open bolt was granted, and only for as long."""

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.bolt = Bolt(self.clock, is_open=True)
        self.granted_until = self.last_refusal = -math.inf
        self.pulse = Pulse(self.bolt, self.clock)
        self.time_passes(0.0)

    @rule(seconds=st.sampled_from([0.5, 3.0, 20.0]))
    def opens(self, seconds):
        self.pulse.open(seconds)
        assert self.bolt.is_open
        self.granted_until = max(self.granted_until, self.clock.now + seconds)
        self.last_refusal = -math.inf
        self.time_passes(0.0)

    @rule(but_opens=st.booleans())
    def fails_to_open(self, but_opens):
        self.bolt.fails_to_open(but_opens=but_opens)
        with pytest.raises(DoorFailed):
            self.pulse.open(3.0)
        self.bolt.opens_again()
        self.granted_until = -math.inf
        self.time_passes(0.0)

    @rule()
    def is_closed(self):
        self.granted_until = -math.inf
        self.closes()

    @rule(seconds=st.sampled_from([0.0, 0.4]))
    def the_driver_takes(self, seconds):
        self.bolt.takes(seconds)

    @rule()
    def the_bolt_sticks(self):
        self.bolt.sticks()

    @rule()
    def the_bolt_sticks_no_more(self):
        self.bolt.closes_again()

    @rule(seconds=st.sampled_from([0.1, 1.0, 30.0]))
    def time_passes(self, seconds):
        """As the latch's thread spends it: waits for what is due, and closes then."""
        until = self.clock.now + seconds
        while (wait := self.pulse.remaining()) is not None and self.clock.now + wait <= until:
            self.clock.now += wait
            self.closes()
        self.clock.now = max(self.clock.now, until)

    def closes(self):
        try:
            self.pulse.close()
        except DoorFailed:
            self.last_refusal = self.clock.now

    @invariant()
    def what_was_granted_is_open(self):
        assert self.bolt.is_open or self.clock.now >= self.granted_until

    @invariant()
    def what_is_open_was_granted_or_is_tried_again_soon(self):
        if self.bolt.is_open:
            assert self.clock.now < max(self.granted_until, self.last_refusal + LONGEST_WAIT)
            assert self.pulse.remaining() is not None


PulseInTime.TestCase.settings = settings(max_examples=150, deadline=None)
TestPulseInTime = PulseInTime.TestCase


def test_a_door_that_was_hard_to_close_is_opened_for_no_longer_than_any_other():
    bolt = Bolt()
    bolt.sticks()
    pulse = Pulse(bolt, Clock())
    for _ in range(8):
        with pytest.raises(DoorFailed):
            pulse.close()
    assert pulse.remaining() == LONGEST_WAIT
    pulse.open(0.5)
    assert pulse.remaining() == 0.5


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan, math.inf, 1e9])
def test_a_time_that_has_no_end_opens_nothing(seconds):
    bolt = Bolt()
    with pytest.raises(DoorFailed, match="open_seconds"):
        Pulse(bolt).open(seconds)
    assert bolt.calls == []


def test_what_keeps_its_own_time_is_told_what_is_left_of_a_longer_pulse():
    clock, told = Clock(), []

    class Relay(Bolt):
        def open(self, seconds):
            told.append(seconds)

    pulse = Pulse(Relay(clock), clock)
    pulse.open(20.0)
    clock.now += 5.0
    pulse.open(3.0)
    assert told == [20.0, 15.0]


@contextmanager
def latched(bolt, **options):
    latch = Latch(bolt, **options)
    latch.start()
    try:
        yield latch
    finally:
        latch.stop()


def test_a_latch_opens_and_closes_by_itself():
    bolt = Bolt()
    with latched(bolt) as latch:
        bolt.waits_for("close")
        latch.open(BRIEF)
        bolt.waits_for("close", "open", "close")
        bolt.waits_until(lambda: not bolt.is_open)


def test_a_latch_closes_first_what_a_crash_left_open():
    bolt = Bolt(is_open=True)
    with latched(bolt):
        bolt.waits_until(lambda: not bolt.is_open)


def test_a_latch_that_is_stopped_closes_and_may_start_again():
    bolt = Bolt()
    latch = Latch(bolt)
    for _ in range(2):
        latch.start()
        latch.start()
        latch.open(LONG)
        assert bolt.is_open
        latch.stop()
        assert not bolt.is_open
        latch.stop()
        with pytest.raises(DoorFailed, match="not in use"):
            latch.open(LONG)
    assert bolt.calls == ["close", "open", "close"] * 2


def test_a_pulse_can_be_ended():
    bolt = Bolt()
    with latched(bolt) as latch:
        latch.open(LONG)
        latch.close()
        assert not bolt.is_open


@pytest.mark.logs("driver failed")
@pytest.mark.parametrize("failure", [DoorFailed("No."), TimeoutError("no"), ZeroDivisionError()])
def test_a_driver_that_fails_is_told_and_what_it_opened_is_closed(failure):
    bolt = Bolt()
    bolt.fails_to_open(failure, but_opens=True)
    with latched(bolt) as latch:
        with pytest.raises(DoorFailed):
            latch.open(LONG)
        bolt.waits_for("close", "open", "close")
        bolt.waits_until(lambda: not bolt.is_open)


@pytest.mark.logs(LATE)
def test_an_opening_that_comes_too_late_is_undone():
    bolt = Bolt()
    bolt.hangs_at("open")
    with latched(bolt, timeout=TIMEOUT) as latch:
        with pytest.raises(DoorFailed, match=r"did not answer within 0\.4 s"):
            latch.open(LONG)
        assert "did not answer" in str(latch.fault)
        bolt.answers()
        bolt.waits_for("close", "open", "close")
        bolt.waits_until(lambda: not bolt.is_open)


@pytest.mark.logs(LATE)
def test_who_has_given_up_waiting_behind_another_is_not_let_in_later():
    bolt = Bolt()
    bolt.hangs_at("open")
    with latched(bolt, timeout=TIMEOUT) as latch:
        for _ in range(2):
            with pytest.raises(DoorFailed, match="did not answer"):
                latch.open(LONG)
        bolt.answers()
        bolt.waits_until(lambda: not bolt.is_open and bolt.calls[-1] == "close")
        latch.close()
        assert bolt.calls.count("open") == 1


@pytest.mark.logs(STUCK)
def test_a_door_that_does_not_close_is_told_once_and_tried_until_it_does():
    bolt = Bolt(is_open=True)
    bolt.sticks()
    told = []
    with latched(bolt, on_fault=told.append) as latch:
        bolt.waits_for("close", "close")
        assert [str(fault) for fault in told] == ["The relay answers 503. Check it."]
        assert latch.fault.code == "door_failed"
        with pytest.raises(DoorFailed, match="503"):
            latch.close()
        bolt.closes_again()
        latch.close()
        assert latch.fault is None
        bolt.sticks()
        with pytest.raises(DoorFailed, match="503"):
            latch.close()
        assert len(told) == 2
        bolt.closes_again()


@pytest.mark.logs(STUCK)
def test_a_door_that_hangs_while_it_closes_is_told():
    bolt = Bolt(is_open=True)
    bolt.hangs_at("close")
    told = threading.Event()
    with latched(bolt, timeout=TIMEOUT, on_fault=lambda _: told.set()) as latch:
        assert told.wait(PATIENCE)
        assert "did not answer" in str(latch.fault)
        bolt.answers()
        bolt.waits_until(lambda: not bolt.is_open)


@pytest.mark.logs(STUCK, "could not be passed on")
def test_who_cannot_be_told_does_not_keep_the_door_open():
    bolt = Bolt(is_open=True)
    bolt.sticks()
    with latched(bolt, on_fault=lambda _: 1 / 0):
        bolt.waits_for("close")
        bolt.closes_again()
        bolt.waits_until(lambda: not bolt.is_open)


def test_without_a_thread_to_watch_it_the_door_closes_all_the_same(monkeypatch):
    class NoThread(threading.Timer):
        def start(self):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading, "Timer", NoThread)
    bolt = Bolt(is_open=True)
    with latched(bolt):
        bolt.waits_until(lambda: not bolt.is_open)


@pytest.mark.logs("its thread is left")
@pytest.mark.parametrize("call", ["open", "close"])
def test_a_latch_is_stopped_while_its_driver_hangs_and_closes_when_it_can(call):
    bolt = Bolt()
    bolt.hangs_at(call)
    refusals = []
    latch = Latch(bolt)
    latch.start()
    visitor = threading.Thread(target=lambda: refusals.append(refusal_of(latch)))
    visitor.start()
    bolt.waits_until(lambda: call in bolt.calls)
    latch.stop()
    visitor.join(PATIENCE)
    assert len(refusals) == 1
    bolt.answers()
    bolt.waits_until(lambda: not bolt.is_open and bolt.calls[-1] == "close")


def refusal_of(latch):
    with pytest.raises(DoorFailed) as refusal:
        latch.open(LONG)
    return refusal.value
