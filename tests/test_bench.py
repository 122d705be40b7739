"""`doorward-admin bench`: who is counted as let in, how soon, and at what cost; on fakes, drawn and real people."""

import json
from dataclasses import replace
from itertools import islice
from math import inf, nan
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import MODEL_ID, FakeModel, face, image, template, vector_of
from rich.console import Console
from typer.testing import CliRunner

from core.admin.app import app
from core.admin.bench.command import bench
from core.admin.bench.figures import Bench, Grant, Playback, correct_grants, facts, false_grants, glances, percentile
from core.admin.bench.fusion import BEST, NEXT, fuse
from core.admin.bench.loops import OurLoop, PlainLoop, play, play_every
from core.admin.bench.survey import Passage, Survey, Visit, survey
from core.admin.bench.tables import live_tables
from core.camera import OpenCVCamera
from core.demo import DEMO_PEOPLE, DEMO_THRESHOLD, DemoCamera, DemoFaceModel, portraits
from core.domain import Frame, Observation, Template
from core.errors import CameraUnavailable, InputError
from core.gallery import Gallery
from core.opencv import cv2
from core.policy import Rules
from core.quality import Limits
from core.settings import RecognitionSettings
from core.watch import Watch

GALLERY = Gallery.of(MODEL_ID, [template("ann"), template("bob")])
ANN, BOB, ZED = (("ann", face()), ("bob", face()), ("zed", face()))
THRESHOLD = 0.6
VISITS = (Visit("ann", 10, 12, 20), Visit("bob", 30, 30, 40))


class Clip:
    """Pictures, `fps` a second, as fast as they are read."""

    def __init__(self, *pictures, fps=10):
        self._pictures = pictures
        self._fps = fps

    def frames(self):
        for seq, picture in enumerate(self._pictures):
            yield Frame(picture, seq / self._fps, seq / self._fps, seq)


class FakeAnalysis:
    """insightface's FaceAnalysis, as far as the plain loop knows it."""

    def __init__(self):
        self.model = FakeModel()

    def get(self, picture):
        found = self.model.detect(picture)
        return [SimpleNamespace(normed_embedding=self.model.embed(picture, one)) for one in found]


def playback(*grants, cpu=1.0, captured=True, looked=100, dropped=0, memory=2**20):
    """50 frames in 5 seconds; a grant is (user_id, seq, seconds after that frame was captured)."""
    times = tuple(100 + seq / 10 for seq in range(50))
    granted = tuple(Grant(who, seq, times[seq] + late) for who, seq, late in grants)
    return Playback(5.0, cpu, looked, dropped, memory, granted, times if captured else None)


def surveyed(*pictures, expected=("ann",), limits=Limits()):  # noqa: B008 - frozen
    return survey(Clip(*pictures), FakeModel(), GALLERY, THRESHOLD, limits, expected)


# the survey ------------------------------------------------------------------------------------------------


def test_a_visit_lasts_from_the_first_frame_that_shows_the_person_to_the_last():
    nobody, ann = image(), image(ANN)
    seen = surveyed(*[nobody] * 3, *[ann] * 4, *[nobody] * 2)
    assert seen.visits(1.0) == (Visit("ann", 3, 3, 6),)
    assert seen.seconds == pytest.approx(0.9)


def test_a_glance_begins_where_the_face_is_fit_to_be_matched():
    far = image(("ann", face(125, 130, 50)))
    assert surveyed(*[far] * 3, *[image(ANN)] * 4).visits(1.0) == (Visit("ann", 0, 3, 6),)


def test_another_face_in_the_same_place_is_another_passage():
    far_zed = image(("zed", face(130, 130, 40)))
    seen = surveyed(image(ZED), image(ZED), image(ANN), image(ANN), image(BOB), far_zed)
    assert seen.visits(1.0) == (Visit("ann", 2, 2, 3),)
    assert [(p.first, p.last, seen.of(p)) for p in seen.passages] == [
        (0, 1, None),
        (2, 3, "ann"),
        (4, 4, None),
        (5, 5, None),
    ]


def test_who_is_away_for_less_than_the_cool_down_is_on_the_same_visit():
    seen = surveyed(image(ANN), *[image()] * 10, image(ANN))
    assert seen.visits(2.0) == (Visit("ann", 0, 0, 11),)
    assert seen.visits(1.0) == (Visit("ann", 0, 0, 0), Visit("ann", 11, 11, 11))


@pytest.mark.parametrize(("expected", "why"), [("cid", "enrolled"), ("bob", "not in the video")])
def test_an_expected_person_who_cannot_be_there_is_refused(expected, why):
    with pytest.raises(InputError, match=f"--expect {expected}: .*{why}"):
        surveyed(*[image(ANN)] * 3, expected=("ann", expected))


def test_a_single_frame_is_no_video():
    with pytest.raises(InputError, match="fewer than three frames"):
        surveyed(image(ANN))


# the loops -------------------------------------------------------------------------------------------------


def plain_loop(cooldown=1.0):
    return PlainLoop(FakeAnalysis(), GALLERY, THRESHOLD, cooldown)


def test_the_plain_loop_lets_in_on_a_single_frame_and_once_a_visit():
    camera = Clip(image(ZED), *[image(ANN)] * 30, *[image()] * 10, image(("bob", face(300)), ANN))
    played = play_every(camera, plain_loop())
    assert [(g.user_id, g.seq) for g in played.grants[:1]] == [("ann", 1)]
    assert {(g.user_id, g.seq) for g in played.grants[1:]} == {("ann", 41), ("bob", 41)}
    assert (played.looked, played.dropped, played.captured) == (42, 0, None)
    assert played.seconds == pytest.approx(4.2)


def test_an_embedding_that_is_no_number_lets_nobody_in():
    loop = plain_loop()
    loop._app.model.embed = lambda *_: np.full(GALLERY.parts[0].matrix.shape[1], nan, np.float32)
    assert list(loop.see(Frame(image(ANN), 0.0, 0.0, 0))) == []


def our_loop(model=None, gallery=GALLERY, **options):
    watch = Watch(RecognitionSettings(), open_seconds=1.0)
    return OurLoop(watch, model or FakeModel(), gallery, Rules(THRESHOLD, cooldown=5.0), **options)


def test_ours_looks_at_some_of_the_frames_and_lets_in_once():
    played = play_every(Clip(*[image(ANN)] * 90, fps=30), our_loop())
    assert [g.user_id for g in played.grants] == ["ann"]
    assert 0 < played.looked < 90


def test_ours_lets_no_stranger_in_and_counts_no_denial_as_a_grant():
    assert play_every(Clip(*[image(ZED)] * 90, fps=30), our_loop()).grants == ()


def test_ours_does_not_look_at_a_frame_that_is_too_old():
    loop = our_loop(max_age=0.5)
    assert loop.see(Frame(image(ANN), -1e6, 0.0, 0)) == ()
    assert loop.looked == 0


def test_a_covered_camera_is_not_looked_at():
    dark = image(ANN)
    dark[:] = 0
    played = play_every(Clip(*[dark] * 60), our_loop())
    assert 0 < played.looked < 15  # a second, until it is believed
    assert played.grants == ()


def test_both_let_in_the_same_drawn_person():
    ada, model = DEMO_PEOPLE[0], DemoFaceModel()
    picture = next(iter(portraits(ada)))
    vector = model.embed(picture, model.detect(picture)[0])
    gallery = Gallery.of(model.id, [Template(ada.user_id, ada.name, vector, model.id, 0.9)])

    class Corridor:
        def frames(self):
            return islice(DemoCamera(paced=False, size=(640, 360)).frames(), 40, 110)

    seen = survey(Renumbered(Corridor()), model, gallery, DEMO_THRESHOLD, Limits(), [ada.user_id])
    played = play_every(Renumbered(Corridor()), our_loop(model, gallery))
    visits = seen.visits(5.0)
    assert len(visits) == 1
    assert (correct_grants(played, visits), false_grants(played, visits)) == (1, 0)


class Renumbered:
    """A part of a recording as a recording of its own."""

    def __init__(self, camera):
        self._camera = camera

    def frames(self):
        for seq, frame in enumerate(self._camera.frames()):
            yield replace(frame, seq=seq)


class Live:
    """A camera in step with its looker: one frame, and all the others while that one is looked at."""

    def __init__(self, frames):
        self.looking, self.delivered = Event(), Event()
        self._frames = frames

    def frames(self):
        for seq in range(self._frames):
            if seq == 1:
                assert self.looking.wait(5)
            yield Frame(image(), seq / 10, seq / 10, seq)
        self.delivered.set()


class Slow:
    """A loop that is busy with its first frame until all the others have come."""

    def __init__(self, camera):
        self.looked = 0
        self.saw = []
        self._camera = camera

    def see(self, frame):
        self.looked += 1
        self.saw.append(frame.seq)
        self._camera.looking.set()
        assert self._camera.delivered.wait(5)
        return ("ann",)


def test_frames_that_come_while_a_loop_is_busy_are_dropped_but_for_the_newest():
    camera = Live(6)
    loop = Slow(camera)
    played = play(camera, loop)
    assert loop.saw == [0, 5]
    assert (played.looked, played.dropped) == (2, 4)
    assert played.captured == tuple(seq / 10 for seq in range(6))
    assert [grant.seq for grant in played.grants] == [0, 5]


def test_what_is_not_shown_does_not_count_and_no_glance_begins_before_the_video_does():
    loop = plain_loop()
    played = play(Clip(*[image()] * 10), loop, late=0.35)
    assert played.captured == pytest.approx([0.4] * 5 + [0.5, 0.6, 0.7, 0.8, 0.9])
    assert played.seconds == pytest.approx(0.6)
    assert loop.looked + played.dropped == 6


def test_a_camera_that_fails_ends_the_playback():
    class Broken:
        def frames(self):
            yield Frame(image(), 0.0, 0.0, 0)
            raise CameraUnavailable("The camera stopped. Check its cable.")

    with pytest.raises(CameraUnavailable):
        play(Broken(), plain_loop())


def test_a_loop_that_fails_stops_the_camera():
    class Endless:
        def frames(self):
            seq = 0
            while True:
                yield Frame(image(ANN), seq / 10, seq / 10, seq)
                seq += 1

    loop = plain_loop()
    loop._app.model.fails_with(RuntimeError("no more"))
    with pytest.raises(RuntimeError, match="no more"):
        play(Endless(), loop)


# the figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([3.0], 0.5, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([5.0, 1.0, 3.0, 2.0, 4.0], 0.5, 3.0),
        ([5.0, 1.0, 3.0, 2.0, 4.0], 0.95, 5.0),
        (list(range(1, 101)), 0.95, 95),
        ([1.0, 2.0, inf], 0.5, 2.0),
        ([1.0, 2.0, inf], 0.95, None),
        ([], 0.5, None),
    ],
)
def test_a_percentile_is_one_of_the_values_and_none_where_no_decision_came(values, share, value):
    assert percentile(values, share) == value


def test_a_glance_counts_from_the_first_usable_frame_to_when_the_decision_was_there():
    played = playback(("ann", 13, 0.05), ("ann", 16, 0.0))
    assert glances(played, VISITS) == [pytest.approx(150), inf]


def test_without_real_time_there_is_no_glance():
    assert glances(playback(("ann", 13, 0.0), captured=False), VISITS) == []


def test_a_visit_counts_once_and_whoever_is_not_there_is_a_false_grant():
    once = playback(("ann", 13, 0.0), ("ann", 18, 0.0))
    assert (correct_grants(once, VISITS), false_grants(once, VISITS)) == (1, 0)
    wrong = playback(("ann", 9, 0.0), ("ann", 21, 0.0), ("ann", 35, 0.0), ("cid", 15, 0.0), ("bob", 30, 0.0))
    assert (correct_grants(wrong, VISITS), false_grants(wrong, VISITS)) == (1, 4)


GOOD = (("ann", 13, 0.0), ("bob", 33, 0.0))


def told(*, every=5.0, alike=3.0, plain=(2.0, 3.0), ours=(0.5, 0.6), seen=GOOD, plain_seen=GOOD):
    still = Survey(tuple(seq / 10 for seq in range(50)), (), ("ann", "bob"), GALLERY, THRESHOLD)
    measured = Bench(
        still,
        VISITS,
        playback(*plain_seen, cpu=every, captured=False),
        playback(*plain_seen, cpu=alike, captured=False),
        tuple(playback(*plain_seen, cpu=cpu, looked=25, dropped=20, memory=3 * 2**20) for cpu in plain),
        tuple(playback(*seen, cpu=cpu, looked=75) for cpu in ours),
    )
    return facts(measured)


def test_the_ratios_say_what_they_compare():
    figures = told()
    assert figures["cpu_ratio"] == pytest.approx(0.55 / 5)
    assert figures["cpu_ratio_same_threads"] == pytest.approx(0.55 / 3)
    assert figures["cpu_ratio_realtime"] == pytest.approx((0.5 / 2 + 0.6 / 3) / 2)  # of each pair, then the median
    plain = figures["plain"]
    assert plain["cpu_ms_per_second"] == pytest.approx({"median": 500, "least": 400, "greatest": 600})
    assert (plain["looked_at_per_second"], plain["frames_dropped"], plain["peak_memory_mb"]) == (5, 40, 3)
    assert (figures["ours"]["correct_grants"], figures["ours"]["due"], figures["runs"]) == (4, 4, 2)
    assert figures["glance_to_decision_ms"] == pytest.approx({"p50": 100, "p95": 300})
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def late(seconds):
    return tuple((who, seq, seconds) for who, seq, _ in GOOD)


@pytest.mark.parametrize(
    ("part", "worse"),
    [
        ("cpu", {"ours": (1.1, 1.1)}),
        ("correct_grants", {"seen": GOOD[:1]}),
        ("no_false_grant", {"seen": (*GOOD, ("cid", 5, 0.0))}),
        ("glance_median", {"seen": late(0.45)}),
        ("glance_p95", {"seen": (GOOD[0], ("bob", 33, 0.8))}),
    ],
)
def test_the_goal_is_missed_with_any_part_of_it(part, worse):
    assert all(told()["goal"].values())
    goal = told(**worse)["goal"]
    assert not goal[part]
    assert not goal["met"]


def test_people_read_a_table_no_wider_than_a_terminal(capsys):
    Console(width=80).print(*live_tables({**told(), "machine": {"cores": 2}}))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    (grants,) = (line for line in lines if "correct grants" in line)
    assert grants.count("4 of 4") == 2
    assert "cpu_ratio: 0.110" in "\n".join(lines)


def test_a_plain_loop_that_misses_visits_asks_for_no_more_than_it_had():
    assert told(seen=GOOD[:1], plain_seen=GOOD[:1])["goal"]["correct_grants"]


# fusion ----------------------------------------------------------------------------------------------------


def passage(who, count, away=0.45):
    """Frames whose embeddings are all off their person, each in a direction of its own."""
    vectors = [vector_of(who, away=away, towards=f"noise {i}") for i in range(count)]
    usable = tuple(Observation(i / 30, v, GALLERY.match(v), 0.9) for i, v in enumerate(vectors))
    return Passage(0, count - 1, 0, usable)


def fused(*passages):
    still = Survey((0.0, 1.0), passages, ("ann",), GALLERY, THRESHOLD)
    return {(row.way, row.count): row for row in fuse(still, 4)}


def test_frames_that_miss_the_threshold_alone_reach_it_together():
    rows = fused(passage("ann", 12), passage("zed", 12))
    assert [rows[NEXT, n].genuine.trials for n in (1, 2, 3, 4)] == [12, 11, 10, 9]
    assert [rows[BEST, n].genuine.trials for n in (2, 3, 4)] == [11, 10, 9]
    assert rows[NEXT, 1].genuine.errors == 0
    assert rows[NEXT, 4].genuine.value == rows[BEST, 4].genuine.value == 1
    assert rows[NEXT, 4].genuine.interval[0] < 1


def test_of_a_stranger_all_similarities_count_as_anothers_and_of_the_person_those_to_the_others():
    rows = fused(passage("ann", 8, away=0.0), passage("bob", 8, away=0.0))
    bob_as_bob, ann_as_bob = 1.0, float(vector_of("ann") @ vector_of("bob"))
    assert (rows[NEXT, 1].genuine.errors, rows[NEXT, 1].genuine.trials) == (8, 8)
    assert (rows[NEXT, 1].impostor.errors, rows[NEXT, 1].impostor.trials) == (8, 16)  # bob is not expected
    assert rows[NEXT, 1].highest == pytest.approx(max(bob_as_bob, ann_as_bob))
    assert fused(passage("ann", 8, away=0.0))[NEXT, 4].highest == pytest.approx(ann_as_bob, abs=1e-6)


# the commands ----------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch, shared, pack):
    """Runs `bench` with the test pack and the person of the clip enrolled."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__MODELS__PACK", str(pack))
    enrolled = CliRunner().invoke(app, ["enrol", "lin", "Lin", str(shared / "faces" / "lin" / "1.png")])
    assert enrolled.exit_code == 0

    def run(*arguments):
        return CliRunner().invoke(bench, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def excerpt(tmp_path, shared):
    """A third of a second of the clip: others, then the person."""
    path = tmp_path / "excerpt.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (640, 360))
    clip = OpenCVCamera(str(shared / "video" / "lin_at_the_door.mp4"), paced=False)
    for frame in islice(clip.frames(), 80, 90):
        writer.write(frame.image)
    writer.release()
    return path


def test_live_measures_both_loops_side_by_side(run, excerpt):
    answer = run("live", excerpt, "--expect", "lin", "--runs", "1", "--json")
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.stdout)
    assert answer.stdout.count("\n") == 1
    assert figures["cpu_ratio"] > 0
    assert figures["cpu_ratio_realtime"] > 0
    assert set(figures["glance_to_decision_ms"]) == {"p50", "p95"}
    assert (figures["visits"], figures["runs"], figures["expected"]) == (1, 1, ["lin"])
    assert figures["video"]["frames"] == 10
    for name in ("plain", "plain_every_frame", "plain_every_frame_same_threads", "ours"):
        assert figures[name]["due"] == 1
        assert figures[name]["false_grants"] == 0
        assert figures[name]["peak_memory_mb"] > 50
    assert figures["plain_every_frame"]["correct_grants"] == 1
    assert figures["plain_every_frame"]["looked_at_per_second"] == pytest.approx(30, rel=0.01)
    assert {"cores", "cpu", "python", "onnxruntime"} <= set(figures["machine"])
    assert set(figures["goal"]) > {"cpu", "met"}


def test_fusion_says_how_often_each_number_of_frames_reached_the_threshold(run, excerpt):
    answer = run("fusion", excerpt, "--expect", "lin")
    assert answer.exit_code == 0, answer.output
    assert "best 4 of 3 s" in answer.stdout
    assert max(len(line) for line in answer.stdout.splitlines()) <= 80


def test_what_cannot_be_measured_is_refused(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__MODELS__PACK", "demo")
    (tmp_path / "clip.mp4").touch()
    for path, why in [("none.mp4", "no file"), ("clip.mp4", "demo")]:
        refused = CliRunner().invoke(bench, ["live", path, "--expect", "ada"])
        assert isinstance(refused.exception, InputError)
        assert why in str(refused.exception)
