"""The face model: what it finds, how it cuts faces out, and which packs it will not take."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, product

import numpy as np
import pytest
from tinypack import write_detector, write_pack, write_recogniser

from core.domain import Face
from core.errors import (
    InvalidEmbedding,
    ModelUnavailable,
)
from core.faces import ARCFACE, InsightFaceModel, align, auto_threshold
from core.pictures import decode_image


def test_a_face_that_lies_as_arcface_wants_it_is_cut_out_as_it_is():
    image = np.random.default_rng(1).integers(0, 256, (112, 112, 3), np.uint8)
    assert (align(image, ARCFACE) == image).all()
    larger = np.kron(image, np.ones((2, 2, 1), np.uint8))
    assert np.abs(align(larger, ARCFACE * 2 + 0.5).astype(int) - image).mean() < 1


@pytest.mark.parametrize("landmarks", [np.full((5, 2), 7.0), np.full((5, 2), np.nan)], ids=["one-place", "nan"])
def test_landmarks_that_make_no_face_are_refused(landmarks):
    with pytest.raises(InvalidEmbedding):
        align(np.zeros((50, 50, 3), np.uint8), landmarks)


def test_thresholds_are_by_recogniser_and_strict_where_it_is_unknown():
    assert auto_threshold("any_folder:e72a5710cce3:128") == 0.45
    assert auto_threshold("buffalo_m:4c06341c33c2:512") == auto_threshold("buffalo_l:4c06341c33c2:512") == 0.55
    assert auto_threshold("buffalo_l:0123456789ab:512") == 0.6


IMAGE = np.random.default_rng(2).integers(0, 256, (300, 400, 3), np.uint8)
FACE = Face((50, 50, 250, 250), (ARCFACE + 60).astype(np.float32), 0.9)


def test_any_pack_of_a_detector_and_a_recogniser_will_do(tmp_path):
    model = InsightFaceModel(write_pack(tmp_path / "mine"), threads=1)
    name, digest, dimension = model.id.split(":")
    assert (name, len(digest), dimension) == ("mine", 12, "128")
    assert InsightFaceModel(tmp_path / "mine", name="other").id == f"other:{digest}:128"
    assert model.detect(IMAGE) == ()
    vector = model.embed(IMAGE, FACE)
    assert (vector.shape, vector.dtype) == ((128,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1)


def test_the_id_changes_with_the_recogniser_only(tmp_path):
    before = InsightFaceModel(write_pack(tmp_path / "mine")).id
    write_detector(tmp_path / "mine" / "detector.onnx", score=0.1)
    assert InsightFaceModel(tmp_path / "mine").id == before
    write_recogniser(tmp_path / "mine" / "recogniser.onnx", factor=2)
    assert InsightFaceModel(tmp_path / "mine").id != before


def test_a_face_has_plain_floats_in_pixels_of_the_picture(tmp_path):
    pack = write_pack(tmp_path)
    write_detector(pack / "detector.onnx", score=0.75, box=2)
    (face,) = InsightFaceModel(pack).detect(np.zeros((256, 256, 3), np.uint8))
    assert face.box == (64, 64, 192, 192)
    assert {type(value) for value in (*face.box, face.score)} == {float}
    assert face.score == pytest.approx(0.75)
    assert (face.landmarks.shape, face.landmarks.dtype) == ((5, 2), np.float32)


def test_a_face_without_a_finite_place_is_none(tmp_path):
    pack = write_pack(tmp_path)
    write_detector(pack / "detector.onnx", score=0.9, box=np.nan)
    assert InsightFaceModel(pack).detect(IMAGE) == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5000, 3), (5000, 1, 3), (3, 40_000, 3)])
def test_a_strip_of_a_picture_holds_no_face(tmp_path, shape):
    assert InsightFaceModel(write_pack(tmp_path)).detect(np.zeros(shape, np.uint8)) == ()


@pytest.mark.parametrize("factor", [0.0, np.nan])
def test_an_embedding_that_is_none_is_refused(tmp_path, factor):
    write_recogniser(write_pack(tmp_path) / "recogniser.onnx", factor=factor)
    with pytest.raises(InvalidEmbedding):
        InsightFaceModel(tmp_path).embed(IMAGE, FACE)


def nothing(folder):
    """The folder does not exist."""


def garbage(folder):
    (write_pack(folder) / "recogniser.onnx").write_bytes(b"cut off")


def no_landmarks(folder):
    write_detector(write_pack(folder) / "detector.onnx", outputs=6)


@pytest.mark.parametrize(
    ("prepare", "fault"),
    [
        (nothing, "no ONNX file"),
        (lambda folder: folder.mkdir(), "no ONNX file"),
        (lambda folder: write_pack(folder, detector=False), "no face detector"),
        (lambda folder: write_pack(folder, recogniser=False), "no face recogniser"),
        (no_landmarks, "no landmarks"),
        (garbage, "damaged"),
        (lambda folder: write_recogniser(write_pack(folder) / "recogniser.onnx", side=128), "112 x 112"),
        (lambda folder: write_recogniser(write_pack(folder) / "recogniser.onnx", side="any"), "unknown kind"),
    ],
    ids=["nothing", "empty", "no-detector", "no-recogniser", "no-landmarks", "garbage", "other-size", "any-size"],
)
def test_a_pack_that_will_not_do_says_what_is_wrong_where_and_what_to_do(tmp_path, prepare, fault):
    folder = tmp_path / "buffalo_l"
    prepare(folder)
    with pytest.raises(ModelUnavailable) as refusal:
        InsightFaceModel(folder)
    for part in (fault, str(folder), "doorward-admin models fetch"):
        assert part in str(refusal.value)


@pytest.fixture(scope="module")
def model(pack):
    return InsightFaceModel(pack, threads=1)


@pytest.fixture(scope="module")
def photographs(shared):
    """The pictures of everybody who has a folder, by person."""
    people = [folder for folder in sorted((shared / "faces").iterdir()) if folder.name not in ("groups", "partial")]
    return {
        folder.name: [decode_image(file.read_bytes(), file.name) for file in sorted(folder.iterdir())]
        for folder in people
    }


@pytest.fixture(scope="module")
def embeddings(model, photographs):
    """(person, embedding) of each photograph; fails where it does not show exactly one face."""
    made = []
    for person, images in photographs.items():
        for image in images:
            (face,) = model.detect(image)
            made.append((person, model.embed(image, face)))
    return made


def test_real_faces_are_told_apart_at_the_threshold(model, embeddings):
    pairs = [(a == b, float(u @ v)) for (a, u), (b, v) in combinations(embeddings, 2)]
    genuine = [likeness for same, likeness in pairs if same]
    impostor = [likeness for same, likeness in pairs if not same]
    assert (len(genuine), len(impostor)) == (14, 91)
    assert min(genuine) >= auto_threshold(model.id) > max(impostor)


@pytest.mark.parametrize("margin", [0.0, 0.2, 1.0])
def test_a_face_that_fills_the_picture_is_found_once(model, photographs, margin):
    image = photographs["lin"][0]
    left, top, right, bottom = model.detect(image)[0].box
    x, y = margin * (right - left), margin * (bottom - top)
    close_up = image[max(0, int(top - y)) : int(bottom + y), max(0, int(left - x)) : int(right + x)]
    assert len(model.detect(close_up)) == 1


def test_landmarks_are_the_eyes_the_nose_and_the_mouth_from_left_to_right(model, photographs):
    image = photographs["obama"][0]
    (face,) = model.detect(image)
    (x1, y1), (x2, y2), (x3, y3), (x4, y4), (x5, y5) = face.landmarks
    left, top, right, bottom = face.box
    assert left < x1 < x3 < x2 < right
    assert x4 < x3 < x5
    assert top < max(y1, y2) < y3 < min(y4, y5) < bottom


def test_the_crop_is_insightfaces_own(model, photographs):
    from insightface.utils.face_align import norm_crop

    for image in (images[0] for images in photographs.values()):
        (face,) = model.detect(image)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-image's: the reason why we have our own
            theirs = norm_crop(image, face.landmarks)
        assert np.abs(align(image, face.landmarks).astype(int) - theirs).mean() < 0.1


def test_several_threads_may_use_it_at_once(model, photographs):
    images = [images[0] for images in photographs.values()]

    def all_of_it(image, sizes):
        return [(face.box, model.embed(image, face).tolist()) for face in model.detect(image, sizes)]

    calls = list(product(images, [(96,), (160,), (224,)]))
    alone = [all_of_it(*call) for call in calls]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda call: all_of_it(*call), calls))
    assert together == alone
