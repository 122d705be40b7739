"""Is this face fit to be matched, fit to be enrolled? Pure, with stable reason codes."""

from core.domain import Face, Reason


def unfit(face: Face, shape: tuple[int, ...], min_face_px: int) -> Reason | None:
    """Why `face`, in a picture of `shape` (height, width, …), is not fit to be recognised; None where it is."""
    if face.width < min_face_px:
        return Reason.TOO_FAR
    height, width = shape[:2]
    x, y = face.landmarks[:, 0], face.landmarks[:, 1]
    if x.min() < 0 or y.min() < 0 or x.max() >= width or y.max() >= height:
        return Reason.PARTLY_HIDDEN
    return None
