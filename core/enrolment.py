"""The one way a face enters, whoever asks: the API, the kiosk or the shell."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import inf
from typing import Protocol

from core.domain import Consent, Face, Image, Match, Template
from core.errors import (
    DifferentPeople,
    FaceNotFound,
    FaceOfAnother,
    FaceUnfit,
    InvalidField,
    ModelMismatch,
    MultipleFaces,
)
from core.gallery import Gallery, consistent
from core.quality import Limits, assess
from core.recogniser import Recogniser
from core.settings import EnrolmentSettings

SAME_PERSON = 0.6
"""Of the threshold: pictures of one call that agree less than this show two people. With the test pack that is
0.27, where its impostor pairs end and well below its least genuine pair (0.54)."""
SHARPNESS = 0.2  # a template serves for years: stricter than for a frame that is gone in a moment


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture to enrol from: what to call it in a message, and its pixels (BGR)."""

    name: str
    image: Image


class Faces(Protocol):
    """What enrolment needs of the store."""

    def add_faces(
        self,
        user_id: str,
        name: str,
        templates: Sequence[Template],
        *,
        limit: int,
        replace: bool = False,
        consent: Consent | None = None,
    ) -> int: ...


class Enrolment:
    """Pictures in, templates stored, all or none. The pictures are not kept."""

    def __init__(
        self, recogniser: Recogniser, store: Faces, settings: EnrolmentSettings, *, min_face_px: int = 60
    ) -> None:
        self._recogniser = recogniser
        self._store = store
        self._settings = settings
        self._limits = Limits(least_width=min_face_px, largest=inf, sharpness=SHARPNESS)

    @property
    def model_id(self) -> str:
        """Of the model that runs. Raises ModelUnavailable."""
        return self._recogniser.model.id

    def enrol(
        self,
        user_id: str,
        name: str,
        pictures: Sequence[Picture],
        *,
        replace: bool = False,
        consent: Consent | None = None,
        fresh: list[Template] | None = None,
    ) -> int:
        """Stores one template for each of `pictures` and returns how many; `replace` drops the earlier ones.

        `consent` is put on record with them; None leaves what is there. `fresh`, for a run of many, holds what that
        stored since it last called `catch_up`: it is looked at as the gallery is, and added to.
        Raises InvalidField, FaceNotFound, MultipleFaces, FaceUnfit, InvalidEmbedding, DifferentPeople,
        FaceOfAnother, FaceLimitReached, ModelUnavailable, StoreUnavailable. Whatever it raises, nothing is stored.
        """
        user_id, name = checked("user_id", user_id, 64), checked("name", name, 255)
        most = self._settings.max_images
        if not 1 <= len(pictures) <= most:
            raise InvalidField("files", f"expected 1 to {most} images, got {len(pictures)}")
        templates = [self._template(user_id, name, picture) for picture in pictures]
        self._check_one_person(user_id, templates, fresh or ())
        limit = self._settings.max_faces
        stored = self._store.add_faces(user_id, name, templates, limit=limit, replace=replace, consent=consent)
        if fresh is None:
            self.catch_up()
        else:
            fresh.extend(templates)
        return stored

    def catch_up(self) -> None:
        """Reads the gallery anew: who enrols and matches at once need not wait for the next poll."""
        self._recogniser.refresh()

    def _template(self, user_id: str, name: str, picture: Picture) -> Template:
        model = self._recogniser.model
        face = self._only_face(picture, model.detect(picture.image))
        return Template(user_id, name, model.embed(picture.image, face), model.id, face.score)

    def _only_face(self, picture: Picture, faces: Sequence[Face]) -> Face:
        if not faces:
            raise FaceNotFound(f"{picture.name}: there is no face in it. Send one that shows the face from the front.")
        if len(faces) > 1:
            raise MultipleFaces(f"{picture.name}: there are {len(faces)} faces in it. Send one of the person alone.")
        reason = assess(faces[0], picture.image, self._limits).reason
        if reason is not None:
            raise FaceUnfit(f"{picture.name}: the face is not fit to be enrolled ({reason}).", reason)
        return faces[0]

    def _check_one_person(self, user_id: str, templates: Sequence[Template], fresh: Sequence[Template]) -> None:
        threshold = self._recogniser.rules.threshold
        if not consistent([template.vector for template in templates], SAME_PERSON * threshold):
            raise DifferentPeople("The pictures do not all show the same person. Send those of one person only.")
        galleries = [self._gallery(), Gallery.of(self.model_id, fresh)]
        for template, gallery in product(templates, galleries):
            match = gallery.match(template.vector) if gallery is not None else Match()
            if any(c and c.user_id != user_id and c.similarity >= threshold for c in (match.best, match.runner_up)):
                raise FaceOfAnother(
                    "This face is already enrolled under another user_id. Erase that person first, or use that user_id."
                )

    def _gallery(self) -> Gallery | None:
        try:
            return self._recogniser.gallery
        except ModelMismatch:
            return None  # enrolling again with the new model is the very way out of a mismatch


def checked(field: str, text: str, longest: int) -> str:
    """`text` without the blanks around it. Raises InvalidField where it is empty, too long or unprintable."""
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):  # before strip, which eats some
        raise InvalidField(field, "control characters and line breaks are not allowed")
    text = text.strip()
    if not 1 <= len(text) <= longest:
        raise InvalidField(field, f"expected 1 to {longest} characters, got {len(text)}")
    return text
