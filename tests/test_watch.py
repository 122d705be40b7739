"""Frames in, one decision a visit out; one person's evidence never becomes another's."""

import numpy as np
import pytest
from fakes import MODEL_ID, FakeModel, face, image, template
from hypothesis import given
from hypothesis import strategies as st

from core.config import RecognitionSettings
from core.domain import Frame, Phase, Reason, Verdict
from core.errors import InvalidEmbedding
from core.gallery import Gallery
from core.policy import Rules
from core.watch import Watch

GALLERY = Gallery.of(MODEL_ID, [template("ann"), template("bob")])
RULES = Rules(threshold=0.6, frames=3, patience=1.0)


class Door:
    """A watch with its model, shown one picture after another, ten a second."""

    def __init__(self, **settings: float) -> None:
        self.model = FakeModel()
        self.watch = Watch(RecognitionSettings(retry=2.0, cooldown=4.0, **settings), open_seconds=1.0)
        self.now = 0.0
        self.decisions = []
        self.scene = None

    def sees(self, *people, frames=1):
        for _ in range(frames):
            frame = Frame(image(*people), self.now, self.now, 0)
            self.scene, decision = self.watch.see(frame, self.model, GALLERY, RULES)
            if decision is not None:
                self.decisions.append((decision.verdict, decision.user_id))
            self.now += 0.1
        return self


def test_an_enrolled_person_is_granted_once_however_long_they_stay():
    door = Door().sees(("ann", face()), frames=100)
    assert door.decisions == [(Verdict.GRANTED, "ann")]


def test_the_screen_says_granted_while_the_door_is_open():
    door = Door().sees(("ann", face()), frames=3)
    assert (door.scene.phase, door.scene.name) == (Phase.GRANTED, "Ann")
    assert door.sees(frames=6).scene.phase is Phase.GRANTED
    assert door.sees(frames=8).scene.phase is Phase.IDLE


def test_a_stranger_is_denied_once_patience_ends_and_again_only_after_a_while():
    door = Door().sees(("zed", face()), frames=9)
    assert door.decisions == []
    door.sees(("zed", face()), frames=15)
    assert door.decisions == [(Verdict.DENIED, None)]
    assert door.scene.phase is Phase.DENIED
    assert door.scene.reason is Reason.UNKNOWN_FACE
    door.sees(("zed", face()), frames=20)
    assert door.decisions == [(Verdict.DENIED, None)] * 2


def test_somebody_else_in_the_same_place_does_not_inherit_the_evidence():
    door = Door().sees(("ann", face()), frames=2).sees(("bob", face()), frames=2)
    assert door.decisions == []
    assert door.sees(("bob", face())).decisions == [(Verdict.GRANTED, "bob")]


def test_two_who_cross_are_not_taken_for_each_other():
    door = Door()
    for i in range(12):
        door.sees(("ann", face(20 + 30 * i, 80, 110)), ("zed", face(380 - 30 * i, 140, 90)))
    assert door.decisions == [(Verdict.GRANTED, "ann")]


def test_a_stranger_in_the_place_of_somebody_granted_is_not_shown_as_granted():
    door = Door().sees(("ann", face()), frames=4).sees(("zed", face()))
    assert door.scene.phase is Phase.LOOKING
    assert door.scene.name is None


def test_the_nearest_face_is_the_subject():
    door = Door().sees(("ann", face(0, width=80)), ("zed", face(300, width=160)), frames=30)
    assert door.decisions == [(Verdict.DENIED, None)]
    assert door.scene.subject[0] == 300
    assert len(door.scene.boxes) == 2


def test_a_face_too_far_away_is_no_visit():
    door = Door().sees(("ann", face(width=59)), frames=30)
    assert door.decisions == []
    assert (door.scene.phase, door.scene.reason) == (Phase.IDLE, Reason.TOO_FAR)


def test_a_face_that_leaves_the_picture_is_told_so_and_not_judged():
    door = Door().sees(("ann", face(x=-40)), frames=30)
    assert door.decisions == []
    assert door.scene.reason is Reason.PARTLY_HIDDEN


def test_coming_back_at_once_is_not_a_second_event():
    door = Door().sees(("ann", face()), frames=5).sees(frames=10).sees(("ann", face()), frames=5)
    assert door.decisions == [(Verdict.GRANTED, "ann")]
    assert door.sees(frames=30).sees(("ann", face()), frames=5).decisions == [(Verdict.GRANTED, "ann")] * 2


def test_somebody_granted_whose_track_breaks_is_still_shown_as_granted():
    door = Door().sees(("ann", face()), frames=4).sees(("ann", face(400)), frames=3)
    assert door.decisions == [(Verdict.GRANTED, "ann")]
    assert (door.scene.phase, door.scene.name) == (Phase.GRANTED, "Ann")


def test_a_broken_embedding_starts_the_evidence_over():
    door = Door().sees(("ann", face()), frames=2)
    door.model.embeds(np.full(16, np.nan))
    door.sees(("ann", face()), frames=3)
    door.model.embeds(None)
    assert door.sees(("ann", face()), frames=2).decisions == []
    assert door.sees(("ann", face())).decisions == [(Verdict.GRANTED, "ann")]


def test_what_was_forgotten_opens_nothing():
    door = Door().sees(("ann", face()), frames=2)
    door.watch.forget()
    assert door.sees(("ann", face()), frames=2).decisions == []


def test_a_detector_that_raises_raises():
    door = Door()
    door.model.fails_with(InvalidEmbedding("broken"))
    with pytest.raises(InvalidEmbedding):
        door.sees(("ann", face()))


@given(st.lists(st.sampled_from(["ann", "bob", "zed", None]), max_size=40))
def test_nobody_is_granted_who_did_not_stand_there_in_the_last_three_frames(people):
    door = Door()
    for i, who in enumerate(people):
        before = len(door.decisions)
        door.sees(*([(who, face())] if who else []))
        for verdict, user_id in door.decisions[before:]:
            if verdict is Verdict.GRANTED:
                assert who == user_id
                assert [p for p in people[: i + 1] if p][-3:] == [user_id] * 3
