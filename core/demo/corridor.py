"""The corridor that the demo's people come along, in one-point perspective."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.demo.drawing import Pen, bgr, oval
from core.demo.people import Point
from core.domain import Image
from core.opencv import cv2

HORIZON = 0.40  # heights of the picture: where everybody's eyes are, at whatever distance
WALL, FLOOR, CEILING, RAIL = 4.6, 5.05, -3.6, 1.9  # face widths from the line of sight
END, DOOR = 0.045, 1.0  # how wide a face is, in heights of the picture, at the far end and this side of the door
LAMPS = ((0.05, 0.058), (0.072, 0.088), (0.118, 0.16), (0.25, 0.42))

Corner = tuple[float, float, float]
"""Face widths to the right and below the line of sight, and a face's width at that distance."""


def draw_corridor(width: int, height: int) -> Image:
    """An empty corridor, BGR (height, width, 3); drawn twice as large and then shrunk and blurred a little."""
    image = np.zeros((2 * height, 2 * width, 3), np.uint8)
    _shell(image)
    _far_end(image)
    for side in (-1, 1):
        _wall(image, side)
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), height / 480)
    return (soft * _vignette(width, height)).astype(np.uint8)


def _shell(image: Image) -> None:
    _quad(
        image, [(-WALL, CEILING, END), (WALL, CEILING, END), (WALL, CEILING, DOOR), (-WALL, CEILING, DOOR)], "#f3ede2"
    )
    for near, far in LAMPS:
        _quad(image, [(-1, CEILING, near), (1, CEILING, near), (1, CEILING, far), (-1, CEILING, far)], "#fffdf4")
    planks = np.linspace(-WALL, WALL, 13)
    for i, (left, right) in enumerate(pairwise(planks)):
        colour = "#d8b489" if i % 2 else "#d2ac80"
        _quad(image, [(left, FLOOR, END), (right, FLOOR, END), (right, FLOOR, DOOR), (left, FLOOR, DOOR)], colour)
    for reach, colour in ((2.1, "#c9694f"), (1.9, "#f0dcc0"), (1.75, "#c9694f")):
        _quad(image, [(-reach, FLOOR, 0.05), (reach, FLOOR, 0.05), (reach, FLOOR, DOOR), (-reach, FLOOR, DOOR)], colour)


def _far_end(image: Image) -> None:
    _pane(image, (-WALL, CEILING, WALL, FLOOR), "#e9dfcf")
    _pane(image, (-WALL, RAIL, WALL, FLOOR), "#a9c6bd")
    _pane(image, (-2.7, -2.2, 2.7, FLOOR), "#8a6a4a")
    for side in (-1, 1):
        left, right = sorted((side * 0.15, side * 2.4))
        _pane(image, (left, -1.9, right, 1.6), "#bfe3ee")
        _pane(image, (left, 0.5, right, 1.6), "#9cc98c")
        _pane(image, (left, 1.9, right, 4.8), "#a07c57")


def _wall(image: Image, side: int) -> None:
    x = side * WALL
    upper, lower = ("#ebe1d1", "#a3c2b9") if side < 0 else ("#e4d9c7", "#9abbb1")
    _side(image, x, (CEILING, FLOOR), (END, DOOR), upper)
    _side(image, x, (RAIL, FLOOR), (END, DOOR), lower)
    _side(image, x, (RAIL - 0.12, RAIL), (END, DOOR), "#fbf7ee")
    _side(image, x, (FLOOR - 0.4, FLOOR), (END, DOOR), "#fbf7ee")
    pictures = ((0.062, 0.08, "#e2a35c"), (0.125, 0.165, "#6fa3b5")) if side < 0 else ((0.075, 0.1, "#d98a7a"),)
    for far, near, colour in pictures:
        _side(image, x, (-1.9, 0.6), (far, near), "#6b5240")
        _side(image, x, (-1.7, 0.4), (far * 1.02, near * 0.98), "#fbf3e2")
        _side(image, x, (-0.6, 0.4), (far * 1.02, near * 0.98), colour)
    if side > 0:
        _side(image, x, (-2.2, FLOOR), (0.15, 0.23), "#7c5d41")
        _side(image, x, (-2.0, FLOOR), (0.153, 0.225), "#a07c57")
    else:
        _plant(image)


def _plant(image: Image) -> None:
    height, width = image.shape[:2]
    size = 0.105 * height
    top = (width / 2 - 3.5 * size, HORIZON * height + 3.7 * size)
    for i, lean in enumerate((-52, 50, -30, 28, -8, 12)):
        Pen(image, top, size, lean).fill(oval((0, -1.3, 0.34, 1.35)), "#5f9a62" if i % 2 else "#4f8756")
    pot = np.array([(-0.7, -0.1), (0.7, -0.1), (0.5, FLOOR - 3.7), (-0.5, FLOOR - 3.7)])
    Pen(image, top, size).fill(pot, "#d98a5f")


def draw_shadow(image: Image, centre: Point, face_width: float) -> None:
    """A soft shadow on the floor below somebody whose head is at `centre`, in pixels."""
    x, y = round(centre[0]), round(centre[1] + FLOOR * face_width)
    across, down = round(0.9 * face_width), round(0.22 * face_width)
    left, top = max(x - across, 0), max(y - down, 0)
    floor = image[top : y + down, left : x + across]
    if floor.size:
        shadow = cv2.ellipse(
            floor.copy(), (x - left, y - top), (across, down), 0, 0, 360, (60, 70, 80), -1, cv2.LINE_AA
        )
        cv2.addWeighted(shadow, 0.3, floor, 0.7, 0, dst=floor)


def _pane(image: Image, box: tuple[float, float, float, float], colour: str) -> None:
    """A rectangle on the far wall: left, top, right, bottom."""
    left, top, right, bottom = box
    _quad(image, [(left, top, END), (right, top, END), (right, bottom, END), (left, bottom, END)], colour)


def _side(image: Image, x: float, span: Point, depth: Point, colour: str) -> None:
    """A rectangle on the wall at `x`: from top to bottom, from far to near."""
    (top, bottom), (far, near) = span, depth
    _quad(image, [(x, top, far), (x, top, near), (x, bottom, near), (x, bottom, far)], colour)


def _quad(image: Image, corners: list[Corner], colour: str) -> None:
    height, width = image.shape[:2]
    points = [(width / 2 + x * size * height, (HORIZON + y * size) * height) for x, y, size in corners]
    cv2.fillPoly(image, [np.rint(points).astype(np.int32)], bgr(colour), cv2.LINE_AA)


def _vignette(width: int, height: int) -> NDArray[np.float64]:
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return (1 - 0.16 * (x**2 + y**2))[..., None]
