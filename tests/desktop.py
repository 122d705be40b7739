"""An X server with nobody before it, and the real kiosk on it: a process that real clicks and keys reach."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 90.0  # seconds: what is waited for comes at last, on a slow machine too
PROGRAM = "import sys, onlooker; onlooker.watch(int(sys.argv.pop(1))); from kiosk.app import main; main()"


def eventually(find, what, seconds=PATIENCE):
    """What `find` gives once it gives anything."""
    until = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < until, f"it did not come to that: {what() if callable(what) else what}"
        time.sleep(0.05)
    return found


class Desktop:
    """Xvfb, and a hand on its mouse and keyboard."""

    def __init__(self, size="1280x800"):
        reading, writing = os.pipe()
        kept = ["-noreset"]  # begun anew when its last client goes, it may turn the next one away
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp", *kept]
        self._server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = f":{told.readline().strip()}"

    def click(self, x, y):
        self._do("mousemove", x, y, "click", 1)  # in that order; --sync waits 15 s where it is there already

    def press(self, *keys):
        self._do("key", "--clearmodifiers", *keys)

    def type(self, text):
        self._do("type", "--delay", 15, text)

    def goes(self):
        self._server.terminate()
        self._server.wait(10)

    def _do(self, *words):
        subprocess.run(
            ["xdotool", *map(str, words)], env=os.environ | {"DISPLAY": self.display}, check=True, timeout=30
        )


class DeskKiosk:
    """`doorward` as a process of its own on a desktop, in a folder of its own."""

    def __init__(self, desktop, folder, config):
        self.desktop, self.folder = desktop, folder
        (folder / "config.yaml").write_text(config)
        ours, theirs = socket.socketpair()
        with theirs, (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(theirs.fileno()), "--no-restart"],
                cwd=folder,
                env=os.environ
                | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "DISPLAY": desktop.display, "QT_QPA_PLATFORM": "xcb"},
                pass_fds=[theirs.fileno()],
                stderr=log,
            )
        ours.settimeout(30)
        self._lines = ours.makefile("rw")
        ours.close()

    @property
    def log(self):
        return (self.folder / "log").read_text()

    def looks(self):
        """All that is on the screen."""
        self._lines.write("look\n")
        self._lines.flush()
        told = self._lines.readline()
        assert told, f"it has ended:\n{self.log}"
        return json.loads(told)

    def seen(self, *parts, enabled=False):
        """What has all of `parts` in its name or its value."""
        return [
            one
            for one in self.looks()
            if all(part in f"{one['name']} {one['value']}" for part in parts) and (one["enabled"] or not enabled)
        ]

    def sees(self, *parts):
        """Waits until it stands on the screen."""
        return eventually(lambda: self.seen(*parts), lambda: f"{parts} among {self._all()}")[0]

    def focuses(self, name):
        """Waits until what is called so has the keyboard's focus."""
        eventually(lambda: any(one["focused"] for one in self._called(name)), f"the focus on {name!r}")

    def clicks(self, name):
        """On what is called so, once it can be clicked on."""
        one = eventually(lambda: self._called(name), lambda: f"{name!r} among {self._all()}")[0]
        self.desktop.click(*one["at"])

    def types(self, name, text):
        """Into the field of that name."""
        self.clicks(name)
        self.focuses(name)
        self.desktop.type(text)
        eventually(lambda: any(len(one["value"]) == len(text) for one in self._called(name)), f"{text!r} in {name!r}")

    def ends(self):
        self._lines.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def _called(self, name):
        return [one for one in self.looks() if one["name"] == name and one["enabled"] and one["role"] != "StaticText"]

    def _all(self):
        return sorted({f"{one['name']}={one['value']}" if one["value"] else one["name"] for one in self.looks()})
