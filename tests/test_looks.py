"""How often it looks, where, and that a look at a part says what the whole picture would have said."""

from fakes import FakeModel, face, image

from core.looks import IDLE_EVERY, NEAR_EVERY, WHOLE_EVERY, Looks
from core.tracking import Tracks


class Eye(FakeModel):
    """Notes what it was shown, as (height, width, sizes)."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def detect(self, image, sizes=()):
        self.shown.append((*image.shape[:2], tuple(sizes)))
        return super().detect(image, sizes)


def run(picture, seconds, rate=100):
    """Follows `picture` for a while; the model, what was seen last, and the tracks."""
    eye, looks, tracks, seen = Eye(), Looks(60), Tracks(), ()
    for i in range(int(seconds * rate)):
        look = looks.take(picture, tracks, i / rate, eye)
        if look is not None:
            looks, seen, looked_for = look
            tracks = tracks.update(seen, i / rate, looked_for)
    return eye, seen, tracks


def whole(shown):
    return [look for look in shown if look[:2] == (480, 640)]


def test_an_empty_picture_is_looked_at_whole_and_seldom():
    eye, _, _ = run(image(), 2.0)
    assert len(eye.shown) == len(whole(eye.shown)) == 2.0 / IDLE_EVERY


def test_a_face_is_looked_at_closely_and_often():
    eye, seen, tracks = run(image(("ann", face(200, 100))), 2.0)
    near = [look for look in eye.shown if look not in whole(eye.shown)]
    assert len(whole(eye.shown)) <= 2.0 / WHOLE_EVERY + 2
    assert len(near) > 0.7 * 2.0 / NEAR_EVERY
    assert all(height <= 260 and width <= 260 and sizes == (128,) for height, width, sizes in near)
    assert [track.id for track in tracks.alive] == [1]
    assert seen[0].box == face(200, 100).box
    assert (seen[0].landmarks == face(200, 100).landmarks).all()


def test_two_faces_side_by_side_are_each_found_once():
    _, seen, tracks = run(image(("ann", face(200, 100)), ("bob", face(310, 100))), 2.0)
    assert len(seen) == 2
    assert sorted(track.id for track in tracks.alive) == [1, 2]


def test_of_a_crowd_the_nearest_are_followed_and_nobody_is_lost():
    crowd = [(name, face(120 * i + 20, 100, 60 + 5 * i)) for i, name in enumerate(["a", "b", "c", "d", "e"])]
    _, seen, tracks = run(image(*crowd), 2.0)
    assert len(tracks.alive) == 5
    assert len(seen) in (3, 5)


def test_a_face_at_the_edge_and_one_that_has_left_do_no_harm():
    looks, tracks, eye = Looks(60), Tracks(), Eye()
    looks, faces, _ = looks.take(image(("ann", face(-40, 100))), tracks, 0.0, eye)
    tracks = tracks.update(faces, 0.0)
    _, faces, _ = looks.take(image(("ann", face(-90, 100))), tracks, 0.1, eye)
    assert len(faces) <= 1


def test_the_whole_look_is_no_finer_than_the_smallest_face_asks_for():
    eye, _, _ = run(image(), 0.01)
    assert eye.shown == [(480, 640, (128, 224))]
