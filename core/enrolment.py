"""The one way a face enters, whoever asks: the API, the kiosk or the shell."""

import functools
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol, overload

from core.domain import Consent, Face, Image, Template
from core.errors import (
    FaceNotFound,
    FaceOfAnother,
    FaceUnfit,
    InputError,
    InvalidField,
    ModelMismatch,
    MultipleFaces,
    WrongFace,
)
from core.gallery import ANOTHERS, Gallery, Seen
from core.intake import Batch, Intake
from core.once import Once
from core.pictures import decode_image
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


UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")  # of Unicode's categories


class Encoded(Sequence[Picture]):
    """Pictures by their names, each read and decoded when it is asked for: too many are refused unread, and no two
    need be in memory. Asking may raise ImageUnreadable, ImageTooLarge, TooManyBytes."""

    def __init__(self, contents: Sequence[tuple[str, Callable[[], bytes]]]) -> None:
        self._contents = contents

    def __len__(self) -> int:
        return len(self._contents)

    @overload
    def __getitem__(self, index: int) -> Picture: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Picture]: ...
    def __getitem__(self, index: int | slice) -> Picture | Sequence[Picture]:
        if isinstance(index, slice):
            return Encoded(self._contents[index])
        name, content = self._contents[index]
        return Picture(name, decode_image(content(), name))


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
        alike: float = -1.0,
        seen: Seen | None = None,
        consent: Consent | None = None,
        once: Once | None = None,
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

    def into(self, store: Faces) -> "Enrolment":
        """The same way in, to `store`: to one that acts for somebody."""
        return Enrolment(self._recogniser, store, self._settings, min_face_px=self._limits.least_width)

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
        catch_up: bool = True,
    ) -> int:
        """Stores one template for each of `pictures` and returns how many; `replace` drops the earlier ones.

        `consent` is put on record with them; None leaves what is there. A run of many need not `catch_up` each time.
        Raises InvalidField, FaceNotFound, MultipleFaces, FaceUnfit, InvalidEmbedding, DifferentPeople, FaceOfAnother,
        NotThisPerson, FaceLimitReached, ModelUnavailable, StoreUnavailable. Whatever it raises, nothing is stored.
        """
        return self.take_in(user_id, name, pictures, replace=replace, consent=consent, catch_up=catch_up).stored

    def take_in(
        self,
        user_id: str,
        name: str,
        pictures: Sequence[Picture],
        *,
        replace: bool = False,
        partial: bool = False,
        consent: Consent | None = None,
        catch_up: bool = True,
        once: Once | None = None,
    ) -> Intake:
        """As `enrol`, but with `partial` those pictures are stored that are not refused themselves.

        Raises AllRefused where none is left. `once` is kept with the faces; raises Answered or KeyReused where one
        like it was before.
        """
        user_id, name = checked("user_id", user_id, 64), checked("name", name, 255)
        most = self._settings.max_images
        if not 1 <= len(pictures) <= most:
            raise InvalidField("files", f"expected 1 to {most} images, got {len(pictures)}")
        batch = Batch(partial=partial)
        for i in range(len(pictures)):
            try:
                batch.templates[i + 1] = self._template(user_id, name, pictures[i])
            except InputError as error:
                batch.refuse(i + 1, error)
        seen = self._refuse_others(user_id, batch)
        alike, limit = SAME_PERSON * self._recogniser.rules.threshold, self._settings.max_faces
        add = functools.partial(
            self._store.add_faces, user_id, name, limit=limit, replace=replace, alike=alike, seen=seen, consent=consent
        )
        intake = _stored(batch, add, once)
        if catch_up:
            self.catch_up()
        return intake

    def catch_up(self) -> None:
        """Reads the gallery anew: who enrols and matches at once need not wait for the next poll."""
        self._recogniser.catch_up()

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

    def _refuse_others(self, user_id: str, batch: Batch) -> Seen:
        """Compares with the gallery in memory, and returns which: the store does so with whoever is not in that."""
        gallery = self._gallery()
        for image, template in list(batch.templates.items()):
            if gallery is not None and self._shows_another(user_id, template, gallery):
                batch.refuse(image, FaceOfAnother(ANOTHERS))
        return Seen(None if gallery is None else gallery.version, self._recogniser.rules.threshold)

    def _shows_another(self, user_id: str, template: Template, gallery: Gallery) -> bool:
        match, threshold = gallery.match(template.vector), self._recogniser.rules.threshold
        return any(c and c.user_id != user_id and c.similarity >= threshold for c in (match.best, match.runner_up))

    def _gallery(self) -> Gallery | None:
        try:
            return self._recogniser.gallery
        except ModelMismatch:
            return None  # enrolling again with the new model is the very way out of a mismatch


def _stored(batch: Batch, add: Callable[..., int], once: Once | None) -> Intake:
    """Stores what is left of `batch`. Whose face it is, and is not, is told there too, where all others are."""
    while True:
        intake = batch.intake()
        try:
            add(templates=list(batch.templates.values()), once=once and replace(once, answer=intake.to_json()))
        except WrongFace as error:
            batch.refuse_wrong(error)
        else:
            return intake


def checked(field: str, text: str, longest: int) -> str:
    """`text` without the blanks around it. Raises InvalidField where it is empty, too long or unprintable."""
    unfit = (*UNPRINTABLE, *(("Cf",) if field == "user_id" else ()))  # names of some scripts need what joins letters
    if any(unicodedata.category(c) in unfit for c in text):  # before strip, which eats some
        raise InvalidField(field, "control characters and line breaks are not allowed")
    text = text.strip()
    if not 1 <= len(text) <= longest:
        raise InvalidField(field, f"expected 1 to {longest} characters, got {len(text)}")
    return text
