"""The challenge on what the detector finds: of photographs moved by hand, and of a head that turns."""

import random
from itertools import product

import numpy as np
import pytest
from test_challenge import RATE, WAY
from test_headturn import rotation

from core.camera import OpenCVCamera
from core.challenge import Challenge, Limits
from core.domain import Outcome
from core.faces import InsightFaceModel
from core.headturn import look, middle, turned
from core.opencv import cv2
from core.pictures import decode_image

EYES = 60.0  # pixels between them, on the card and where it is held straight
GREY = (150, 150, 150)
NEAR_IN_CLIP = range(82, 211)


@pytest.fixture(scope="module")
def model(pack):
    return InsightFaceModel(pack, threads=1)


class Card:
    """A photograph in somebody's hand, who does with it what is asked: turns it, as far as `far` degrees."""

    def __init__(self, model, path, far):
        self._model, self._far = model, far
        image = decode_image(path.read_bytes(), path.name)
        points = model.detect(image)[0].landmarks
        scale = EYES / np.linalg.norm(points[1] - points[0])
        self._size = int(EYES * 6)
        middle = points[[0, 1, 3, 4]].mean(axis=0)
        shift = np.array([self._size / 2, self._size / 2]) - scale * middle
        self._card = cv2.warpAffine(
            image, np.array([[scale, 0, shift[0]], [0, scale, shift[1]]]), (self._size, self._size), borderValue=GREY
        )

    def landmarks(self, asked, since, distance):
        """What is found `since` seconds after it was asked, `distance` distances of the eyes away; None: no face."""
        return self.held(WAY[asked] * self._far * min(1.0, since / 0.8), distance=distance)

    def held(self, yaw=0.0, pitch=0.0, roll=0.0, *, distance):
        """What is found of the card held askew by so many degrees; None: no face."""
        away, turn = distance * EYES, rotation(yaw, pitch, roll)
        centre = np.array([[1, 0, -self._size / 2], [0, 1, -self._size / 2], [0, 0, 1]])
        tilt = np.column_stack([turn[:, 0], turn[:, 1], (0, 0, away)])
        lens = np.array([[away, 0, self._size / 2], [0, away, self._size / 2], [0, 0, 1]])
        seen = cv2.warpPerspective(self._card, lens @ tilt @ centre, (self._size, self._size), borderValue=GREY)
        faces = self._model.detect(seen, (128,))
        return faces[0].landmarks if faces else None


def shown(card, seed, distance):
    """The challenge, put to whoever holds `card`."""
    challenge = Challenge.start(random.Random(seed), 0.0, Limits())
    asked, since, now = challenge.asked, 0.0, 0.0
    while challenge.outcome is Outcome.RUNNING:
        now += 1 / RATE
        landmarks = card.landmarks(challenge.asked, now - since, distance)
        same = {"same_identity": True, "now": now}
        challenge = challenge.wait(now) if landmarks is None else challenge.see(landmarks, 1, **same)
        if challenge.asked is not asked:
            asked, since = challenge.asked, now
    return challenge


@pytest.mark.parametrize("who", ["alex", "biden", "kit", "lin", "obama", "rose"])
@pytest.mark.parametrize(("far", "distance"), [(35, 4.0), (50, 4.0), (50, 10.0)])
def test_a_photograph_that_is_turned_as_asked_does_not_pass(model, shared, who, far, distance):
    card = Card(model, sorted((shared / "faces" / who).glob("1.*"))[0], far)
    assert shown(card, 1, distance).outcome is Outcome.FAILED


@pytest.mark.parametrize("who", ["alex", "biden", "kit", "lin", "obama", "rose"])
def test_nor_is_any_pose_of_it_a_turn_from_as_far_as_one_has_to_stand(model, shared, who):
    card = Card(model, sorted((shared / "faces" / who).glob("1.*"))[0], 0)
    straight = look(card.held(distance=Limits().away))
    for pose in product((-60, -45, -30, 30, 45, 60), (-25, 0, 25), (-15, 0, 15)):
        landmarks = card.held(*pose, distance=Limits().away)
        seen = None if landmarks is None else look(landmarks)
        assert seen is None or abs(turned(seen, straight)) < Limits().far


def test_a_head_that_turns_moves_its_nose_far_enough_and_brings_it_back(model, shared):
    """He turns to his right, looks straight again, and turns to his right once more: no order asks for that."""
    frames = OpenCVCamera(str(shared / "video" / "lin_at_the_door.mp4"), paced=False).frames()
    near = (model.detect(frame.image, (320,)) for frame in frames if frame.seq in NEAR_IN_CLIP)
    looks = [seen for faces in near if faces and (seen := look(faces[0].landmarks)) is not None]
    straight = middle(sorted(looks, key=lambda one: abs(one.nose))[: len(looks) // 4])
    moved = np.array([turned(one, straight) for one in looks])
    turns = np.flatnonzero(moved <= -Limits().far)
    back = np.flatnonzero(np.abs(moved) <= Limits().far / 2)
    assert len(turns) >= Limits().frames
    assert ((turns[0] < back) & (back < turns[-1])).any()
    assert moved.max() < Limits().far
