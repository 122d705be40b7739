"""A guided enrolment: the best picture of each pose, of one person, who is enrolled under no other user_id."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from fakes import NOISE, template, vector_of
from fakes import face as frontal
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Face, Reason
from core.errors import InvalidEmbedding
from core.gallery import Gallery, unit
from core.quality import Limits
from core.sitting import BEST_OF, HOLD, PATIENCE, Pose, Sitting, Terms, lookalike, portrait, pose_of

LIMITS = Limits(largest=np.inf, sharpness=0.2)
TERMS = Terms("ann", 0.6, 0.36, LIMITS)
STEP = 0.1  # seconds between frames
TURNED = {None: 0.22, Pose.FRONT: 0.0, Pose.LEFT: 0.3, Pose.RIGHT: -0.3, Pose.UP: 0.0}
"""Of the nose, in distances of the eyes. None: half way to the left, which is neither."""


def head(pose=Pose.FRONT, *, width=100, x=270.0, score=0.9):
    """A face that shows `pose`."""
    straight = frontal(x, 150, width)
    nose = np.zeros((5, 2), np.float32)
    nose[2] = TURNED[pose] * 0.4 * width, -0.2 * 0.52 * width if pose is Pose.UP else 0.0
    return Face(straight.box, straight.landmarks + nose, score)


class Eyes:
    """A model that is told what the next frames show, and whose; in a crop it finds one face, or as many as told."""

    def __init__(self):
        self.faces, self.whose, self.in_crops = [head()], vector_of("ann"), 1

    def sees(self, *faces, who="ann", **turn):
        self.faces, self.whose = list(faces), vector_of(who, **turn)

    def detect(self, image):
        return self.faces if image.shape == NOISE.shape else [head()] * self.in_crops

    def embed(self, image, face):
        return unit(self.whose)


class Studio:
    """A sitting, its model and its clock."""

    def __init__(self, terms=TERMS):
        self.eyes, self.now = Eyes(), 100.0
        self.sitting = Sitting(terms, self.now, self.now)

    def looks(self, seconds=STEP, *poses, **more):
        """Shows `poses`, or what was shown last, for `seconds`."""
        if poses:
            self.eyes.sees(*(head(pose) for pose in poses), **more)
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.sitting = self.sitting.see(NOISE, self.eyes, self.now)
        return self.sitting

    def kept(self):
        return [shot.pose for shot in self.sitting.shots]


def test_each_pose_is_asked_for_in_turn_and_kept():
    studio = Studio()
    for pose in Pose:
        assert studio.sitting.wanted is pose
        studio.looks(BEST_OF + 2 * STEP, pose)
    assert (studio.sitting.wanted, studio.sitting.progress) == (None, 1.0)
    assert studio.kept() == list(Pose)


def test_a_pose_that_is_offered_is_taken_though_another_is_asked_for():
    studio = Studio()
    studio.looks(1.2, Pose.FRONT)
    studio.looks(1.2, Pose.UP)
    studio.looks(1.2, Pose.RIGHT)
    assert (studio.kept(), studio.sitting.wanted) == ([Pose.FRONT, Pose.RIGHT, Pose.UP], Pose.LEFT)
    assert studio.sitting.guidance is None


def test_the_best_of_a_second_is_kept_and_what_comes_later_is_not():
    studio = Studio()
    for score in (0.7, 0.9, 0.8):
        studio.eyes.sees(head(score=score))
        studio.looks(0.3)
    studio.eyes.sees(head(score=1.0))
    studio.looks(0.5)
    studio.looks(BEST_OF)
    best = portrait(NOISE, studio.eyes, TERMS).score
    assert [shot.score for shot in studio.sitting.shots] == [pytest.approx(best)]  # the 1.0 came within the second
    studio.eyes.sees(head(score=1.1))
    studio.looks()
    assert studio.sitting.shots[0].score == pytest.approx(best)


def test_a_worse_picture_does_not_take_a_better_ones_place():
    studio = Studio()
    studio.looks()
    before = studio.sitting.shots
    studio.eyes.sees(head(score=0.5))
    assert studio.looks().shots == before


def test_a_pose_nobody_shows_is_skipped_after_a_while_and_the_front_never():
    studio = Studio()
    studio.looks(3 * PATIENCE, Pose.LEFT)
    assert (studio.sitting.wanted, studio.sitting.guidance) == (Pose.FRONT, Reason.TURNED_AWAY)
    studio.looks(BEST_OF + 2 * STEP, Pose.FRONT)
    studio.looks(3 * (PATIENCE + 2 * STEP))
    assert (studio.sitting.wanted, studio.kept()) == (None, [Pose.FRONT])
    assert studio.sitting.progress == 1.0


def test_one_that_is_over_stays_as_it_is_until_a_picture_is_taken_again():
    studio = Studio(replace(TERMS, poses=(Pose.FRONT,)))
    over = studio.looks(1.5)
    assert studio.looks(1.0, Pose.LEFT) is over
    studio.now += 1000
    studio.sitting = over.retake(Pose.FRONT, studio.now)
    assert (studio.sitting.wanted, studio.kept()) == (Pose.FRONT, [])
    studio.looks(BEST_OF + 2 * STEP, Pose.FRONT)
    assert (studio.sitting.wanted, studio.kept()) == (None, [Pose.FRONT])


def test_a_pose_that_was_skipped_can_be_taken_again_long_after():
    studio = Studio(replace(TERMS, poses=(Pose.FRONT, Pose.UP)))
    studio.looks(2 * PATIENCE)
    studio.now += 1000
    studio.sitting = studio.sitting.retake(Pose.UP, studio.now)
    studio.looks(1.0)
    assert studio.sitting.wanted is Pose.UP
    studio.looks(1.5, Pose.UP)
    assert studio.kept() == [Pose.FRONT, Pose.UP]


@pytest.mark.parametrize(
    ("faces", "reason"),
    [
        ([], Reason.NOBODY),
        ([head(), head(x=40)], Reason.MORE_THAN_ONE),
        ([head(width=40)], Reason.TOO_FAR),
        ([head(x=-60)], Reason.PARTLY_HIDDEN),
        ([head(Pose.RIGHT)], Reason.TURNED_AWAY),
        ([head(None)], Reason.TURNED_AWAY),
    ],
)
def test_what_is_wrong_is_said_and_not_kept(faces, reason):
    studio = Studio()
    studio.eyes.sees(*faces)
    assert (studio.looks().guidance, studio.kept()) == (reason, [])


def test_guidance_does_not_flicker():
    studio = Studio()
    said = []
    for i in range(40):
        studio.eyes.sees(*([] if i % 2 else [head(width=40)]))
        said.append(studio.looks().guidance)
    assert set(said) == {Reason.TOO_FAR}  # which one frame in two asked for


@given(st.lists(st.sampled_from(([], [head()], [head(width=40)], [head(), head()])), max_size=80))
def test_between_two_changes_of_guidance_there_is_half_a_second(frames):
    studio, changes, said = Studio(replace(TERMS, poses=(Pose.FRONT, Pose.UP))), [], None
    for faces in frames:
        studio.eyes.sees(*faces)
        if studio.looks().guidance is not said:
            said = studio.sitting.guidance
            changes.append(studio.now)
    assert all(later - sooner > HOLD - STEP / 2 for sooner, later in pairwise(changes))


def test_another_persons_face_begins_anew():
    studio = Studio()
    studio.looks(BEST_OF + 2 * STEP, Pose.FRONT)
    studio.looks(0.7, Pose.FRONT, who="bob")
    assert (studio.sitting.guidance, studio.kept()) == (Reason.DISAGREEING, [Pose.FRONT])
    studio.looks(BEST_OF + 1.0, Pose.FRONT, who="bob")
    assert studio.kept() == [Pose.FRONT]
    assert float(studio.sitting.shots[0].vector @ vector_of("bob")) == pytest.approx(1)


def test_a_passer_by_changes_nothing():
    terms = replace(TERMS, gallery=Gallery.of("fake:0123456789ab:16", [template("bob")]))
    studio = Studio(terms)
    studio.looks(BEST_OF + 2 * STEP, Pose.FRONT)
    studio.looks(0.8, Pose.FRONT, who="bob")  # who is enrolled
    studio.looks(0.3, Pose.FRONT)
    studio.looks(0.8, Pose.FRONT, who="bob")
    assert float(studio.looks(0.1, Pose.FRONT).shots[0].vector @ vector_of("ann")) == pytest.approx(1)


def test_somebody_enrolled_under_another_user_id_is_named_and_not_kept():
    gallery = Gallery.of("fake:0123456789ab:16", [template("bob"), template("cleo")])
    studio = Studio(replace(TERMS, gallery=gallery))
    studio.looks(0.5, Pose.FRONT, who="bob")
    assert (studio.sitting.guidance, studio.kept()) == (Reason.MATCHED, [])
    assert (studio.sitting.twin.user_id, studio.sitting.twin.name) == ("bob", "Bob")
    studio.looks(0.7, Pose.FRONT)
    assert (studio.sitting.guidance, studio.sitting.twin, studio.kept()) == (None, None, [Pose.FRONT])


def test_their_own_earlier_faces_are_nobody_elses():
    gallery = Gallery.of("fake:0123456789ab:16", [template("ann")])
    studio = Studio(replace(TERMS, gallery=gallery))
    assert (studio.looks().guidance, studio.kept()) == (None, [Pose.FRONT])
    assert lookalike(studio.sitting.shots, TERMS) is None


@pytest.mark.parametrize(("away", "named"), [(0.5, "bob"), (0.7, None)])
def test_who_is_only_close_is_named_too(away, named):
    terms = replace(TERMS, gallery=Gallery.of("fake:0123456789ab:16", [template("bob")]))
    studio = Studio(terms)
    studio.looks(STEP, Pose.FRONT, who="bob", away=away)
    found = lookalike(studio.sitting.shots, terms)
    assert studio.kept() == [Pose.FRONT]
    assert (found.user_id if found else None) == named


def test_a_crop_in_which_enrolment_would_find_no_face_or_two_is_not_kept():
    studio = Studio()
    for studio.eyes.in_crops in (0, 2):
        assert studio.looks().shots == ()
    studio.eyes.in_crops = 1
    assert studio.looks().shots


def test_a_face_without_an_embedding_is_not_kept():
    class Blind(Eyes):
        def embed(self, image, face):
            raise InvalidEmbedding("The landmarks found make no face. Take another picture.")

    assert Sitting(TERMS, 0.0, 0.0).see(NOISE, Blind(), 0.1).shots == ()


PEOPLE = st.sampled_from(["ann", "bob", "cleo"])
SHOWN = st.sampled_from([[head(pose)] for pose in TURNED] + [[], [head(), head(x=40)], None])
"""The faces of a frame; None: the front is taken again."""


@given(st.lists(st.tuples(PEOPLE, SHOWN, st.floats(0, 3)), max_size=60))
def test_whatever_is_shown_what_is_kept_is_one_persons_and_no_whole_frame(frames):
    studio = Studio(replace(TERMS, gallery=Gallery.of("fake:0123456789ab:16", [template("cleo")])))
    for who, faces, seconds in frames:
        studio.now += seconds
        if faces is None:
            studio.sitting = studio.sitting.retake(Pose.FRONT, studio.now)
        else:
            studio.eyes.sees(*faces, who=who)
            studio.looks()
    shots = studio.sitting.shots
    assert studio.kept() == [pose for pose in Pose if pose in studio.kept()]
    assert all(float(a.vector @ b.vector) >= TERMS.floor for a in shots for b in shots)
    assert all(float(shot.vector @ vector_of("cleo")) < TERMS.threshold for shot in shots)
    assert all(shot.crop.base is None and shot.crop.size < NOISE.size / 2 for shot in shots)
    assert 0 <= studio.sitting.progress <= 1


def test_the_sides_are_the_persons_own_measured_from_their_own_front():
    front = head(None)
    assert pose_of(front, None) is None
    assert pose_of(front, front) is Pose.FRONT
    assert pose_of(head(Pose.FRONT), front) is Pose.RIGHT  # whose nose went to the picture's left
    assert [pose_of(head(pose), head()) for pose in Pose] == list(Pose)


def test_neither_a_name_nor_a_picture_is_in_what_is_printed():
    terms = replace(TERMS, gallery=Gallery.of("fake:0123456789ab:16", [template("bob")]))
    studio = Studio(terms)
    studio.looks(STEP, Pose.FRONT, who="bob", away=0.5)
    said = repr(studio.sitting)
    assert "array" not in said
    assert not any(name in said for name in ("Bob", "bob", "ann"))
