"""The loop that everyone writes and ours, and what a video takes of either. Knows no process but its own."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import inf
from threading import Event
from typing import Any, Protocol

from core.admin.bench.figures import Grant, Playback
from core.admin.bench.survey import duration
from core.camera import Camera, LatestFrame
from core.domain import Face, Frame, Image, Vector, Verdict
from core.errors import InvalidEmbedding
from core.faces import FULL_LOOK, FaceModel
from core.gallery import Gallery
from core.liveness import PassiveLiveness
from core.policy import Rules
from core.sight import Sight
from core.watch import Watch


class Loop(Protocol):
    """What is done with each frame that it can take."""

    @property
    def looked(self) -> int:
        """At how many frames it has looked."""

    def see(self, frame: Frame) -> Sequence[str]:
        """The user_ids of those whom this frame lets in."""


class PlainLoop:
    """The loop that everyone writes: each frame in full, each face embedded, let in on a single frame.

    `app` is insightface's FaceAnalysis. Who was seen less than `cooldown` seconds ago is on the same visit.
    """

    def __init__(self, app: Any, gallery: Gallery, threshold: float, cooldown: float) -> None:
        self.looked = 0
        self._app = app
        self._gallery = gallery
        self._threshold = threshold
        self._cooldown = cooldown
        self._seen_at: dict[str, float] = {}

    def see(self, frame: Frame) -> Sequence[str]:
        self.looked += 1
        known = {who for face in self._app.get(frame.image) if (who := self._match(face.normed_embedding))}
        new = [who for who in known if frame.at - self._seen_at.get(who, -inf) >= self._cooldown]
        self._seen_at.update(dict.fromkeys(known, frame.at))
        return new

    def _match(self, probe: Vector) -> str | None:
        with suppress(InvalidEmbedding):
            best = self._gallery.match(probe).best
            if best is not None and best.similarity >= self._threshold:
                return best.user_id
        return None


class OurLoop:
    """What the engine's recognition thread does with a frame, less the record and the door."""

    def __init__(
        self,
        watch: Watch,
        model: FaceModel,
        gallery: Gallery,
        rules: Rules,
        *,
        liveness: PassiveLiveness | None = None,
        max_age: float = inf,
    ) -> None:
        self.looked = 0
        self._watch = watch
        self._model = CountedModel(model)
        self._gallery = gallery
        self._rules = rules
        self._liveness = liveness
        self._max_age = max_age
        self._sight = Sight()

    def see(self, frame: Frame) -> Sequence[str]:
        self._sight = self._sight.see(frame)
        if self._sight.fault is not None:
            self._watch.forget()
            return ()
        if time.monotonic() - frame.at > self._max_age:
            return ()
        before = self._model.asked
        _, decision = self._watch.see(frame, self._model, self._gallery, self._rules, self._liveness)
        self.looked += self._model.asked > before
        if decision is None or decision.verdict is not Verdict.GRANTED or decision.user_id is None:
            return ()
        self._watch.let_in(decision, frame.at)
        return (decision.user_id,)


class CountedModel:
    """A face model that counts how often it was asked to look."""

    def __init__(self, model: FaceModel) -> None:
        self.asked = 0
        self._model = model

    @property
    def id(self) -> str:
        return self._model.id

    def detect(self, image: Image, sizes: Sequence[int] = FULL_LOOK) -> tuple[Face, ...]:
        self.asked += 1
        return self._model.detect(image, sizes)

    def embed(self, image: Image, face: Face) -> Vector:
        return self._model.embed(image, face)


def play(camera: Camera, loop: Loop, late: float = 0.0) -> Playback:
    """At the camera's own speed, as the engine does: one thread fetches frames, this one looks at the newest.

    The loop is shown none of the first `late` seconds of the video, and they do not count.
    """
    latest, stop, grants = LatestFrame(), Event(), []
    frames: list[tuple[float, float]] = []
    cpu = time.process_time()
    with ThreadPoolExecutor(1) as pool:
        capture = pool.submit(_deliver, camera, latest, frames, stop, late)
        try:
            while (frame := latest.take(0.1)) is not None or not capture.done():
                grants += _granted(loop, frame) if frame is not None else []
        finally:
            stop.set()
    capture.result()
    spent = time.process_time() - cpu
    shown = [(at, media_time) for at, media_time in frames if media_time - frames[0][1] >= late]
    captured = tuple(max(at, shown[0][0]) for at, _ in frames)
    seconds = duration([media_time for _, media_time in shown])
    return Playback(seconds, spent, loop.looked, latest.dropped, peak_memory(), tuple(grants), captured)


def play_every(camera: Camera, loop: Loop) -> Playback:
    """Every frame of an unpaced camera, as fast as it goes."""
    grants, times = [], []
    cpu = time.process_time()
    for frame in camera.frames():
        grants += _granted(loop, frame)
        times.append(frame.media_time)
    spent = time.process_time() - cpu
    return Playback(duration(times), spent, loop.looked, 0, peak_memory(), tuple(grants))


def peak_memory() -> int:
    """Of this process since it began, in bytes. On Linux no less than its parent held when it began."""
    from resource import RUSAGE_SELF, getrusage  # noqa: PLC0415 - Windows has none, and does without a bench

    return getrusage(RUSAGE_SELF).ru_maxrss * 1024


def _deliver(camera: Camera, latest: LatestFrame, frames: list[tuple[float, float]], stop: Event, late: float) -> None:
    for frame in camera.frames():
        if stop.is_set():
            return
        frames.append((frame.at, frame.media_time))
        if frame.media_time - frames[0][1] >= late:
            latest.put(frame)


def _granted(loop: Loop, frame: Frame) -> list[Grant]:
    return [Grant(who, frame.seq, time.monotonic()) for who in loop.see(frame)]
