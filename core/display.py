"""Can a window be shown here? To be asked before Qt is imported: where something is missing it fails or aborts.

Knows no Qt itself. The lists are what Qt's own libraries link to outside of its wheel.
"""

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ANY = {  # what importing PySide6 takes, window or not
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libglib-2.0.so.0": "libglib2.0-0",  # Ubuntu 24.04 takes this name for its libglib2.0-0t64
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",  # brings a font with it; without any Qt draws no letters
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
XCB = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}
LIBRARIES = {"xcb": ANY | XCB, "wayland": ANY | WAYLAND}
"""By Qt platform: the file to load -> the package of Debian and Ubuntu that holds it."""


@dataclass(frozen=True, slots=True)
class DisplayProblem:
    """Why no window can be shown, and what to do about it."""

    message: str


def display_problem() -> DisplayProblem | None:
    """What stands in the way of a window on this machine; None where nothing does."""
    return problem(os.environ, loads=_loads, answers=_answers) if sys.platform == "linux" else None


def library_problem() -> DisplayProblem | None:
    """The part of it that is about libraries: enough for a run without a screen."""
    return missing(os.environ, _loads) if sys.platform == "linux" else None


def problem(
    environ: Mapping[str, str],
    *,
    loads: Callable[[str], bool],
    answers: Callable[[], bool],
) -> DisplayProblem | None:
    """`display_problem` for this environment. `loads`: can the library be loaded; `answers`: does the X server."""
    absent = missing(environ, loads)
    platform = wanted(environ)
    if absent is not None:
        return absent
    if not platform:
        return DisplayProblem(no_display_message(xvfb=shutil.which("xvfb-run") is not None))
    if platform == "xcb" and not answers():
        where = environ.get("DISPLAY") or "none is named in DISPLAY"
        return DisplayProblem(f"The display does not answer ({where}). Check DISPLAY, and that you may use it.")
    return None


def missing(environ: Mapping[str, str], loads: Callable[[str], bool]) -> DisplayProblem | None:
    """The libraries that cannot be loaded, and the one line that installs them."""
    libraries = LIBRARIES.get(wanted(environ), ANY)
    absent = [name for name in libraries if not loads(name)]
    if not absent:
        return None
    packages = " ".join(dict.fromkeys(libraries[name] for name in absent))
    return DisplayProblem(
        f"System libraries are missing: {', '.join(absent)}. Install them with\n  sudo apt-get install {packages}"
    )


def wanted(environ: Mapping[str, str]) -> str:
    """The platform that Qt will take: `xcb`, `wayland`, another that was asked for; empty where there is none."""
    asked = environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked:
        return asked
    if environ.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "xcb" if environ.get("DISPLAY") else ""


def no_display_message(*, xvfb: bool) -> str:
    virtual = "xvfb-run -a doorward" if xvfb else "sudo apt-get install xvfb && xvfb-run -a doorward"
    return (
        "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Without a screen, run\n"
        "  QT_QPA_PLATFORM=offscreen doorward\n"
        f"or, on a virtual one,\n  {virtual}"
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers() -> bool:
    """Whether an X server answers at DISPLAY. Qt would abort with a core dump where none does."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = x11.XOpenDisplay(None)
    if display:
        x11.XCloseDisplay(ctypes.c_void_p(display))
    return bool(display)


if __name__ == "__main__":  # `make` asks before it runs anything that imports Qt
    found = library_problem()
    sys.exit(found.message if found else 0)
