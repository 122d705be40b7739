"""What a door tells: on disk before it opens, in the database once and in order, wherever the kiosk was killed."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import MODEL_ID, FakeSource, keys
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from core import eventlog, sealedlog
from core.bulletin import Standing
from core.domain import Decision, Reason, Verdict
from core.encryption import KeyFile, Keys
from core.errors import EntryRefused, LocalFileUnavailable, LocalFileUnreadable, StoreUnavailable
from core.events import Note
from core.logbook import Event, Incident
from core.outbox import Outbox, left
from core.sealedlog import SealedLog
from core.store import Store

KEYS = keys(1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRANTED = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "Ann", 0.8, 0.2, 0.6, 4, 0.3)


def visit(number, decision=GRANTED):
    return Event(NOON + timedelta(seconds=number), "door", decision, MODEL_ID)


def told(store):
    """(second, verdict or code, what the door did) in the order of their ids."""
    entries = sorted(store.events(limit=10_000), key=lambda e: e.id)
    return [((e.at - NOON).seconds, e.decision.verdict if isinstance(e, Event) else e.code, e.door) for e in entries]


class FakeInbox:
    """A database that goes away, and refuses what it is told to refuse."""

    def __init__(self):
        self.notes = []
        self.refuses = set()
        self.away = False

    def migrate(self):
        if self.away:
            raise StoreUnavailable("It is away. Start it.")

    def deliver(self, notes):
        self.migrate()
        if self.refuses & {note.uid for note in notes}:
            raise EntryRefused("Never.")
        self.notes += notes


@pytest.fixture
def outbox(tmp_path):
    made = []

    def make(inbox, *args, **options):
        made.append(Outbox(tmp_path, KEYS, inbox, *args, **options))
        return made[-1]

    yield make
    for each in made:
        each.stop()


# The file


def test_records_come_back_in_order_and_only_those_beyond_a_place(tmp_path):
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        for text in (b"one", b"", b"three"):
            log.append(text, kind=len(text))
        entries = list(log.entries())
        assert [(e.kind, log.read(e)) for e in entries] == [(3, b"one"), (0, b""), (5, b"three")]
        assert [log.read(e) for e in log.entries(entries[1].end)] == [b"three"]
        assert not log.clear(entries[1].end)
        assert log.clear(entries[2].end)
        assert list(log.entries()) == []


def test_it_is_for_its_owner_alone_and_shows_nothing(tmp_path):
    with closing(SealedLog(tmp_path / "folder" / "log", KEYS)) as log:
        log.append(b"Ann was here")
    assert (tmp_path / "folder" / "log").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700
    assert b"Ann" not in (tmp_path / "folder" / "log").read_bytes()


@settings(max_examples=60)
@given(cut=st.integers(0, 200), texts=st.lists(st.binary(max_size=20), min_size=1, max_size=4))
def test_a_file_that_was_cut_short_anywhere_keeps_all_whole_records_and_goes_on(tmp_path_factory, cut, texts):
    path = tmp_path_factory.mktemp("cut") / "log"
    with closing(SealedLog(path, KEYS)) as log:
        for text in texts:
            log.append(text)
        ends = [entry.end.offset for entry in log.entries()]
    size = max(0, path.stat().st_size - cut)
    os.truncate(path, size)
    with closing(SealedLog(path, KEYS)) as log:
        log.append(b"new")
        kept = [text for text, end in zip(texts, ends, strict=True) if end <= size]
        assert [log.read(entry) for entry in log.entries()] == [*kept, b"new"]


def test_zeros_at_the_end_as_a_power_cut_leaves_them_are_dropped(tmp_path):
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        log.append(b"one")
        log.append(b"two")
        last = list(log.entries())[-1]
    with (tmp_path / "log").open("r+b") as file:
        file.seek(last.at.offset + 5)
        file.write(bytes(last.size))
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        assert [log.read(entry) for entry in log.entries()] == [b"one"]


def test_a_changed_or_swapped_record_is_not_believed_and_the_others_are(tmp_path):
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        for text in (b"aaa", b"bbb", b"ccc"):
            log.append(text)
        first, second, _ = log.entries()
    data = bytearray((tmp_path / "log").read_bytes())
    one, two = slice(first.at.offset, first.end.offset), slice(second.at.offset, second.end.offset)
    data[one], data[two] = data[two], data[one]
    (tmp_path / "log").write_bytes(data)
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        assert [log.read(entry) for entry in log.entries()] == [None, None, b"ccc"]


@pytest.mark.logs("damaged")
@settings(max_examples=60)
@given(damaged=st.integers(0, 5), where=st.integers(0, 40), bits=st.integers(1, 255))
def test_one_damaged_byte_takes_no_other_record_with_it(tmp_path_factory, damaged, where, bits):
    path = tmp_path_factory.mktemp("damaged") / "log"
    texts = [b"%d" % number * 10 for number in range(6)]
    with closing(SealedLog(path, KEYS)) as log:
        entries = [log.append(text) for text in texts]
    data = bytearray(path.read_bytes())
    entry = entries[damaged]
    data[entry.at.offset + min(where, entry.end.offset - entry.at.offset - 1)] ^= bits
    path.write_bytes(data)
    with closing(SealedLog(path, KEYS)) as log:
        found = [log.read(entry) for entry in log.entries()]
        assert [text for text in found if text is not None and text != texts[damaged]] == [
            text for text in texts if text != texts[damaged]
        ]
        assert where >= sealedlog.FRAME.size - 1 or damaged == 5 or found == texts
        log.append(b"new")
        assert [log.read(entry) for entry in log.entries()][-1] == b"new"


@pytest.mark.logs("damaged")
def test_what_cannot_be_mended_is_kept_aside_or_refused(tmp_path):
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        first, *_, last = [log.append(text) for text in (b"one", b"two", b"three", b"four")]
    data = bytearray((tmp_path / "log").read_bytes())
    data[first.end.offset :] = b"x" * (last.end.offset - first.end.offset)
    data[first.end.offset : first.end.offset + 5] = sealedlog.FRAME.pack(40, 0)
    (tmp_path / "log").write_bytes(data)
    with closing(SealedLog(tmp_path / "log", KEYS, keep=False)) as log, pytest.raises(LocalFileUnreadable):
        log.count()
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        assert [log.read(entry) for entry in log.entries()] == [b"one"]
    (aside,) = tmp_path.glob("log.damaged-*")
    assert aside.read_bytes() == data
    assert aside.stat().st_mode & 0o777 == 0o600


@pytest.mark.logs("damaged")
def test_an_entry_that_is_damaged_is_kept_aside_and_the_others_are_delivered(outbox, tmp_path):
    inbox = FakeInbox()
    box = outbox(inbox)
    keys = [f"{box.record(visit(number)):032x}" for number in range(4)]
    box.stop()
    with closing(SealedLog(tmp_path / "journal", KEYS)) as log:
        *_, third, _ = log.entries()
    data = bytearray((tmp_path / "journal").read_bytes())
    data[third.end.offset - 1] ^= 1
    (tmp_path / "journal").write_bytes(data)
    box.deliver()
    assert [note.uid for note in inbox.notes] == [*keys[:2], keys[3]]
    assert box.waiting == 0
    assert len(list(tmp_path.glob("journal.damaged-*"))) == 1


def test_another_key_is_refused_and_nothing_overwritten(tmp_path):
    with closing(SealedLog(tmp_path / "log", KEYS)) as log:
        log.append(b"one")
    before = (tmp_path / "log").read_bytes()
    with closing(SealedLog(tmp_path / "log", keys(2))) as log, pytest.raises(LocalFileUnreadable):
        log.append(b"two")
    assert (tmp_path / "log").read_bytes() == before


def test_a_file_of_an_older_key_is_read_and_gone_on_with_and_the_next_is_sealed_with_the_newest(tmp_path):
    with closing(SealedLog(tmp_path / "log", keys(1))) as log:
        log.append(b"one")
    with closing(SealedLog(tmp_path / "log", keys(2, 1))) as log:
        log.append(b"two")
        *_, last = log.entries()
        assert [log.read(entry) for entry in log.entries()] == [b"one", b"two"]
        assert log.clear(last.end)
    with closing(SealedLog(tmp_path / "log", keys(2, 1))) as log:
        log.append(b"three")
    with closing(SealedLog(tmp_path / "log", keys(2))) as log:
        assert [log.read(entry) for entry in log.entries()] == [b"three"]


@pytest.mark.parametrize("slow", [False, True])
def test_a_newer_key_seals_what_is_begun_after_it_was_found(tmp_path, slow):
    source = FakeSource("11" * 32, slow=slow)
    with closing(SealedLog(tmp_path / "log", Keys(source))) as log:
        log.append(b"one")
        source.text = f"{'22' * 32} {'11' * 32}"
        assert slow or not log.renew_key(), "what another key sealed is there still"
        (entry,) = log.entries()
        log.clear(entry.end)
        assert not slow or log.renew_key()
        source.text = "22" * 32
        log.append(b"two")
    with closing(SealedLog(tmp_path / "log", Keys(source))) as log:
        assert [log.read(entry) for entry in log.entries()] == [b"two"]


def test_a_door_never_waits_for_a_slow_source_of_keys_once_it_has_one(tmp_path, monkeypatch):
    source = FakeSource("11" * 32, slow=True)
    with closing(SealedLog(tmp_path / "log", Keys(source))) as log:
        assert log.count() == 0
        monkeypatch.setattr(source, "read", lambda: pytest.fail("It was asked."))
        for _ in range(2):
            log.clear(log.append(b"one").end)


def test_a_key_that_was_rotated_and_forgotten_takes_no_entry_with_it(outbox, tmp_path, url):
    source, inbox = KeyFile(tmp_path / "key"), FakeInbox()
    with closing(Store(url, keys=Keys(source))) as server:
        server.migrate()
        box = Outbox(tmp_path, Keys(source), inbox)
        box.record(visit(1))
        box.deliver()
        server.rotation.rotate()
        assert server.rotation.forget() == 1
    box.record(visit(2))
    box.stop()
    again = Outbox(tmp_path, Keys(source), inbox)
    again.deliver()
    again.stop()
    assert len(inbox.notes) == 2


def test_one_process_at_a_time(tmp_path):
    with closing(SealedLog(tmp_path / "log", KEYS)) as log, closing(SealedLog(tmp_path / "log", KEYS)) as other:
        log.append(b"one")
        with pytest.raises(LocalFileUnavailable, match="another Doorward"):
            other.append(b"two")


def test_a_folder_that_cannot_be_written_is_said_by_name(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LocalFileUnavailable, match=r"offline\.folder"):
        SealedLog(tmp_path / "file" / "log", KEYS).append(b"one")


# The journal, on both databases


def test_a_visit_is_in_the_database_as_if_it_had_been_written_there(store, outbox):
    box = outbox(store)
    denied = visit(2, Decision(Verdict.DENIED, Reason.UNKNOWN_FACE, "ann", "Ann", 0.3))
    box.door_did(box.record(visit(1)), "opened")
    box.record(denied)
    box.report(Incident(NOON, "door", "locked_out"))
    box.deliver()
    store.record(replace(visit(1), door="opened"))
    store.record(denied)
    store.report(Incident(NOON, "door", "locked_out"))
    entries = sorted((replace(entry, id=entry.id) for entry in store.events()), key=lambda entry: entry.id)
    assert [replace(entry, id=0) for entry in entries[:3]] == [replace(entry, id=0) for entry in entries[3:]]


def test_what_the_door_did_may_come_later_and_is_told_once_to_who_follows(store, outbox):
    box = outbox(store)
    key = box.record(visit(1))
    box.deliver()
    assert told(store) == [(1, "granted", None)]
    box.door_did(key, "opened")
    box.deliver()
    assert told(store) == [(1, "granted", "opened")]
    assert len(store.feed.after(0, NOON + timedelta(hours=1))[0]) == 1
    box.door_did(key, "opened")
    box.deliver()
    assert store.feed.after(1, NOON + timedelta(hours=1))[0] == []


def test_delivered_twice_it_is_there_once(store, tmp_path, outbox):
    box = outbox(store)
    for number in range(3):
        box.door_did(box.record(visit(number)), "opened")
    before = (tmp_path / "journal").read_bytes()
    box.deliver()
    box.stop()
    (tmp_path / "journal").write_bytes(before)  # as if it had been killed before it forgot them
    again = outbox(store)
    again.record(visit(3))
    again.deliver()
    assert told(store) == [*((number, "granted", "opened") for number in range(3)), (3, "granted", None)]
    assert again.waiting == 0


def test_what_comes_through_while_it_is_delivered_again_is_not_refused(store, outbox, monkeypatch):
    """A commit that timed out: the row is seen by nobody when it is looked for, and in the way when it is written."""
    box = outbox(store)
    box.record(visit(1))
    write = eventlog.write_down

    def late(*_):
        monkeypatch.setattr(eventlog, "write_down", write)
        raise IntegrityError("INSERT", {}, Exception("UNIQUE"))

    monkeypatch.setattr(eventlog, "write_down", late)
    box.deliver()
    assert told(store) == [(1, "granted", None)]
    assert (box.waiting, box.refused) == (0, 0)


@pytest.mark.logs("set aside")
def test_what_the_database_will_never_take_holds_up_nothing(store, outbox, url):
    if url.startswith("sqlite"):
        pytest.skip("SQLite takes a text of any length")
    box = outbox(store)
    box.record(visit(1))
    box.door_did(box.record(visit(2, replace(GRANTED, user_id="x" * 65))), "opened")
    box.record(visit(3))
    box.deliver()
    assert told(store) == [(1, "granted", None), (3, "granted", None)]
    assert (box.waiting, box.refused) == (0, 1)


# The journal, with a database that can be told to go


def test_nothing_waits_for_a_database_that_is_away_and_order_is_kept(outbox):
    inbox = FakeInbox()
    box, inbox.away = outbox(inbox), True
    keys = [box.record(visit(number)) for number in range(450)]
    with pytest.raises(StoreUnavailable):
        box.deliver()
    assert box.waiting == 450
    inbox.away = False
    box.deliver()
    assert [note.uid for note in inbox.notes] == [f"{key:032x}" for key in keys]
    assert box.waiting == 0


def test_how_many_wait_is_known_to_who_has_no_key_and_while_it_is_in_use(outbox, tmp_path):
    assert left(tmp_path) == (0, 0)
    box = outbox(FakeInbox())
    for number in range(3):
        box.record(visit(number))
    assert left(tmp_path) == (3, 0)
    box.deliver()
    assert left(tmp_path) == (0, 0)


def test_an_earlier_run_s_entries_are_delivered_first_by_the_thread(outbox):
    inbox = FakeInbox()
    inbox.away = True
    earlier = outbox(inbox)
    first = earlier.record(visit(1))
    earlier.stop()
    inbox.away = False
    box = outbox(inbox)
    second = box.record(visit(2))
    box.start()
    box.stop()
    assert [note.uid for note in inbox.notes] == [f"{first:032x}", f"{second:032x}"]


@pytest.mark.logs("set aside")
@pytest.mark.parametrize("failure", [EntryRefused("Never."), ValueError("odd")])
def test_each_other_entry_of_the_batch_is_delivered(outbox, failure):
    inbox = FakeInbox()
    box = outbox(inbox)
    keys = [f"{box.record(visit(number)):032x}" for number in range(5)]
    inbox.refuses = {keys[2]}
    box.deliver()
    assert [note.uid for note in inbox.notes] == keys[:2] + keys[3:]
    assert box.refused == 1


@pytest.mark.logs("set aside")
def test_what_was_refused_is_delivered_after_all_where_it_is_put_back(outbox, tmp_path):
    inbox = FakeInbox()
    box = outbox(inbox)
    inbox.refuses = {f"{box.record(visit(1)):032x}"}
    box.deliver()
    box.stop()
    (tmp_path / "refused").replace(tmp_path / "journal")
    (uid,), inbox.refuses = inbox.refuses, set()
    again = outbox(inbox)
    again.deliver()
    assert [note.uid for note in inbox.notes] == [uid]


@pytest.mark.logs("sealed with a key")
def test_a_journal_of_another_key_is_kept_and_a_new_one_begun(tmp_path):
    inbox = FakeInbox()
    with closing(SealedLog(tmp_path / "journal", keys(2))) as log:
        log.append(Note("00").packed())
    box = Outbox(tmp_path, KEYS, inbox)
    box.record(visit(1))
    box.deliver()
    box.stop()
    assert len(inbox.notes) == 1
    assert len(list(tmp_path.glob("journal.unreadable-*"))) == 1


@pytest.mark.logs("sealed with a key")
def test_a_journal_whose_key_comes_back_is_delivered_after_all(tmp_path):
    inbox, source = FakeInbox(), FakeSource("22" * 32)
    keys = []
    for text in ("22" * 32, "11" * 32, f"{'11' * 32} {'22' * 32}"):
        source.text = text
        box = Outbox(tmp_path, Keys(source), inbox)
        keys.append(f"{box.record(visit(len(keys))):032x}")
        if len(keys) > 1:
            box.deliver()
        box.stop()
    assert [note.uid for note in inbox.notes] == [keys[1], keys[2], keys[0]]
    assert not list(tmp_path.glob("journal.unreadable-*"))


@pytest.mark.logs("damaged")
def test_what_is_damaged_in_such_a_journal_is_delivered_but_for_that_and_once(outbox, tmp_path):
    inbox = FakeInbox()
    with closing(SealedLog(tmp_path / "journal.unreadable-1", KEYS)) as log:
        log.append(Note("00").packed())
        end = log.append(Note("11").packed()).end.offset
        log.append(Note("22").packed())
    data = bytearray((tmp_path / "journal.unreadable-1").read_bytes())
    data[end - 1] ^= 1
    (tmp_path / "journal.unreadable-1").write_bytes(data)
    for _ in range(2):
        box = outbox(inbox)
        box.deliver()
        box.stop()
    assert [note.uid for note in inbox.notes] == ["00", "22"]
    assert [path.read_bytes() for path in tmp_path.glob("journal.*")] == [data]


@pytest.mark.logs("sealed with a key")
def test_two_threads_that_find_a_journal_unreadable_put_away_that_one_alone(outbox, tmp_path):
    with closing(SealedLog(tmp_path / "journal", keys(2))) as log:
        log.append(Note("00").packed())
    inbox = FakeInbox()
    box = outbox(inbox)
    start = threading.Barrier(2)

    def records(number):
        start.wait(5)
        return f"{box.record(visit(number)):032x}"

    with ThreadPoolExecutor(2) as threads:
        recorded = list(threads.map(records, range(2)))
    box.deliver()
    assert {note.uid for note in inbox.notes} == set(recorded)
    assert len(list(tmp_path.glob("journal.unreadable-*"))) == 1


def test_a_journal_that_is_unreadable_no_more_stays(tmp_path):
    with closing(SealedLog(tmp_path / "journal", KEYS)) as log:
        log.append(b"one")
        assert not log.put_away(tmp_path / "away")
        assert log.count() == 1


def test_a_journal_that_somebody_deletes_is_begun_anew(outbox, tmp_path):
    inbox = FakeInbox()
    box = outbox(inbox)
    box.record(visit(1))
    (tmp_path / "journal").unlink()
    with pytest.raises(LocalFileUnavailable, match="deleted"):
        box.record(visit(2))
    key = box.record(visit(3))
    box.deliver()
    assert [note.uid for note in inbox.notes] == [f"{key:032x}"]
    assert box.waiting == 0


def test_a_full_disk_is_an_error_before_any_door_opens(outbox, monkeypatch):
    box = outbox(FakeInbox())
    box.record(visit(1))

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sealedlog.os, "pwrite", full)
        with pytest.raises(LocalFileUnavailable, match="No space left"):
            box.record(visit(2))
    box.record(visit(3))
    assert box.waiting == 2


def test_how_the_door_stands_is_known_once_tell_returns(outbox):
    heard = []
    box = outbox(FakeInbox(), heard.append)
    with pytest.raises(StoreUnavailable):
        box.tell(Standing(locked=True))  # nobody delivers yet
    box.start()
    box.tell(Standing(locked=False))
    assert heard[-1] == Standing(locked=False)


def test_how_the_door_stands_is_not_waited_for_where_the_database_is_away(outbox):
    inbox, heard, told = FakeInbox(), [], threading.Event()
    inbox.away = True
    box = outbox(inbox, lambda standing: heard.append(standing) or told.set(), again=0.01)
    box.start()
    for locked in (False, True):
        with pytest.raises(StoreUnavailable, match="as soon as it answers"):
            box.tell(Standing(locked=locked))
    assert heard == []
    inbox.away = False
    assert told.wait(10)
    assert heard == [Standing(locked=True)], "it is told how it stands, not how it stood"


def test_how_the_door_stands_is_told_whatever_ails_the_journal(outbox, tmp_path):
    inbox, heard = FakeInbox(), []
    with closing(SealedLog(tmp_path / "journal", KEYS)) as other:
        other.append(b"another process has it")
        box = outbox(inbox, heard.append)
        with pytest.raises(StoreUnavailable):
            box.tell(Standing(locked=True))
        with pytest.raises(LocalFileUnavailable):
            box.deliver()
    assert heard == [Standing(locked=True)]


def test_a_long_journal_is_delivered_though_it_cannot_be_told_how_the_door_stands(outbox):
    inbox = FakeInbox()

    def fails(_):
        raise StoreUnavailable("That table is locked. Wait.")

    box = outbox(inbox, fails)
    for number in range(3):
        box.record(visit(number))
    with pytest.raises(StoreUnavailable):
        box.tell(Standing(locked=True))
    with pytest.raises(StoreUnavailable, match="locked"):
        box.deliver()
    assert len(inbox.notes) == 3


def test_a_lock_does_not_wait_for_a_long_journal(outbox):
    order, box = [], None

    class Inbox(FakeInbox):
        def deliver(self, notes):
            order.append(len(notes))
            if len(order) == 1:
                with suppress(StoreUnavailable):
                    box.tell(Standing(locked=True))

    box = outbox(Inbox(), order.append)
    for number in range(450):
        box.record(visit(number))
    box.deliver()
    assert order == [200, Standing(locked=True), 200, 50]


# Killed


class Killed(BaseException):
    """What a SIGKILL is to the code that it ends."""


class Mortal:
    """`os`, but for a process that dies at its step number `last`: a write may be left half done."""

    def __init__(self, last, half):
        self.left, self._half = last, half

    def __getattr__(self, name):
        return getattr(os, name)

    def step(self):
        self.left -= 1
        if self.left < 0:
            raise Killed

    def pwrite(self, fd, data, offset):
        try:
            self.step()
        except Killed:
            os.pwrite(fd, data[: int(len(data) * self._half)], offset)
            raise
        return os.pwrite(fd, data, offset)

    def fsync(self, fd):
        self.step()

    def ftruncate(self, fd, size):
        self.step()
        os.ftruncate(fd, size)


class MortalInbox(FakeInbox):
    """Writes into a table with a unique uid; the process may die before it does, or right after."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows
        self.process = None

    def deliver(self, notes):
        self.process.step()
        for note in notes:
            if note.row is not None:
                self.rows.setdefault(note.uid, None)
            elif note.uid in self.rows:
                self.rows[note.uid] = note.door
        self.process.step()


@settings(max_examples=100)
@given(lives=st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), min_size=1, max_size=5))
def test_wherever_it_is_killed_each_visit_is_there_once_and_in_order(tmp_path_factory, lives):
    folder, rows, opened, tried = tmp_path_factory.mktemp("killed"), {}, [], []
    with pytest.MonkeyPatch.context() as patch:
        for last, half in [*lives, (10**9, 0.0)]:
            inbox = MortalInbox(rows)
            inbox.process = Mortal(last, half)
            patch.setattr(sealedlog, "os", inbox.process)
            box = Outbox(folder, KEYS, inbox)
            try:
                _serve(box, opened, tried)
            except Killed:
                patch.setattr(sealedlog, "os", os)
            box.stop()  # lets go of the file, as the end of a process does
    assert [uid for uid in rows if uid in set(opened)] == opened
    assert len(rows) - len(opened) <= len(lives)  # written, but killed before the door opened
    assert all(rows[uid] == "opened" for uid in tried)


def _serve(box, opened, tried):
    """Visits and deliveries by turns. `opened` gains who was let in, `tried` of whom it is known what the door did."""
    for number in range(4):
        key = box.record(visit(number))
        opened.append(f"{key:032x}")
        if number % 2:
            box.deliver()
        box.door_did(key, "opened")
        tried.append(opened[-1])
    box.deliver()


VISITORS = """
import sys
from pathlib import Path
from test_outbox import KEYS, Outbox, Store, visit
box = Outbox(Path(sys.argv[1]), KEYS, Store(sys.argv[2]), again=0.01)
box.start()
for number in range(int(sys.argv[3]), 100_000):
    key = box.record(visit(number))
    print(number, flush=True)
    box.door_did(key, "opened")
"""


def test_a_process_that_is_killed_loses_and_repeats_nothing(tmp_path, mariadb_url):
    recorded = []
    for _ in range(2):
        begin = recorded[-1] + 2 if recorded else 0
        child = subprocess.Popen(
            [sys.executable, "-c", VISITORS, str(tmp_path), mariadb_url, str(begin)],
            cwd=Path(__file__).parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in child.stdout:
            recorded.append(int(line))
            if recorded[-1] == begin + 40:
                child.send_signal(signal.SIGKILL)
        child.stdout.close()
        child.wait(10)
    with closing(Store(mariadb_url)) as store:
        last = Outbox(tmp_path, KEYS, store)
        last.deliver()
        last.stop()
        seen = [number for number, _, _ in told(store)]
    assert sorted(set(seen)) == seen
    assert set(recorded) <= set(seen)
