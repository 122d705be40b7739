"""What tests of the door's screen share: scenes of each kind, a clock that stands still, what is seen."""

import numpy as np
from PySide6.QtGui import QColor, QImage

from core.camera import LatestFrame
from core.domain import Reason, Turn
from core.errors import CameraUnavailable, DoorFailed, ModelUnavailable, StoreUnavailable
from core.scene import Fault, Phase, Scene
from core.sight import COVERED
from kiosk import theme
from kiosk.bar import Bar
from kiosk.language import LANGUAGES
from kiosk.oval import Oval
from kiosk.video import Video
from kiosk.window import Window

LONG_NAME = "Maximiliane-Alexandra von Hohenstein-Weißenfels zu Oberthal"
SIZE, NEAR = (480, 640), (200.0, 100.0, 300.0, 260.0)
WITH_A_FACE = {"size": SIZE, "boxes": (NEAR,), "subject": NEAR}
FAULTS = (CameraUnavailable, COVERED, DoorFailed, ModelUnavailable, StoreUnavailable)
SCENES = {
    "starting": Scene(Phase.STARTING),
    "idle": Scene(Phase.IDLE),
    "far": Scene(Phase.IDLE, SIZE, (NEAR,), reason=Reason.TOO_FAR),
    "looking": Scene(Phase.LOOKING, **WITH_A_FACE),
    "hidden": Scene(Phase.LOOKING, **WITH_A_FACE, reason=Reason.PARTLY_HIDDEN),
    "straight": Scene(Phase.CHALLENGE, **WITH_A_FACE, asked=Turn.STRAIGHT),
    "left": Scene(Phase.CHALLENGE, **WITH_A_FACE, asked=Turn.LEFT, progress=0.3),
    "granted": Scene(Phase.GRANTED, **WITH_A_FACE, name="Lin"),
    "long name": Scene(Phase.GRANTED, **WITH_A_FACE, name=LONG_NAME),
    "denied": Scene(Phase.DENIED, **WITH_A_FACE, reason=Reason.AMBIGUOUS),
    "challenge failed": Scene(Phase.DENIED, **WITH_A_FACE, reason=Reason.CHALLENGE_FAILED),
    "wrong pin": Scene(Phase.DENIED, reason=Reason.WRONG_PIN),
    "paused": Scene(Phase.PAUSED, wait=24),
    "paused for long": Scene(Phase.PAUSED, wait=3541),
    "paused until tomorrow": Scene(Phase.PAUSED),
    "locked": Scene(Phase.LOCKED),
    **{f"fault {fault.code}": Scene(Phase.FAULT, fault=Fault(fault.code, "For the operator.")) for fault in FAULTS},
}


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def door_window(clock):
    """A window on a camera that gives no picture, whose door stays open for 4 s."""
    video = Video(LatestFrame(), mirror=True, guide=Oval(clock=clock))
    return Window(video, Bar(LANGUAGES), open_seconds=4.0, clock=clock)


def pixels(widget):
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def ground(phase, look=theme.LIGHT):
    return QColor(look.tones[phase].ground).rgb()
