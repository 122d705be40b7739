"""What playbacks come to in figures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite
from statistics import median
from typing import Any

from core.admin.bench.survey import Survey, Visit

MOST_CPU = 1 / 5
MEDIAN_MS, P95_MS = 500.0, 1000.0


@dataclass(frozen=True, slots=True)
class Grant:
    """`user_id` was let in by frame `seq`; the decision was there at `at` (seconds, monotonic)."""

    user_id: str
    seq: int
    at: float


@dataclass(frozen=True, slots=True)
class Playback:
    """One video through one loop.

    `seconds` is how long the video lasts, `cpu` the process's CPU seconds over all its threads, `memory` the
    process's peak in bytes. `captured` holds when each frame was (seconds, monotonic), None where the video was not
    played at its own speed.
    """

    seconds: float
    cpu: float
    looked: int
    dropped: int
    memory: int
    grants: tuple[Grant, ...]
    captured: tuple[float, ...] | None = None

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU per second of video."""
        return 1000 * self.cpu / self.seconds


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """All playbacks of one bench. `every` and `alike` are the plain loop's over every frame: with ONNX Runtime's own
    number of threads, and with as many as ours has. `plain` and `ours` were played at the video's own speed, by turns.
    """

    survey: Survey
    visits: tuple[Visit, ...]
    every: Playback
    alike: Playback
    plain: tuple[Playback, ...]
    ours: tuple[Playback, ...]


def glances(playback: Playback, visits: Sequence[Visit]) -> list[float]:
    """Milliseconds from each visit's first usable frame to its grant, infinite where it had none."""
    if playback.captured is None:
        return []
    granted = [min((g.at for g in playback.grants if _during(g, visit)), default=inf) for visit in visits]
    return [1000 * (at - playback.captured[visit.usable_from]) for at, visit in zip(granted, visits, strict=True)]


def correct_grants(playback: Playback, visits: Sequence[Visit]) -> int:
    """The visits that were granted, each once."""
    return sum(any(_during(grant, visit) for grant in playback.grants) for visit in visits)


def false_grants(playback: Playback, visits: Sequence[Visit]) -> int:
    """The grants to somebody who was not there, or is not to be granted."""
    return sum(not any(_during(grant, visit) for visit in visits) for grant in playback.grants)


def _during(grant: Grant, visit: Visit) -> bool:
    return grant.user_id == visit.user_id and visit.first <= grant.seq <= visit.last


def percentile(values: Sequence[float], share: float) -> float | None:
    """The least of `values` that at least `share` of them do not exceed; None where that is infinite, or none is."""
    ranked = sorted(values)
    value = ranked[max(1, ceil(share * len(ranked))) - 1] if ranked else inf
    return value if isfinite(value) else None


def facts(bench: Bench) -> dict[str, Any]:
    """All of it, fit for JSON."""
    ours, plain = side(bench.ours, bench.visits), side(bench.plain, bench.visits)
    every = side((bench.every,), bench.visits)
    cpu = ours["cpu_ms_per_second"]["median"]
    told = {
        "video": {"frames": len(bench.survey.times), "seconds": bench.survey.seconds},
        "model_id": bench.survey.gallery.model_id,
        "threshold": bench.survey.threshold,
        "expected": list(bench.survey.expected),
        "visits": len(bench.visits),
        "runs": len(bench.ours),
        "cpu_ratio": cpu / bench.every.cpu_ms,
        "cpu_ratio_same_threads": cpu / bench.alike.cpu_ms,
        "cpu_ratio_realtime": median(o.cpu_ms / p.cpu_ms for o, p in zip(bench.ours, bench.plain, strict=True)),
        "glance_to_decision_ms": ours["glance_to_decision_ms"],
        "plain_every_frame": every,
        "plain_every_frame_same_threads": side((bench.alike,), bench.visits),
        "plain": plain,
        "ours": ours,
    }
    return {**told, "goal": goal(told)}


def goal(told: dict[str, Any]) -> dict[str, bool]:
    """Which parts of the goal were met.

    The plain loop's correct grants are the better of every frame's and of those at the video's own speed.
    """
    glance = told["glance_to_decision_ms"]
    best = max(told[name]["correct_grants"] / told[name]["due"] for name in ("plain", "plain_every_frame"))
    met = {
        "cpu": told["cpu_ratio"] <= MOST_CPU,
        "correct_grants": told["ours"]["correct_grants"] / told["ours"]["due"] >= best,
        "no_false_grant": told["ours"]["false_grants"] == 0,
        "glance_median": glance["p50"] is not None and glance["p50"] <= MEDIAN_MS,
        "glance_p95": glance["p95"] is not None and glance["p95"] <= P95_MS,
    }
    return {**met, "met": all(met.values())}


def side(playbacks: Sequence[Playback], visits: Sequence[Visit]) -> dict[str, Any]:
    """One loop's figures over its playbacks: `due`, grants and dropped frames are sums, `peak_memory_mb` the most."""
    taken = [ms for playback in playbacks for ms in glances(playback, visits)]
    cpu = [playback.cpu_ms for playback in playbacks]
    return {
        "cpu_ms_per_second": {"median": median(cpu), "least": min(cpu), "greatest": max(cpu)},
        "glance_to_decision_ms": {"p50": percentile(taken, 0.5), "p95": percentile(taken, 0.95)},
        "looked_at_per_second": median(playback.looked / playback.seconds for playback in playbacks),
        "frames_dropped": sum(playback.dropped for playback in playbacks),
        "due": len(playbacks) * len(visits),
        "correct_grants": sum(correct_grants(playback, visits) for playback in playbacks),
        "false_grants": sum(false_grants(playback, visits) for playback in playbacks),
        "peak_memory_mb": max(playback.memory for playback in playbacks) / 2**20,
    }
