"""The operator's page that enrols somebody who stands before the camera."""

from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from core.camera import LatestFrame
from core.domain import Image, Scene
from core.enrolment import Enrolment, Picture
from core.errors import DoorwardError, FaceLimitReached, InvalidField
from kiosk import theme
from kiosk.controls import Notice, button, column, field, label, restyle, row
from kiosk.glyphs import paint_cross
from kiosk.jobs import Jobs
from kiosk.video import Video, as_qimage

THUMBNAIL = QSize(88, 66)
CROSS = 20
LARGEST = QSize(1000, 640)
INVITE = "Take up to {} pictures: from the front, then slightly from the left and the right."


class EnrolDialog(QDialog):
    """Who, and up to `most` pictures from the live camera. The pictures are forgotten when it closes."""

    def __init__(
        self, enrolment: Enrolment, latest: LatestFrame, jobs: Jobs, *, mirror: bool, most: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Enrol")
        self._enrolment, self._latest, self._jobs, self._most = enrolment, latest, jobs, most
        self._images: list[Image] = []
        self.video = Video(latest, mirror=mirror, verdicts=False)
        self.user_id, self.name = field("User ID", longest=64), field("Name", longest=255)
        self._fields = {"user_id": self.user_id, "name": self.name}
        self.thumbnails = [self._thumbnail(place) for place in range(most)]
        self.notice = Notice()
        self.take = button("&Take picture", self._take)
        self.replace = button("&Replace the stored faces", partial(self._enrol, replace=True))
        self.close_button = button("&Close", self.reject)
        self.enrol = button("&Enrol", partial(self._enrol, replace=False), look="primary")
        self._lay_out(parent)
        self.replace.hide()
        self._show_pictures()
        self.user_id.setFocus()

    def show_scene(self, scene: Scene) -> None:
        self.video.show_scene(scene)

    def done(self, result: int) -> None:
        self._images.clear()
        self._show_pictures()
        super().done(result)

    def _lay_out(self, parent: QWidget) -> None:
        left = column(self.video, self.take, row(*self.thumbnails))
        left.setStretch(0, 1)
        form = column(
            label("Enrol a person", look="heading"),
            label("&User ID", look="small", buddy=self.user_id),
            self.user_id,
            label("&Name", look="small", buddy=self.name),
            self.name,
            self.notice,
            self.replace,
            None,
            row(self.close_button, self.enrol),
        )
        whole = row(left, form, gap=theme.WIDE)
        whole.setStretch(0, 3)
        whole.setStretch(1, 2)
        whole.setContentsMargins(theme.ROOM, theme.ROOM, theme.ROOM, theme.ROOM)
        self.setLayout(whole)
        self.resize(parent.size().boundedTo(LARGEST))

    def _thumbnail(self, place: int) -> QPushButton:
        thumbnail = button("", partial(self._drop, place), look="thumbnail")
        thumbnail.setIconSize(THUMBNAIL)
        return thumbnail

    def _take(self) -> None:
        frame = self._latest.peek()
        if frame is None:
            self.notice.bad("There is no picture from the camera. Check its cable.")
            return
        self._images.append(frame.image)
        self.notice.clear()
        self._show_pictures()

    def _drop(self, place: int, *_: object) -> None:
        del self._images[place]
        self.notice.clear()
        self._show_pictures()

    def _show_pictures(self) -> None:
        for place, thumbnail in enumerate(self.thumbnails):
            there = place < len(self._images)
            thumbnail.setEnabled(there)
            thumbnail.setIcon(_icon(self._images[place]) if there else QIcon())
            thumbnail.setAccessibleName(
                f"{picture_name(place)}, remove it" if there else f"{picture_name(place)}, not taken yet"
            )
            thumbnail.setToolTip(thumbnail.accessibleName())
            restyle(thumbnail, "thumbnail")
        self.take.setEnabled(len(self._images) < self._most)
        self.enrol.setEnabled(bool(self._images))
        if not self._images and not self.notice.text():
            self.notice.plain(INVITE.format(self._most))

    def _enrol(self, *_: object, replace: bool) -> None:
        """Off this thread: the model takes its time."""
        pictures = [Picture(picture_name(place), image) for place, image in enumerate(self._images)]
        call = partial(self._enrolment.enrol, self.user_id.text(), self.name.text(), pictures, replace=replace)
        self._allow(enrolling=False)
        self._mark(None)
        self.notice.plain("One moment…")
        self._jobs.run(self, call, self._stored, self._refused)

    def _stored(self, faces: int) -> None:
        who = self.user_id.text().strip()
        self._images.clear()
        self.user_id.clear()
        self.name.clear()
        self.notice.good(f"{who} is enrolled: {faces} face{'' if faces == 1 else 's'} stored.")
        self._allow(enrolling=True)
        self.user_id.setFocus()

    def _refused(self, error: DoorwardError) -> None:
        self.notice.bad(str(error))
        self._allow(enrolling=True)
        self.enrol.setFocus()
        self._mark(error)
        self.replace.setVisible(isinstance(error, FaceLimitReached))

    def _allow(self, *, enrolling: bool) -> None:
        for widget in (self.user_id, self.name, self.take, self.enrol, *self.thumbnails):
            widget.setEnabled(enrolling)
        self.replace.hide()
        if enrolling:
            self._show_pictures()

    def _mark(self, error: DoorwardError | None) -> None:
        """Frames the field or the picture that `error` is about, in red."""
        for widget in self._fields.values():
            restyle(widget, "field")
        if isinstance(error, InvalidField) and error.field in self._fields:
            concerned = self._fields[error.field]
            restyle(concerned, "bad")
            concerned.setFocus()
            self.notice.bad(str(error).replace(error.field, concerned.accessibleName(), 1))
        place = concerned_picture(str(error), len(self._images))
        if place is not None:
            restyle(self.thumbnails[place], "bad")


def picture_name(place: int) -> str:
    return f"Picture {place + 1}"


def concerned_picture(message: str, pictures: int) -> int | None:
    """Which picture `message` is about: it then begins with the picture's name."""
    return next((place for place in range(pictures) if message.startswith(f"{picture_name(place)}:")), None)


def _icon(image: Image) -> QIcon:
    """The middle of the picture, with a cross: pressing it takes the picture away."""
    area = QRect(QPoint(0, 0), THUMBNAIL)
    filling = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    picture = as_qimage(image).scaled(THUMBNAIL, filling, Qt.TransformationMode.SmoothTransformation)
    area.moveCenter(picture.rect().center())
    pixmap = QPixmap.fromImage(picture.copy(area))
    painter = QPainter(pixmap)
    paint_cross(painter, QRectF(THUMBNAIL.width() - CROSS - 4, 4, CROSS, CROSS), theme.SHADOW, theme.OTHERS)
    painter.end()
    return QIcon(pixmap)
