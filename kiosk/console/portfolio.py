"""The pictures that are going to be stored: those of a sitting at the camera, or those of files."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from core.domain import Candidate, Consent
from core.enrolment import SAME_PERSON, Picture
from core.errors import DoorwardError, ModelMismatch
from core.quality import Limits
from core.sitting import Pose, Sitting, Terms, lookalike
from kiosk.console.enrolfiles import Kept, Read, read
from kiosk.console.enrolwho import Draft
from kiosk.console.enrolwords import TITLES
from kiosk.console.sitter import Knower, Sitter
from kiosk.jobs import Jobs


class Enroller(Protocol):
    """What is needed of `core.enrolment.Enrolment`, and what that raises."""

    def enrol(
        self,
        user_id: str,
        name: str,
        pictures: Sequence[Picture],
        *,
        replace: bool = False,
        consent: Consent | None = None,
    ) -> int: ...


class Portfolio(QObject):
    """Of one person at a time, `most` at most. What comes in late, for somebody before, is dropped."""

    sat = Signal(object)
    """The `core.sitting.Sitting` after a look."""
    read = Signal(object)
    """Of the files that cannot be used, a sentence each (tuple[str, ...])."""
    failed = Signal(str)
    """Why there are no pictures just now."""
    stored = Signal(object, int)
    """The draft that was stored, and how many faces."""
    refused = Signal(object, object)
    """The draft that was not, and why (DoorwardError)."""

    def __init__(
        self,
        enrolment: Enroller,
        knower: Knower,
        sitter: Sitter,
        jobs: Jobs,
        *,
        limits: Limits,
        poses: Sequence[Pose],
        most: int,
    ) -> None:
        """`limits` are enrolment's own; `poses` what the camera is to see, the front first."""
        super().__init__(sitter.parent())
        self._enrolment, self._knower, self._sitter, self._jobs = enrolment, knower, sitter, jobs
        self._limits, self._most = limits, most
        self.poses = tuple(poses)[:most]
        self._files: tuple[Kept, ...] = ()
        self._user_id = ""
        self._terms_read: Terms | None = None
        self._asked = object()
        sitter.changed.connect(self.sat)
        sitter.failed.connect(self.failed)

    @property
    def sitting(self) -> Sitting | None:
        """None where the pictures are those of files."""
        return self._sitter.sitting

    @property
    def looking(self) -> bool:
        """Whether a frame is being looked at, off this thread."""
        return self._sitter.looking

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the newest frame."""
        return self._sitter.size

    @property
    def kept(self) -> tuple[Kept, ...]:
        """None of a sitting without a front picture."""
        if self.sitting is None:
            return self._files
        shots = self.sitting.shots if self.sitting.shot(Pose.FRONT) else ()
        return tuple(Kept(TITLES[shot.pose], shot) for shot in shots if shot.pose is not None)

    @property
    def enrolled_as(self) -> str | None:
        """The name of whoever is enrolled under this user_id; None where nobody is, or it cannot be told."""
        try:
            return self._knower.gallery.name_of(self._user_id)
        except DoorwardError:
            return None

    def lookalike(self) -> Candidate | None:
        """Who is enrolled under another user_id and close to these pictures."""
        terms = self._terms_read if self.sitting is None else self.sitting.terms
        return None if terms is None else lookalike([one.portrait for one in self.kept], terms)

    def sit(self, user_id: str) -> None:
        """Begins at the camera."""
        self.forget()
        self._user_id = user_id
        self._sitter.begin(self._terms)

    def add(self, user_id: str, paths: Sequence[Path]) -> None:
        """Reads files, off this thread; `read` or `failed` says that it is done."""
        self._sitter.end()
        self._user_id, self._asked = user_id, object()
        try:
            terms, model = self._terms(), self._knower.model
            self._terms_read = terms
        except DoorwardError as error:
            self.failed.emit(str(error))
            return
        call = partial(read, list(paths), model, terms, room=self._most - len(self._files), most=self._most)
        self._jobs.run(self, call, partial(self._was_read, self._asked), partial(self._was_not, self._asked))

    def again(self, place: int) -> None:
        """The picture at `place` is taken again; a file's is taken away."""
        if self.sitting is None:
            self._files = self._files[:place] + self._files[place + 1 :]
        else:
            self._sitter.retake(self.poses[place])

    def pause(self) -> None:
        """What is kept stays as it is until one is taken again."""
        self._sitter.pause()

    def forget(self) -> None:
        self._sitter.end()
        self._files, self._asked, self._terms_read = (), object(), None

    def store(self, draft: Draft, *, replace: bool) -> None:
        """Hands them to enrolment, off this thread; `stored` or `refused` says what came of it."""
        pictures = [Picture(one.title, one.portrait.crop) for one in self.kept]
        call = partial(self._enrolment.enrol, draft.user_id, draft.name, pictures)
        call = partial(call, replace=replace, consent=draft.consent)
        self._jobs.run(self, call, partial(self.stored.emit, draft), partial(self.refused.emit, draft))

    def _terms(self) -> Terms:
        """What enrolment will ask of the pictures. Raises ModelUnavailable, StoreUnavailable."""
        threshold = self._knower.rules.threshold
        try:
            gallery = self._knower.gallery
        except ModelMismatch:
            gallery = None  # enrolling again is the way out of it, see core.enrolment
        return Terms(self._user_id, threshold, SAME_PERSON * threshold, self._limits, gallery, self.poses)

    def _was_read(self, asked: object, result: Read) -> None:
        if asked is self._asked:
            self._files += result.kept
            self.read.emit(result.refusals)

    def _was_not(self, asked: object, error: DoorwardError) -> None:
        if asked is self._asked:
            self.failed.emit(str(error))
