"""The operator's page that enrols somebody: who, with their consent, then pictures from the camera or from files."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from math import inf
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from core.camera import LatestFrame
from core.domain import Reason
from core.enrolment import SHARPNESS
from core.errors import DoorwardError, FaceLimitReached, FaceOfAnother, InvalidField
from core.quality import Limits
from core.scene import Phase
from core.sitting import Pose, Sitting
from kiosk import theme
from kiosk.console import consent, enrolwords
from kiosk.console.enrolbuttons import EnrolButtons, Question, Step
from kiosk.console.enroldone import Done
from kiosk.console.enrolfiles import choose, paths_of
from kiosk.console.enrolpictures import Pictures
from kiosk.console.enrolwho import Draft, Who
from kiosk.console.portfolio import Enroller, Portfolio
from kiosk.console.sitter import Knower, Sitter
from kiosk.controls import Notice, column, label
from kiosk.jobs import Jobs

LIMITS = Limits(largest=inf, sharpness=SHARPNESS)
"""What `core.enrolment.Enrolment` asks of a face where nothing is configured."""


class EnrolPage(QWidget):
    """Pictures are kept as crops, and forgotten once they are stored, and when the page is left or hidden."""

    attended = Signal(bool)
    """Whether somebody stands at the camera to be enrolled: whom the door had better not let in meanwhile."""

    def __init__(
        self,
        enrolment: Enroller,
        recogniser: Knower,
        latest: LatestFrame,
        jobs: Jobs,
        *,
        mirror: bool,
        most: int,
        consent_text: str = consent.TEXT,
        consent_version: str = consent.VERSION,
        look: theme.Look = theme.LIGHT,
        limits: Limits = LIMITS,
        poses: Sequence[Pose] = tuple(Pose),
        clock: Callable[[], float] = time.monotonic,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`most`: pictures of one enrolment. `limits`: enrolment's own. `poses`: what the camera is to see."""
        super().__init__()
        self._attended = False
        self._draft: Draft | None = None
        self._busy = False
        sitter = Sitter(recogniser, latest, jobs, clock, self)
        self.portfolio = Portfolio(enrolment, recogniser, sitter, jobs, limits=limits, poses=poses, most=most)
        self.heading, self.notice = label("", look="title"), Notice()
        self.who = Who(consent_text, consent_version, utcnow)
        self.pictures = Pictures(latest, mirror=mirror, most=most, look=look)
        self.done = Done(look)
        self.buttons = EnrolButtons(
            back=self._back,
            files=self._choose,
            camera=self._stand,
            store=self._store,
            sure=partial(self._store, sure=True),
            replace=partial(self._store, sure=True, replace=True),
            another=self.forget,
        )
        self._step: QWidget = self.who
        self._steps = QStackedWidget()
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self._go(self.who)

    def for_person(self, user_id: str, name: str) -> None:
        """For more faces of somebody who is enrolled already."""
        self.forget()
        self.who.prefill(user_id, name)
        self.who.begin()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Reads pictures out of files and keeps those that can be used, once it is known who, and that they agree."""
        draft = self._ready()
        if draft is None or not paths:
            return
        self.pictures.to_files(self.portfolio.kept if self.portfolio.sitting is None else ())
        self._go(self.pictures)
        self._offer(busy=True)
        self.notice.plain(enrolwords.READING)
        self.portfolio.add(draft.user_id, paths)

    def forget(self) -> None:
        """All pictures, and whom they are of."""
        self.portfolio.forget()
        self.pictures.forget()
        self.who.forget()
        self._draft = None
        for dialog in self.findChildren(QFileDialog):
            dialog.reject()
        self._go(self.who)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self.forget()
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if paths_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        event.acceptProposedAction()
        self.add_files(paths_of(event.mimeData()))

    def _ready(self) -> Draft | None:
        """Who it is; None, and says what is missing, where that is not known, or where they did not agree."""
        if self._busy or self._step is self.done:
            return None
        if self._step is self.who:
            try:
                self._draft = self.who.draft()
            except InvalidField as error:
                self.notice.bad(self.who.words(error))
                return None
        return self._draft

    def _stand(self) -> None:
        draft = self._ready()
        if draft is not None:
            self.pictures.to_camera(self.portfolio.poses)
            self._go(self.pictures)
            self.portfolio.sit(draft.user_id)
            self._greet()

    def _choose(self) -> None:
        if self._ready() is not None:
            choose(self, self.add_files)

    def _back(self) -> None:
        self.portfolio.forget()
        self.pictures.forget()
        self._go(self.who)

    def _seen(self, sitting: Sitting) -> None:
        self.pictures.show_sitting(sitting, self.portfolio.size)
        self._greet()
        if sitting.guidance is Reason.MATCHED and sitting.twin is not None and self._draft is not None:
            self.notice.bad(enrolwords.taken_by(sitting.twin, self._draft.called))
        self._offer()
        if sitting.wanted is None:
            self.buttons.focus()

    def _read(self, refusals: Sequence[str]) -> None:
        self.pictures.to_files(self.portfolio.kept)
        self._greet()
        if refusals:
            self.notice.bad("\n".join(refusals))
        self._offer()
        self.buttons.focus()

    def _missing(self, why: str) -> None:
        self.pictures.say(enrolwords.NO_PICTURES, Phase.FAULT)
        self.notice.bad(why)
        self._offer()

    def _again(self, place: int) -> None:
        self.portfolio.again(place)
        if self.portfolio.sitting is None:
            self.pictures.to_files(self.portfolio.kept)
        self._greet()
        self._offer()

    def _store(self, *_: object, sure: bool = False, replace: bool = False) -> None:
        if self._draft is None or not self.portfolio.kept:
            return
        self.portfolio.pause()
        other = None if sure else self.portfolio.lookalike()
        if other is not None:
            self.notice.bad(enrolwords.close_to(other, self._draft.called))
            self._offer(Question.TWO_PEOPLE)
            self.buttons.focus()
            return
        self._offer(busy=True)
        self.notice.plain(enrolwords.NOT_YET)
        self.portfolio.store(self._draft, replace=replace)

    def _stored(self, draft: Draft, faces: int) -> None:
        said = enrolwords.done(draft.called, faces)
        if draft is self._draft:
            self.forget()
            self.done.say(said)
            self._go(self.done)
        else:  # the page was left meanwhile
            self.notice.good(said)

    def _refused(self, draft: Draft, error: DoorwardError) -> None:
        self.notice.bad(str(error))
        if draft is not self._draft:
            return
        self._offer(Question.REPLACE if isinstance(error, FaceLimitReached) else None)
        self.buttons.focus()
        self.pictures.mark(str(error).partition(":")[0])
        other = self.portfolio.lookalike() if isinstance(error, FaceOfAnother) else None
        if other is not None:
            self.notice.bad(enrolwords.taken_by(other, draft.called))

    def _greet(self) -> None:
        """What is to be known beforehand, and nothing else."""
        name = self.portfolio.enrolled_as
        if name is not None and self._draft is not None:
            self.notice.plain(enrolwords.ADDING.format(self._draft.user_id, name))
        else:
            self.notice.clear()

    def _go(self, step: QWidget) -> None:
        self._step = step
        self._steps.setCurrentWidget(step)
        named = step is self.pictures and self._draft is not None
        self.heading.setText(self._draft.called if named and self._draft is not None else "")
        self.heading.setVisible(named)
        self.notice.clear()
        self._offer()
        self.who.begin() if step is self.who else self.buttons.focus()

    def _offer(self, question: Question | None = None, *, busy: bool = False) -> None:
        """What can be done now."""
        self._busy = busy
        step = list(Step)[self._steps.currentIndex()]
        kept, at_camera = len(self.portfolio.kept), self.pictures.at_camera
        self.buttons.offer(step, kept, question, busy=busy, at_camera=at_camera)
        self.pictures.setEnabled(not busy)
        self.pictures.strip.setVisible(question is None)  # what is asked is for the operator
        attended = step is not Step.WHO and at_camera
        if attended is not self._attended:
            self._attended = attended
            self.attended.emit(attended)

    def _connect(self) -> None:
        self.portfolio.sat.connect(self._seen)
        self.portfolio.read.connect(self._read)
        self.portfolio.failed.connect(self._missing)
        self.portfolio.stored.connect(self._stored)
        self.portfolio.refused.connect(self._refused)
        self.pictures.again.connect(self._again)

    def _lay_out(self) -> None:
        for step in (self.who, self.pictures, self.done):
            self._steps.addWidget(step)
        whole = column(self.heading, self._steps, self.notice, self.buttons)
        whole.setStretch(1, 1)
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)
