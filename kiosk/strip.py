"""The status strip below the picture: what an operator wants to know at a glance, and the way in for them."""

from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from core.config import DEMO, ApiSettings
from core.domain import Phase, Scene
from core.errors import CameraUnavailable, ModelUnavailable, Unavailable
from core.recogniser import Recogniser
from kiosk import theme
from kiosk.apiprocess import ApiPhase, ApiState
from kiosk.controls import button, row

LOOK_MS = 1000
NAME_LENGTH = 20


class Health(Enum):
    """A lamp's colour, and its shape: a disc, a ring, a square."""

    WELL = theme.GOOD
    IDLE = theme.INK_SOFT
    ILL = theme.BAD


API_HEALTH = {
    ApiPhase.OFF: Health.IDLE,
    ApiPhase.STARTING: Health.IDLE,
    ApiPhase.RUNNING: Health.WELL,
    ApiPhase.TAKEN: Health.ILL,
    ApiPhase.RESTARTING: Health.ILL,
}


class Lamp(QWidget):
    """A sign beside a status. The words say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(12, 12)
        self._health = Health.IDLE

    def show_health(self, health: Health) -> None:
        self._health = health
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._health.value)
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setPen(colour)
        painter.setBrush(colour if self._health is not Health.IDLE else Qt.BrushStyle.NoBrush)
        if self._health is Health.ILL:
            painter.drawRect(area)
        else:
            painter.drawEllipse(area)
        painter.end()


class Status(QWidget):
    """A lamp and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._lamp = Lamp()
        self._label = QLabel(text, textFormat=Qt.TextFormat.PlainText)
        whole = row(self._lamp, self._label)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)

    @property
    def text(self) -> str:
        return self._label.text()

    def say(self, text: str, health: Health) -> None:
        self._label.setText(text)
        self._lamp.show_health(health)


class Strip(QFrame):
    """Gallery, API and camera, each with its state; the operator's buttons."""

    enrol_wanted = Signal()
    pack_wanted = Signal()

    def __init__(
        self,
        recogniser: Recogniser,
        source: int | str,
        api: ApiSettings,
        *,
        fetchable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`fetchable`: whether the configured model pack is one that can be downloaded."""
        super().__init__(parent)
        self.setObjectName("strip")
        self._recogniser = recogniser
        self._source = camera_name(source)
        self._address = api
        self._fetchable = fetchable
        self.gallery, self.api, self.camera = Status("Faces"), Status("API"), Status(self._source)
        self.enrol_button = button("&Enrol", self.enrol_wanted.emit, look="primary")
        self.pack_button = button("&Get the model…", self.pack_wanted.emit)
        whole = row(self.gallery, self.api, self.camera, None, self.pack_button, self.enrol_button, gap=theme.WIDE)
        whole.setContentsMargins(theme.ROOM, theme.GAP, theme.ROOM, theme.GAP)
        self.setLayout(whole)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.show_api(ApiState(ApiPhase.OFF))
        self.look()

    def look(self) -> None:
        """Asks the recogniser, which answers from memory."""
        fault = None if self._recogniser.loading else self._recogniser.fault
        missing = fault is not None and fault.code == ModelUnavailable.code
        self.pack_button.setVisible(missing and self._fetchable)
        try:
            faces = len(self._recogniser.gallery)
        except Unavailable:
            self.gallery.say("Faces: not loaded", Health.IDLE if self._recogniser.loading else Health.ILL)
        else:
            self.gallery.say("1 face" if faces == 1 else f"{faces} faces", Health.WELL)

    def show_api(self, state: ApiState) -> None:
        self.api.say(api_words(state, self._address), API_HEALTH[state.phase])

    def show_scene(self, scene: Scene) -> None:
        if scene.fault is not None and scene.fault.code == CameraUnavailable.code:
            self.camera.say(f"{self._source}: no picture", Health.ILL)
        elif scene.phase is not Phase.STARTING:
            self.camera.say(self._source, Health.WELL)


def api_words(state: ApiState, settings: ApiSettings) -> str:
    if state.phase is ApiPhase.RUNNING:
        return f"API {settings.host}:{settings.port}"
    if state.phase is ApiPhase.TAKEN:
        return f"API: port {settings.port} is taken"
    if state.phase is ApiPhase.RESTARTING:
        return f"API starts again in {state.wait:g} s"
    return f"API {state.phase}"


def camera_name(source: int | str) -> str:
    """The camera as an operator knows it, in a few letters, and never with a password."""
    if source == DEMO:
        return "Demo camera"
    name = urlsplit(source).hostname or "" if isinstance(source, str) and "://" in source else Path(str(source)).name
    return f"Camera {name if len(name) <= NAME_LENGTH else name[:NAME_LENGTH] + '…'}"
