"""Where a face's landmarks belong in the crop that recognisers were trained on. Pure."""

import numpy as np
from numpy.typing import NDArray

CROP = 112
ARCFACE = np.array([(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)])
"""Where the five landmarks lie in the 112 x 112 crop that ArcFace-shaped recognisers were trained on."""


def similarity(source: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """The (2, 3) matrix of the turn, scale and shift that brings `source` (N, 2) nearest to `target` (least squares).

    Not finite where the points of `source` are all in one place.
    """
    z, w = source.astype(np.float64) @ (1, 1j), target.astype(np.float64) @ (1, 1j)
    spread = z - z.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.vdot(spread, w) / np.vdot(spread, spread)
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def hidden_share(landmarks: NDArray[np.floating], shape: tuple[int, ...]) -> float:
    """How much of the crop for `landmarks` (5, 2) lies outside a picture of `shape` (height, width, …), 0 to 1."""
    height, width = shape[:2]
    steps = np.linspace(0, CROP, 12)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    matrix = similarity(ARCFACE, landmarks)
    x, y = (grid @ matrix[:, :2].T + matrix[:, 2]).T
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    return float(1 - inside.mean())
