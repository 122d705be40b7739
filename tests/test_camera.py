"""Sources of frames, each as its user would name it, and the mailbox between the threads."""

import threading
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from streams import HttpCamera, RtspCamera, SilentCamera

from core.camera import LatestFrame, OpenCVCamera, shown
from core.capture import Whereabouts
from core.domain import Frame
from core.errors import CameraUnavailable
from core.opencv import cv2


class Clock:
    """Time passes only while somebody sleeps."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for i in range(5):
        writer.write(np.full((48, 64, 3), i * 40, np.uint8))
    writer.release()
    return path


@pytest.fixture
def folder(tmp_path):
    for i in range(2):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((48, 64, 3), i * 100, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "2.jpg").write_bytes(b"not a picture either")
    return tmp_path


def test_a_file_plays_at_its_own_speed(video):
    clock = Clock()
    frames = list(OpenCVCamera(str(video), clock=clock, sleep=clock.sleep).frames())
    assert [frame.seq for frame in frames] == list(range(5))
    assert [frame.at - frames[0].at for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.01)


def test_a_file_can_be_read_as_fast_as_it_goes_in_its_own_time(video):
    frames = list(OpenCVCamera(str(video), paced=False).frames())
    assert [frame.at for frame in frames] == [frame.media_time for frame in frames]
    assert frames[-1].at - frames[0].at == pytest.approx(0.4, abs=0.01)


def test_a_looping_file_goes_on(video):
    clock = Clock()
    camera = OpenCVCamera(str(video), loop=True, clock=clock, sleep=clock.sleep)
    assert [frame.seq for frame in islice(camera.frames(), 12)] == list(range(12))


def test_a_folder_shows_its_pictures_one_after_the_other(folder):
    clock = Clock()
    frames = list(OpenCVCamera(str(folder), clock=clock, sleep=clock.sleep).frames())
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [0] * 20 + [100] * 20
    assert frames[-1].at - frames[0].at == pytest.approx(3.9)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_every_picture_is_turned_clockwise(folder, video, degrees):
    wide = np.zeros((40, 60, 3), np.uint8)
    wide[:10, :10] = 255  # at the top left
    cv2.imwrite(str(folder / "0.png"), wide)
    turned = next(OpenCVCamera(str(folder), rotate=degrees, paced=False).frames()).image
    assert (turned == np.rot90(wide, -degrees // 90)).all()
    assert turned.flags.c_contiguous
    upright = (48, 64, 3) if degrees % 180 == 0 else (64, 48, 3)
    assert next(OpenCVCamera(str(video), rotate=degrees, paced=False).frames()).image.shape == upright


ABSENT = [97, "97", "/dev/video97", "/dev/v4l/by-id/usb-Acme-video-index0", "/dev/null", "rtsp://127.0.0.1:9/door"]


@pytest.mark.parametrize("source", ABSENT)
def test_a_camera_that_is_not_there_is_said_so_by_us_alone(source, capfd):
    with pytest.raises(CameraUnavailable, match="cannot be opened"):
        next(OpenCVCamera(source, timeout=0.5, width=1280, height=720, fps=30).frames())
    assert capfd.readouterr() == ("", "")  # OpenCV and FFmpeg write to the terminal itself


def test_a_webcam_is_found_again_under_another_number(tmp_path):
    names, first, second = tmp_path / "by-id", tmp_path / "video0", tmp_path / "video2"
    names.mkdir()
    name = names / "usb-Acme_Cam_0042-video-index0"
    webcam = Whereabouts(str(first), names)
    assert webcam.find() == str(first)  # not there yet
    first.touch()
    name.symlink_to(first)
    assert webcam.find() == str(first)
    first.unlink()
    assert webcam.find() == str(first)  # unplugged; its name may be gone a moment later
    name.unlink()
    assert webcam.find() == str(first)
    second.touch()
    name.symlink_to(second)
    assert Path(webcam.find()).resolve() == second


def test_a_webcam_of_no_name_is_looked_for_where_it_was(tmp_path):
    assert Whereabouts(3, tmp_path / "missing").find() == 3
    assert Whereabouts("/dev/video3", tmp_path).find() == "/dev/video3"


@pytest.fixture(params=["http", "rtsp"])
def network_camera(request, tmp_path):
    with HttpCamera() if request.param == "http" else RtspCamera(tmp_path) as camera:
        yield camera


def test_a_camera_on_the_network_is_live(network_camera):
    frames = list(islice(OpenCVCamera(network_camera.address, rotate=90).frames(), 10))
    assert [frame.seq for frame in frames] == list(range(10))
    assert all(frame.image.shape == (160, 120, 3) for frame in frames)
    assert all(later.at > earlier.at for earlier, later in pairwise(frames))
    assert len({frame.image.tobytes() for frame in frames}) > 5


def test_a_stream_that_is_cut_is_said_so_and_comes_back(network_camera, capfd):
    camera = OpenCVCamera(network_camera.address)
    for _ in range(2):
        frames = camera.frames()
        assert next(frames).seq == 0
        network_camera.hangs_up()
        with pytest.raises(CameraUnavailable, match="stopped delivering"):
            list(frames)
    assert capfd.readouterr().err == ""


def test_a_stream_that_stalls_is_given_up(network_camera):
    frames = OpenCVCamera(network_camera.address, timeout=0.5).frames()
    next(frames)
    network_camera.stalls()
    with pytest.raises(CameraUnavailable, match="stopped delivering"):
        list(frames)


def test_a_camera_that_accepts_and_never_answers_is_given_up(capfd):
    with SilentCamera() as camera, pytest.raises(CameraUnavailable, match="cannot be opened"):
        next(OpenCVCamera(camera.address, timeout=0.5).frames())
    assert capfd.readouterr() == ("", "")


def test_a_missing_file_and_one_without_pictures_are_said_so(tmp_path):
    with pytest.raises(CameraUnavailable, match="no file or folder"):
        next(OpenCVCamera(str(tmp_path / "missing.mp4")).frames())
    with pytest.raises(CameraUnavailable, match="no picture"):
        next(OpenCVCamera(str(tmp_path)).frames())
    (tmp_path / "broken.mp4").write_bytes(b"not a video")
    with pytest.raises(CameraUnavailable, match="cannot be opened"):
        next(OpenCVCamera(str(tmp_path / "broken.mp4")).frames())


def test_a_password_in_an_address_is_not_shown():
    assert shown("rtsp://admin:s3cret@camera.local:554/1") == "rtsp://camera.local/1"
    assert shown(0) == "0"


def frame(seq):
    return Frame(np.zeros((1, 1, 3), np.uint8), float(seq), float(seq), seq)


def test_the_mailbox_keeps_the_newest_and_counts_what_nobody_took():
    box = LatestFrame()
    for seq in range(5):
        box.put(frame(seq))
    assert box.take(0).seq == 4
    assert box.dropped == 4
    assert box.take(0) is None
    assert box.peek().seq == 4
    box.put(frame(5))
    assert box.take(0).seq == 5
    assert box.dropped == 4


def test_a_cleared_mailbox_is_empty():
    box = LatestFrame()
    box.put(frame(1))
    box.clear()
    assert box.peek() is None
    assert box.take(0) is None


def test_who_waits_at_the_mailbox_is_woken():
    box = LatestFrame()
    taken = []
    waiting = threading.Thread(target=lambda: taken.append(box.take(10)))
    waiting.start()
    box.put(frame(7))
    waiting.join(5)
    assert taken[0].seq == 7
