"""The soak: its schedule, its rule, its accounts with numbers and fakes; then a few seconds of the whole of it."""

import json
import logging
import socket
import socketserver
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import typer
from fakes import FakeCamera, FakeDoor, FakeStore
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from core.admin.soak.command import soak
from core.admin.soak.ledger import Entry, Ledger, Told, audit
from core.admin.soak.levels import AT_REST, LEAST_SECONDS, MIB, Counts, Sample, Usage, levels, usage
from core.admin.soak.outage import Gate, LockedFile, outage
from core.admin.soak.post import CountedDoor, PluggedCamera
from core.admin.soak.report import Report, rows
from core.admin.soak.run import LogCount, Soak, counted_log
from core.admin.soak.schedule import Act, schedule
from core.domain import Decision, Reason, Verdict
from core.errors import CameraUnavailable, DoorFailed, DoorwardError, StoreUnavailable
from core.eventlog import EventLog
from core.logbook import Event, Incident
from core.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = [n * 60.0 for n in range(6, 16)]


# The schedule


@settings(max_examples=30)
@given(st.floats(3, 7200))
def test_every_session_has_its_outages_in_order_and_ends_with_all_parts_back(seconds):
    steps = schedule(seconds)
    assert [s.at for s in steps] == sorted(s.at for s in steps)
    assert steps[-1].at == pytest.approx(seconds)
    sessions = {s.session for s in steps}
    assert sessions == set(range(max(sessions) + 1))
    for session in sessions:
        acts = [s.act for s in steps if s.session == session]
        assert set(acts) == set(Act)
        for first, then in [
            (Act.START, Act.DATABASE_STOPS),
            (Act.DATABASE_STOPS, Act.DATABASE_STARTS),
            (Act.DATABASE_STARTS, Act.ERASE),
            (Act.ERASE, Act.ENROL),
            (Act.PULL, Act.PLUG),
            (Act.PLUG, Act.STOP),
        ]:
            assert acts.index(first) < acts.index(then)


def test_ten_minutes_are_ten_sessions_with_ten_seconds_of_no_database_and_five_of_no_camera():
    steps = schedule(600)
    assert sum(s.act is Act.START for s in steps) == 10
    for session in range(10):
        at = {s.act: s.at for s in steps if s.session == session}
        assert at[Act.DATABASE_STARTS] - at[Act.DATABASE_STOPS] == pytest.approx(10)
        assert at[Act.PLUG] - at[Act.PULL] == pytest.approx(5)


# The rule


def samples(seconds, usage_at, during=("clip", "demo")):
    """One a second; minutes of either camera by turns, and a moment at rest after each."""
    for at in range(int(seconds)):
        session, second = divmod(at, 60)
        state = AT_REST if second == 59 else during[session % len(during)]
        yield Sample(float(at), session, state, usage_at(at, state), Counts(frames=10 * at, granted=session))


def flat(at, state):
    return Usage(200 * MIB, 6, 12, 8)


@pytest.mark.parametrize("seconds", [LEAST_SECONDS, 600, 3600])
def test_what_stays_as_it_is_levels_off_in_every_state(seconds):
    told = levels(list(samples(seconds, flat)), seconds)
    assert {level.during for level in told} == {"clip", "demo", AT_REST}
    assert len(told) == 12
    assert all(level.well for level in told)


def test_warming_up_is_allowed_and_so_are_single_peaks():
    def warm(at, state):
        peak = at % 50 == 7
        return Usage((min(at, 190) + 200 + 90 * peak) * MIB, 6 + peak, 12 + peak, 8 + peak)

    assert all(level.well for level in levels(list(samples(600, warm)), 600))


@settings(max_examples=30)
@given(st.sampled_from(MINUTES), st.sampled_from(["memory", "threads", "tasks", "descriptors"]))
def test_what_grows_steadily_never_passes(seconds, what):
    def leaking(at, state):
        grown = at / seconds
        return replace(flat(at, state), **{what: int(100 * MIB * (1 + grown) if what == "memory" else 8 + 30 * grown)})

    told = levels(list(samples(seconds, leaking)), seconds)
    assert {level.what for level in told if not level.well} == {what}


def test_one_more_descriptor_with_one_camera_is_seen_and_named():
    def leaking(at, state):
        return replace(flat(at, state), descriptors=8 + (state == "demo" and at >= 420))

    (risen,) = [level for level in levels(list(samples(600, leaking)), 600) if not level.well]
    assert (risen.during, risen.what, risen.before, risen.after) == ("demo", "descriptors", 8, 9)
    assert all(level.well for level in levels(list(samples(600, leaking)), 600, pooled=1))


def test_what_a_pool_may_keep_is_no_excuse_once_it_is_closed():
    def leaking(at, state):
        return replace(flat(at, state), descriptors=8 + (state == AT_REST and at >= 420))

    (risen,) = [level for level in levels(list(samples(600, leaking)), 600, pooled=15) if not level.well]
    assert risen.during == AT_REST


@pytest.mark.parametrize(
    ("held", "grown", "well"), [(100, 10, True), (100, 11, False), (1000, 30, True), (1000, 31, False)]
)
def test_memory_may_grow_by_three_per_cent_or_ten_mebibytes(held, grown, well):
    def growing(at, state):
        return replace(flat(at, state), memory=(held + grown * (at >= 400)) * MIB)

    memory = [level for level in levels(list(samples(600, growing)), 600) if level.what == "memory"]
    assert [level.well for level in memory] == [well] * 3


def test_a_short_run_says_nothing_of_it_rather_than_that_it_is_well():
    def leaking(at, state):
        return replace(flat(at, state), descriptors=at)

    assert levels(list(samples(LEAST_SECONDS - 60, leaking)), LEAST_SECONDS - 60) == ()


def report(seen, seconds, log=None, failed=()):
    return Report(seconds, tuple(seen), levels(seen, seconds), audit([], [], [], 0), log or LogCount(), failed)


def test_a_state_that_could_not_be_compared_is_no_pass():
    seen = [s for s in samples(600, flat) if s.during != "demo" or s.at < 400]
    (sentence,) = report(seen, 600).broken
    assert sentence.startswith("demo")


def test_a_session_is_told_by_its_medians_and_by_what_it_brought():
    first, second, *_ = rows(list(samples(180, flat)))
    assert (first["camera"], second["camera"]) == ("clip", "demo")
    assert (second["memory_mib"], second["threads"], second["descriptors"]) == (200, 6, 8)
    assert (first["frames"], second["frames"]) == (590, 600)
    assert (first["granted"], second["granted"]) == (0, 1)


def test_what_this_process_holds_shows_a_file_and_a_thread(tmp_path):
    before, go = usage(), threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    with (tmp_path / "held").open("w"):
        now = usage()
    go.set()
    thread.join()
    assert now.descriptors == before.descriptors + 1
    assert (now.threads, now.tasks) == (before.threads + 1, before.tasks + 1)
    assert now.memory > MIB


# The accounts


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/door.sqlite", timeout=0.2)
    store.migrate()
    yield store
    store.close()


def event(second, verdict=Verdict.GRANTED):
    who = ("ada", "Ada") if verdict is Verdict.GRANTED else (None, None)
    reason = Reason.MATCHED if verdict is Verdict.GRANTED else Reason.UNKNOWN_FACE
    return Event(NOW + timedelta(seconds=second), "door", Decision(verdict, reason, *who), "fake:0:16")


@pytest.fixture
def books(store):
    """A ledger over a real store: somebody granted, somebody denied, and a camera that was pulled."""
    ledger = Ledger(store)
    ledger.door_did(ledger.record(event(1)), "opened")
    ledger.record(event(2, Verdict.DENIED))
    ledger.report(Incident(NOW, "door", "camera_unavailable"))
    return ledger


def sentences(ledger, stored, openings=1):
    return audit(ledger.entries, ledger.told, stored, openings).broken


def test_what_was_written_once_and_is_there_once_is_in_order(books, store):
    account = audit(books.entries, books.told, store.events(), openings=1)
    assert account.broken == ()
    assert (account.granted, account.denied, account.incidents, account.openings) == (1, 1, 1, 1)
    assert (account.refused, account.untold, account.in_doubt) == (0, 0, 0)


@pytest.mark.parametrize("gone", range(3))
def test_a_row_that_is_not_there_is_lost(books, store, gone):
    stored = store.events()
    del stored[gone]
    assert any(sentence.startswith("lost") for sentence in sentences(books, stored))


def test_a_row_that_is_there_twice_is_doubled(books, store):
    stored = store.events()
    for row in stored:
        (sentence,) = [s for s in sentences(books, [*stored, replace(row, id=99)]) if not s.startswith("door")]
        assert sentence.startswith("doubled")


def test_a_row_that_nobody_wrote_is_unknown(books, store):
    assert any(s.startswith("unknown") for s in sentences(books, [*store.events(), replace(event(9), id=99)]))


def test_another_verdict_than_the_one_written_is_a_loss(books, store):
    denied = Decision(Verdict.DENIED, Reason.UNKNOWN_FACE)
    stored = [replace(row, decision=denied) if isinstance(row, Event) else row for row in store.events()]
    assert any(s.startswith("lost") for s in sentences(books, stored))


def test_two_writes_on_one_row_are_a_loss(books, store):
    (twice,) = [entry for entry in books.entries if entry.id == 2]
    books.entries.append(twice)
    assert any("2 writes" in s for s in sentences(books, store.events()))


def test_a_grant_of_which_nobody_told_what_the_door_did_is_found(store):
    ledger = Ledger(store)
    ledger.record(event(1))
    (sentence,) = sentences(ledger, store.events(), openings=0)
    assert "nobody told" in sentence


@pytest.mark.parametrize("openings", [0, 2])
def test_the_door_opened_as_often_as_the_events_say(books, store, openings):
    (sentence,) = sentences(books, store.events(), openings)
    assert f"opened {openings} times" in sentence


def test_a_row_that_says_other_than_what_the_door_did_is_found(books, store):
    for door in ("failed", None):
        stored = [replace(r, door=door) if isinstance(r, Event) and r.door else r for r in store.events()]
        assert len(sentences(books, stored)) == 1


def test_a_door_that_opened_for_somebody_denied_or_twice_is_found(books, store):
    books.told.append(Told(2, "opened", written=True))
    assert any("not granted" in s for s in sentences(books, store.events(), openings=2))
    books.told[-1] = Told(1, "opened", written=True)
    assert any("2 times" in s for s in sentences(books, store.events(), openings=2))


def test_what_the_database_refused_is_counted_and_owed_by_nobody():
    store = FakeStore()
    ledger = Ledger(store)
    row = ledger.record(event(1))
    store.goes_away()
    for write in (
        lambda: ledger.door_did(row, "opened"),
        lambda: ledger.record(event(2)),
        lambda: ledger.report(Incident(NOW, "door", "camera_unavailable")),
    ):
        with pytest.raises(StoreUnavailable):
            write()
    account = audit(ledger.entries, ledger.told, [replace(event(1), id=row)], openings=1)
    assert account.broken == ()
    assert (account.granted, account.refused, account.untold) == (1, 2, 1)


def test_what_was_refused_may_be_there_once_and_no_more_where_the_answer_was_lost():
    entries = [Entry(event(1), None)]
    in_doubt = audit(entries, [], [replace(event(1), id=1)], 0)
    assert (in_doubt.broken, in_doubt.in_doubt) == ((), 1)
    assert audit(entries, [], [replace(event(1), id=1), replace(event(1), id=2)], 0).broken


# The outages


def test_a_locked_file_answers_nobody_and_afterwards_everybody(store, tmp_path):
    database = LockedFile(f"sqlite:///{tmp_path}/door.sqlite")
    database.stop(store.close)
    for use in (store.gallery_version, lambda: store.record(event(1))):
        with pytest.raises(StoreUnavailable):
            use()
    database.start()
    database.close()
    store.record(event(2))
    assert [row.at for row in store.events()] == [event(2).at]


def test_a_lock_waits_for_who_is_at_it_and_is_had_once_they_are_gone(store, tmp_path):
    database = LockedFile(f"sqlite:///{tmp_path}/door.sqlite")
    reader = sqlite3.connect(tmp_path / "door.sqlite", isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT version FROM gallery_state").fetchall()
    gone = threading.Event()
    leaving = threading.Timer(0.2, lambda: (gone.set(), reader.close()))
    leaving.start()
    database.stop(store.close)
    assert gone.is_set()
    leaving.join()
    with pytest.raises(StoreUnavailable):
        store.ping()
    database.close()
    store.ping()


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while said := self.request.recv(100):
            self.request.sendall(said)


@pytest.fixture
def gate():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        gate = Gate(f"mysql+pymysql://ann:se%40cret@127.0.0.1:{server.server_address[1]}/door?charset=utf8mb4")
        yield gate
        gate.close()
        server.shutdown()
        serving.join()


def call(gate):
    port = int(gate.url.rpartition(":")[2].partition("/")[0])
    return socket.create_connection(("127.0.0.1", port), 5)


def test_a_gate_stands_in_the_servers_place_and_keeps_the_rest_of_the_url(gate):
    assert gate.url.startswith("mysql+pymysql://ann:se%40cret@127.0.0.1:")
    assert gate.url.endswith("/door?charset=utf8mb4")


def test_a_gate_hangs_up_and_refuses_while_it_is_shut_and_passes_on_afterwards(gate):
    with call(gate) as before:
        before.sendall(b"hello")
        assert before.recv(100) == b"hello"
        gate.stop(lambda: None)
        assert before.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        call(gate)
    gate.start()
    gate.start()
    with call(gate) as after:
        after.sendall(b"again")
        assert after.recv(100) == b"again"


def test_a_gate_passes_on_that_the_server_hung_up():
    with socket.create_server(("127.0.0.1", 0)) as server:
        gate = Gate(f"mysql+pymysql://127.0.0.1:{server.getsockname()[1]}/door")
        with call(gate) as client:
            server.accept()[0].close()
            assert client.recv(100) == b""
        gate.close()


def test_a_gate_before_nothing_hangs_up():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    gate = Gate(f"mysql+pymysql://127.0.0.1:{port}/door")
    with call(gate) as client:
        assert client.recv(100) == b""
    gate.close()


def test_a_store_on_mariadb_loses_and_finds_its_database_behind_the_gate(mariadb_url):
    gate = outage(mariadb_url)
    store = Store(gate.url)
    store.migrate()
    gate.stop(lambda: None)
    with pytest.raises(StoreUnavailable):
        store.record(event(1))
    gate.start()
    store.record(event(2))
    assert [row.at for row in store.events()] == [event(2).at]
    store.close()
    gate.close()


# The parts that are worked on


def test_a_camera_that_is_pulled_is_let_go_of_and_delivers_again_when_plugged_in():
    closed = []

    class Noted(FakeCamera):
        def frames(self):
            try:
                yield from super().frames()
            finally:
                closed.append(True)

    camera = PluggedCamera(Noted())
    frames = camera.frames()
    next(frames)
    camera.plugged = False
    with pytest.raises(CameraUnavailable):
        next(frames)
    assert closed == [True]
    with pytest.raises(CameraUnavailable):
        next(camera.frames())
    camera.plugged = True
    frames = camera.frames()
    next(frames)
    frames.close()
    assert closed == [True, True]
    assert camera.delivered == 2


def test_only_a_door_that_opened_is_counted():
    driver = FakeDoor()
    door = CountedDoor(driver)
    door.open(1.0)
    driver.jams()
    with pytest.raises(DoorFailed):
        door.open(1.0)
    door.close()
    assert (door.openings, driver.times_closed) == (1, 1)


# The run


class FakePost:
    """Writes down what is done to it. Tell it what to refuse."""

    def __init__(self, name, done):
        self.name = name
        self.camera = self.model = self.engine = self.latest = self
        self.delivered = self.asked = self.dropped = 1
        self._done = done
        self.refusing = {}

    def _do(self, what):
        self._done.append(f"{self.name} {what}")
        if what in self.refusing:
            raise self.refusing[what]

    def __getattr__(self, what):
        if what not in ("start", "stop", "enrol", "erase", "pull", "plug"):
            raise AttributeError(what)
        return lambda *_: self._do(what)


class FakeOutage(FakePost):
    url = ""


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def made():
    """A soak of two fake posts on a clock that runs by itself, and all that is done to them."""
    done, clock = [], Clock()
    posts = [FakePost("clip", done), FakePost("demo", done)]
    made = Soak(
        posts,
        FakeOutage("database", done),
        Ledger(FakeStore()),
        type("Pool", (), {"close": lambda _: None})(),
        look=lambda: Usage(1, 2, 3, 4),
        clock=clock,
        sleep=clock.sleep,
    )
    return made, posts, done


def test_the_posts_take_turns_and_each_is_done_what_is_due(made):
    soak, _, done = made
    soak.run(180)
    assert [what for what in done if what.endswith(" start") and "database" not in what] == [
        "clip start",
        "demo start",
        "clip start",
    ]
    assert done[:7] == [
        "clip start",
        "database stop",
        "database start",
        "clip erase",
        "clip enrol",
        "clip pull",
        "clip plug",
    ]
    assert soak.broken == []


def test_it_looks_all_the_way_and_once_when_the_engine_has_stopped(made):
    soak, _, _ = made
    soak.run(180)
    assert [s.at for s in soak.samples] == sorted(s.at for s in soak.samples)
    for session, camera in enumerate(("clip", "demo", "clip")):
        seen = [s.during for s in soak.samples if s.session == session]
        assert seen[-1] == AT_REST
        assert set(seen[:-1]) == {camera}
        assert len(seen) >= 40


def test_an_act_that_fails_is_told_and_the_soak_goes_on(made):
    soak, posts, done = made
    posts[1].refusing["enrol"] = StoreUnavailable("The database does not answer. Start it.")
    soak.run(120)
    (sentence,) = soak.broken
    assert "person enrolled" in sentence
    assert "database_unavailable" in sentence
    assert "demo pull" in done


def test_whatever_happens_everything_is_stopped_and_the_database_started(made):
    soak, posts, done = made
    posts[0].refusing["pull"] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        soak.run(120)
    assert done[-3:] == ["clip stop", "demo stop", "database start"]


def test_the_log_is_counted_by_its_wording_and_a_traceback_breaks_the_soak(caplog):
    log = logging.getLogger("test_soak")
    with counted_log() as count:
        for cable in range(1000):
            log.warning("cable %d is out", cable)
        try:
            int("planted")
        except ValueError:
            log.exception("failed")
    assert caplog.records == []
    assert count.said["WARNING", "test_soak", "cable %d is out"] == 1000
    (sentence,) = report([], 10, log=count).broken
    assert "ValueError: invalid literal" in sentence


# The whole


@pytest.fixture
def run(monkeypatch):
    """The command, with visitors who are in a hurry, and an engine that is not waited for long."""
    monkeypatch.setattr("core.admin.soak.run.SETTLING", 0.05)
    monkeypatch.setattr("core.demo.camera.PAUSE", 0.1)
    monkeypatch.setattr("core.demo.camera.APPROACH", 0.4)
    app = typer.Typer()
    app.command()(soak)

    def run(*arguments):
        return CliRunner().invoke(app, [*arguments, "--json"])

    return run


def test_a_few_seconds_of_the_demo_with_every_outage_lose_and_double_nothing(run):
    result = run("--minutes", "0.1")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["broken"] == []
    assert told["too_short"]
    assert [row["camera"] for row in told["sessions"]] == ["demo", "demo"]
    assert all(row["frames"] > 0 for row in told["sessions"])
    account = told["account"]
    assert account["granted"] >= 1
    assert account["openings"] == account["granted"]
    assert account["incidents"] >= 2
    assert ("core.feed", "camera: %s") in [(row["logger"], row["wording"]) for row in told["log"]]


def test_a_store_that_loses_what_it_was_given_is_found_out(run, monkeypatch):
    monkeypatch.setattr(EventLog, "report", lambda self, incident: 10**6)
    result = run("--minutes", "0.05")
    assert result.exit_code == 1
    assert any(sentence.startswith("lost") for sentence in json.loads(result.output)["broken"])


def test_a_database_that_somebody_uses_is_left_alone(run, store, tmp_path):
    store.record(event(1))
    result = run("--minutes", "0.05", "--database", f"sqlite:///{tmp_path}/door.sqlite")
    assert isinstance(result.exception, DoorwardError)
    assert "in use" in str(result.exception)
    assert len(store.events()) == 1


def test_a_clip_without_a_face_to_know_is_refused(run):
    assert "--face" in str(run("--video", "clip.mp4").exception)
