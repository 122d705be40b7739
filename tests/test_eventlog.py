"""The event log: what it keeps, how it is paged, filtered and summed up. The same on SQLite and on MariaDB."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from fakes import MODEL_ID
from mariadb import looked_into

from core.domain import Decision, Liveness, Reason, Verdict
from core.errors import StoreUnavailable
from core.events import page
from core.logbook import Event, EventFilter, EventStats, Incident

NOON = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
GRANTED = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "Ann 🦊", 0.8765432109, 0.25, 0.6, 4, 0.321)
DENIED = Decision(Verdict.DENIED, Reason.UNKNOWN_FACE, threshold=0.6, frames=4)


def event(decision=GRANTED, at=NOON, source="door"):
    return Event(at, source, decision, MODEL_ID)


def granted(user_id, name, latency=None):
    return Decision(Verdict.GRANTED, Reason.MATCHED, user_id, name, latency=latency)


def denied(reason, latency=None):
    return Decision(Verdict.DENIED, reason, latency=latency)


@pytest.mark.parametrize("decision", [GRANTED, DENIED])
def test_an_event_comes_back_as_it_happened(store, decision):
    key = store.record(event(decision, source="api"))
    assert store.events() == [Event(NOON, "api", decision, MODEL_ID, id=key)]
    assert store.events()[0].at.tzinfo is UTC


def test_times_of_other_zones_are_kept_in_utc(store):
    store.record(event(at=NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))))
    assert store.events()[0].at.isoformat() == NOON.isoformat()


def test_who_was_denied_is_not_written_down(store, url):
    store.record(event(Decision(Verdict.DENIED, Reason.AMBIGUOUS, "ann", "Ann", 0.7)))
    assert store.events()[0].decision == Decision(Verdict.DENIED, Reason.AMBIGUOUS, similarity=0.7)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_no_database_knows_are_left_out(store, number):
    store.record(event(Decision(Verdict.DENIED, Reason.UNKNOWN_FACE, None, None, number, number, number, 1, number)))
    assert store.events()[0].decision == Decision(Verdict.DENIED, Reason.UNKNOWN_FACE, frames=1)


def test_events_come_newest_first(store):
    keys = [store.record(event(at=NOON + timedelta(microseconds=i // 2))) for i in range(6)]
    assert [e.id for e in store.events()] == keys[::-1]
    assert [e.id for e in store.events(limit=2)] == [keys[5], keys[4]]


@pytest.mark.parametrize("outcome", ["opened", "failed"])
def test_what_the_door_did_is_added_to_its_event_alone(store, outcome):
    first, second = store.record(event()), store.record(event())
    store.door_did(first, outcome)
    assert {e.id: e.door for e in store.events()} == {first: outcome, second: None}


def test_what_the_door_did_belongs_to_an_event(store):
    with pytest.raises(StoreUnavailable, match="not in the database"):
        store.door_did(7, "opened")


def test_an_incident_stands_among_the_events(store):
    first = store.record(event())
    second = store.report(Incident(NOON, "door", "camera_covered"))
    assert {e.id: type(e) for e in store.events()} == {first: Event, second: Incident}
    assert store.events()[0] == Incident(NOON, "door", "camera_covered", second)


def test_what_was_made_of_liveness_is_kept(store):
    decision = Decision(
        Verdict.DENIED, Reason.NOT_LIVE, frames=4, liveness=Liveness.SPOOF, liveness_score=0.25, policy="2:0123abcd"
    )
    store.record(Event(NOON, "door", decision, MODEL_ID))
    assert store.events()[0].decision == decision


# Pages


@pytest.mark.parametrize("at_once", [True, False])
def test_pages_hold_each_entry_once_whatever_is_written_meanwhile(store, at_once):
    keys = [store.record(event(at=NOON + timedelta(seconds=0 if at_once else i // 3))) for i in range(10)]
    seen, before = [], None
    while rows := store.events(4, before=before):
        seen += [row.id for row in rows]
        before = rows[-1]
        store.record(event(at=NOON + HOUR))
    assert seen == keys[::-1]


def test_a_page_may_begin_after_an_incident(store):
    first = store.record(event())
    store.report(Incident(NOON, "door", "camera_covered"))
    assert [row.id for row in store.events(before=store.events(1)[0])] == [first]


@pytest.mark.parametrize("after_another", [True, False])
def test_a_page_is_read_off_an_index_and_nothing_is_sorted(store, url, after_another):
    """Also where it is ordered by id as well: both databases keep the key in every index."""
    before = event() if after_another else None
    with looked_into(url) as connection:
        dialect = connection.dialect
        asked = page(EventFilter(), before, 100).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN " if dialect.name == "sqlite" else "EXPLAIN "
        plan = str(connection.exec_driver_sql(explain + str(asked).replace("%", "%%")).all())
    assert "ix_events_at" in plan
    assert "TEMP B-TREE" not in plan
    assert "filesort" not in plan


# Filters


@pytest.fixture
def log(store):
    """Two hours: somebody each, of whom the second is denied, and a fault between them."""
    store.record(event(granted("ann_1", "Ann 100%"), NOON))
    store.record(event(denied(Reason.UNKNOWN_FACE), NOON + HOUR))
    store.report(Incident(NOON + 2 * HOUR, "door", "camera_covered"))
    store.record(event(granted("bob", "Bob /"), NOON + 3 * HOUR, source="api"))
    return store


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (EventFilter(), [4, 3, 2, 1]),
        (EventFilter(outcome="granted"), [4, 1]),
        (EventFilter(outcome="denied"), [2]),
        (EventFilter(outcome="fault"), [3]),
        (EventFilter(reason="camera_covered"), [3]),
        (EventFilter(reason="matched", person="B"), [4]),
        (EventFilter(person="NN"), [1]),
        (EventFilter(person="n_1"), [1]),
        (EventFilter(person="0%"), [1]),
        (EventFilter(person=" /"), [4]),
        (EventFilter(person="b_b"), []),
        (EventFilter(since=NOON + HOUR), [4, 3, 2]),
        (EventFilter(until=NOON + HOUR), [1]),
        (EventFilter(since=NOON, until=NOON + 3 * HOUR), [3, 2, 1]),
        (EventFilter(since=(NOON + HOUR).astimezone(timezone(timedelta(hours=-7)))), [4, 3, 2]),
        (EventFilter(outcome="denied", person="ann"), []),
        (EventFilter(outcome="'; DROP TABLE events; --"), []),
    ],
)
def test_a_filter_keeps_what_fits_all_of_it(log, where, ids):
    assert [row.id for row in log.events(where=where)] == ids


def test_pages_of_a_filter_hold_nothing_else(log):
    where = EventFilter(outcome="granted")
    [newest] = log.events(1, where=where)
    assert [row.id for row in log.events(where=where, before=newest)] == [1]


# Sums


def test_decisions_are_counted_by_the_hour_and_denials_by_their_reason(store):
    for minutes, decision in [
        (0, granted("ann", "Ann")),
        (47, denied(Reason.UNKNOWN_FACE)),  # 12:47
        (48, denied(Reason.NOT_LIVE)),
        (180, denied(Reason.UNKNOWN_FACE)),
    ]:
        store.record(event(decision, NOON + timedelta(minutes=minutes)))
    store.report(Incident(NOON, "door", "camera_covered"))
    told = store.event_stats(EventFilter())
    noon = datetime(2025, 3, 1, 12, tzinfo=UTC)
    assert told.hours == ((noon, 1, 2), (noon + 3 * HOUR, 0, 1))
    assert told.reasons == (("unknown_face", 2), ("not_live", 1))
    assert [type(count) for _, *counts in told.hours for count in counts] == [int] * 4


def test_sums_are_of_the_filter_alone(log):
    assert log.event_stats(EventFilter(person="ann")).hours == ((NOON.replace(minute=0, microsecond=0), 1, 0),)
    assert log.event_stats(EventFilter(outcome="fault")) == EventStats()
    assert log.event_stats(EventFilter(since=NOON + 9 * HOUR)) == EventStats()


def test_latencies_are_of_glances_at_the_door_denied_or_not(store):
    for i in range(101):
        decision = denied(Reason.UNKNOWN_FACE, i / 100) if i % 2 else granted("ann", "Ann", i / 100)
        store.record(event(decision))
    store.record(event(granted("ann", "Ann", latency=90.0), source="api"))
    store.record(event(granted("ann", "Ann"), source="pin"))
    told = store.event_stats(EventFilter())
    assert (told.latency_p50, told.latency_p95) == (pytest.approx(0.5), pytest.approx(0.95))


def test_latencies_are_of_the_newest_where_there_are_very_many(store, monkeypatch):
    monkeypatch.setattr("core.events.MOST_LATENCIES", 3)
    for i in range(6):
        store.record(event(granted("ann", "Ann", latency=float(i)), NOON + i * HOUR))
    assert store.event_stats(EventFilter()).latency_p50 == pytest.approx(4.0)
