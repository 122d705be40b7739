"""Which faces are fit, and what is said of the others; on made pictures and on the shared photographs."""

import numpy as np
import pytest
from fakes import NOISE, face

from core.alignment import hidden_share
from core.domain import Reason
from core.faces import InsightFaceModel
from core.opencv import cv2
from core.pictures import decode_image
from core.quality import Limits, assess, sharpness, turn

LIMITS = Limits()
SMOOTH = cv2.resize(NOISE[:10, :12], (640, 480), interpolation=cv2.INTER_CUBIC)  # nothing finer than half a face


def looking(sideways, width=100.0):
    """A face whose nose is off the middle by `sideways` distances of the eyes."""
    turned = face(200, 100, width)
    turned.landmarks[2, 0] += sideways * 0.4 * width
    return turned


def blurred(sigma):
    return cv2.GaussianBlur(NOISE, (0, 0), sigma)


@pytest.mark.parametrize(
    ("seen", "picture", "reason"),
    [
        (face(200, 100), NOISE, None),
        (face(200, 100, 59), NOISE, Reason.TOO_FAR),
        (face(100, 10, 350), NOISE, Reason.TOO_CLOSE),
        (face(-45, 100), NOISE, Reason.PARTLY_HIDDEN),
        (face(595, 100), NOISE, Reason.PARTLY_HIDDEN),
        (face(200, -50), NOISE, Reason.PARTLY_HIDDEN),
        (looking(0.6), NOISE, Reason.TURNED_AWAY),
        (looking(-0.6), NOISE, Reason.TURNED_AWAY),
        (looking(0.2), NOISE, None),
        (face(200, 100), NOISE // 8, Reason.TOO_DARK),
        (face(200, 100), 255 - (255 - NOISE) // 16, Reason.TOO_BRIGHT),
        (face(200, 100), SMOOTH, Reason.BLURRED),
    ],
)
def test_each_fault_has_its_code(seen, picture, reason):
    quality = assess(seen, picture, LIMITS)
    assert quality.reason is reason
    assert (quality.score > 0) is (reason is None)


def test_of_two_fit_frames_the_sharper_and_the_more_frontal_is_better():
    best = assess(face(200, 100), NOISE, LIMITS).score
    assert best > assess(looking(0.3), NOISE, LIMITS).score
    assert best > assess(face(200, 100), blurred(3), LIMITS).score


def test_turn_is_signed_towards_the_pictures_right():
    assert turn(looking(0.3)) == pytest.approx(0.3, abs=1e-3)
    assert turn(looking(-0.3)) == pytest.approx(-0.3, abs=1e-3)


def test_contrast_and_brightness_do_not_count_as_sharpness():
    luma = NOISE[..., 0].astype(float)
    assert sharpness(luma * 0.3 + 20) == pytest.approx(sharpness(luma), rel=1e-6)
    assert sharpness(np.zeros((2, 2))) == 0


@pytest.mark.parametrize("box", [(0, 0), (639, 0), (-300, 100), (900, 900)])
def test_a_face_outside_of_the_picture_is_unfit_and_no_crash(box):
    assert assess(face(*box, 100), NOISE, LIMITS).reason is Reason.PARTLY_HIDDEN


def test_half_a_crop_is_half_hidden():
    landmarks = face(0, 200, 100).landmarks - np.array([50, 0], np.float32)
    assert hidden_share(landmarks, (480, 640)) == pytest.approx(0.5, abs=0.1)


@pytest.fixture(scope="module")
def model(pack):
    return InsightFaceModel(pack, threads=1)


def faces_in(folder, model):
    for path in sorted(folder.iterdir()):
        picture = decode_image(path.read_bytes(), path.name)
        yield path.name, picture, model.detect(picture)[0]


@pytest.mark.parametrize("person", ["alex", "biden", "kit", "lin", "obama", "rose"])
def test_every_photograph_of_a_whole_face_is_fit(person, model, shared):
    for name, picture, seen in faces_in(shared / "faces" / person, model):
        assert assess(seen, picture, Limits(sharpness=0.2)).reason is None, name


def test_half_faces_are_not(model, shared):
    for name, picture, seen in faces_in(shared / "faces" / "partial", model):
        assert assess(seen, picture, LIMITS).reason is Reason.PARTLY_HIDDEN, name
