"""The demo's people: drawn by its camera, told apart by its model, from the pixels alone."""

from itertools import islice, pairwise

import numpy as np
import pytest
from conftest import PORTRAITS

from core.demo import (
    DEMO_PEOPLE,
    DEMO_THRESHOLD,
    STANDING,
    DemoCamera,
    DemoFaceModel,
    Pose,
    draw_person,
    write_portraits,
)
from core.demo.camera import VISIT, scene
from core.demo.corridor import draw_corridor
from core.demo.drawing import INK, LANDMARKS, LINE, Pen, oval, placed
from core.domain import Face
from core.errors import InvalidEmbedding
from core.faces import auto_threshold
from core.opencv import cv2
from core.pictures import decode_image

MODEL = DemoFaceModel()
CORRIDOR = draw_corridor(900, 700)
EVERYBODY = pytest.mark.parametrize("person", DEMO_PEOPLE, ids=lambda person: person.user_id)
SQUARE = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
SIZES = (60, 75, 100, 150, 250, 400)


def drawn(person, width, pose=STANDING, centre=(450.3, 350.7)):
    image = CORRIDOR.copy()
    draw_person(image, person, centre, width, pose)
    return image


def embedding(image):
    (face,) = MODEL.detect(image)
    return MODEL.embed(image, face)


def encoded(image, kind, *options):
    return decode_image(cv2.imencode(kind, image, options)[1].tobytes(), "picture")


@pytest.fixture(scope="module")
def enrolled():
    return {person.user_id: embedding(drawn(person, 170)) for person in DEMO_PEOPLE}


@EVERYBODY
@pytest.mark.parametrize("width", SIZES)
def test_a_drawn_face_is_found_where_it_is(person, width):
    centre, tilt = (431.2, 362.9), 6.0
    (face,) = MODEL.detect(drawn(person, width, Pose(tilt=tilt), centre))
    assert np.abs(face.landmarks - placed(LANDMARKS, centre, width, tilt)).max() < 0.04 * width
    assert face.landmarks.dtype == np.float32
    assert face.width == pytest.approx(width, rel=0.03)
    assert (face.box[0] + face.box[2]) / 2 == pytest.approx(centre[0], abs=0.04 * width)
    assert 0.9 < face.score <= 1.0


@EVERYBODY
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("pose", [STANDING, Pose(blink=True), Pose(tilt=-6, step=0.7)], ids=["still", "blink", "tilt"])
def test_a_person_is_like_oneself_and_like_nobody_else(person, width, pose, enrolled):
    vector = embedding(drawn(person, width, pose))
    likeness = {user_id: float(vector @ other) for user_id, other in enrolled.items()}
    assert likeness.pop(person.user_id) > 0.8
    assert max(likeness.values()) < 0.4


@EVERYBODY
@pytest.mark.parametrize("kind", [(".png",), (".jpg", cv2.IMWRITE_JPEG_QUALITY, 85)], ids=["png", "jpeg"])
def test_it_survives_being_posted(person, kind, enrolled):
    vector = embedding(encoded(drawn(person, 130), *kind))
    assert float(vector @ enrolled[person.user_id]) > 0.8


def test_an_embedding_is_what_the_protocol_says():
    vector = embedding(drawn(DEMO_PEOPLE[0], 120))
    assert (vector.shape, vector.dtype) == ((128,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert MODEL.id == DemoFaceModel().id
    assert MODEL.id.split(":")[0::2] == ["demo", "128"]
    assert auto_threshold(MODEL.id) == DEMO_THRESHOLD


def test_several_at_once_the_largest_first():
    image = CORRIDOR.copy()
    for person, x, width in zip(DEMO_PEOPLE[:3], (150, 450, 750), (70, 120, 90), strict=True):
        draw_person(image, person, (x, 300), width)
    assert [round(face.width, -1) for face in MODEL.detect(image)] == [120, 90, 70]


def test_no_drawn_face_no_face():
    assert MODEL.detect(CORRIDOR) == ()
    assert MODEL.detect(np.zeros((1, 1, 3), np.uint8)) == ()
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    assert MODEL.detect(cv2.GaussianBlur(noise, (0, 0), 5)) == ()


@pytest.mark.parametrize(
    "corners",
    [oval((0, 0, 0.5, 0.5)), oval((0, 0, 0.58, 0.5)), oval((0, 0, 0.2, 0.58)), np.array(SQUARE) * (0.5, 0.58)],
    ids=["circle", "lying", "thin", "square"],
)
def test_a_ring_of_ink_that_is_no_upright_head_is_no_face(corners):
    image = CORRIDOR.copy()
    pen = Pen(image, (450, 350), 200)
    pen.stroke(np.vstack([corners, corners[:1]]), INK, LINE)
    assert MODEL.detect(image) == ()


def test_real_photographs_hold_no_drawn_face(shared):
    photographs = [path for path in sorted((shared / "faces").rglob("*")) if path.is_file()]
    assert photographs
    for path in photographs:
        assert MODEL.detect(decode_image(path.read_bytes(), path.name)) == (), path


def test_landmarks_that_are_none_give_no_embedding():
    face = Face((0, 0, 10, 10), np.full((5, 2), np.nan, np.float32), 0.9)
    with pytest.raises(InvalidEmbedding):
        MODEL.embed(CORRIDOR, face)


def seen(start, end, step=0.25):
    """(time, faces, people drawn) of the camera's script between two times, at 5 frames a second."""
    frames = islice(DemoCamera(fps=1 / step, size=(640, 360), paced=False).frames(), int(end / step))
    return [(f.media_time, MODEL.detect(f.image), scene(DEMO_PEOPLE, f.media_time)) for f in frames][
        int(start / step) :
    ]


def test_a_visitor_comes_nearer_stands_and_goes():
    visit = seen(0, VISIT + 1)
    widths = [faces[0].width if faces else 0.0 for _, faces, _ in visit]
    assert widths[0] == 0
    assert widths[-1] == 0
    largest = [i for i, width in enumerate(widths) if width > 80]
    assert len(largest) * 0.25 > 4
    assert largest == list(range(largest[0], largest[-1] + 1))
    approach = [width for width in widths[: largest[0] + 1] if width]
    assert all(later > sooner for sooner, later in pairwise(approach))


def test_everybody_comes_in_turn_and_is_known_by_the_enrolled_portrait(enrolled):
    for turn, person in enumerate(DEMO_PEOPLE):
        at = (turn + 0.6) * VISIT
        camera = DemoCamera(fps=1 / at, size=(1280, 720), paced=False)
        image = next(islice(camera.frames(), 1, None)).image
        nearest = MODEL.detect(image)[0]
        assert float(MODEL.embed(image, nearest) @ enrolled[person.user_id]) > 0.8


def test_of_two_the_nearer_is_clearly_the_larger():
    (_, faces, people), *_ = seen(2.6 * VISIT, 2.7 * VISIT)
    assert len(people) == 2
    assert len(faces) == 2
    assert faces[0].width > 1.4 * faces[1].width


def test_the_same_pictures_at_every_run_and_round_again():
    def images(count):
        return [f.image for f in islice(DemoCamera(fps=1, size=(320, 180), paced=False).frames(), count)]

    assert all((a == b).all() for a, b in zip(images(20), images(20), strict=True))
    assert [p.person for p in scene(DEMO_PEOPLE, 6 * VISIT + 5)] == [p.person for p in scene(DEMO_PEOPLE, 5)]


class Clock:
    """A clock that only sleeping moves on."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def test_it_keeps_to_its_rate_by_the_clock_that_it_is_given():
    clock = Clock()
    frames = list(islice(DemoCamera(fps=10, size=(160, 90), clock=clock, sleep=clock.sleep).frames(), 4))
    assert [f.at for f in frames] == pytest.approx([100.0, 100.1, 100.2, 100.3])
    assert [f.media_time for f in frames] == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert [f.seq for f in frames] == [0, 1, 2, 3]
    assert clock.slept == pytest.approx([0.1, 0.1, 0.1])


def test_after_a_long_pause_it_does_not_race_to_catch_up():
    clock = Clock()
    frames = DemoCamera(fps=10, size=(160, 90), clock=clock, sleep=clock.sleep).frames()
    next(frames)
    clock.now += 3600
    list(islice(frames, 5))
    assert clock.slept == pytest.approx([0.1] * 4)


def test_each_frame_is_a_picture_of_its_own():
    one, other = islice(DemoCamera(size=(160, 90), paced=False).frames(), 2)
    one.image[:] = 0
    assert other.image.any()
    assert (other.image.shape, other.image.dtype) == ((90, 160, 3), np.uint8)


def test_the_committed_portraits_are_what_is_drawn_today(tmp_path):
    fresh = write_portraits(tmp_path)
    assert sorted(path.name for path in PORTRAITS.iterdir()) == sorted(path.name for path in fresh)
    for path in fresh:
        committed = decode_image((PORTRAITS / path.name).read_bytes(), path.name)
        today = decode_image(path.read_bytes(), path.name)
        assert np.abs(committed.astype(int) - today).mean() < 0.5, path.name  # an OpenCV may round otherwise


@pytest.mark.parametrize("number", [1, 2, 3])
@EVERYBODY
def test_every_portrait_shows_whom_it_says(person, number, enrolled):
    path = PORTRAITS / f"{person.user_id}-{number}.png"
    vector = embedding(decode_image(path.read_bytes(), path.name))
    assert float(vector @ enrolled[person.user_id]) > 0.8
    assert path.stat().st_size < 40_000
