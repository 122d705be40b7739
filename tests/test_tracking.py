"""Who is who from frame to frame."""

from fakes import face
from hypothesis import given
from hypothesis import strategies as st

from core.tracking import KEEP, Tracks, iou


def test_a_face_that_moves_a_little_keeps_its_track():
    tracks = Tracks().update([face(100)], 0.0).update([face(120)], 0.1)
    assert [track.id for track in tracks.alive] == [1]


def test_a_face_elsewhere_starts_a_track_and_the_old_one_waits():
    tracks = Tracks().update([face(0)], 0.0).update([face(400)], 0.1)
    assert [(track.id, track.face is None) for track in tracks.alive] == [(2, False), (1, True)]


def test_an_occlusion_shorter_than_keep_is_bridged_a_longer_one_not():
    tracks = Tracks().update([face()], 0.0).update([], 0.4)
    assert tracks.update([face()], KEEP).alive[0].id == 1
    assert tracks.update([], KEEP + 0.1).update([face()], KEEP + 0.2).alive[0].id == 2


def test_a_face_behind_a_hand_is_found_where_it_went_on_to():
    tracks = Tracks()
    for i in range(5):
        tracks = tracks.update([face(40 * i)], i * 0.1)
    away = tracks.update([], 0.5).update([], 0.7)
    assert away.update([face(40 * 9)], 0.9).alive[0].id == 1


def test_two_who_cross_keep_their_tracks():
    tracks = Tracks()
    for i in range(11):
        tracks = tracks.update([face(30 * i, 100), face(300 - 30 * i, 160)], i * 0.1)
    assert {track.id: track.box[0] for track in tracks.alive} == {1: 300, 2: 0}


def test_a_track_that_was_not_looked_for_keeps_its_face():
    tracks = Tracks().update([face(0), face(400)], 0.0)
    near = tracks.update([face(2)], 0.1, looked_for={1})
    assert {track.id: track.face is not None for track in near.alive} == {1: True, 2: True}
    assert {track.id: track.seen_at for track in near.alive} == {1: 0.1, 2: 0.0}


def test_each_face_goes_to_the_track_that_it_overlaps_most():
    tracks = Tracks().update([face(0), face(80)], 0.0)
    ids = {track.id: track.box[0] for track in tracks.update([face(85), face(5)], 0.1).alive}
    assert ids == {1: 5, 2: 85}


def test_a_cut_track_goes_on_under_a_new_id():
    tracks = Tracks().update([face(0), face(400)], 0.0)
    cut = tracks.cut(tracks.alive[0])
    assert [track.id for track in cut.alive] == [3, 2]
    assert cut.next_id == 4


@given(st.lists(st.lists(st.integers(0, 500), max_size=4), max_size=10))
def test_no_two_tracks_share_an_id_and_no_face_is_lost(frames):
    tracks = Tracks()
    for i, xs in enumerate(frames):
        tracks = tracks.update([face(x) for x in xs], i * 0.1)
        ids = [track.id for track in tracks.alive]
        assert len(set(ids)) == len(ids)
        assert sum(track.face is not None for track in tracks.alive) == len(xs)


def test_overlap_of_boxes():
    assert iou((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert iou((0, 0, 10, 10), (5, 0, 15, 10)) == 50 / 150
    assert iou((0, 0, 10, 10), (10, 0, 20, 10)) == 0
