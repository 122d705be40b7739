"""What the evidence comes to. Pure: the one place where *granted* is written, and every doubt is against it."""

from dataclasses import dataclass
from hashlib import blake2s
from math import isfinite

from core.domain import Decision, Evidence, Liveness, Match, Observation, Outcome, Reason, Verdict

POLICY = 2
"""Moves whenever what `decide` makes of the same evidence and rules does."""
AGREEING = 0.8
"""Of the threshold: the least similarity of each frame to the person that all together must reach it for. On the clip
of `../shared` the person's single frames go down to 0.78 of the threshold, the fused four never below 1.05. The same
holds of liveness scores."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When to open.

    `threshold` and `margin` are cosines: the least similarity to a person, and the least lead over the next
    person. `frames` of one visit must agree; somebody unknown is denied once there have been as many and
    `patience` seconds have gone by since the first. Who was granted less than `cooldown` seconds ago is not again.
    `passive` is the least liveness score over the frames, None where it is not asked; `challenge` whether the head
    must be turned. With `observe`, liveness is judged and stands in the decision, but denies nobody.
    """

    threshold: float
    margin: float = 0.05
    frames: int = 4
    patience: float = 1.5
    cooldown: float = 0.0
    passive: float | None = None
    challenge: bool = False
    observe: bool = False

    def __post_init__(self) -> None:
        sound = 0 < self.threshold <= 1 and self.margin >= 0 and self.frames >= 1
        in_time = self.patience >= 0 and self.cooldown >= 0
        if not (sound and in_time and (self.passive is None or 0 < self.passive <= 1)):
            raise ValueError(f"rules that no door may run on: {self}")

    @property
    def reach(self) -> float:
        """The least similarity of somebody who matters: as the one let in, in a single frame, or as the runner-up."""
        return min(AGREEING * self.threshold, self.threshold - self.margin)

    @property
    def version(self) -> str:
        """`POLICY:digest`, equal for two if and only if they decide alike."""
        return f"{POLICY}:{blake2s(repr(self).encode()).hexdigest()[:8]}"


def decide(evidence: Evidence, rules: Rules, now: float) -> Decision:
    """Granted, denied, or wait, from one visit's `evidence` at `now` (seconds, monotonic).

    Granted only where `rules.frames` frames name one person, each by itself, their mean reaches the threshold and is
    clear of the runner-up, and one living person stands there, as far as the rules ask.
    """
    if not evidence.alone:
        return _verdict(Verdict.WAIT, Reason.MORE_THAN_ONE, evidence, rules, now)
    if evidence.challenge is Outcome.RUNNING:
        return _verdict(Verdict.WAIT, Reason.CHALLENGED, evidence, rules, now)
    if len(evidence.frames) < rules.frames:
        return _verdict(Verdict.WAIT, Reason.COLLECTING, evidence, rules, now)
    reason = judge(evidence, rules, now)
    if reason is Reason.MATCHED:
        return _verdict(Verdict.GRANTED, reason, evidence, rules, now)
    asking = reason in (Reason.CHALLENGED, Reason.COOLING_DOWN)
    patient = now - _begun(evidence) < rules.patience and reason is not Reason.CHALLENGE_FAILED
    return _verdict(Verdict.WAIT if asking or patient else Verdict.DENIED, reason, evidence, rules, now)


def denied(evidence: Evidence, reason: Reason, rules: Rules, now: float) -> Decision:
    """The denial of a visit that came to its end by itself."""
    return _verdict(Verdict.DENIED, reason, evidence, rules, now)


def judge(evidence: Evidence, rules: Rules, now: float) -> Reason:
    """Why the evidence is, or is not, enough: who it is first, then whether alive, then whether now."""
    reason = _identity(evidence, rules)
    if reason is not Reason.MATCHED:
        return reason
    if rules.passive is not None and not rules.observe and passive(evidence, rules.passive) is not Liveness.LIVE:
        return Reason.NOT_LIVE
    if rules.challenge and evidence.challenge is None:
        return _cooling(evidence, rules, now) or Reason.CHALLENGED
    if rules.challenge and not rules.observe and evidence.challenge is not Outcome.PASSED:
        return Reason.CHALLENGE_FAILED
    return _cooling(evidence, rules, now) or Reason.MATCHED


def _identity(evidence: Evidence, rules: Rules) -> Reason:
    best = evidence.fused.best
    if best is None or not _reaches(evidence.fused, rules.threshold):
        return Reason.UNKNOWN_FACE
    for frame in evidence.frames:
        if frame.match.best is None or not _reaches(frame.match, AGREEING * rules.threshold):
            return Reason.UNKNOWN_FACE
        if frame.match.best.user_id != best.user_id:
            return Reason.DISAGREEING
    if evidence.claim not in (None, best.user_id):
        return Reason.DISAGREEING
    if not evidence.fused.margin >= rules.margin:  # written so that NaN fails it too
        return Reason.AMBIGUOUS
    return Reason.MATCHED


def shows(frame: Observation | None, decision: Decision, rules: Rules, now: float) -> bool:
    """Whether `frame` is of `now` and shows who is granted: who stood there before may have been replaced since."""
    if frame is None or frame.at != now or frame.match.best is None:
        return False
    return frame.match.best.user_id == decision.user_id and _reaches(frame.match, AGREEING * rules.threshold)


def passive(evidence: Evidence, least: float) -> Liveness:
    """LIVE where the mean of the frames' scores reaches `least`, and AGREEING of it each frame by itself."""
    scores = [frame.live for frame in evidence.frames if frame.live is not None]
    if not scores or len(scores) < len(evidence.frames):
        return Liveness.UNKNOWN
    live = sum(scores) / len(scores) >= least and all(AGREEING * least <= score <= 1 for score in scores)
    return Liveness.LIVE if live else Liveness.SPOOF


def liveness(evidence: Evidence, rules: Rules) -> Liveness | None:
    """What both ways of asking come to; None where neither was asked."""
    said = [passive(evidence, rules.passive)] if rules.passive is not None else []
    if rules.challenge:
        answers = {Outcome.PASSED: Liveness.LIVE, Outcome.FAILED: Liveness.SPOOF}
        said.append(answers.get(evidence.challenge, Liveness.UNKNOWN) if evidence.challenge else Liveness.UNKNOWN)
    for doubt in (Liveness.SPOOF, Liveness.UNKNOWN):
        if doubt in said:
            return doubt
    return Liveness.LIVE if said else None


def _cooling(evidence: Evidence, rules: Rules, now: float) -> Reason | None:
    """Whether the same person was let in a moment ago."""
    best, last = evidence.fused.best, evidence.granted
    if best is None or last is None or last[0] != best.user_id:
        return None
    return Reason.COOLING_DOWN if now - last[1] < rules.cooldown else None


def _begun(evidence: Evidence) -> float:
    return evidence.since if evidence.resumed is None else evidence.resumed


def _reaches(match: Match, least: float) -> bool:
    return match.best is not None and isfinite(match.best.similarity) and match.best.similarity >= least


def _verdict(verdict: Verdict, reason: Reason, evidence: Evidence, rules: Rules, now: float) -> Decision:
    best, margin = evidence.fused.best, evidence.fused.margin
    granted = verdict is Verdict.GRANTED and best is not None
    scores = [frame.live for frame in evidence.frames if frame.live is not None]
    return Decision(
        verdict,
        reason,
        user_id=best.user_id if best and granted else None,
        name=best.name if best and granted else None,
        similarity=best.similarity if best else None,
        margin=margin if isfinite(margin) else None,
        threshold=rules.threshold,
        frames=len(evidence.frames),
        latency=now - evidence.since if evidence.frames else None,
        liveness=liveness(evidence, rules),
        liveness_score=sum(scores) / len(scores) if scores else None,
        policy=rules.version,
    )
