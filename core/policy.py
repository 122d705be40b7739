"""What the evidence comes to. Pure: the one place where *granted* is written, and every doubt is against it."""

from dataclasses import dataclass
from math import isfinite

from core.domain import Decision, Evidence, Match, Reason, Verdict

AGREEING = 0.8
"""Of the threshold: the least similarity of each frame to the person that all together must reach it for. On the clip
of `../shared` the person's single frames go down to 0.78 of the threshold, the fused four never below 1.05."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When to open.

    `threshold` and `margin` are cosines: the least similarity to a person, and the least lead over the next
    person. `frames` of one visit must agree; somebody unknown is denied once there have been as many and
    `patience` seconds have gone by since the first.
    """

    threshold: float
    margin: float = 0.05
    frames: int = 4
    patience: float = 1.5

    def __post_init__(self) -> None:
        if not (0 < self.threshold <= 1 and self.margin >= 0 and self.frames >= 1 and self.patience >= 0):
            raise ValueError(f"rules that no door may run on: {self}")


def decide(evidence: Evidence, rules: Rules, now: float) -> Decision:
    """Granted, denied, or wait, from one visit's `evidence` at `now` (seconds, monotonic).

    Granted only where `rules.frames` frames name one person, each by itself, and their mean reaches the threshold
    and is clear of the runner-up.
    """
    if len(evidence.frames) < rules.frames:
        return Decision(Verdict.WAIT, Reason.COLLECTING, frames=len(evidence.frames), threshold=rules.threshold)
    reason = judge(evidence, rules)
    waited = now - evidence.since
    if reason is Reason.MATCHED:
        return _verdict(Verdict.GRANTED, reason, evidence, rules, waited)
    verdict = Verdict.DENIED if waited >= rules.patience else Verdict.WAIT
    return _verdict(verdict, reason, evidence, rules, waited)


def judge(evidence: Evidence, rules: Rules) -> Reason:
    """Why the evidence is, or is not, a match."""
    best = evidence.fused.best
    if best is None or not _reaches(evidence.fused, rules.threshold):
        return Reason.UNKNOWN_FACE
    for frame in evidence.frames:
        if frame.match.best is None or not _reaches(frame.match, AGREEING * rules.threshold):
            return Reason.UNKNOWN_FACE
        if frame.match.best.user_id != best.user_id:
            return Reason.DISAGREEING
    if not evidence.fused.margin >= rules.margin:  # written so that NaN fails it too
        return Reason.AMBIGUOUS
    return Reason.MATCHED


def _reaches(match: Match, least: float) -> bool:
    return match.best is not None and isfinite(match.best.similarity) and match.best.similarity >= least


def _verdict(verdict: Verdict, reason: Reason, evidence: Evidence, rules: Rules, waited: float) -> Decision:
    best, margin = evidence.fused.best, evidence.fused.margin
    granted = verdict is Verdict.GRANTED and best is not None
    return Decision(
        verdict,
        reason,
        user_id=best.user_id if best and granted else None,
        name=best.name if best and granted else None,
        similarity=best.similarity if best else None,
        margin=margin if isfinite(margin) else None,
        threshold=rules.threshold,
        frames=len(evidence.frames),
        latency=waited,
    )
