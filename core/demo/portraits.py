"""Pictures of the demo's people, to be enrolled with."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.demo.drawing import Pose, bgr, draw_person
from core.demo.people import DEMO_PEOPLE, DemoPerson
from core.domain import Image
from core.opencv import cv2

SIDE = 400  # pixels
SHOTS = (
    ((200, 190), 170, Pose()),
    ((178, 205), 130, Pose(tilt=5)),
    ((222, 180), 205, Pose(tilt=-4)),
)


def portraits(person: DemoPerson) -> Iterator[Image]:
    """Three pictures of one person alone, each a little different."""
    for centre, width, pose in SHOTS:
        image: Image = np.full((SIDE, SIDE, 3), bgr("#e9dfcf"), np.uint8)
        draw_person(image, person, centre, width, pose)
        yield image


def write_portraits(folder: Path) -> list[Path]:
    """Draws {user_id}-1.png to -3.png of everybody into `folder`, which exists, and says which files they are."""
    written = []
    for person in DEMO_PEOPLE:
        for number, image in enumerate(portraits(person), start=1):
            path = folder / f"{person.user_id}-{number}.png"
            path.write_bytes(cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes())
            written.append(path)
    return written
