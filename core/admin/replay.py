"""A recording through the same watch as the live camera's, every frame, as fast as it goes. Opens nothing."""

from collections.abc import Iterator
from dataclasses import replace

from core.camera import Camera
from core.domain import Decision, Verdict
from core.recogniser import Recogniser
from core.watch import Watch


def replay(camera: Camera, recogniser: Recogniser, watch: Watch) -> Iterator[tuple[float, Decision]]:
    """Each decision with its time in seconds of the recording. Nothing is recorded and no door is asked.

    A challenge is not asked: a recording cannot answer it. Raises CameraUnavailable, and what `recogniser.gallery`
    and `recogniser.liveness` raise.
    """
    model, gallery, rules = recogniser.model, recogniser.gallery, replace(recogniser.rules, challenge=False)
    liveness = recogniser.liveness if rules.passive is not None else None
    for frame in camera.frames():
        _, decision = watch.see(frame, model, gallery, rules, liveness)
        if decision is not None and decision.verdict is Verdict.GRANTED:
            watch.let_in(decision, frame.at)
        if decision is not None:
            yield frame.media_time, decision
