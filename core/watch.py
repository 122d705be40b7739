"""One frame at a time: detect, track, gather the subject's evidence, decide. Knows no thread and no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.config import RecognitionSettings
from core.domain import Decision, Frame, Observation, Phase, Reason, Scene, Vector, Verdict
from core.errors import InvalidEmbedding
from core.faces import FaceModel
from core.gallery import Gallery
from core.policy import Rules, decide
from core.quality import unfit
from core.tracking import Track, Tracks

KEEP = 0.5  # seconds a track outlives its face: a hand before it, a missed detection
OVERLAP = 0.3  # intersection over union from frame to frame; a walking face keeps well above it at 5 fps


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """What is known of one track, and of nobody else. It dies with the track."""

    evidence: tuple[Observation, ...] = ()
    vector: Vector | None = None
    decision: Decision | None = None
    decided_at: float = 0.0
    guidance: Reason | None = None


class Watch:
    """Who stands before the camera, and whether that is enough to open. Owned by one thread.

    All times are `Frame.at`, so a recording gives the same decisions however fast it is read.
    """

    def __init__(self, settings: RecognitionSettings, *, open_seconds: float) -> None:
        self._settings = settings
        self._open_seconds = open_seconds
        self._tracks = Tracks()
        self._visits: dict[int, Visit] = {}
        self._granted: tuple[Decision, float] | None = None

    def see(self, frame: Frame, model: FaceModel, gallery: Gallery, rules: Rules) -> tuple[Scene, Decision | None]:
        """The scene after `frame`, and a decision where this frame brought one.

        The caller must act on a granted decision before it shows the scene, and `forget` where it could not.
        """
        faces = model.detect(frame.image)
        self._tracks = self._tracks.update(faces, frame.at, keep=KEEP, overlap=OVERLAP)
        self._visits = {t.id: self._visits[t.id] for t in self._tracks.alive if t.id in self._visits}
        subject = nearest(self._tracks.alive)
        if subject is None:
            return self._scene(frame, None, Visit()), None
        subject, visit = self._observe(subject, frame, model, gallery, rules)
        visit, decision = self._decide(visit, rules, frame.at)
        self._visits[subject.id] = visit
        return self._scene(frame, subject, visit), decision

    def forget(self) -> None:
        """Drops all that was seen: nothing of it may open the door any more."""
        self._tracks = Tracks(next_id=self._tracks.next_id)
        self._visits.clear()
        self._granted = None

    def _observe(
        self, subject: Track, frame: Frame, model: FaceModel, gallery: Gallery, rules: Rules
    ) -> tuple[Track, Visit]:
        """The subject's visit with this frame's evidence; under a new track id where it is another face."""
        visit = self._visits.get(subject.id, Visit())
        if subject.face is None:
            return subject, visit
        reason = unfit(subject.face, frame.image.shape, self._settings.min_face_px)
        if reason is not None:
            return subject, replace(visit, guidance=reason)
        try:
            vector = model.embed(frame.image, subject.face)
        except InvalidEmbedding:
            return subject, Visit()  # whatever made it may have been there before: start over
        if visit.vector is not None and float(visit.vector @ vector) < rules.threshold:
            self._tracks = self._tracks.cut(subject)
            subject, visit = replace(subject, id=self._tracks.next_id - 1), Visit()
        observation = Observation(frame.at, gallery.match(vector))
        evidence = _latest((*visit.evidence, observation), rules.frames)
        return subject, replace(visit, evidence=evidence, vector=vector, guidance=None)

    def _decide(self, visit: Visit, rules: Rules, now: float) -> tuple[Visit, Decision | None]:
        """A visit is decided once; somebody denied may try again after a while, with fresh evidence."""
        if visit.decision is not None:
            denied = visit.decision.verdict is Verdict.DENIED
            retry = denied and now - visit.decided_at >= self._settings.retry
            return (Visit(vector=visit.vector) if retry else visit), None
        decision = decide(visit.evidence, rules, now)
        if decision.verdict is Verdict.WAIT:
            return visit, None
        if decision.verdict is Verdict.GRANTED and self._just_granted(decision, now):
            return replace(visit, guidance=Reason.COOLING_DOWN), None
        if decision.verdict is Verdict.GRANTED:
            self._granted = (decision, now)
        return replace(visit, decision=decision, decided_at=now), decision

    def _just_granted(self, decision: Decision, now: float) -> bool:
        if self._granted is None:
            return False
        last, at = self._granted
        return last.user_id == decision.user_id and now - at < self._settings.cooldown

    def _scene(self, frame: Frame, subject: Track | None, visit: Visit) -> Scene:
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


def _latest(evidence: tuple[Observation, ...], frames: int) -> tuple[Observation, ...]:
    """The first observation, which says since when, and as many of the last as a decision asks for."""
    return evidence if len(evidence) <= frames + 1 else (evidence[0], *evidence[-frames:])
