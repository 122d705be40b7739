"""What stands on every operator's page as long as a photograph can open the door."""

from PySide6.QtWidgets import QDialog

from core.settings import LivenessSettings
from kiosk.controls import label

PHOTOGRAPH = "A photograph can open this door: liveness is {}."


def standing(liveness: LivenessSettings) -> str:
    """The sentence; empty where liveness is enforced."""
    if liveness.enforced:
        return ""
    return PHOTOGRAPH.format("off" if liveness.mode == "off" else "only observed")


def put_up(notice: str, page: QDialog) -> None:
    """Puts `notice` over all else on `page`, from edge to edge."""
    layout = page.layout()
    if notice and layout is not None:
        layout.setMenuBar(label(notice, look="standing"))
