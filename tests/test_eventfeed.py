"""Who follows the log gets each entry once, whoever writes and whenever that commits. On SQLite and on MariaDB."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from fakes import MODEL_ID
from mariadb import looked_into

from core.domain import Decision, Reason, Verdict
from core.eventfeed import PAGE, SETTLES
from core.events import event_row
from core.logbook import Act, Event, EventFilter, Incident
from core.migrations.tables import METADATA, events
from core.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + SETTLES
GRANTED = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "Ann")
DENIED = Decision(Verdict.DENIED, Reason.UNKNOWN_FACE)


def event(decision=DENIED, source="door"):
    return Event(NOON, source, decision, MODEL_ID)


class Follower:
    """Reads on from where it was, and remembers all it got."""

    def __init__(self, store, position=0):
        self.store, self.position = store, position
        self.got = []

    def reads(self, now=NOON, **asked):
        """The ids of what is new."""
        new, self.position = self.store.feed.after(self.position, now, **asked)
        self.got += [entry.id for _, entry in new]
        return [entry.id for _, entry in new]


def test_each_entry_comes_once_and_in_order(store):
    follower = Follower(store)
    keys = [store.record(event()), store.report(Incident(NOON, "door", "camera_covered")), store.record(event())]
    assert follower.reads() == keys
    assert follower.reads() == []
    later = store.record(event())
    assert follower.reads() == [later]
    assert store.feed.after(0, NOON)[0][0][1] == store.events()[-1]


def test_pages_and_filters_lose_nothing(store):
    keys = [store.record(event(GRANTED if i % 2 else DENIED, "api")) for i in range(7)]
    follower = Follower(store)
    assert [follower.reads(limit=3) for _ in range(4)] == [keys[:3], keys[3:6], keys[6:], []]
    assert Follower(store).reads(where=EventFilter(outcome="granted")) == keys[1::2]


def test_what_a_filter_leaves_out_is_not_looked_through_again(store):
    follower = Follower(store)
    store.record(event())
    assert follower.reads(where=EventFilter(outcome="granted")) == []
    assert follower.position == store.feed.position(NOON) == 1


def test_who_begins_now_gets_what_comes_from_now_on(store):
    store.record(event())
    follower = Follower(store, store.feed.position(NOON))
    key = store.record(event())
    assert follower.reads() == [key]


def test_a_log_of_more_than_a_batch_is_numbered_whole(store, url):
    with looked_into(url) as connection:
        connection.execute(sa.insert(events), [event_row(event())] * (2 * PAGE + 1))
    assert store.feed.position(NOON) == 2 * PAGE + 1


def test_what_commits_late_is_not_lost(mariadb_url):
    """The row of the lower id is committed when that of the higher one has long been read."""
    store = Store(mariadb_url)
    store.migrate()
    follower = Follower(store)
    with looked_into(mariadb_url) as slow:
        first = slow.execute(sa.insert(events).values(event_row(event()))).lastrowid
        second = store.record(event())
        assert first < second
        assert follower.reads() == [second]
    assert follower.reads() == [first]
    store.close()


def test_a_writer_that_hangs_holds_up_neither_readers_nor_other_writers(mariadb_url):
    store = Store(mariadb_url, timeout=2.0)
    store.migrate()
    follower = Follower(store)
    with looked_into(mariadb_url) as hanging:
        hanging.execute(sa.insert(events).values(event_row(event())))
        for _ in range(3):
            key = store.record(event())
            assert follower.reads() == [key]
        hanging.rollback()
    store.close()


def test_a_reader_that_hangs_holds_up_no_writer(mariadb_url):
    """So a door opens though somebody who follows its log has died in the middle of it."""
    store = Store(mariadb_url, timeout=2.0)
    store.migrate()
    store.record(event())
    with looked_into(mariadb_url) as hanging:
        hanging.execute(sa.text("UPDATE event_state SET position = position"))
        hanging.execute(sa.text("UPDATE events SET position = 1 WHERE id = 1"))
        key = store.record(event(GRANTED))
        store.door_did(key, "opened")
        hanging.rollback()
    store.close()


def test_many_writers_and_readers_at_once(store, another, url):
    readers = [Follower(store), Follower(another)]
    written = threading.Event()

    def write(i):
        return [(store, another)[i % 2].record(event()) for _ in range(25)]

    def follow(reader):
        while not written.is_set():
            reader.reads()
        reader.reads()

    with ThreadPoolExecutor(8) as threads:
        following = [threads.submit(follow, reader) for reader in readers]
        keys = [key for keys in threads.map(write, range(6)) for key in keys]
        written.set()
        for done in following:
            done.result(60)
    assert sorted(readers[0].got) == sorted(keys)  # each of them, and none twice
    assert readers[0].got == readers[1].got


# What the door did


@pytest.mark.parametrize("source", ["door", "pin"])
def test_an_opening_waits_for_what_the_door_did_and_others_do_not_wait_for_it(store, source):
    follower = Follower(store)
    opening, denial = store.record(event(GRANTED, source)), store.record(event())
    assert follower.reads() == [denial]
    store.door_did(opening, "opened")
    assert follower.reads() == [opening]
    assert store.feed.after(0, NOON)[0][1][1].door == "opened"


def test_so_does_one_that_was_asked_for_over_rest(store):
    follower = Follower(store)
    key = store.report(Incident(NOON, "api", Act.REMOTE_OPENING))
    assert follower.reads() == []
    store.door_did(key, "refused")
    assert follower.reads() == [key]


def test_a_match_over_rest_opens_nothing_and_waits_for_nothing(store):
    key = store.record(event(GRANTED, "api"))
    assert Follower(store).reads() == [key]


def test_what_nobody_says_within_a_while_is_not_waited_for_and_comes_again_once_it_is(store):
    follower = Follower(store)
    key = store.record(event(GRANTED))
    assert follower.reads(LATER - timedelta(seconds=1)) == []
    assert follower.reads(LATER) == [key]
    store.door_did(key, "failed")
    assert follower.reads(LATER) == [key]
    assert follower.reads(LATER) == []


def test_who_counts_the_log_counts_such_an_opening_once(store):
    keys = [store.record(event(GRANTED)) for _ in range(2)]
    tally = store.feed.tally(LATER)
    store.door_did(keys[0], "opened")
    tally.add(entry for _, entry in store.feed.after(tally.position, LATER)[0])
    assert tally.outcomes == store.feed.tally(LATER).outcomes == {("door", "granted", "matched"): 2}


# Older databases


def test_what_was_written_before_is_numbered_by_its_ids(store, url):
    keys = [store.record(event()) for _ in range(3)]
    with looked_into(url) as connection:
        connection.execute(sa.text("DROP INDEX ix_events_position" + (" ON events" if "mysql" in url else "")))
        for column in ("position", "actor"):  # request_id: of a run cut short
            connection.execute(sa.text(f"ALTER TABLE events DROP COLUMN {column}"))
        connection.execute(METADATA.tables["event_state"].delete())
        for table in ("answers", "doors"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0006'"))
    later = Store(url)
    later.migrate()
    follower = Follower(later)
    assert follower.reads() == keys
    assert follower.reads() == []
    later.close()


def test_reading_on_takes_an_index(store, url):
    with looked_into(url) as connection:
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        for asked in ("position IS NULL LIMIT 1", "position > 7 ORDER BY position LIMIT 5"):
            plan = str(connection.exec_driver_sql(f"{explain}SELECT * FROM events WHERE {asked}").all())
            assert "ix_events_position" in plan


def test_it_stays_quick_while_nothing_happens(store):
    """Not a timing: a reader with nothing to number takes no writer's lock."""
    store.feed.position(NOON)
    done = threading.Event()
    with store._database.writing():
        thread = threading.Thread(target=lambda: (store.feed.after(0, NOON), done.set()))
        thread.start()
        assert done.wait(10)
    thread.join()
