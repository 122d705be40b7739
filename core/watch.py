"""One frame at a time: detect, track, gather the subject's evidence, decide. Knows no thread and no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.config import RecognitionSettings
from core.domain import Decision, Evidence, Frame, Observation, Phase, Reason, Scene, Verdict
from core.errors import InvalidEmbedding
from core.faces import FaceModel
from core.fusion import resembles, with_frame
from core.gallery import Gallery
from core.looks import Looks
from core.policy import Rules, decide
from core.quality import Limits, assess
from core.tracking import Track, Tracks

ANOTHER = 0.6
"""Of the threshold: a face less similar than this to all that its track showed is somebody else's, and cuts it. With
the test pack that is 0.27; on the clip of `../shared` 1 in 100 of one person's frames half a second apart is below,
and 1 in 100 of two people's above."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of one track, and of nobody else. It dies with the track."""

    evidence: Evidence = field(default_factory=Evidence)
    decision: Decision | None = None
    decided_at: float = 0.0
    guidance: Reason | None = None


class Watch:
    """Who stands before the camera, and whether that is enough to open. Owned by one thread.

    All times are `Frame.at`, so a recording gives the same decisions however fast it is read.
    """

    def __init__(self, settings: RecognitionSettings, *, open_seconds: float) -> None:
        self._settings = settings
        self._limits = Limits(least_width=settings.min_face_px)
        self._open_seconds = open_seconds
        self._looks = Looks(settings.min_face_px)
        self._tracks = Tracks()
        self._visits: dict[int, Visit] = {}
        self._granted: tuple[Decision, float] | None = None
        self._scene = Scene(Phase.IDLE)

    def see(self, frame: Frame, model: FaceModel, gallery: Gallery, rules: Rules) -> tuple[Scene, Decision | None]:
        """The scene after `frame`, and a decision where this frame brought one.

        The caller must act on a granted decision before it shows the scene, and `forget` where it could not.
        """
        look = self._looks.take(frame.image, self._tracks, frame.at, model)
        if look is None:
            return self._scene, None
        self._looks, faces, looked_for = look
        self._tracks = self._tracks.update(faces, frame.at, looked_for)
        self._visits = {t.id: self._visits[t.id] for t in self._tracks.alive if t.id in self._visits}
        subject, visit, decision = nearest(self._tracks.alive), Visit(), None
        if subject is not None:
            subject, visit = self._observe(subject, frame, model, gallery, rules)
            visit, decision = self._decide(visit, rules, frame.at)
            self._visits[subject.id] = visit
        self._scene = self._show(frame, subject, visit)
        return self._scene, decision

    def forget(self) -> None:
        """Drops all that was seen: nothing of it may open the door any more."""
        self._tracks = Tracks(next_id=self._tracks.next_id)
        self._visits.clear()
        self._granted = None
        self._scene = Scene(Phase.IDLE)

    def _observe(
        self, subject: Track, frame: Frame, model: FaceModel, gallery: Gallery, rules: Rules
    ) -> tuple[Track, Visit]:
        """The subject's visit with this frame's evidence; under a new track id where it is another face."""
        visit = self._visits.get(subject.id, Visit())
        if subject.face is None or subject.seen_at != frame.at:
            return subject, visit
        quality = assess(subject.face, frame.image, self._limits)
        if quality.reason is not None:
            return subject, replace(visit, guidance=quality.reason)
        try:
            vector = model.embed(frame.image, subject.face)
            if resembles(visit.evidence, vector) < ANOTHER * rules.threshold:
                self._tracks = self._tracks.cut(subject)
                subject, visit = replace(subject, id=self._tracks.next_id - 1), Visit()
            observation = Observation(frame.at, vector, gallery.match(vector), quality.score)
            evidence = with_frame(visit.evidence, observation, gallery, rules.frames)
        except InvalidEmbedding:
            return subject, Visit()  # whatever made it may have been there before: start over
        return subject, replace(visit, evidence=evidence, guidance=None)

    def _decide(self, visit: Visit, rules: Rules, now: float) -> tuple[Visit, Decision | None]:
        """A visit is decided once; somebody denied may try again after a while, with fresh evidence."""
        if visit.decision is not None:
            denied = visit.decision.verdict is Verdict.DENIED
            retry = denied and now - visit.decided_at >= self._settings.retry
            return (Visit() if retry else visit), None
        decision = decide(visit.evidence, rules, now)
        if decision.verdict is Verdict.WAIT:
            return visit, None
        if decision.verdict is Verdict.GRANTED:
            before = self._just_granted(decision, now)
            if before is not None:  # the same person under a new track: no second event, and no second opening
                return replace(visit, decision=decision, decided_at=before), None
            self._granted = (decision, now)
        return replace(visit, decision=decision, decided_at=now), decision

    def _just_granted(self, decision: Decision, now: float) -> float | None:
        """When the same person was granted, if that was within the cool-down."""
        if self._granted is None:
            return None
        last, at = self._granted
        return at if last.user_id == decision.user_id and now - at < self._settings.cooldown else None

    def _show(self, frame: Frame, subject: Track | None, visit: Visit) -> Scene:
        boxes = tuple(track.box for track in self._tracks.alive if track.face is not None)
        scene = Scene(Phase.IDLE, frame.image.shape[:2], boxes)
        if subject is None:
            return self._emptied(scene, frame.at)
        scene = replace(scene, subject=subject.box)
        if visit.decision is None:
            far = visit.guidance is Reason.TOO_FAR
            return replace(scene, phase=Phase.IDLE if far else Phase.LOOKING, reason=visit.guidance)
        if visit.decision.verdict is Verdict.DENIED:
            return replace(scene, phase=Phase.DENIED, reason=visit.decision.reason)
        if frame.at - visit.decided_at < self._open_seconds:
            return replace(scene, phase=Phase.GRANTED, name=visit.decision.name)
        return scene

    def _emptied(self, scene: Scene, now: float) -> Scene:
        """Nobody is left to see: they may be in the door, and it is still open for them."""
        if self._granted is None or now - self._granted[1] >= self._open_seconds:
            return scene
        return replace(scene, phase=Phase.GRANTED, name=self._granted[0].name)


def nearest(tracks: Sequence[Track]) -> Track | None:
    """The subject: of the faces seen now the largest, which is the nearest one."""
    visible = [track for track in tracks if track.face is not None]
    return max(visible, key=lambda t: (t.box[2] - t.box[0]) * (t.box[3] - t.box[1]), default=None)
