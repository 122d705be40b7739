"""From the bytes of a file to a picture, or to a clear refusal."""

import re
from io import BytesIO

import numpy as np
import PIL.Image
from PIL.Image import Transpose

from core.domain import Image
from core.errors import ImageTooLarge, ImageUnreadable, InputError, TooManyBytes

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 40_000_000
MAX_SCANS = 64  # of a JPEG; cameras and programs make 1 to 20, and each costs a pass over all pixels
MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)  # of those that a length follows, or the end
START_OF_SCAN, END_OF_IMAGE = b"\xda", b"\xd9"
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypmif1", b"ftypmsf1")
ORIENTATION = 0x0112  # EXIF
UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
PIL.Image.MAX_IMAGE_PIXELS = None  # MAX_PIXELS is stricter, and is asked before Pillow would only warn


def decode_image(data: bytes, name: str) -> Image:
    """The picture in the file `name` of content `data`, upright, BGR, transparency on white.

    JPEG, PNG, WebP, BMP and GIF. Raises ImageUnreadable, TooManyBytes over 10 MiB, and ImageTooLarge over 40
    megapixels or 64 scans, before it is decoded.
    """
    if len(data) > MAX_BYTES:
        raise TooManyBytes(f"{name} has more than {MAX_BYTES // 2**20} MiB. Send a smaller one.")
    if data[4:12] in HEIC:
        raise ImageUnreadable(f"{name} is a HEIC picture, which is not read here. Convert it to JPEG.")
    try:
        return _decode(data, name)
    except InputError:
        raise
    except Exception as error:  # over broken files Pillow raises a dozen kinds
        raise ImageUnreadable(f"{name} is not a whole JPEG, PNG, WebP, BMP or GIF picture. Send another.") from error


def _decode(data: bytes, name: str) -> Image:
    picture = PIL.Image.open(BytesIO(data), formats=FORMATS)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ImageTooLarge(f"{name} is {width} x {height} pixels; {MAX_PIXELS // 10**6} megapixels are the most.")
    if picture.format in ("JPEG", "MPO") and _scans(data) > MAX_SCANS:  # a minute's work in a few KiB
        raise ImageTooLarge(f"{name} is a JPEG of more than {MAX_SCANS} scans. Save it anew with any program.")
    if getattr(picture, "is_animated", False) and picture.format != "MPO":  # MPO: a phone's JPEG with a second one
        raise ImageUnreadable(f"{name} is animated. Send a still picture.")
    PIL.Image.open(BytesIO(data), formats=FORMATS).verify()
    picture.load()
    return _bgr(_upright(picture))


def _scans(data: bytes) -> int:
    """In how many scans the JPEG's pixels come; those of a thumbnail or of what follows it do not count."""
    scans, at = 0, 2
    while (marker := MARKER.search(data, at)) and marker[1] != END_OF_IMAGE:
        scans += marker[1] == START_OF_SCAN
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans


def _upright(picture: PIL.Image.Image) -> PIL.Image.Image:
    try:
        turn = UPRIGHT.get(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - broken EXIF, of which there are many kinds, beside a sound picture
        return picture
    return picture if turn is None else picture.transpose(turn)


def _bgr(picture: PIL.Image.Image) -> Image:
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip to 8
        picture = PIL.Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = PIL.Image.alpha_composite(PIL.Image.new("RGBA", picture.size, "white"), picture)
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[..., ::-1])
