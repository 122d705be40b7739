"""What is known of one visit, which is one track's, and what the screen is told of it. Pure."""

from dataclasses import dataclass, field, replace

from core.challenge import Challenge
from core.domain import Decision, Evidence, Observation, Outcome, Reason, Verdict
from core.scene import Phase, Scene
from core.tracking import Track


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of one track, and of nobody else. It dies with the track."""

    evidence: Evidence = field(default_factory=Evidence)
    challenge: Challenge | None = None
    decision: Decision | None = None
    decided_at: float = 0.0
    guidance: Reason | None = None
    newest: Observation | None = None

    def challenged(self, after: Challenge) -> "Visit":
        """With the challenge as it stands now. Once passed, fresh evidence must show the same person again."""
        evidence = replace(self.evidence, challenge=after.outcome)
        if after.outcome is Outcome.PASSED and self.evidence.challenge is not Outcome.PASSED:
            newest = max(evidence.frames, key=lambda frame: frame.at)
            evidence = replace(evidence, frames=(newest,), resumed=after.seen_at)
        return replace(self, challenge=after, evidence=evidence)

    def waited(self, now: float, guidance: Reason | None = None, *, there: bool = False) -> "Visit":
        """After a frame that shows nothing usable; `there`: but the face, which has not walked off."""
        guided = self if guidance is None else replace(self, guidance=guidance)
        return guided if self.challenge is None else guided.challenged(self.challenge.wait(now, there=there))

    def turned(self, subject: Track, now: float, *, same: bool) -> "Visit":
        """After a frame that shows the face well; `same`: that of the person who was challenged."""
        if self.challenge is None or subject.face is None:
            return self
        return self.challenged(self.challenge.see(subject.face.landmarks, subject.id, same_identity=same, now=now))

    def shown(self, scene: Scene, now: float, open_seconds: float) -> Scene:
        """`scene`, which shows the visitor, with what has come of the visit."""
        if self.decision is None:
            return self._undecided(scene)
        if self.decision.verdict is Verdict.DENIED:
            return replace(scene, phase=Phase.DENIED, reason=self.decision.reason)
        if now - self.decided_at < open_seconds:
            return replace(scene, phase=Phase.GRANTED, name=self.decision.name)
        return scene

    def _undecided(self, scene: Scene) -> Scene:
        if not self.evidence.alone:
            return replace(scene, phase=Phase.LOOKING, reason=Reason.MORE_THAN_ONE)
        if self.challenge is not None and self.challenge.outcome is Outcome.RUNNING:
            asked, progress = self.challenge.asked, self.challenge.progress
            return replace(scene, phase=Phase.CHALLENGE, reason=self.guidance, asked=asked, progress=progress)
        return replace(scene, phase=Phase.LOOKING, reason=self.guidance)
