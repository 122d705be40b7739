"""Labelled pictures through the pipeline of the door: who would be taken for whom, and how often."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from core.admin.evaluate.comparisons import Comparisons, compare_pairs, compare_people
from core.admin.evaluate.labelled import Pairs, People
from core.admin.evaluate.rates import Rate
from core.domain import Face, Image, Vector
from core.errors import FaceNotFound, FaceUnfit, ImageUnreadable, InputError, MultipleFaces
from core.faces import FaceModel, auto_threshold
from core.pictures import decode_image
from core.quality import Limits, assess
from core.settings import RecognitionSettings

RIVAL = 0.5
"""Of the largest face's width: with a second face at least as wide, nobody knows whom the label means."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What came of the pictures of `labelled`, at the `threshold` that the door would use, and at any other.

    `failures` holds each picture that could not be acquired, with the code of the reason.
    """

    labelled: People | Pairs
    model_id: str
    threshold: float
    failures: dict[Path, str]
    comparisons: Comparisons

    @property
    def failed(self) -> Rate:
        """Failures to acquire, of all pictures."""
        return Rate(len(self.failures), len(self.labelled.files))


def evaluate(
    labelled: People | Pairs,
    model: FaceModel,
    settings: RecognitionSettings,
    *,
    progress: Callable[[Sequence[Path]], Iterable[Path]] = iter,
) -> Evaluation:
    """Acquires each picture once, then compares. `progress` is handed the files, and hands them on one by one."""
    templates: list[Vector | None] = []
    failures = {}
    limits = Limits(least_width=settings.min_face_px, largest=inf)  # a portrait may be cut close
    for file in progress(labelled.files):
        try:
            templates.append(acquire(file, model, limits))
        except InputError as error:
            templates.append(None)
            failures[file] = str(error.reason) if isinstance(error, FaceUnfit) else error.code
    compared = (
        compare_people(labelled.labels, templates)
        if isinstance(labelled, People)
        else compare_pairs(labelled.pairs, templates)
    )
    threshold = auto_threshold(model.id) if settings.threshold == "auto" else settings.threshold
    return Evaluation(labelled, model.id, threshold, failures, compared)


def acquire(file: Path, model: FaceModel, limits: Limits) -> Vector:
    """The template of the largest face in `file`.

    Raises ImageUnreadable, ImageTooLarge, FaceNotFound, MultipleFaces, FaceUnfit, InvalidEmbedding: each of them a
    failure to acquire.
    """
    try:
        image = decode_image(file.read_bytes(), file.name)
    except OSError as error:
        raise ImageUnreadable(f"{file.name} cannot be read: {error.strerror}.") from error
    return model.embed(image, _subject(image, model.detect(image), limits))


def _subject(image: Image, faces: Sequence[Face], limits: Limits) -> Face:
    """The face that a label means, fit to be recognised. `faces`: largest first."""
    if not faces:
        raise FaceNotFound("There is no face in the picture.")
    if any(face.width >= RIVAL * faces[0].width for face in faces[1:]):
        raise MultipleFaces("There is more than one face in the picture.")
    if reason := assess(faces[0], image, limits).reason:
        raise FaceUnfit("The face is not fit to be recognised.", reason)
    return faces[0]
