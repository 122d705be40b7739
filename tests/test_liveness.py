"""Passive liveness: what reaches the model, what is no answer, and how its file is found and fetched."""

import errno
import hashlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from fakes import NOISE, face
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from insightface.addons import catalog
from insightface.addons import liveness as theirs
from tinypack import write_detector, write_liveness, write_recogniser

from core.errors import LivenessUnavailable, ModelUnavailable
from core.liveness import THRESHOLD, RgbLiveness, fetch_liveness, find_liveness

BLUE, GREEN, RED = range(3)  # of a picture; the model's channels are the other way round
SOMEBODY = face(270, 175)


@pytest.fixture
def liveness(tmp_path):
    def liveness(**graph):
        return RgbLiveness(write_liveness(tmp_path / "mine.onnx", **graph))

    return liveness


def coloured(channel, level=255):
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:, :, channel] = level
    return picture


@pytest.mark.parametrize("batch", [1, "N"])
def test_the_score_is_what_the_model_says(liveness, batch):
    model = liveness(batch=batch)
    scores = [model.score(coloured(RED, level), SOMEBODY) for level in (0, 51, 204, 255)]
    assert scores == pytest.approx([0, 0.2, 0.8, 1], abs=1e-3)
    assert {type(score) for score in scores} == {float}


@pytest.mark.parametrize(("channel", "colour"), [(0, RED), (1, GREEN), (2, BLUE)])
def test_the_model_sees_red_green_and_blue_in_this_order(liveness, channel, colour):
    scores = [liveness(channel=channel).score(coloured(c), SOMEBODY) for c in (BLUE, GREEN, RED)]
    assert scores == pytest.approx([float(c == colour) for c in (BLUE, GREEN, RED)])


def test_the_model_sees_that_face_and_what_is_around_it(liveness):
    picture = coloured(RED, 0)
    picture[:, 320:] = 255
    model = liveness()
    left, middle, right = (model.score(picture, face(x, 175)) for x in (110, 270, 430))
    assert (left, middle, right) == pytest.approx((0, 0.5, 1), abs=0.02)


def test_a_face_that_is_turned_is_turned_back(liveness):
    picture = coloured(RED, 0)
    picture[:240] = 255
    head_down = replace(SOMEBODY, landmarks=np.float32((640, 480)) - SOMEBODY.landmarks)
    model = liveness()
    upright = model.score(picture, SOMEBODY)
    assert model.score(picture[::-1, ::-1], head_down) == pytest.approx(upright, abs=0.02)


def test_too_little_picture_around_the_face_is_no_score(liveness):
    model, white = liveness(), np.full((480, 640, 3), 255, np.uint8)
    scores = [model.score(white, face(x, 175)) for x in range(-120, 300, 10)]
    rejected = scores.count(None)
    assert 0 < rejected < len(scores)
    assert scores == [None] * rejected + [pytest.approx(1)] * (len(scores) - rejected)


def test_a_face_cut_close_is_no_score(liveness):
    assert liveness().score(NOISE[175:305, 270:370], face(0, 0)) is None


@pytest.mark.parametrize(
    ("graph", "said"), [({"factor": 1.5}, "1.5"), ({"factor": -1.0}, "-1.0"), ({"factor": 1.5, "then": "Asin"}, "nan")]
)
def test_an_answer_that_is_no_probability_is_no_score(liveness, graph, said):
    with pytest.raises(LivenessUnavailable, match=f"{said}.*doorward-admin models fetch liveness"):
        liveness(**graph).score(coloured(RED), SOMEBODY)


@pytest.mark.parametrize(
    "landmarks",
    [np.full((5, 2), np.nan), np.full((5, 2), np.inf), np.full((5, 2), 7.0), np.zeros((4, 2)), np.zeros((0, 2))],
    ids=["nan", "infinite", "one-place", "four", "none"],
)
def test_landmarks_that_make_no_face_have_no_score(liveness, landmarks):
    with pytest.raises(LivenessUnavailable):
        liveness().score(NOISE, replace(SOMEBODY, landmarks=landmarks.astype(np.float32)))


@pytest.mark.parametrize(
    "image",
    [NOISE[:0], NOISE[:, :, 0], NOISE / 255, None],
    ids=["empty", "grey", "floats", "nothing"],
)
def test_what_is_no_picture_has_no_score(liveness, image):
    with pytest.raises(LivenessUnavailable):
        liveness().score(image, SOMEBODY)


def test_the_error_of_an_unfamiliar_exception_is_a_sentence_all_the_same(liveness):
    with pytest.raises(LivenessUnavailable, match=r"cannot be judged: AttributeError\. .* liveness\.model"):
        liveness().score(NOISE, None)


@pytest.fixture(scope="module")
def beyond_one(tmp_path_factory):
    """A model whose answer leaves 0 to 1 for bright pictures, and is NaN for the brightest."""
    return RgbLiveness(write_liveness(tmp_path_factory.mktemp("model") / "mine.onnx", factor=1.4, then="Asin"))


numbers = st.floats(width=32, allow_nan=True, allow_infinity=True) | st.floats(-100, 700, width=32)


@given(arrays(np.float32, (5, 2), elements=numbers), st.integers(0, 255))
@example(SOMEBODY.landmarks, 150)
@example(SOMEBODY.landmarks, 180)
@example(SOMEBODY.landmarks, 255)
@example(SOMEBODY.landmarks * np.float32(1e30), 150)
@example(SOMEBODY.landmarks * np.float32(1e-40), 150)
@settings(max_examples=200, deadline=None)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, which outside of tests is no exception
def test_a_score_is_none_or_a_probability_whatever_comes(beyond_one, landmarks, level):
    try:
        score = beyond_one.score(coloured(RED, level), replace(SOMEBODY, landmarks=landmarks))
    except LivenessUnavailable:
        return
    assert score is None or 0 <= score <= 1


def test_several_threads_may_use_it_at_once(liveness):
    model = liveness()
    levels = range(0, 256, 5)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda level: model.score(coloured(RED, level), SOMEBODY), levels))
    assert together == pytest.approx([level / 255 for level in levels], abs=1e-3)


COUNTING = """
import sys
from pathlib import Path
from core.liveness import RgbLiveness
file, tasks = Path(sys.argv[1]), Path("/proc/self/task")
models = [RgbLiveness(file)]  # OpenCV's own threads have come after this
for threads in (1, 3):
    before = len(list(tasks.iterdir()))
    models.append(RgbLiveness(file, threads=threads))
    print(len(list(tasks.iterdir())) - before + 1)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted where Linux lists them")
def test_it_has_as_many_threads_as_it_is_given(tmp_path):
    """In a process of its own: in this one, threads of earlier tests may end meanwhile."""
    file = write_liveness(tmp_path / "mine.onnx")
    done = subprocess.run([sys.executable, "-c", COUNTING, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "3"]


def test_the_id_is_that_of_the_file(liveness, tmp_path):
    model = liveness()
    assert model.id == f"liveness:{digest(tmp_path / 'mine.onnx')[:12]}"
    assert liveness(factor=0.5).id != model.id


def test_the_threshold_is_insightfaces_own():
    assert theirs.DEFAULT_THRESHOLD == THRESHOLD


@pytest.mark.parametrize(
    ("prepare", "fault"),
    [
        (lambda file: None, "No such file"),
        (lambda file: file.mkdir(), "Is a directory"),
        (lambda file: file.write_bytes(b""), "damaged"),
        (lambda file: file.write_bytes(b"cut off"), "damaged"),
        (lambda file: file.write_bytes(write_liveness(file).read_bytes()[:-20]), "damaged"),
        (lambda file: write_liveness(file, side=112), r"\[N, 3, 80, 80\]"),
        (lambda file: write_liveness(file, batch=2), r"\[N, 3, 80, 80\]"),
        (lambda file: write_recogniser(file, side=80), r"\[N\] live probability"),
        (write_detector, "one output"),
        (lambda file: write_liveness(file, then="Log"), "-inf"),
    ],
    ids=["missing", "folder", "empty", "garbage", "cut", "size", "batch", "embedding", "detector", "no-probability"],
)
def test_a_model_that_will_not_do_says_what_is_wrong_where_and_what_to_do(tmp_path, prepare, fault):
    file = tmp_path / "theirs.onnx"
    prepare(file)
    with pytest.raises(ModelUnavailable, match=fault) as refusal:
        RgbLiveness(file)
    for part in (str(file), "doorward-admin models fetch liveness", "liveness.model"):
        assert part in str(refusal.value)


class Release(BaseHTTPRequestHandler):
    """Serves `server.content`, or `server.status` without; hangs up after `server.cut` bytes."""

    def do_GET(self):
        self.server.asked += 1
        self.send_response(self.server.status)
        if self.server.told:
            self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content[: self.server.cut])

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture
def release(monkeypatch, tmp_path):
    """Where the add-on, of a few hundred bytes here, comes from. InsightFace's catalogue knows its digest."""
    content = write_liveness(tmp_path / "published.onnx").read_bytes()
    with HTTPServer(("127.0.0.1", 0), Release) as server:
        server.content, server.status, server.cut, server.told, server.asked = content, 200, None, True, 0
        artifact = catalog.AddonArtifact(
            "liveness.onnx",
            f"http://127.0.0.1:{server.server_port}/liveness.onnx",
            digest(tmp_path / "published.onnx"),
            len(content),
        )
        monkeypatch.setattr(catalog, "ADDON_CATALOG", MappingProxyType({"liveness": artifact}))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def left(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_what_was_fetched_is_found_and_judges(release, root):
    file = fetch_liveness(root)
    assert file == find_liveness("auto", root) == root / "addons" / "liveness.onnx"
    assert left(root) == ["addons/liveness.onnx"]
    assert RgbLiveness(file).score(coloured(RED), SOMEBODY) == pytest.approx(1)


def test_what_is_there_is_not_fetched_again(release, root):
    assert fetch_liveness(root) == fetch_liveness(root)
    assert release.asked == 1


def test_home_is_understood(release, root, monkeypatch):
    monkeypatch.setenv("HOME", str(root))
    fetched = fetch_liveness(Path("~/.insightface"))
    assert fetched == find_liveness("auto", Path("~/.insightface")) == root / ".insightface/addons/liveness.onnx"
    assert find_liveness("~/.insightface/addons/liveness.onnx", Path("elsewhere")) == fetched
    fetched.write_bytes(b"another")
    with pytest.raises(ModelUnavailable, match=f"{fetched} is not the published"):
        fetch_liveness(Path("~/.insightface"))


def test_finding_never_asks_the_network(release, root):
    with pytest.raises(ModelUnavailable) as refusal:
        find_liveness("auto", root)
    assert str(refusal.value) == (
        f"There is no liveness model {root}/addons/liveness.onnx. "
        "Get one with doorward-admin models fetch liveness, or set liveness.model to a file."
    )
    assert release.asked == 0
    assert left(root) == []


@pytest.mark.parametrize("get", [lambda root: find_liveness("auto", root), fetch_liveness], ids=["find", "fetch"])
def test_a_file_that_is_not_the_published_one_is_refused_and_kept(release, root, get):
    file = fetch_liveness(root)
    file.write_bytes(b"another")
    with pytest.raises(ModelUnavailable, match=f"{file} is not the published .* Delete it .* models fetch liveness"):
        get(root)
    assert file.read_bytes() == b"another"
    assert release.asked == 1


def test_a_file_that_cannot_be_read_is_said(release, root):
    (root / "addons" / "liveness.onnx").mkdir(parents=True)
    with pytest.raises(ModelUnavailable, match=r"liveness\.onnx cannot be read .* Is a directory"):
        find_liveness("auto", root)


def test_a_path_is_taken_as_it_is(tmp_path, root):
    mine = write_liveness(tmp_path / "mine.onnx")
    assert find_liveness(str(mine), root) == mine


@pytest.mark.parametrize("wrong", ["none.onnx", ""], ids=["missing", "folder"])
def test_a_path_without_a_file_is_named_with_its_key(tmp_path, root, wrong):
    with pytest.raises(ModelUnavailable, match=rf"liveness\.model.*{tmp_path / wrong}"):
        find_liveness(str(tmp_path / wrong), root)


def is_missing(release):
    release.status = 404


def hangs_up(release):
    release.cut = 100


def hangs_up_without_having_told_the_size(release):
    release.cut, release.told = 100, False


def serves_something_else(release):
    release.content = b"another".ljust(len(release.content))


def serves_too_much(release):
    release.content *= 2


@pytest.mark.parametrize(
    ("mishap", "fault"),
    [
        (is_missing, r"http://127\.0\.0\.1:.*/liveness\.onnx .* it answers 404"),
        (hangs_up, "cannot be fetched: ChunkedEncodingError"),
        (hangs_up_without_having_told_the_size, "What came is not the published liveness model"),
        (serves_something_else, "What came is not the published liveness model"),
        (serves_too_much, "What came is not the published liveness model"),
    ],
)
def test_a_download_that_fails_says_what_to_do_and_leaves_nothing(release, root, mishap, fault):
    mishap(release)
    with pytest.raises(ModelUnavailable, match=f"{fault}.*doorward-admin models fetch liveness"):
        fetch_liveness(root)
    assert left(root) == []


def test_without_a_network_the_address_and_the_place_are_told(release, root, monkeypatch):
    nobody = replace(catalog.ADDON_CATALOG["liveness"], url="http://127.0.0.1:1/liveness.onnx")
    monkeypatch.setattr(catalog, "ADDON_CATALOG", {"liveness": nobody})
    with pytest.raises(ModelUnavailable) as refusal:
        fetch_liveness(root)
    for part in (nobody.url, "ConnectionError", f"{root}/addons/liveness.onnx"):
        assert part in str(refusal.value)
    assert left(root) == []


def test_a_full_disk_is_a_sentence_and_leaves_nothing(release, root, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(catalog.os, "replace", full)
    with pytest.raises(ModelUnavailable, match=f"{root}/addons/liveness.onnx cannot be .* the disk is full"):
        fetch_liveness(root)
    assert left(root) == []


def test_a_root_that_cannot_be_written_is_a_sentence(release, root):
    root.write_text("a file")
    with pytest.raises(ModelUnavailable, match="cannot be read or written"):
        fetch_liveness(root)


def test_insightface_comes_from_its_own_releases():
    assert catalog.ADDON_CATALOG["liveness"].url.startswith("https://github.com/deepinsight/")


def test_the_module_leaves_qt_alone(tmp_path):
    code = "import os, sys; from core.liveness import *; RgbLiveness(Path(sys.argv[1])); print(sorted(os.environ))"
    command = [sys.executable, "-c", code, str(write_liveness(tmp_path / "mine.onnx"))]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QT_QPA")}
    said = subprocess.run(command, env=clean, check=True, capture_output=True, text=True, timeout=60).stdout
    assert "'PATH'" in said
    assert "QT_QPA" not in said
