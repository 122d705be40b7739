"""A camera and a face model that need no hardware, no network and no download: cartoon people who walk up."""

from core.demo.camera import DemoCamera
from core.demo.drawing import STANDING, Pose, draw_person
from core.demo.model import DEMO_THRESHOLD, DemoFaceModel
from core.demo.people import DEMO_PEOPLE, DemoPerson
from core.demo.portraits import portraits, write_portraits

__all__ = [
    "DEMO_PEOPLE",
    "DEMO_THRESHOLD",
    "STANDING",
    "DemoCamera",
    "DemoFaceModel",
    "DemoPerson",
    "Pose",
    "draw_person",
    "portraits",
    "write_portraits",
]
