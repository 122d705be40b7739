"""One frame at a time: detect, track, gather the subject's evidence, decide. Knows no thread and no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import SystemRandom

from core import challenge
from core.challenge import Challenge, Chooser
from core.domain import Decision, Face, Frame, Observation, Outcome, Reason, Verdict
from core.errors import InvalidEmbedding, LivenessUnavailable
from core.faces import FaceModel
from core.fusion import rematched, resembles, with_frame
from core.gallery import Gallery
from core.liveness import PassiveLiveness
from core.looks import Looks
from core.policy import Rules, decide, denied, shows
from core.quality import Limits, Quality, assess, out_of_zone, turn
from core.scene import Phase, Scene
from core.settings import RecognitionSettings, ZoneSettings
from core.tracking import Track, Tracks
from core.visit import Visit

ANOTHER = 0.6
"""Of the threshold: a face less similar than this to all that its track showed is somebody else's, and cuts it. With
the test pack that is 0.27; on the clip of `../shared` 1 in 100 of one person's frames half a second apart is below,
and 1 in 100 of two people's above."""

TURNED_AS_ASKED = 0.8  # the most of `quality.turn` in a challenge: a head turned by some 55 degrees


@dataclass(frozen=True, slots=True)
class Seeing:
    """What a frame is seen with: the models, the gallery and the rules of that moment."""

    model: FaceModel
    gallery: Gallery
    rules: Rules
    liveness: PassiveLiveness | None = None


class Watch:
    """Who stands before the camera, and whether that is enough to open. Owned by one thread.

    All times are `Frame.at`, so a recording gives the same decisions however fast it is read.
    """

    def __init__(
        self,
        settings: RecognitionSettings,
        zone: ZoneSettings = ZoneSettings(),  # noqa: B008 - frozen: nobody can change the one that all share
        *,
        open_seconds: float,
        turns: challenge.Limits = challenge.Limits(),  # noqa: B008 - likewise
        chooser: Chooser = SystemRandom(),  # noqa: B008 - it has no state
    ) -> None:
        self._settings = settings
        self._zone = zone
        self._limits = Limits(settings.min_face_px, zone.farthest, zone.nearest, zone.polygon)
        self._open_seconds = open_seconds
        self._turns = turns
        self._chooser = chooser
        self._looks = Looks(settings.min_face_px)
        self._tracks = Tracks()
        self._visits: dict[int, Visit] = {}
        self._let_in: dict[str, tuple[Decision, float]] = {}
        self._gallery: Gallery | None = None
        self._scene = Scene(Phase.IDLE)
        self._seen_at = float("-inf")

    def see(
        self, frame: Frame, model: FaceModel, gallery: Gallery, rules: Rules, liveness: PassiveLiveness | None = None
    ) -> tuple[Scene, Decision | None]:
        """The scene after `frame`, and a decision where this frame brought one.

        The caller must act on a granted decision before it shows the scene, and then tell `let_in`, or `forget`.
        """
        if frame.at < self._seen_at:  # a clock that steps back makes old evidence new
            self.forget()
            self._let_in = {who: (decision, frame.at) for who, (decision, _) in self._let_in.items()}
        self._seen_at = frame.at
        self._rematch(gallery)
        abandoned = self._abandoned(rules, frame.at)
        if abandoned is not None:
            return self._scene, abandoned
        look = self._looks.take(frame.image, self._tracks, frame.at, model)
        if look is None:
            return self._scene, None
        self._looks, faces, looked_for = look
        self._tracks = self._tracks.update(faces, frame.at, looked_for)
        self._visits = {t.id: self._visits[t.id] for t in self._tracks.alive if t.id in self._visits}
        here = self._in_zone(frame)
        subject, visit, decision = nearest(here), Visit(), None
        if subject is not None:
            subject, visit = self._observe(subject, frame, Seeing(model, gallery, rules, liveness))
            visit = replace(visit, evidence=replace(visit.evidence, alone=self._alone(subject, here)))
            visit, decision = self._decide(visit, rules, frame.at)
            self._visits[subject.id] = visit
        self._scene = self._show(frame, subject, visit)
        return self._scene, decision

    def forget(self) -> None:
        """Drops all that was seen: nothing of it may open the door any more. Who was let in stays so for a while."""
        self._tracks = Tracks(next_id=self._tracks.next_id)
        self._looks = Looks(self._settings.min_face_px)
        self._visits.clear()
        self._scene = Scene(Phase.IDLE)

    def shut(self) -> None:
        """Forgets, also who was let in: the door was closed before its time."""
        self.forget()
        self._let_in.clear()

    def let_in(self, decision: Decision, at: float) -> None:
        """The door was opened by `decision`, `at` that time: it is open, and the person's cool-down runs, from then."""
        if decision.user_id is None:
            return
        self._let_in.pop(decision.user_id, None)  # so that the newest is the last
        self._let_in[decision.user_id] = (decision, at)
        self._visits = {i: replace(v, decided_at=at) if v.decision is decision else v for i, v in self._visits.items()}

    def _rematch(self, gallery: Gallery) -> None:
        """Somebody disabled in the middle of a visit is no match any more, also of frames seen before."""
        old, self._gallery = self._gallery, gallery
        if gallery is old or old is None:
            return
        self._visits = {i: replace(v, evidence=rematched(v.evidence, gallery, old)) for i, v in self._visits.items()}

    def _abandoned(self, rules: Rules, now: float) -> Decision | None:
        """Who walks off in the middle of a challenge is denied, or every order could be tried for nothing."""
        for track_id, visit in self._visits.items():
            if visit.challenge is None or visit.decision is not None or rules.observe:
                continue
            after = visit.challenged(visit.challenge.wait(now))
            if after.evidence.challenge is Outcome.FAILED:
                decision = denied(after.evidence, Reason.CHALLENGE_FAILED, rules, now)
                self._visits[track_id] = replace(after, decision=decision, decided_at=now)
                return decision
        return None

    def _in_zone(self, frame: Frame) -> list[Track]:
        visible = [(track, track.face) for track in self._tracks.alive if track.face is not None]
        outside = (Reason.TOO_FAR, Reason.OFF_CENTRE)
        return [t for t, face in visible if out_of_zone(face, frame.image.shape, self._limits) not in outside]

    def _alone(self, subject: Track, here: Sequence[Track]) -> bool:
        """Whether no other face in the zone is about as near as the subject's."""
        least = self._zone.second * _width(subject)
        return all(_width(track) < least for track in here if track.box != subject.box)

    def _observe(self, subject: Track, frame: Frame, seeing: Seeing) -> tuple[Track, Visit]:
        """The subject's visit with this frame's evidence; under a new track id where it is another face."""
        visit = self._visits.get(subject.id, Visit())
        face = subject.face
        if face is None or subject.seen_at != frame.at:
            return subject, visit.waited(frame.at)
        quality = self._fit(face, frame, seeing.rules)
        if quality.reason is None:
            return self._recognise(visit, subject, face, frame, seeing, score=quality.score)
        if quality.reason is Reason.TURNED_AWAY and visit.challenge is not None:
            return subject, self._turning(visit, subject, frame, seeing)
        there = quality.reason is Reason.TOO_CLOSE  # who comes too close has not walked off
        return subject, visit.waited(frame.at, quality.reason, there=there)

    def _fit(self, face: Face, frame: Frame, rules: Rules) -> Quality:
        if rules.challenge and self._turns.too_close(face.landmarks, frame.image.shape):
            return Quality(0.0, Reason.TOO_CLOSE)
        return assess(face, frame.image, self._limits)

    def _recognise(
        self, visit: Visit, subject: Track, face: Face, frame: Frame, seeing: Seeing, *, score: float
    ) -> tuple[Track, Visit]:
        """After a frame that shows the face well, `score` of its quality."""
        try:
            vector = seeing.model.embed(frame.image, face)
            if resembles(visit.evidence, vector) < ANOTHER * seeing.rules.threshold:
                if visit.evidence.challenge is Outcome.RUNNING and not seeing.rules.observe:
                    return subject, visit.turned(subject, frame.at, same=False)
                self._tracks = self._tracks.cut(subject)
                subject, visit = replace(subject, id=self._tracks.next_id - 1), Visit()
            live, guidance = _live(frame, face, seeing)
            observation = Observation(frame.at, vector, seeing.gallery.match(vector), score, live)
            evidence = with_frame(visit.evidence, observation, seeing.gallery, seeing.rules.frames)
        except InvalidEmbedding:
            return subject, Visit()  # whatever made it may have been there before: start over
        if guidance is not None:
            return subject, visit.waited(frame.at, guidance)
        visit = replace(visit, evidence=evidence, newest=observation, guidance=None)
        return subject, visit.turned(subject, frame.at, same=True)

    def _turning(self, visit: Visit, subject: Track, frame: Frame, seeing: Seeing) -> Visit:
        """A head turned too far to be matched may still be seen to turn, as long as it is like the one before."""
        waited = visit.waited(frame.at, Reason.TURNED_AWAY, there=True)
        if subject.face is None or abs(turn(subject.face)) > TURNED_AS_ASKED:
            return waited
        try:
            vector = seeing.model.embed(frame.image, subject.face)
        except InvalidEmbedding:
            return waited
        if resembles(visit.evidence, vector) < ANOTHER * seeing.rules.threshold:
            return waited
        return replace(visit, guidance=None).turned(subject, frame.at, same=True)

    def _decide(self, visit: Visit, rules: Rules, now: float) -> tuple[Visit, Decision | None]:
        """A visit is decided once; somebody denied may try again after a while, with fresh evidence."""
        if visit.decision is not None:
            refused = visit.decision.verdict is Verdict.DENIED
            retry = refused and now - visit.decided_at >= self._settings.retry
            return (Visit() if retry else visit), None
        best = visit.evidence.fused.best
        last = self._let_in.get(best.user_id) if best else None
        granted = (best.user_id, last[1]) if best and last else None
        visit = replace(visit, evidence=replace(visit.evidence, granted=granted))
        decision = decide(visit.evidence, rules, now)
        if decision.reason is Reason.COOLING_DOWN and last is not None:
            before, at = last  # the same person under a new track: no second event, and no second opening
            return replace(visit, decision=before, decided_at=at), None
        if decision.reason is Reason.CHALLENGED and visit.challenge is None:
            return self._challenge(visit, now), None
        if decision.verdict is Verdict.WAIT:
            return visit, None
        if decision.verdict is Verdict.GRANTED and not shows(visit.newest, decision, rules, now):
            return visit, None
        return replace(visit, decision=decision, decided_at=now), decision

    def _challenge(self, visit: Visit, now: float) -> Visit:
        best = visit.evidence.fused.best
        evidence = replace(visit.evidence, claim=best.user_id if best else None)
        started = Challenge.start(self._chooser, now, self._turns)
        return replace(visit, evidence=evidence).challenged(started)

    def _show(self, frame: Frame, subject: Track | None, visit: Visit) -> Scene:
        boxes = tuple(track.box for track in self._tracks.alive if track.face is not None)
        scene = Scene(Phase.IDLE, frame.image.shape[:2], boxes)
        if subject is None:
            return self._emptied(replace(scene, reason=self._beckoning(frame)), frame.at)
        return visit.shown(replace(scene, subject=subject.box), frame.at, self._open_seconds)

    def _beckoning(self, frame: Frame) -> Reason | None:
        """What the nearest of those outside the zone had better do."""
        outside = nearest(self._tracks.alive)
        if outside is None or outside.face is None:
            return None
        return out_of_zone(outside.face, frame.image.shape, self._limits)

    def _emptied(self, scene: Scene, now: float) -> Scene:
        """Nobody is left to see: they may be in the door, and it is still open for them."""
        decision, at = next(reversed(self._let_in.values()), (None, 0.0))
        if decision is None or now - at >= self._open_seconds:
            return scene
        return replace(scene, phase=Phase.GRANTED, name=decision.name)


def nearest(tracks: Sequence[Track]) -> Track | None:
    """The subject: of the faces seen now the largest, which is the nearest one."""
    visible = [track for track in tracks if track.face is not None]
    return max(visible, key=lambda t: (t.box[2] - t.box[0]) * (t.box[3] - t.box[1]), default=None)


def _width(track: Track) -> float:
    return track.box[2] - track.box[0]


def _live(frame: Frame, face: Face, seeing: Seeing) -> tuple[float | None, Reason | None]:
    """The passive model's score, and what the person had better do where it is wanted and there is none."""
    if seeing.rules.passive is None:
        return None, None
    if seeing.liveness is None:
        raise LivenessUnavailable("The liveness model is not there. See liveness.model.")
    score = seeing.liveness.score(frame.image, face)
    return score, Reason.TOO_CLOSE if score is None and not seeing.rules.observe else None
