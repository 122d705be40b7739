"""From a file's bytes to a picture: upright, whole, and never a surprise."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import (
    ImageTooLarge,
    ImageUnreadable,
    InputError,
    TooManyBytes,
)
from core.pictures import MAX_BYTES, MAX_SCANS, decode_image

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
HOUSE = np.zeros((24, 40, 3), np.uint8)  # RGB, and different however it is turned
HOUSE[:12, :20] = (250, 0, 0)
HOUSE[12:, :20] = (0, 250, 0)
HOUSE[:12, 20:] = (0, 0, 250)


def encoded(picture, kind, **options):
    file = BytesIO()
    picture = PIL.Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    picture.save(file, kind, **options)
    return file.getvalue()


def close(image, rgb, tolerance=12):
    return np.abs(image[..., ::-1].astype(int) - rgb).mean() < tolerance


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_comes_out_as_bgr(kind):
    image = decode_image(encoded(HOUSE, kind), "house")
    assert (image.shape, image.dtype, image.flags.c_contiguous) == ((24, 40, 3), np.uint8, True)
    assert close(image, HOUSE)


TURNED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", TURNED)
def test_it_is_turned_upright_as_exif_says(kind, orientation):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    image = decode_image(encoded(HOUSE, kind, exif=exif), "house")
    assert close(image, TURNED[orientation](HOUSE))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # Pillow says so and goes on
def test_broken_exif_does_not_spoil_a_sound_picture():
    data = encoded(HOUSE, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xffnonsense")
    assert decode_image(data, "house").shape == (24, 40, 3)


@pytest.mark.parametrize(
    ("picture", "kind", "rgb"),
    [
        (PIL.Image.new("L", (8, 8), 90), "PNG", (90, 90, 90)),
        (PIL.Image.new("1", (8, 8), 1), "PNG", (255, 255, 255)),
        (PIL.Image.fromarray(np.full((8, 8), 90 * 256, np.uint16)), "PNG", (90, 90, 90)),
        (PIL.Image.new("RGBA", (8, 8), (200, 10, 30, 255)), "PNG", (200, 10, 30)),
        (PIL.Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG", (255, 255, 255)),
        (PIL.Image.new("LA", (8, 8), (0, 0)), "PNG", (255, 255, 255)),
        (PIL.Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "WEBP", (255, 255, 255)),
        (PIL.Image.new("RGB", (8, 8), (200, 10, 30)).quantize(4), "PNG", (200, 10, 30)),
        (PIL.Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", (254, 0, 0)),
    ],
    ids=["grey", "bits", "16-bit", "opaque", "clear", "clear-grey", "clear-webp", "palette", "cmyk"],
)
def test_every_kind_of_pixel_becomes_plain_colour_on_white(picture, kind, rgb):
    image = decode_image(encoded(picture, kind), "picture")
    assert image.shape == (8, 8, 3)
    assert close(image, rgb, tolerance=4)


def test_of_a_phones_double_jpeg_the_first_counts():
    second = PIL.Image.new("RGB", (40, 24))
    data = encoded(HOUSE, "MPO", save_all=True, append_images=[second])
    assert close(decode_image(data, "phone.jpg"), HOUSE)


def frames(kind):
    others = [PIL.Image.new("RGB", (40, 24), colour) for colour in ("red", "blue")]
    return encoded(HOUSE, kind, save_all=True, append_images=others)


WRONG_SUM = bytearray(encoded(HOUSE, "PNG"))
WRONG_SUM[WRONG_SUM.index(b"IEND") - 5] ^= 1  # the checksum of the pixels


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        encoded(HOUSE, "TIFF"),
        encoded(HOUSE, "PNG").replace(b"IEND", b"IENE"),
        bytes(WRONG_SUM),
        *(frames(kind) for kind in ("GIF", "PNG", "WEBP")),
        *(whole[: len(whole) * 2 // 3] for whole in (encoded(HOUSE, kind) for kind in FORMATS)),
    ],
    ids=[
        "empty",
        "text",
        "heic",
        "tiff",
        "no-end",
        "checksum",
        "gif-moves",
        "apng",
        "webp-moves",
        *(f"cut-{k.lower()}" for k in FORMATS),
    ],
)
def test_what_is_not_one_whole_still_picture_is_refused_by_name(data):
    with pytest.raises(ImageUnreadable, match=r"^me\.jpg is "):
        decode_image(data, "me.jpg")


def test_heic_says_what_to_do():
    with pytest.raises(ImageUnreadable, match="Convert it to JPEG"):
        decode_image(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "me.heic")


def test_too_many_bytes_are_refused_unread():
    with pytest.raises(TooManyBytes, match=r"me\.jpg .* 10 MiB"):
        decode_image(encoded(HOUSE, "PNG") + bytes(MAX_BYTES), "me.jpg")


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_claims(width, height):
    """A header and no pixels: whoever decoded it would call it broken."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 5_001), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size):
    with pytest.raises(ImageTooLarge, match=r"me\.png is .* 40 megapixels"):
        decode_image(png_that_claims(*size), "me.png")
    with pytest.raises(ImageUnreadable):
        decode_image(png_that_claims(8_000, 5_000), "me.png")


def png_with(kind, head):
    """A small picture beside 100 MiB of something else, in 100 KiB."""
    bomb = chunk(kind, head + zlib.compress(bytes(100 * 2**20), 1))
    whole = encoded(HOUSE, "PNG")
    end = whole.index(b"IDAT") - 4
    return whole[:end] + bomb + whole[end:]


def gif_that_claims(screen, frame):
    data = bytearray(encoded(PIL.Image.new("P", (4, 4)), "GIF"))
    data[6:10] = struct.pack("<HH", *screen)
    place = data.rindex(b",", 0, len(data) - 10)
    data[place + 5 : place + 9] = struct.pack("<HH", *frame)
    return bytes(data)


def jpeg_of_scans(many):
    """One whose last scan, of a few bytes, is there that often: each is a pass over all pixels."""
    whole = encoded(PIL.Image.new("L", (640, 640)), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * (many - whole.count(b"\xff\xda")) + whole[-2:]


BOMBS = {
    "png text": lambda: png_with(b"zTXt", b"a\0\0"),
    "png profile": lambda: png_with(b"iCCP", b"a\0\0"),
    "gif screen": lambda: gif_that_claims((65_535, 65_535), (4, 4)),
    "gif frame": lambda: gif_that_claims((4, 4), (65_535, 65_535)),
    "webp": lambda: encoded(PIL.Image.new("RGB", (16_383, 2_500)), "WEBP", lossless=True, quality=0, method=0),
    "tiff": lambda: encoded(PIL.Image.new("1", (20_000, 20_000)), "TIFF", compression="group4"),
    "bmp": lambda: encoded(HOUSE, "BMP").replace(struct.pack("<ii", 40, 24), struct.pack("<ii", 2**30, 2**30)),
    "jpeg": lambda: jpeg_of_scans(5000),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_that_would_cost_much_is_refused_at_little_cost(kind):
    bomb = BOMBS[kind]()
    assert len(bomb) < MAX_BYTES
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    before = peak_kib()
    with pytest.raises((ImageTooLarge, ImageUnreadable)):
        decode_image(bomb, "bomb")
    assert peak_kib() - before < 50_000


def peak_kib():
    status = Path("/proc/self/status").read_text().split()
    return int(status[status.index("VmHWM:") + 1])


def test_a_picture_in_many_scans_is_read_and_one_in_far_too_many_is_not():
    assert decode_image(jpeg_of_scans(MAX_SCANS), "me.jpg").shape == (640, 640, 3)
    with pytest.raises(ImageTooLarge, match=r"me\.jpg .* 64 scans"):
        decode_image(jpeg_of_scans(MAX_SCANS + 1), "me.jpg")


def test_what_a_phone_hangs_on_a_picture_does_not_count_as_scans():
    film = b"\xff\xda" * 1000
    thumbnail = b"\xff\xe1" + struct.pack(">H", 2 + len(film)) + film
    whole = encoded(HOUSE, "JPEG")
    assert close(decode_image(whole[:2] + thumbnail + whole[2:] + film, "phone.jpg"), HOUSE)


def refused_or_a_picture(data):
    try:
        image = decode_image(data, "picture")
    except InputError:
        return
    assert (image.ndim, image.shape[2], image.dtype) == (3, 3, np.uint8)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data):
    refused_or_a_picture(data)


GOOD = [encoded(HOUSE, kind) for kind in FORMATS]


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(GOOD), st.data())
def test_no_damage_to_a_good_picture_raises_anything_else(good, data):
    damaged = bytearray(good[: data.draw(st.integers(1, len(good)))])
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    refused_or_a_picture(bytes(damaged))
