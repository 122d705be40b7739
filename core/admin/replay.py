"""A recording through the same watch as the live camera's, every frame, as fast as it goes. Opens nothing."""

from collections.abc import Iterator

from core.camera import Camera
from core.config import RecognitionSettings
from core.domain import Decision
from core.recogniser import Recogniser
from core.watch import Watch


def replay(
    camera: Camera, recogniser: Recogniser, settings: RecognitionSettings, *, open_seconds: float
) -> Iterator[tuple[float, Decision]]:
    """Each decision with its time in seconds of the recording. Nothing is recorded and no door is asked.

    Raises CameraUnavailable, and what `recogniser.gallery` raises.
    """
    model, gallery, rules = recogniser.model, recogniser.gallery, recogniser.rules
    watch = Watch(settings, open_seconds=open_seconds)
    for frame in camera.frames():
        _, decision = watch.see(frame, model, gallery, rules)
        if decision is not None:
            yield frame.media_time, decision
