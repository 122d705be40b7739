"""What the evidence comes to. Pure: the one place where *granted* is written, and every doubt is against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from core.domain import Decision, Observation, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """When to open.

    `threshold` and `margin` are cosines: the least similarity to a person, and the least lead over the next
    person. `frames` observations in a row must agree; somebody unknown is denied once there have been as many
    and `patience` seconds have gone by since the first.
    """

    threshold: float
    margin: float = 0.05
    frames: int = 4
    patience: float = 1.5

    def __post_init__(self) -> None:
        if not (0 < self.threshold <= 1 and self.margin >= 0 and self.frames >= 1 and self.patience >= 0):
            raise ValueError(f"rules that no door may run on: {self}")


def decide(evidence: Sequence[Observation], rules: Rules, now: float) -> Decision:
    """Granted, denied, or wait, from one track's `evidence` (oldest first) at `now` (seconds, monotonic).

    Granted only where each of the last `rules.frames` observations names the same person, at or above the
    threshold and clear of the runner-up.
    """
    latest = evidence[-rules.frames :]
    if len(latest) < rules.frames:
        return Decision(Verdict.WAIT, Reason.COLLECTING, frames=len(evidence), threshold=rules.threshold)
    reason = judge(latest, rules)
    waited = now - evidence[0].at
    if reason is Reason.MATCHED:
        return _verdict(Verdict.GRANTED, reason, latest, rules, waited)
    if waited >= rules.patience:
        return _verdict(Verdict.DENIED, reason, latest, rules, waited)
    return _verdict(Verdict.WAIT, reason, latest, rules, waited)


def judge(latest: Sequence[Observation], rules: Rules) -> Reason:
    """Why these observations together are, or are not, a match."""
    best = [observation.match.best for observation in latest]
    if not best or any(b is None or not isfinite(b.similarity) or b.similarity < rules.threshold for b in best):
        return Reason.UNKNOWN_FACE
    if len({b.user_id for b in best if b is not None}) != 1:
        return Reason.DISAGREEING
    if not all(observation.match.margin >= rules.margin for observation in latest):
        return Reason.AMBIGUOUS
    return Reason.MATCHED


def _verdict(verdict: Verdict, reason: Reason, latest: Sequence[Observation], rules: Rules, waited: float) -> Decision:
    match = latest[-1].match
    granted = verdict is Verdict.GRANTED
    return Decision(
        verdict,
        reason,
        user_id=match.best.user_id if granted and match.best else None,
        name=match.best.name if granted and match.best else None,
        similarity=match.best.similarity if match.best else None,
        margin=match.margin if isfinite(match.margin) else None,
        threshold=rules.threshold,
        frames=len(latest),
        latency=waited,
    )
