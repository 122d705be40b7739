"""A video through the plain loop and through ours, by turns, each time in a process of its own."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np

from core.admin.bench.figures import Bench, Playback
from core.admin.bench.loops import OurLoop, PlainLoop, play, play_every
from core.admin.bench.survey import Survey, survey
from core.camera import OpenCVCamera
from core.config import Settings
from core.looks import WHOLE_EVERY
from core.packs import find
from core.parts import make_recogniser, make_store, make_watch
from core.quality import Limits
from core.recogniser import Recogniser

SIZE = 640  # of the plain loop's detector, in pixels each way
P = ParamSpec("P")
T = TypeVar("T")
Step = Callable[[Path, Settings, Survey], Playback]


def measure(
    video: Path,
    settings: Settings,
    expected: Sequence[str],
    runs: int,
    *,
    progress: Callable[[Sequence[Step]], Iterable[Step]] = iter,
) -> Bench:
    """Surveys the video, then plays it. `progress` is handed the playbacks to come, and hands them on one by one.

    Each run begins a little later in the video: people come at another moment between two looks.
    Raises InputError, CameraUnavailable, ModelUnavailable, StoreUnavailable, ModelMismatch.
    """
    seen = apart(look_through, video, settings, expected)
    every = [partial(plain, every=True), partial(plain, every=True, threads=settings.models.threads)]
    later = min(WHOLE_EVERY, seen.seconds / 4) / runs
    steps: list[Step] = [*every, *(partial(loop, late=run * later) for run in range(runs) for loop in (plain, ours))]
    first, second, *live = [apart(step, video, settings, seen) for step in progress(steps)]
    visits = seen.visits(settings.recognition.cooldown)
    return Bench(seen, visits, first, second, tuple(live[::2]), tuple(live[1::2]))


def apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`function` in a fresh process: what another left in the memory or the caches is not its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


def look_through(video: Path, settings: Settings, expected: Sequence[str]) -> Survey:
    recogniser, zone = _recogniser(settings), settings.zone
    limits = Limits(settings.recognition.min_face_px, zone.farthest, zone.nearest, zone.polygon)
    camera = OpenCVCamera(str(video), paced=False)
    return survey(camera, recogniser.model, recogniser.gallery, recogniser.rules.threshold, limits, expected)


def plain(
    video: Path, settings: Settings, seen: Survey, *, every: bool = False, threads: int = 0, late: float = 0.0
) -> Playback:
    """The plain loop, over `every` frame or at the video's own speed from `late` on."""
    warnings.filterwarnings("ignore", category=FutureWarning)  # insightface's, of scikit-image
    app = _analysis(find(settings.models.pack, settings.models.root), threads)
    loop = PlainLoop(app, seen.gallery, seen.threshold, settings.recognition.cooldown)
    camera = OpenCVCamera(str(video), paced=not every)
    return play_every(camera, loop) if every else play(camera, loop, late)


def ours(video: Path, settings: Settings, seen: Survey, *, late: float = 0.0) -> Playback:  # noqa: ARG001 - as plain
    """Our loop at the video's own speed from `late` on."""
    recogniser = _recogniser(settings)
    loop = OurLoop(
        make_watch(settings),
        recogniser.model,
        recogniser.gallery,
        recogniser.rules,
        liveness=recogniser.liveness if settings.liveness.passive else None,
        max_age=settings.recognition.max_frame_age,
    )
    return play(OpenCVCamera(str(video)), loop, late)


def _recogniser(settings: Settings) -> Recogniser:
    """With its model and its gallery. Raises what is missing."""
    recogniser = make_recogniser(settings, make_store(settings), live=True)
    recogniser.refresh()
    _ = recogniser.gallery
    return recogniser


def _analysis(folder: Path, threads: int) -> Any:
    """InsightFace's own FaceAnalysis as its README has it; `threads` of ONNX Runtime, 0: its own choice."""
    from insightface.app import FaceAnalysis  # noqa: PLC0415 - takes a second
    from onnxruntime import SessionOptions  # noqa: PLC0415 - likewise

    options = SessionOptions()
    options.intra_op_num_threads = threads
    app = FaceAnalysis(str(folder), allowed_modules=["detection", "recognition"], sess_options=options)
    app.prepare(ctx_id=0, det_size=(SIZE, SIZE))
    app.get(np.zeros((SIZE, SIZE, 3), np.uint8))  # a session's first look takes longest; ours has had its own
    return app
