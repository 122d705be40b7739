"""Cartoon people, drawn flat with outlines of one ink: what the demo's camera sees and its model tells apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.demo.people import DemoPerson, Oval, Point
from core.domain import Image
from core.opencv import cv2

Points = NDArray[np.float64]
"""(N, 2), in face widths, the head's centre at the origin."""

INK = "#38279b"  # outlines; nothing else that is drawn has its hue, so that a head is found by its ring of it
LINE = 0.05
HEAD: Oval = (0.0, 0.0, 0.5, 0.58)
FACE: Oval = (0.0, 0.0, 0.5 - LINE, 0.58 - LINE)
EYE_X, EYE_Y, NOSE_Y, MOUTH_X, MOUTH_Y = 0.2, -0.04, 0.17, 0.15, 0.335
LANDMARKS = np.array([(-EYE_X, EYE_Y), (EYE_X, EYE_Y), (0, NOSE_Y), (-MOUTH_X, MOUTH_Y), (MOUTH_X, MOUTH_Y)])
"""Both eyes, the nose, the mouth's corners."""
DETAIL = "#33292a"
SHIFT = 4  # bits of a pixel's fraction that cv2 draws with


@dataclass(frozen=True, slots=True)
class Pose:
    """`tilt` of the head in degrees, `step` -1 to 1 of the walk, and whether the eyes are shut."""

    tilt: float = 0.0
    step: float = 0.0
    blink: bool = False


STANDING = Pose()


class Pen:
    """Draws flat shapes, given in face widths, around `centre` of `image`; `width`: a face's, in pixels."""

    def __init__(self, image: Image, centre: Point, width: float, tilt: float = 0.0) -> None:
        self._image, self._centre, self._width, self._tilt = image, centre, width, tilt

    def fill(self, shape: Points, colour: str, *, outline: bool = False) -> None:
        if outline:
            self.stroke(np.vstack([shape, shape[:1]]), INK, 2 * LINE)
        cv2.fillPoly(self._image, [self._pixels(shape)], bgr(colour), cv2.LINE_AA, SHIFT)

    def stroke(self, line: Points, colour: str, width: float, *, outline: bool = False) -> None:
        if outline:
            self.stroke(line, INK, width + 2 * LINE)
        thickness = max(1, round(width * self._width))
        cv2.polylines(
            self._image,
            [self._pixels(line)],
            isClosed=False,
            color=bgr(colour),
            thickness=thickness,
            lineType=cv2.LINE_AA,
            shift=SHIFT,
        )

    def _pixels(self, points: Points) -> NDArray[np.int32]:
        pixels = placed(points, self._centre, self._width, self._tilt)
        return np.rint(pixels * (1 << SHIFT)).astype(np.int32)


def placed(points: Points, centre: Point, width: float, tilt: float = 0.0) -> Points:
    """`points` in pixels, for a head at `centre` that is `width` pixels wide and tilted by `tilt` degrees."""
    angle = np.deg2rad(tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(np.array(centre) + points @ turn * width)


def draw_person(image: Image, person: DemoPerson, centre: Point, face_width: float, pose: Pose = STANDING) -> None:
    """Draws `person` into `image`, `centre` (x, y) being the head's and `face_width` its width, in pixels."""
    body = Pen(image, centre, face_width)
    head = Pen(image, centre, face_width, pose.tilt)
    _hair(head, person)
    _body(body, person, pose)
    _head(head, person)
    _features(head, person, pose)


def _hair(pen: Pen, person: DemoPerson) -> None:
    for shape in person.hair:
        pen.fill(oval(shape), person.hair_colour, outline=True)
    for shape in person.hair:
        pen.fill(oval(shape), person.hair_colour)


def _body(pen: Pen, person: DemoPerson, pose: Pose) -> None:
    for side in (-1, 1):
        lift = max(0.0, side * pose.step) * 0.35
        pen.fill(oval((side * 0.29, 4.92 - lift, 0.22, 0.12)), DETAIL, outline=True)
        pen.stroke(np.array([(side * 0.24, 2.6), (side * 0.26, 4.8 - lift)]), person.trousers, 0.38, outline=True)
        swing = side * pose.step * 0.12
        pen.fill(oval((side * 0.86, 2.55 + swing, 0.13, 0.17)), person.skin, outline=True)
        pen.stroke(np.array([(side * 0.62, 1.08), (side * 0.84, 2.3 + swing)]), person.shirt, 0.3, outline=True)
    shirt = [(-0.26, 0.7), (-0.7, 0.94), (-0.6, 1.9), (-0.5, 2.72), (0, 2.78)]
    pen.fill(blob([*shirt, *[(-x, y) for x, y in shirt[-2::-1]]]), person.shirt, outline=True)
    neck = [(-0.19, 0.4), (-0.21, 0.78), (0, 0.98), (0.21, 0.78), (0.19, 0.4)]
    pen.fill(blob(neck), shade(person.skin), outline=True)


def _head(pen: Pen, person: DemoPerson) -> None:
    for side in (-1, 1):
        pen.fill(oval((side * 0.49, 0.02, 0.1, 0.13)), person.skin, outline=True)
        if person.earrings:
            pen.fill(oval((side * 0.53, 0.24, 0.06, 0.06)), person.earrings, outline=True)
    pen.fill(oval(HEAD), INK)
    pen.fill(oval(FACE), person.skin)
    for side in (-1, 1):
        pen.fill(oval((side * 0.27, 0.19, 0.1, 0.07)), blend(person.skin, "#e8604c", 0.3))
    pen.fill(within_face(blob([*person.fringe, (0.9, -0.9), (-0.9, -0.9)])), person.hair_colour)


def _features(pen: Pen, person: DemoPerson, pose: Pose) -> None:
    if person.beard:
        _beard(pen, person.beard)
    for side in (-1, 1):
        _eye(pen, person, side, shut=pose.blink)
    pen.stroke(arc((0, NOSE_Y - 0.05, 0.06, 0.05), 20, 160), shade(shade(person.skin)), 0.03)
    pen.fill(arc((0, MOUTH_Y - 0.05, MOUTH_X, 0.14), 20, 160), "#8c2f3a")
    pen.fill(arc((0, MOUTH_Y - 0.05, MOUTH_X * 0.9, 0.085), 32, 148), "#ffffff")


def _beard(pen: Pen, colour: str) -> None:
    cheek = [(-0.6, 0.1), (-0.42, 0.16), (-0.3, 0.27), (-0.12, 0.225), (0, 0.245)]
    edge = [*cheek, *[(-x, y) for x, y in cheek[-2::-1]]]
    pen.fill(within_face(blob([*edge, (0.7, 0.9), (-0.7, 0.9)])), colour)


def _eye(pen: Pen, person: DemoPerson, side: int, *, shut: bool) -> None:
    x = side * EYE_X
    pen.stroke(arc((x, EYE_Y - 0.09, 0.105, 0.07), 215, 325), shade(person.hair_colour), 0.035)
    if shut:
        pen.stroke(arc((x, EYE_Y, 0.085, 0.05), 15, 165), DETAIL, 0.03)
    else:
        pen.fill(oval((x, EYE_Y, 0.088, 0.1)), "#ffffff")
        pen.fill(oval((x, EYE_Y + 0.01, 0.062, 0.07)), person.eyes)
        pen.fill(oval((x, EYE_Y + 0.01, 0.034, 0.04)), DETAIL)
        pen.fill(oval((x + 0.022, EYE_Y - 0.02, 0.016, 0.018)), "#ffffff")
    if person.glasses:
        pen.stroke(oval((x, EYE_Y, 0.155, 0.145)), person.glasses, 0.03)
        pen.stroke(np.array([(side * 0.355, EYE_Y), (side * 0.44, EYE_Y - 0.03)]), person.glasses, 0.03)
        pen.stroke(np.array([(0, EYE_Y - 0.02), (side * 0.045, EYE_Y)]), person.glasses, 0.03)


def oval(shape: Oval) -> Points:
    return arc(shape, 0, 360)


def arc(shape: Oval, start: float, end: float) -> Points:
    """Along an oval, in degrees from the right, clockwise as seen."""
    x, y, across, down = shape
    angles = np.deg2rad(np.linspace(start, end, 73))
    return np.column_stack([x + across * np.cos(angles), y + down * np.sin(angles)])


def blob(corners: Sequence[Point]) -> Points:
    """A closed, smooth curve through all of `corners` (Catmull-Rom)."""
    p1 = np.array(corners, np.float64)
    p0, p2, p3 = np.roll(p1, 1, 0), np.roll(p1, -1, 0), np.roll(p1, -2, 0)
    t = np.linspace(0, 1, 32, endpoint=False)[:, None, None]
    curve = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    return (curve / 2).transpose(1, 0, 2).reshape(-1, 2)


def within_face(shape: Points) -> Points:
    """`shape` with whatever stands out of the face drawn back to its edge."""
    reach = np.linalg.norm(shape / FACE[2:], axis=1, keepdims=True)
    return np.asarray(shape / np.maximum(reach, 1.0))


def bgr(colour: str) -> tuple[int, int, int]:
    """#rrggbb as OpenCV's blue, green, red."""
    red, green, blue = bytes.fromhex(colour[1:])
    return blue, green, red


def shade(colour: str) -> str:
    return blend(colour, "#1a1210", 0.16)


def blend(colour: str, other: str, share: float) -> str:
    mixed = (1 - share) * np.array(bgr(colour)) + share * np.array(bgr(other))
    return "#" + bytes(np.rint(mixed[::-1]).astype(np.uint8)).hex()
