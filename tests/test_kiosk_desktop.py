"""The kiosk as people meet it: the real process in a real window, reached by real clicks and keys alone.

What happens is waited for on the screen, in the log and in the database, for as long as it takes.
"""

import os
import shutil
import signal
import socket
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from conftest import required
from desktop import DeskKiosk, Desktop, eventually
from enroldesk import filmed
from streams import HttpCamera

from core.demo.camera import VISIT
from core.domain import Reason, Role, Verdict
from core.logbook import Act, Event, Incident
from core.opencv import cv2
from core.pin import hashed, hashed_passphrase, matches
from core.store import Store

PASSPHRASE, PIN = "Open sesame 7", "271828"
OFFLINE = "Offline"
CONFIG = """
camera: {{source: "{source}", loop: true, timeout: 2.0}}
models: {{pack: demo}}
kiosk: {{sounds: false}}
api: {{port: {port}}}
database: {{timeout: 0.5, poll: 0.1}}
lockout: {{attempts: 1, pause: 8.0}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def answers(port):
    with socket.socket() as client:
        client.settimeout(0.5)
        return client.connect_ex(("127.0.0.1", port)) == 0


class Place:
    """A kiosk on a desktop, and the database beneath it."""

    def __init__(self, desktop, folder, source="demo", **secrets):
        (folder / "data").mkdir()
        self.port, self.url = free_port(), f"sqlite:///{folder}/data/doorward.sqlite"
        self.store = Store(self.url)
        self.store.migrate()
        for role, secret in secrets.items():
            self.store.set_secret(Role(role), secret)
        self.kiosk = DeskKiosk(desktop, folder, CONFIG.format(source=source, port=self.port))

    def decided(self, verdict, user_id=None, reason=None):
        """Whether the log has such a decision."""
        made = [entry.decision for entry in self.store.events() if isinstance(entry, Event)]
        wanted = [d for d in made if (d.verdict, d.user_id) == (verdict, user_id) and reason in (None, d.reason)]
        return bool(wanted)

    def told(self, source, code, user_id=None):
        """Whether the log has such an incident."""
        kept = [entry for entry in self.store.events() if isinstance(entry, Incident)]
        return any((entry.source, entry.code, entry.user_id) == (source, code, user_id) for entry in kept)

    @contextmanager
    def without_its_database(self):
        """The file is gone, and there can be no other: a lock would wait for ever for what the kiosk keeps open."""
        self.store.close()
        file = Path(self.url.removeprefix("sqlite:///"))
        aside = file.rename(file.with_suffix(".aside"))
        file.mkdir()
        yield
        file.rmdir()
        aside.rename(file)

    def process_of_the_api(self):
        """Its id; None while there is none."""
        ours = self.kiosk.process.pid
        for children in Path(f"/proc/{ours}/task").glob("*/children"):
            for child in children.read_text().split():
                with suppress(OSError):  # it has ended meanwhile
                    if "doorward-api" in Path(f"/proc/{child}/cmdline").read_text():
                        return int(child)
        return None


@pytest.fixture(scope="module")
def desktop():
    missing = [program for program in ("Xvfb", "xdotool") if shutil.which(program) is None]
    if missing:
        if required("x11"):
            pytest.fail(f"{missing} is absent, and DOORWARD_REQUIRE says that it must not be")
        pytest.skip(f"no {' and no '.join(missing)} here: sudo apt-get install xvfb xdotool")
    made = Desktop()
    yield made
    made.goes()


@pytest.fixture
def place(desktop, tmp_path):
    made = []

    def make(**options):
        made.append(Place(desktop, tmp_path, **options))
        return made[-1]

    yield make
    for each in made:
        each.kiosk.ends()
        each.store.close()
        eventually(lambda each=each: not answers(each.port), "the end of its API")
        assert "Traceback" not in each.kiosk.log


def touches(kiosk, text):
    """Key by key on the screen."""
    for character in text:
        kiosk.clicks("Space" if character == " " else character)


@pytest.fixture
def ben_again_and_again(tmp_path):
    """A film of one visit: of the demo's six people he would come back once in a minute."""
    path, frames = tmp_path / "ben.avi", filmed(0.0, VISIT)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, frames[0].image.shape[1::-1])
    for frame in frames:
        writer.write(frame.image)
    writer.release()
    return path


def test_a_newcomer_sets_it_up_enrols_somebody_and_sees_them_let_in(place, ben_again_and_again):
    door = place(source=ben_again_and_again)
    is_set_up(door, door.kiosk)
    enrols_at_the_camera(door, door.kiosk)
    door.kiosk.clicks("Back to the door")
    door.kiosk.sees("Willkommen, Zoe Ng")
    assert door.decided(Verdict.GRANTED, "zoe", Reason.MATCHED)


def is_set_up(door, kiosk):
    """All of the first run, by mouse and keys; the door speaks German from then on."""
    kiosk.sees("Which language does the door speak?")
    kiosk.focuses("English")
    kiosk.clicks("Deutsch")
    kiosk.clicks("Next")
    kiosk.sees("Is this the right camera?")
    kiosk.sees("Live picture of the camera")
    kiosk.clicks("Next")
    kiosk.sees("demo is loaded")
    kiosk.clicks("Next")

    kiosk.sees("Who may operate it?")
    kiosk.types("Administrator's passphrase", PASSPHRASE)
    kiosk.types("The passphrase once more", PASSPHRASE)
    assert not kiosk.seen("Hide the keyboard"), "whoever has a keyboard needs none on the screen"
    kiosk.types("Operator's PIN", PIN)
    kiosk.types("The PIN once more", PIN)
    kiosk.desktop.press("Return")
    kiosk.clicks("Open the door once")
    kiosk.sees("The door was told to open")
    kiosk.clicks("Next")
    kiosk.sees("That is all")
    kiosk.clicks("Finish")
    assert matches(PASSPHRASE, door.store.secret(Role.ADMINISTRATOR))
    assert matches(PIN, door.store.secret(Role.OPERATOR))
    assert door.told("administrator", Act.DOOR_TRIED)


def enrols_at_the_camera(door, kiosk):
    """Zoe, by the demo's camera, by touch and keys."""
    kiosk.clicks("Verwaltung")
    kiosk.sees("Type the operator's PIN or the administrator's passphrase.")
    kiosk.focuses("PIN or passphrase")
    kiosk.clicks("Letters")
    kiosk.clicks("Shift")
    touches(kiosk, PASSPHRASE[:-1])
    kiosk.clicks("123")
    touches(kiosk, PASSPHRASE[-1])
    kiosk.clicks("Continue")
    kiosk.sees("What the person agrees to")
    kiosk.clicks("User ID")
    touches(kiosk, "zoe")
    kiosk.types("Name", "Zoe Ng")
    kiosk.clicks("At the camera")
    kiosk.sees("tick that they agree")
    kiosk.clicks("The person has read this, and agrees")
    kiosk.clicks("At the camera")
    kiosk.sees("nobody is let in by face")
    kiosk.sees("Thank you, that will do")
    kiosk.clicks("Store 1 picture")
    kiosk.sees("Zoe Ng (user ID zoe) is enrolled: 1 face stored.")
    person = door.store.person("zoe")
    assert (person.name, person.faces) == ("Zoe Ng", 1)
    assert person.consent is not None
    assert door.told("administrator", Act.ENROLLED, "zoe")


def types_a_pin(kiosk, user_id, pin):
    """By touch."""
    kiosk.clicks("PIN instead")
    kiosk.clicks("Other keys")
    touches(kiosk, user_id)
    kiosk.clicks("PIN")
    touches(kiosk, pin)
    kiosk.clicks("Open the door")


def test_a_day_at_the_door(place):
    door = place(operator=hashed(PIN, PIN), administrator=hashed_passphrase(PASSPHRASE, PASSPHRASE))
    kiosk, store = door.kiosk, door.store
    kiosk.sees("Welcome, Ada")
    assert door.decided(Verdict.GRANTED, "ada")
    store.set_pin("chloe", hashed(PIN, PIN))

    kiosk.sees("Too many attempts", "or use another way in")
    assert door.decided(Verdict.DENIED, reason=Reason.UNKNOWN_FACE)
    eventually(lambda: door.told("door", "locked_out"), "the record of it")
    types_a_pin(kiosk, "chloe", PIN)
    kiosk.sees("Welcome, Chloe")
    assert door.decided(Verdict.GRANTED, "chloe", Reason.PIN_MATCHED)
    types_a_pin(kiosk, "chloe", PIN[::-1])
    kiosk.sees("Access denied", "Check your ID, type your PIN again")
    assert door.decided(Verdict.DENIED, reason=Reason.WRONG_PIN)

    eventually(lambda: answers(door.port), "the API")
    stopped = door.process_of_the_api()
    os.kill(stopped, signal.SIGKILL)
    eventually(lambda: door.process_of_the_api() not in {None, stopped}, "another API")
    eventually(lambda: answers(door.port), "the API again")

    with door.without_its_database():
        kiosk.sees(OFFLINE)
    eventually(lambda: not kiosk.seen(OFFLINE), "the database again")

    kiosk.clicks("Operator")
    kiosk.types("PIN or passphrase", PIN)
    kiosk.clicks("Continue")
    kiosk.clicks("Health")
    kiosk.sees("API: well. Answers at")
    kiosk.clicks("Close Doorward")
    kiosk.sees("Nobody is let in until Doorward is started again.")
    kiosk.clicks("Close Doorward")
    assert kiosk.process.wait(30) == 0
    assert not answers(door.port)


def test_a_camera_that_is_unplugged_is_said_and_comes_back(place):
    with HttpCamera() as camera:
        door = place(source=camera.address, operator=hashed(PIN, PIN))
        door.kiosk.sees("Step in front of the camera")
        camera.stalls()
        door.kiosk.sees("No picture from the camera", "Please ask for help")
        eventually(lambda: door.told("door", "camera_unavailable"), "the record of it")
        camera.stalled.clear()
        camera.hangs_up()
        door.kiosk.sees("Step in front of the camera")
