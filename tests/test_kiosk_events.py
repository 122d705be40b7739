"""The operator's page of what happened at the door."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import readymade

from core.domain import Decision, Reason, Verdict
from core.errors import InputError, StoreUnavailable
from core.logbook import Act, Event, EventFilter, EventStats, Incident
from core.store import Store
from kiosk.console.charts import GlanceChart, ReasonChart, TimeChart, bars
from kiosk.console.events import EventsPage
from kiosk.console.eventsmodel import PAGE, EventsModel, export
from kiosk.console.eventwords import ACTS, COLUMNS, REASONS, cells, reason

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def granted(at, name="Ann", user_id="ann", latency=0.25):
    decision = Decision(Verdict.GRANTED, Reason.MATCHED, user_id, name, 0.71, 0.4, 0.45, 4, latency)
    return Event(at, "door", decision, "model:1:2")


def denied(at, why=Reason.UNKNOWN_FACE):
    return Event(at, "door", Decision(Verdict.DENIED, why, similarity=0.1, frames=4, latency=1.5), "model:1:2")


class Unplugged:
    """A store that can be made to go away."""

    def __init__(self, store):
        self._store = store
        self._away = False

    def goes_away(self):
        self._away = True

    def comes_back(self):
        self._away = False

    def __getattr__(self, name):
        def call(*arguments, **options):
            if self._away:
                raise StoreUnavailable("The database does not answer. Start it.")
            return getattr(self._store, name)(*arguments, **options)

        return call


@pytest.fixture
def real(tmp_path):
    made = Store(readymade.made(tmp_path / "door.sqlite"))
    yield made
    made.close()


@pytest.fixture
def store(real):
    return Unplugged(real)


@pytest.fixture
def page(qtbot, store, jobs):
    made = EventsPage(store, jobs, utcnow=lambda: NOW)
    made.resize(800, 480)
    qtbot.addWidget(made)
    return made


def shown(qtbot, page):
    with qtbot.waitExposed(page):
        page.show()
    return page


def has(qtbot, page, rows):
    qtbot.waitUntil(lambda: page.model.rowCount() == rows)


def choose(box, words):
    box.setCurrentText(words)
    box.activated.emit(box.currentIndex())


def text(page, row, column):
    return page.model.index(row, COLUMNS.index(column)).data()


def test_what_happened_is_there_the_newest_first(qtbot, page, store):
    store.record(denied(NOW - timedelta(minutes=2)))
    store.record(granted(NOW - timedelta(minutes=1)))
    store.report(Incident(NOW, "door", "camera_unavailable"))
    has(qtbot, shown(qtbot, page), 3)
    assert [text(page, row, "Outcome") for row in range(3)] == ["Fault", "Granted", "Denied"]
    assert text(page, 1, "Person") == "Ann (ann)"
    assert text(page, 1, "Decided in") == "250 ms"
    assert text(page, 0, "Reason") == "Camera unavailable"


def test_of_who_was_denied_nothing_is_told(qtbot, page, store):
    store.record(denied(NOW))
    has(qtbot, shown(qtbot, page), 1)
    assert text(page, 0, "Person") == ""


def test_it_is_live(qtbot, page, store):
    store.record(granted(NOW - timedelta(minutes=1)))
    has(qtbot, shown(qtbot, page), 1)
    event_id = store.record(granted(NOW, "Bob", "bob"))
    has(qtbot, page, 2)
    assert text(page, 0, "Person") == "Bob (bob)"
    store.door_did(event_id, "opened")
    qtbot.waitUntil(lambda: text(page, 0, "Door") == "Opened")


def test_what_was_written_late_stands_where_it_belongs(qtbot, page, store):
    for minutes in (3, 1):
        store.record(granted(NOW - timedelta(minutes=minutes)))
    has(qtbot, shown(qtbot, page), 2)
    store.report(Incident(NOW - timedelta(minutes=2), "door", "camera_covered"))
    has(qtbot, page, 3)
    assert [text(page, row, "Outcome") for row in range(3)] == ["Granted", "Fault", "Granted"]


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        (("span", "Last hour"), 3),
        (("span", "All"), 4),
        (("outcome", "Granted"), 1),
        (("outcome", "Denied"), 2),
        (("reason", "Wrong PIN or ID"), 1),
    ],
)
def test_it_is_filtered(qtbot, page, store, chosen, left):
    control, words = chosen
    store.record(granted(NOW - timedelta(days=400)))
    store.record(granted(NOW - timedelta(minutes=3)))
    store.record(denied(NOW - timedelta(minutes=2)))
    store.record(denied(NOW - timedelta(minutes=1), Reason.WRONG_PIN))
    has(qtbot, shown(qtbot, page), 3)
    choose(getattr(page, control), words)
    has(qtbot, page, left)


def test_a_person_is_found_as_one_types(qtbot, page, store):
    store.record(granted(NOW - timedelta(minutes=2)))
    store.record(granted(NOW - timedelta(minutes=1), "Bob", "bob"))
    has(qtbot, shown(qtbot, page), 2)
    qtbot.keyClicks(page.person, "BO")
    has(qtbot, page, 1)
    assert text(page, 0, "Person") == "Bob (bob)"


def test_two_moments_bound_the_time(qtbot, page, store):
    store.record(granted(NOW - timedelta(days=3)))
    store.record(granted(NOW - timedelta(days=2), "Bob", "bob"))
    shown(qtbot, page)
    choose(page.span, "Between…")
    page.since.setDateTime(page.since.dateTime().fromSecsSinceEpoch(int((NOW - timedelta(days=2.5)).timestamp())))
    page.until.setDateTime(page.until.dateTime().fromSecsSinceEpoch(int(NOW.timestamp())))
    has(qtbot, page, 1)
    assert page.since.isVisible()


def test_more_is_fetched_as_one_scrolls(qtbot, store, jobs):
    for i in range(PAGE + 5):
        store.record(denied(NOW + timedelta(seconds=i)))
    model = EventsModel(store, jobs)
    model.show(EventFilter())
    qtbot.waitUntil(lambda: model.rowCount() == PAGE)
    assert model.canFetchMore(model.index(-1, -1))
    model.fetchMore(model.index(-1, -1))
    qtbot.waitUntil(lambda: model.rowCount() == PAGE + 5)
    assert not model.canFetchMore(model.index(-1, -1))
    assert len({model.entry(row).id for row in range(PAGE + 5)}) == PAGE + 5


def test_an_answer_to_an_old_question_is_dropped(qtbot, store, jobs):
    store.record(denied(NOW))
    model = EventsModel(store, jobs)
    model.show(EventFilter())
    model.show(EventFilter(outcome="granted"))
    with qtbot.waitSignal(model.loaded):
        pass
    jobs.stop()
    assert model.rowCount() == 0


def test_a_database_that_is_away_is_said_so_and_comes_back(qtbot, page, store):
    store.record(denied(NOW))
    has(qtbot, shown(qtbot, page), 1)
    store.goes_away()
    qtbot.waitUntil(lambda: "does not answer" in page.notice.text())
    store.comes_back()
    store.record(granted(NOW))
    has(qtbot, page, 2)


def test_charts_say_in_words_what_they_draw(qtbot, page, store):
    store.record(granted(NOW, latency=0.25))
    store.record(replace(denied(NOW), decision=replace(denied(NOW).decision, latency=0.25)))
    shown(qtbot, page)
    qtbot.waitUntil(lambda: "1 granted, 1 denied" in page.times.accessibleDescription())
    assert page.reasons.accessibleDescription() == "Nobody enrolled: 1"
    assert page.glance.accessibleDescription() == "p50 250 ms, p95 250 ms"


def test_many_hours_become_days():
    hours = tuple((NOW + timedelta(hours=i), 1, 2) for i in range(24 * 5))
    told = bars(EventStats(hours=hours), UTC)
    assert (len(told), sum(bar[1] for bar in told), told[1]) == (6, 120, ("25 Nov 2026", 24, 48))


@pytest.mark.parametrize("chart", [TimeChart, ReasonChart, GlanceChart])
def test_a_chart_draws_what_it_is_told(qtbot, chart):
    made = chart()
    qtbot.addWidget(made)
    made.resize(300, 150)
    empty = made.grab().toImage()
    made.show_stats(EventStats(hours=((NOW, 3, 1),), reasons=(("unknown_face", 1),), latency_p50=0.3))
    assert made.grab().toImage() != empty


# CSV -----------------------------------------------------------------------------------------------------------------


def test_all_that_is_filtered_is_exported(qtbot, page, store, tmp_path):
    for i in range(PAGE + 3):
        store.record(granted(NOW - timedelta(seconds=i)))
    store.record(denied(NOW))
    shown(qtbot, page)
    choose(page.outcome, "Granted")
    page.export_to(tmp_path / "events.csv")
    qtbot.waitUntil(lambda: f"{PAGE + 3} events" in page.notice.text())
    with (tmp_path / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == PAGE + 4
    assert not list(tmp_path.glob("*.part"))


def test_a_name_does_not_become_a_formula(store, tmp_path):
    store.record(granted(NOW, "=1+1", "ann"))
    export(store, EventFilter(), tmp_path / "events.csv")
    assert "'=1+1 (ann)" in (tmp_path / "events.csv").read_text(encoding="utf-8-sig")


def test_a_file_that_cannot_be_written_is_said_so(store, tmp_path):
    with pytest.raises(InputError, match="Choose another folder"):
        export(store, EventFilter(), tmp_path / "missing" / "events.csv")


def test_a_database_that_goes_away_leaves_no_half_of_a_file(store, tmp_path):
    store.goes_away()
    with pytest.raises(StoreUnavailable):
        export(store, EventFilter(), tmp_path / "events.csv")
    assert not list(tmp_path.glob("events*"))


@pytest.mark.parametrize("why", REASONS)
def test_each_reason_of_a_decision_has_words(why):
    assert reason(why) == REASONS[why]


def test_what_an_operator_did_is_no_fault():
    told = dict(zip(COLUMNS, cells(Incident(NOW, "door", "locked_by_operator"), UTC), strict=True))
    assert (told["Outcome"], told["Reason"]) == ("Operator", "Locked by an operator")


@pytest.mark.parametrize("act", Act)
def test_each_act_of_an_operator_has_words_and_says_whose_and_about_whom(act):
    told = dict(zip(COLUMNS, cells(Incident(NOW, "administrator", act, user_id="ann"), UTC), strict=True))
    assert (told["Outcome"], told["Person"], told["By"]) == ("Operator", "ann", "Administrator")
    assert told["Reason"] == ACTS[act]


def test_the_log_is_filtered_by_what_operators_did(qtbot, page, store):
    store.report(Incident(NOW, "operator", Act.RENAMED, user_id="ann"))
    store.report(Incident(NOW, "door", "camera_covered"))
    page.outcome.setCurrentIndex(page.outcome.findData("act"))
    shown(qtbot, page)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert page.model.entry(0).code == "renamed"


def test_an_entry_has_a_cell_for_each_column():
    for entry in (granted(NOW), denied(NOW), Incident(NOW, "door", "locked_out")):
        assert len(cells(entry, UTC)) == len(COLUMNS)


def test_a_door_opened_over_rest_tells_whose_key_it_was_and_what_the_door_did():
    asked = Incident(NOW, "api", "remote_opening", door="refused", actor="turnstile (0123)")
    assert cells(asked, UTC)[1:5] == ("Other system", "", "Opening asked for over REST", "REST: turnstile (0123)")
    assert cells(asked, UTC)[-1] == "Refused"
