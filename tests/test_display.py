"""Whether a window can be shown, said before Qt is loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.display import ANY, LIBRARIES, problem, wanted

ROOT = Path(__file__).parents[1]


def without(*absent):
    return lambda library: library not in absent


@pytest.mark.parametrize(
    ("environ", "platform"),
    [
        ({"DISPLAY": ":0"}, "xcb"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wayland"),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, "offscreen"),
        ({"QT_QPA_PLATFORM": "xcb;wayland"}, "xcb"),
        ({"QT_QPA_PLATFORM": "vnc:size=800x480"}, "vnc"),
        ({"DISPLAY": ""}, ""),
        ({}, ""),
    ],
)
def test_qt_will_take_this_platform(environ, platform):
    assert wanted(environ) == platform


def test_a_display_that_answers_and_all_libraries_are_no_problem():
    assert problem({"DISPLAY": ":0"}, loads=without(), answers=lambda: True) is None
    assert problem({"QT_QPA_PLATFORM": "offscreen"}, loads=without(), answers=lambda: False) is None


def test_missing_libraries_are_named_with_the_one_line_that_installs_them():
    absent = without("libxcb-cursor.so.0", "libglib-2.0.so.0", "libgthread-2.0.so.0")
    message = problem({"DISPLAY": ":0"}, loads=absent, answers=lambda: True).message
    assert "libxcb-cursor.so.0" in message
    assert message.splitlines()[-1].strip() == "sudo apt-get install libglib2.0-0 libxcb-cursor0"


def test_only_an_x_window_needs_the_libraries_of_x():
    assert problem({"QT_QPA_PLATFORM": "offscreen"}, loads=without("libxcb-cursor.so.0"), answers=bool) is None
    assert problem({"QT_QPA_PLATFORM": "offscreen"}, loads=without("libEGL.so.1"), answers=bool) is not None


def test_no_display_offers_to_run_without_one():
    message = problem({}, loads=without(), answers=lambda: True).message
    assert "QT_QPA_PLATFORM=offscreen doorward" in message
    assert "xvfb-run -a doorward" in message


def test_a_display_that_does_not_answer_is_named():
    assert ":7" in problem({"DISPLAY": ":7"}, loads=without(), answers=lambda: False).message


@pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's libraries")
def test_the_list_holds_all_that_this_qt_links_to_outside_of_its_wheel():
    import PySide6

    wheel = Path(PySide6.__file__).parent
    parts = [wheel / "QtWidgets.abi3.so", *(wheel / "Qt/plugins/platforms").glob("libqxcb.so")]
    parts += [wheel / "Qt/lib" / f"libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets", "DBus", "XcbQpa")]
    inside = {file.name for file in wheel.rglob("*.so*")} | {"libshiboken6"}
    loader = subprocess.run(
        ["ldd", *parts], capture_output=True, text=True, check=True, env=os.environ | {"LC_ALL": "C"}
    )
    linked = {line.split()[0] for line in loader.stdout.splitlines() if "=>" in line}
    direct = {name for name in linked if name in LIBRARIES["xcb"]}
    assert direct == set(LIBRARIES["xcb"])
    assert set(ANY) <= direct
    assert not {name for name in linked if name.startswith(("libxcb", "libxkb", "libX11"))} - direct - inside


def test_make_is_told_in_one_line(tmp_path):
    done = subprocess.run([sys.executable, "-m", "core.display"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_qt_starts_after_opencv_was_imported(tmp_path):
    script = "import core.opencv, os; from PySide6.QtWidgets import QApplication; QApplication([]); print('up')"
    environ = {k: v for k, v in os.environ.items() if not k.startswith("QT_")} | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == ("up\n", "")
