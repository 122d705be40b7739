"""What was measured, in figures. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from api.bench.load import BUSY, OK, Call, Window
from core.admin.bench.figures import percentile

MOST_OVERHEAD, LEAST_THROUGHPUT, MOST_SPREAD = 0.10, 0.90, 2.0
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Level:
    """So many clients: windows of theirs and of the bare engine by turns. `memory` in bytes, before and after."""

    clients: int
    api: tuple[Window, ...]
    bare: tuple[Window, ...]
    memory: tuple[int, int]

    @property
    def took(self) -> list[float]:
        return [seconds for window in self.api for seconds in window.took]

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(call.outcome for window in self.api for call in window.calls)

    @property
    def throughput_ratio(self) -> float:
        """The API's answers a second over the engine's own, in the window beside."""
        return median(ours.rate / theirs.rate for ours, theirs in zip(self.api, self.bare, strict=True))


Pair = tuple[Call, Call]
"""One picture: the bare call, and the one over HTTP right after it."""


def overhead(pairs: Sequence[Pair]) -> float:
    """By how much longer the call over HTTP takes, as a share of the bare call; at the median."""
    return median(api.seconds / bare.seconds for bare, api in pairs if api.outcome == OK) - 1


def facts(pairs: Sequence[Pair], levels: Sequence[Level], at_once: int) -> dict[str, Any]:
    """For `--json`: the levels, the two ratios, and whether the goals are met."""
    by_clients = {level.clients: level for level in levels}
    sixteen, most = by_clients.get(16), max(levels, key=lambda level: level.clients)
    ratio = sixteen.throughput_ratio if sixteen else None
    p50, p99 = percentile(most.took, 0.50), percentile(most.took, 0.99)
    spread = p99 / p50 if p50 and p99 else None
    others = sum(many for outcome, many in most.outcomes.items() if outcome not in (OK, BUSY))
    return {
        "overhead_one_client": overhead(pairs),
        "throughput_ratio_16": ratio,
        "p99_over_p50_most_clients": spread,
        "at_once": at_once,
        "bare_call_ms": 1000 * median(bare.seconds for bare, _ in pairs),
        "levels": [_level(level) for level in levels],
        "goal": {
            "overhead_one_client": overhead(pairs) <= MOST_OVERHEAD,
            "throughput_ratio_16": None if ratio is None else ratio >= LEAST_THROUGHPUT,
            "no_error_but_503": not others,
            "p99_within_twice_p50": spread is not None and spread <= MOST_SPREAD,
        },
    }


def _level(level: Level) -> dict[str, Any]:
    took, bare = level.took, [seconds for window in level.bare for seconds in window.took]
    outcomes = level.outcomes
    return {
        "clients": level.clients,
        "answered": outcomes.pop(OK, 0),
        "refused_503": outcomes.pop(BUSY, 0),
        "errors": dict(outcomes),
        **{f"p{share}_ms": _ms(percentile(took, share / 100)) for share in (50, 95, 99)},
        "per_second": median(window.rate for window in level.api),
        "bare_per_second": median(window.rate for window in level.bare),
        "throughput_ratio": level.throughput_ratio,
        "not_inference": max(0.0, 1 - mean(bare) / mean(took)) if took else 1.0,
        "memory_before_mb": level.memory[0] / MIB,
        "memory_after_mb": level.memory[1] / MIB,
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000 * seconds
