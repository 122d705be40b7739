"""What Prometheus is told: what this process does itself, and what the database tells of the doors.

The kiosk has the camera and the engine, in another process: of them only what it wrote down is known here. Counts of
decisions are of all doors on this database and since its first day, so each process and each worker tells the same.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from api.turns import Turns
from core.doors import DoorState
from core.errors import DoorwardError, StoreUnavailable
from core.recogniser import Recogniser
from core.store import Store
from core.tally import BOUNDS, Tally

log = logging.getLogger(__name__)
METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}
SILENT = timedelta(minutes=3)  # after which a kiosk that tells nothing is not believed any more
CAMERA = "camera_"
"""How the codes of the camera's faults begin."""


class Metrics:
    """One app's, in a registry of its own."""

    def __init__(
        self,
        recogniser: Recogniser,
        store: Store,
        turns: Turns,
        *,
        waiting_at_door: Callable[[], int],
        utcnow: Callable[[], datetime],
    ) -> None:
        self._recogniser = recogniser
        registry = self._registry = CollectorRegistry()
        self._requests = Counter(
            "doorward_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram("doorward_request_seconds", "From request to answer", ["route"], registry=registry)
        waiting = Gauge("doorward_queue_depth", "Requests that wait for their turn at the model", registry=registry)
        waiting.set_function(lambda: turns.waiting)
        busy = Gauge("doorward_inference_busy", "Requests that have it", registry=registry)
        busy.set_function(lambda: turns.busy)
        journal = Gauge(
            "doorward_journal_entries", "What the kiosk of this machine has not delivered yet", registry=registry
        )
        journal.set_function(waiting_at_door)
        registry.register(_Gallery(recogniser))
        registry.register(_Doors(store, utcnow))

    def count(self, method: str, route: str, status: int | None, seconds: float) -> None:
        """One request has been answered, or nobody was there any more to be."""
        known = method if method in METHODS else "other"  # anybody may make up one, and each would be kept
        self._requests.labels(known, route, status or "none").inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """In Prometheus's text format. Asks the database."""
        return generate_latest(self._registry)


class _Gallery:
    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            gallery = self._recogniser.gallery
        except DoorwardError:
            yield GaugeMetricFamily("doorward_gallery_ready", "Whether faces can be matched here", 0)
            return
        yield GaugeMetricFamily("doorward_gallery_ready", "Whether faces can be matched here", 1)
        yield GaugeMetricFamily("doorward_gallery_faces", "Faces that are looked through", len(gallery))
        yield GaugeMetricFamily("doorward_gallery_version", "Moves with every change of people", gallery.version)


class _Doors:
    """The log, counted on from where it was counted last; and how each door stands, as its kiosk told."""

    def __init__(self, store: Store, utcnow: Callable[[], datetime]) -> None:
        self._store = store
        self._utcnow = utcnow
        self._tally: Tally | None = None
        self._counting = threading.Lock()

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("doorward_database_up", "Whether the database answers", 1)
        try:
            with self._counting:
                metrics = [*_counts(self._counted()), *_standing(self._store.doors.all(), self._utcnow())]
        except StoreUnavailable:
            up, metrics = GaugeMetricFamily("doorward_database_up", "Whether the database answers", 0), []
        yield up
        yield from metrics

    def _counted(self) -> Tally:
        now, feed = self._utcnow(), self._store.feed
        if self._tally is None:
            self._tally = feed.tally(now)
        while True:
            new, reached = feed.after(self._tally.position, now)
            self._tally.add(entry for _, entry in new)
            self._tally.position = reached
            if not new:
                return self._tally


def _counts(tally: Tally) -> Iterator[Metric]:
    outcomes = CounterMetricFamily(
        "doorward_decisions", "Decisions, and incidents (fault)", labels=["source", "outcome", "reason"]
    )
    for kind, many in sorted(tally.outcomes.items()):
        outcomes.add_metric(kind, many)
    yield outcomes
    glance = HistogramMetricFamily(
        "doorward_glance_to_decision_seconds", "From the first usable frame at a door to the decision"
    )
    bounds = [*map(str, BOUNDS), "+Inf"]
    glance.add_metric([], list(zip(bounds, accumulate(tally.latencies), strict=True)), tally.seconds)
    yield glance


def _standing(doors: dict[str, DoorState], now: datetime) -> Iterator[Metric]:
    told = GaugeMetricFamily("doorward_door_told_timestamp_seconds", "When its kiosk last told", labels=["door"])
    locked = GaugeMetricFamily("doorward_door_locked", "Whether its operator locked it", labels=["door"])
    fault = GaugeMetricFamily("doorward_door_fault", "What keeps it shut", labels=["door", "code"])
    camera = GaugeMetricFamily(
        "doorward_camera_up", "Whether its camera is well; absent where its kiosk is silent", labels=["door"]
    )
    for name, state in doors.items():
        told.add_metric([name], state.at.timestamp())
        locked.add_metric([name], state.locked)
        if state.fault:
            fault.add_metric([name, state.fault], 1)
        if now - state.at <= SILENT:
            camera.add_metric([name], not (state.fault or "").startswith(CAMERA))
    return iter((told, locked, fault, camera))
