"""The model and the gallery come when they come; until then, and while one is away, nobody is told anything."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fakes import MODEL_ID, FakeModel, FakeStore, face, image, template

from core.domain import Reason, Validity, Verdict
from core.errors import (
    FaceNotFound,
    ModelMismatch,
    ModelUnavailable,
    StoreUnavailable,
)
from core.recogniser import Recogniser
from core.settings import RecognitionSettings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SETTINGS = RecognitionSettings(threshold=0.6)


def ready(store, **settings):
    recogniser = Recogniser(FakeModel, store, SETTINGS.model_copy(update=settings))
    recogniser.refresh()
    return recogniser


def test_somebody_enrolled_is_granted_and_a_stranger_denied():
    recogniser = ready(FakeStore(template("ann")))
    assert recogniser.identify(image(("ann", face()))).user_id == "ann"
    stranger = recogniser.identify(image(("zed", face())))
    assert (stranger.verdict, stranger.user_id) == (Verdict.DENIED, None)


def test_of_several_faces_the_largest_counts():
    recogniser = ready(FakeStore(template("ann"), template("bob")))
    both = image(("ann", face(0, width=90)), ("bob", face(300, width=150)))
    assert recogniser.identify(both).user_id == "bob"


def test_no_face_is_refused_and_one_too_small_is_denied():
    recogniser = ready(FakeStore(template("ann")))
    with pytest.raises(FaceNotFound):
        recogniser.identify(image())
    small = recogniser.identify(image(("ann", face(width=20))))
    assert (small.verdict, small.reason) == (Verdict.DENIED, Reason.TOO_FAR)


def test_before_anything_is_loaded_everything_is_unavailable():
    recogniser = Recogniser(FakeModel, FakeStore(), SETTINGS)
    assert recogniser.loading
    with pytest.raises(ModelUnavailable):
        _ = recogniser.model
    with pytest.raises(ModelUnavailable):
        _ = recogniser.gallery


def test_a_change_in_the_store_is_in_the_gallery_after_one_refresh():
    store = FakeStore(template("ann"))
    recogniser = ready(store)
    store.gains(template("bob"))
    recogniser.refresh()
    assert len(recogniser.gallery) == 2
    store.loses("ann")
    recogniser.refresh()
    assert recogniser.identify(image(("ann", face()))).verdict is Verdict.DENIED


def test_who_has_just_changed_something_does_not_wait_for_a_model_that_is_being_loaded():
    store, go = FakeStore(template("ann")), threading.Event()

    def slow():
        go.wait(10)
        return FakeModel()

    recogniser = Recogniser(slow, store, SETTINGS, poll=0.01)
    recogniser.start()
    try:
        store.gains(template("bob"))
        recogniser.catch_up()
        assert recogniser.loading
        go.set()
        while recogniser.loading:
            time.sleep(0.005)
        assert len(recogniser.gallery) == 2
        store.loses("ann")
        recogniser.catch_up()
        assert len(recogniser.gallery) == 1
    finally:
        go.set()
        recogniser.stop()


def test_who_has_just_changed_something_waits_a_moment_for_a_round_and_no_longer(monkeypatch):
    monkeypatch.setattr("core.recogniser.SOON", 0.05)
    store = FakeStore(template("ann"))
    recogniser, go, inside = ready(store), threading.Event(), threading.Event()
    changes = store.changes

    def hangs(*args):
        inside.set()
        go.wait(10)
        return changes(*args)

    monkeypatch.setattr(store, "changes", hangs)
    store.gains(template("bob"))
    with ThreadPoolExecutor(1) as threads:
        round_ = threads.submit(recogniser.refresh)
        assert inside.wait(10)
        recogniser.catch_up()
        assert len(recogniser.gallery) == 1
        go.set()
        round_.result()
    assert len(recogniser.gallery) == 2


@pytest.mark.filterwarnings("default")
def test_a_database_that_goes_takes_the_gallery_with_it_and_brings_it_back():
    store = FakeStore(template("ann"))
    recogniser = ready(store)
    store.goes_away()
    recogniser.refresh()
    assert recogniser.fault.code == "database_unavailable"
    with pytest.raises(StoreUnavailable):
        recogniser.identify(image(("ann", face())))
    store.comes_back()
    recogniser.refresh()
    assert recogniser.fault is None
    assert recogniser.identify(image(("ann", face()))).verdict is Verdict.GRANTED


def test_a_gallery_half_loaded_is_enough_for_a_door_and_not_for_who_must_know_everybody():
    store, seen = FakeStore(template("ann"), template("bob"), template("cleo")), []
    store.page_size = 2
    recogniser, page = Recogniser(FakeModel, store, SETTINGS), store.page

    def second_page(model_id, after=0):
        if after:
            seen.append((len(recogniser.loaded), recogniser.fault, recogniser.progress))
            with pytest.raises(StoreUnavailable):
                recogniser.identify(image(("ann", face())))
        return page(model_id, after)

    store.page = second_page
    recogniser.refresh()
    assert seen == [(2, None, (2, 3))]
    assert (len(recogniser.gallery), recogniser.progress) == (3, None)


def test_a_model_that_is_fetched_later_is_picked_up():
    missing = [ModelUnavailable("There is no pack. Fetch it.")]

    def load():
        if missing:
            raise missing.pop()
        return FakeModel()

    recogniser = Recogniser(load, FakeStore(template("ann")), SETTINGS)
    recogniser.refresh()
    assert recogniser.fault.code == "model_unavailable"
    recogniser.refresh()
    assert recogniser.fault is None


def test_a_gallery_of_another_model_is_refused_by_name():
    recogniser = ready(FakeStore(template("ann", model_id="other:ff:16")))
    assert recogniser.fault.code == "model_mismatch"
    assert "other:ff:16" in recogniser.fault.message
    assert MODEL_ID in recogniser.fault.message
    with pytest.raises(ModelMismatch):
        recogniser.identify(image(("ann", face())))


@pytest.mark.logs("damaged")
def test_a_damaged_row_is_left_out_and_the_rest_goes_on():
    damaged = template("zed")
    damaged.vector[:] = np.nan
    recogniser = ready(FakeStore(template("ann"), damaged))
    assert len(recogniser.gallery) == 1


@pytest.mark.logs("the recogniser failed")
def test_an_unforeseen_failure_is_a_fault_and_not_the_end():
    def load():
        raise RuntimeError("a bug")

    recogniser = Recogniser(load, FakeStore(), SETTINGS)
    recogniser.refresh()
    assert recogniser.fault.code == "unavailable"


def test_the_threshold_is_the_models_own_when_it_is_auto():
    assert ready(FakeStore(), threshold="auto").rules.threshold == 0.6
    assert ready(FakeStore(), threshold=0.7).rules.threshold == 0.7


def test_the_thread_starts_and_stops_twice():
    recogniser = Recogniser(FakeModel, FakeStore(template("ann")), SETTINGS, poll=0.01)
    recogniser.start()
    recogniser.stop()
    recogniser.stop()
    assert not recogniser.loading


def test_somebody_is_in_the_gallery_from_when_and_until_when_they_are_valid():
    hour = timedelta(hours=1)
    store, now = FakeStore(template("ann"), replace(template("bob"), valid=Validity(NOON - hour, NOON + hour))), NOON
    recogniser = Recogniser(FakeModel, store, SETTINGS, utcnow=lambda: now)
    for moment, people in [(NOON, 2), (NOON + hour, 1), (NOON, 2), (NOON - 2 * hour, 1), (NOON - hour, 2)]:
        now = moment
        recogniser.refresh()
        assert len(recogniser.gallery.people) == people
