"""Frames in, one decision a visit out; one person's evidence never becomes another's."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import MODEL_ID, FakeModel, face, image, template
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Frame, Liveness, Reason, Turn, Verdict
from core.errors import InvalidEmbedding, LivenessUnavailable
from core.gallery import Gallery
from core.policy import Rules
from core.quality import Limits, assess
from core.scene import Phase
from core.settings import RecognitionSettings, ZoneSettings
from core.watch import Watch

GALLERY = Gallery.of(MODEL_ID, [template("ann"), template("bob")])
RULES = Rules(threshold=0.6, frames=3, patience=1.0, cooldown=4.0)
EVERYWHERE = ZoneSettings()


class Door:
    """A watch with its model, shown one picture after another, ten a second."""

    def __init__(self, *, rules=RULES, zone=EVERYWHERE, liveness=None, **settings):
        self.model = FakeModel()
        self.rules, self.liveness, self.gallery = rules, liveness, GALLERY
        self.watch = Watch(RecognitionSettings(retry=2.0, **settings), zone, open_seconds=1.0)
        self.now = 0.0
        self.decisions = []
        self.scene = None

    def sees(self, *people, frames=1):
        for _ in range(frames):
            frame = Frame(image(*people), self.now, self.now, 0)
            self.scene, decision = self.watch.see(frame, self.model, self.gallery, self.rules, self.liveness)
            if decision is not None:
                self.decisions.append((decision.verdict, decision.user_id))
                self.last = decision
                if decision.verdict is Verdict.GRANTED:
                    self.watch.let_in(decision, frame.at)
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
        door.sees(("ann", face(20 + 30 * i, 80, 110)), ("zed", face(380 - 30 * i, 140, 80)))
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


LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def test_a_face_beside_the_doors_zone_is_no_visit_and_is_told_where_to_stand():
    door = Door(zone=ZoneSettings(polygon=LEFT_HALF)).sees(("ann", face(400)), frames=30)
    assert door.decisions == []
    assert (door.scene.phase, door.scene.reason) == (Phase.IDLE, Reason.OFF_CENTRE)
    assert door.sees(("ann", face(100)), frames=6).decisions == [(Verdict.GRANTED, "ann")]


def test_somebody_nearer_but_outside_the_zone_is_not_the_subject():
    door = Door(zone=ZoneSettings(polygon=LEFT_HALF)).sees(("ann", face(100)), ("zed", face(400, width=160)), frames=6)
    assert door.decisions == [(Verdict.GRANTED, "ann")]


@pytest.mark.parametrize(
    ("zone", "reason"), [({"farthest": 0.3}, Reason.TOO_FAR), ({"nearest": 0.2}, Reason.TOO_CLOSE)]
)
def test_the_zone_reaches_from_one_face_height_to_another(zone, reason):
    door = Door(zone=ZoneSettings(**zone)).sees(("ann", face()), frames=30)
    assert door.decisions == []
    assert door.scene.reason is reason


def test_two_who_stand_equally_near_are_asked_to_come_one_by_one():
    door = Door().sees(("ann", face()), ("zed", face(300)), frames=40)
    assert door.decisions == []
    assert (door.scene.phase, door.scene.reason) == (Phase.LOOKING, Reason.MORE_THAN_ONE)
    assert door.sees(("ann", face()), frames=6).decisions == [(Verdict.GRANTED, "ann")]


def test_somebody_disabled_in_the_middle_of_a_visit_is_not_granted():
    door = Door().sees(("ann", face()), frames=2)
    door.gallery = Gallery.of(MODEL_ID, [template("bob")], version=2)
    door.sees(("ann", face()), frames=30)
    assert door.decisions == [(Verdict.DENIED, None)]


def test_a_clock_that_steps_back_leaves_no_evidence():
    door = Door().sees(("ann", face()), frames=2)
    door.now -= 3600
    assert door.sees(("ann", face()), frames=2).decisions == []
    assert door.sees(("ann", face()), frames=2).decisions == [(Verdict.GRANTED, "ann")]


PASSIVE = replace(RULES, passive=0.8)


class FakeLiveness:
    """Says of every face what it was told to say."""

    def __init__(self, said):
        self.said = said

    def score(self, image, face):
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def test_a_photograph_is_denied_and_its_score_recorded():
    door = Door(rules=PASSIVE, liveness=FakeLiveness(0.1)).sees(("ann", face()), frames=30)
    assert door.decisions == [(Verdict.DENIED, None)]
    assert (door.last.reason, door.last.liveness, door.last.liveness_score) == (
        Reason.NOT_LIVE,
        Liveness.SPOOF,
        pytest.approx(0.1),
    )


def test_a_living_face_is_granted():
    door = Door(rules=PASSIVE, liveness=FakeLiveness(0.9)).sees(("ann", face()), frames=6)
    assert door.decisions == [(Verdict.GRANTED, "ann")]
    assert door.last.liveness is Liveness.LIVE


def test_a_face_that_liveness_cannot_judge_is_guided_and_never_granted():
    door = Door(rules=PASSIVE, liveness=FakeLiveness(None)).sees(("ann", face()), frames=30)
    assert door.decisions == []
    assert door.scene.reason is Reason.TOO_CLOSE


def test_what_is_only_observed_denies_nobody():
    door = Door(rules=replace(PASSIVE, observe=True), liveness=FakeLiveness(0.1)).sees(("ann", face()), frames=6)
    assert door.decisions == [(Verdict.GRANTED, "ann")]
    assert door.last.liveness is Liveness.SPOOF


@pytest.mark.parametrize("liveness", [None, FakeLiveness(LivenessUnavailable("It fails. Look at it."))])
def test_without_the_liveness_model_nobody_is_judged(liveness):
    with pytest.raises(LivenessUnavailable):
        Door(rules=PASSIVE, liveness=liveness).sees(("ann", face()))


CHALLENGE = replace(RULES, challenge=True)
WAY = {Turn.LEFT: 1, Turn.RIGHT: -1, Turn.STRAIGHT: 0}


def turned_to(turn, *, degrees=29):
    """A head turned as asked: its nose stands out by half the distance of its eyes, which the turn draws together."""
    straight, far = face(), WAY[turn] * 0.5 * np.sin(np.deg2rad(degrees))
    eyes = straight.landmarks[1, 0] - straight.landmarks[0, 0]
    middle = straight.landmarks[:, 0].mean()
    landmarks = straight.landmarks.copy()
    landmarks[:, 0] = middle + (landmarks[:, 0] - middle) * np.sqrt(1 - (2 * far) ** 2)
    landmarks[2, 0] += far * eyes
    return replace(straight, landmarks=landmarks)


def obeys(door, who="ann", *, seconds=30.0, turn=lambda asked: asked, degrees=29, turning=None):
    """Somebody who does what the screen asks, or what `turn` makes of it; `turning`: who is there where a turn is."""
    for _ in range(int(seconds * 10)):
        asked = door.scene.asked if door.scene and door.scene.phase is Phase.CHALLENGE else Turn.STRAIGHT
        here = who if asked is Turn.STRAIGHT else turning or who
        door.sees((here, turned_to(turn(asked), degrees=degrees)))
        if door.decisions:
            break
    return door


def test_somebody_who_turns_as_asked_is_granted():
    door = obeys(Door(rules=CHALLENGE))
    assert door.decisions == [(Verdict.GRANTED, "ann")]
    assert door.last.liveness is Liveness.LIVE


def test_somebody_who_stands_still_is_denied_when_time_is_up():
    door = obeys(Door(rules=CHALLENGE), turn=lambda _: Turn.STRAIGHT)
    assert door.decisions == [(Verdict.DENIED, None)]
    assert door.last.reason is Reason.CHALLENGE_FAILED


def test_somebody_who_turns_the_wrong_way_is_denied():
    other = {Turn.LEFT: Turn.RIGHT, Turn.RIGHT: Turn.LEFT, Turn.STRAIGHT: Turn.STRAIGHT}
    door = obeys(Door(rules=CHALLENGE), turn=other.get)
    assert door.decisions == [(Verdict.DENIED, None)]


def test_who_turns_too_far_to_be_matched_is_seen_to_turn_all_the_same():
    assert assess(turned_to(Turn.LEFT, degrees=45), image(), Limits()).reason is Reason.TURNED_AWAY
    assert obeys(Door(rules=CHALLENGE), degrees=45).decisions == [(Verdict.GRANTED, "ann")]


def test_somebody_else_who_turns_in_their_place_is_not():
    assert obeys(Door(rules=CHALLENGE), degrees=45, turning="bob").decisions == [(Verdict.DENIED, None)]


def test_an_embedding_that_is_none_shows_no_turn():
    door = Door(rules=CHALLENGE).sees(("ann", face()), frames=12)
    assert door.scene.asked in (Turn.LEFT, Turn.RIGHT)
    door.model.embeds(np.zeros(8))
    door.sees(("ann", turned_to(door.scene.asked, degrees=45)), frames=20)
    assert (door.scene.phase, door.scene.reason, door.decisions) == (Phase.CHALLENGE, Reason.TURNED_AWAY, [])


def test_whoever_is_to_be_challenged_must_stand_back():
    door = Door(rules=CHALLENGE).sees(("ann", face(width=150)), frames=30)
    assert (door.scene.phase, door.scene.reason, door.decisions) == (Phase.LOOKING, Reason.TOO_CLOSE, [])
    assert obeys(door).decisions == [(Verdict.GRANTED, "ann")]
    assert Door().sees(("ann", face(width=150)), frames=3).decisions == [(Verdict.GRANTED, "ann")]


def test_who_comes_too_close_in_a_challenge_has_not_walked_off_but_proves_nothing():
    door = Door(rules=CHALLENGE).sees(("ann", face()), frames=12)
    asked = door.scene.asked
    for width in range(100, 150, 5):
        door.sees(("ann", face(width=width)))
    door.sees(("ann", face(width=150)), frames=15)
    assert (door.scene.phase, door.scene.reason, door.scene.asked) == (Phase.CHALLENGE, Reason.TOO_CLOSE, asked)
    assert door.sees(("ann", face(width=150)), frames=60).decisions == [(Verdict.DENIED, None)]


def test_another_face_in_the_middle_of_a_challenge_denies_it():
    door = Door(rules=CHALLENGE).sees(("ann", face()), frames=6)
    assert door.scene.phase is Phase.CHALLENGE
    assert door.sees(("bob", face()), frames=2).decisions == [(Verdict.DENIED, None)]


def test_who_walks_off_in_the_middle_of_a_challenge_is_denied():
    door = Door(rules=CHALLENGE).sees(("ann", face()), frames=6).sees(frames=20)
    assert door.decisions == [(Verdict.DENIED, None)]
    assert door.last.reason is Reason.CHALLENGE_FAILED


def test_a_stranger_is_not_even_challenged():
    door = Door(rules=CHALLENGE)
    for _ in range(30):
        door.sees(("zed", face()))
        assert door.scene.phase is not Phase.CHALLENGE
    assert door.decisions == [(Verdict.DENIED, None)]


def test_a_challenge_that_is_only_observed_denies_nobody():
    door = obeys(Door(rules=replace(CHALLENGE, observe=True)), turn=lambda _: Turn.STRAIGHT)
    assert door.decisions == [(Verdict.GRANTED, "ann")]
    assert door.last.liveness is Liveness.SPOOF


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
