"""The status strip below the picture: what an operator wants to know at a glance, and the way in for them."""

from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from core.domain import Phase, Scene
from core.errors import CameraUnavailable, ModelUnavailable, Unavailable
from core.recogniser import Recogniser
from core.settings import DEMO, ApiSettings
from core.sight import BLOWN_OUT, COVERED, FROZEN, SLOW
from kiosk import theme
from kiosk.apiprocess import ApiPhase, ApiState
from kiosk.controls import button, row
from kiosk.status import Health, Status

LOOK_MS = 1000
NAME_LENGTH = 20


API_HEALTH = {
    ApiPhase.OFF: Health.IDLE,
    ApiPhase.STARTING: Health.IDLE,
    ApiPhase.RUNNING: Health.WELL,
    ApiPhase.TAKEN: Health.ILL,
    ApiPhase.RESTARTING: Health.ILL,
}
CAMERA_FAULTS = {
    CameraUnavailable.code: "no picture",
    COVERED.code: "covered",
    BLOWN_OUT.code: "dazzled",
    FROZEN.code: "frozen",
    SLOW.code: "too slow",
}
PAUSED = "Paused after too many denials"


class Strip(QFrame):
    """Gallery, API and camera, each with its state, and whether recognition pauses; the operator's buttons."""

    enrol_wanted = Signal()
    pack_wanted = Signal()

    def __init__(
        self,
        recogniser: Recogniser,
        source: int | str,
        api: ApiSettings,
        *,
        fetchable: bool = False,
        look: theme.Look = theme.LIGHT,
        parent: QWidget | None = None,
    ) -> None:
        """`fetchable`: whether the configured model pack is one that can be downloaded."""
        super().__init__(parent)
        self.setObjectName("strip")
        self._recogniser = recogniser
        self._source = camera_name(source)
        self._address = api
        self._fetchable = fetchable
        self.gallery, self.api, self.camera = (Status(words, look) for words in ("Faces", "API", self._source))
        self.camera.yields()  # a narrow screen must have room for the buttons, whatever the camera is called
        self.pause = Status(PAUSED, look)
        self.pause.say(PAUSED, Health.ILL)
        self.pause.hide()
        self.enrol_button = button("&Enrol", self.enrol_wanted.emit, look="primary")
        self.pack_button = button("&Get the model…", self.pack_wanted.emit)
        statuses = row(self.gallery, self.api, self.camera, self.pause, gap=theme.WIDE)
        whole = row(statuses, None, self.pack_button, self.enrol_button, gap=theme.WIDE)
        whole.setContentsMargins(theme.ROOM, theme.GAP, theme.ROOM, theme.GAP)
        self.setLayout(whole)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.show_api(ApiState(ApiPhase.OFF))
        self.look()

    def look(self) -> None:
        """Asks the recogniser, which answers from memory."""
        self.pack_button.setVisible(self._fetchable and self._pack_missing())
        try:
            faces = len(self._recogniser.gallery)
        except Unavailable:
            self.gallery.say("Faces: not loaded", Health.IDLE if self._recogniser.loading else Health.ILL)
        else:
            self.gallery.say("1 face" if faces == 1 else f"{faces} faces", Health.WELL)

    def show_api(self, state: ApiState) -> None:
        self.api.say(api_words(state, self._address), API_HEALTH[state.phase])

    def show_scene(self, scene: Scene) -> None:
        self.pause.setVisible(scene.phase is Phase.PAUSED)
        code = scene.fault.code if scene.fault is not None else None
        if code in CAMERA_FAULTS:
            self.camera.say(f"{self._source}: {CAMERA_FAULTS[code]}", Health.ILL)
        elif code is not None:
            self.camera.say(self._source, Health.IDLE)  # another's fault may hide the camera's
        elif scene.phase is not Phase.STARTING:
            self.camera.say(self._source, Health.WELL)

    def _pack_missing(self) -> bool:
        """Whether the face pack is. The fault does not tell: that of a missing liveness model may have its code."""
        if self._recogniser.loading:
            return False
        try:
            _ = self._recogniser.model
        except Unavailable as error:
            return isinstance(error, ModelUnavailable)
        return False


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
