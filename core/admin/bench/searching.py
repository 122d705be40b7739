"""Engines measured on one crowd: how soon they answer, what they take, and whether they agree with the exact one."""

import gc
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from core.admin.bench.crowd import Crowd, Probe, faces
from core.admin.bench.figures import percentile
from core.admin.bench.yardsticks import timed
from core.domain import Candidate, Match
from core.gallery import Gallery
from core.shelf import Keeper
from core.templates import Rows

BATCH = 32
CHANGES = 20  # people added, and dropped again, one by one
WARM = 3  # batches, of which the best counts


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One engine's answers to all probes, and its figures."""

    matches: Sequence[Match]
    figures: dict[str, Any]


def measure(
    keeper: Keeper, crowd: Crowd, probes: Sequence[Probe], shown: Callable[[Iterable[Rows]], Iterable[Rows]]
) -> Measured:
    """Builds it, asks it, changes it."""
    before, build = _resident(), 0.0
    for rows in shown(crowd.pages()):
        build += timed(lambda rows=rows: keeper.add(rows))  # type: ignore[misc] # mypy cannot infer the default
    build += timed(lambda: keeper.gallery(1))
    gallery = keeper.gallery(1)
    held = _resident() - before
    matches, taken = _asked(gallery, probes)
    add, remove = _changed(keeper, crowd.dimension)
    figures = {
        "least_ms": min(taken),
        "p50_ms": percentile(taken, 0.5),
        "p99_ms": percentile(taken, 0.99),
        "batch_per_second": _batches(gallery, probes),
        "bytes_per_template": round(held / crowd.templates),
        "build_s": build / 1000,
        "add_ms": add,
        "remove_ms": remove,
    }
    return Measured(matches, figures)


def _asked(gallery: Gallery, probes: Sequence[Probe]) -> tuple[list[Match], list[float]]:
    gallery.match(probes[0].vector)
    matches, taken = [], []
    for probe in probes:
        start = time.perf_counter()
        matches.append(gallery.match(probe.vector))
        taken.append(1000 * (time.perf_counter() - start))
    return matches, taken


def _batches(gallery: Gallery, probes: Sequence[Probe]) -> float:
    """Probes a second, in batches on as many threads as there are cores."""
    batch = [probes[i % len(probes)].vector for i in range(BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return 1000 * BATCH / min(timed(lambda: list(pool.map(gallery.match, batch))) for _ in range(WARM))


def _changed(keeper: Keeper, dimension: int) -> tuple[float, float]:
    """Milliseconds, median, until one more person is in a gallery, and until they are in none."""
    new = faces(np.random.default_rng(2), CHANGES, dimension)
    added, removed = [], []
    for version, vector in enumerate(new):
        rows = Rows(["new"], ["new"], vector[np.newaxis])
        start = time.perf_counter()
        keeper.add(rows)
        keeper.gallery(version)
        middle = time.perf_counter()
        keeper.drop({"new"})
        keeper.gallery(version)
        added.append(1000 * (middle - start))
        removed.append(1000 * (time.perf_counter() - middle))
    return median(added), median(removed)


def agreement(found: Sequence[Match], due: Sequence[Match], probes: Sequence[Probe], reach: float) -> dict[str, Any]:
    """With the exact engine: of genuine probes, of strangers', and of runners-up that are in `reach`."""
    trials = list(zip(found, due, probes, strict=True))
    genuine = [_same(f.best, d.best) for f, d, probe in trials if probe.user_id is not None]
    strangers = [_same(f.best, d.best) for f, d, probe in trials if probe.user_id is None]
    rivals = [_same(f.runner_up, d.runner_up) for f, d, _ in trials if d.runner_up and d.runner_up.similarity >= reach]
    return {
        "top1_agreement": _share(genuine),
        "genuine_lost": len(genuine) - sum(genuine),
        "runner_up_agreement": _share(rivals),
        "runners_up_in_reach": len(rivals),
        "stranger_top1_agreement": _share(strangers),
    }


def _same(found: Candidate | None, due: Candidate | None) -> bool:
    """By the similarity too, as two may be equally alike."""
    if found is None or due is None:
        return found is due
    return found.user_id == due.user_id or abs(found.similarity - due.similarity) < 1e-6


def _share(agreed: Sequence[bool]) -> float | None:
    return sum(agreed) / len(agreed) if agreed else None


def _resident() -> int:
    """Bytes of memory that this process has now; 0 where that is not told."""
    gc.collect()
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.exists() else 0
