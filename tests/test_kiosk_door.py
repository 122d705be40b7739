"""What somebody at the door sees: one state in words, colour and shape, and their own picture."""

import threading

import pytest
from PySide6.QtCore import QThread
from PySide6.QtGui import QColor

from core.camera import LatestFrame
from core.config import ApiSettings
from core.domain import Fault, Phase, Reason, Scene
from core.errors import StoreUnavailable
from core.gallery import mismatch
from kiosk import theme
from kiosk.apiprocess import ApiPhase, ApiState
from kiosk.banner import Banner
from kiosk.bridge import Bridge
from kiosk.strip import Strip, api_words, camera_name
from kiosk.video import Video
from kiosk.window import Window
from kiosk.wording import GUIDANCE, Words, words

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

LONG_NAME = "Maximiliane-Alexandra von Hohenstein-Weißenfels zu Oberthal"
NOTHING_TO_DO = {
    Reason.MATCHED,
    Reason.UNKNOWN_FACE,
    Reason.AMBIGUOUS,
    Reason.DISAGREEING,
    Reason.COLLECTING,
    Reason.NOBODY,
}
NO_DATABASE = Fault("database_unavailable", "The database does not answer. Start it.")
LONG_FAULT = Fault("model_mismatch", mismatch("buffalo_l:0123456789ab:512", "test_pack:0123456789ab:512"))
SCENES = {
    "starting": (Scene(Phase.STARTING), Words("Starting", "One moment, please")),
    "idle": (Scene(Phase.IDLE), Words("Step in front of the camera", "The door opens when it knows you")),
    "far": (Scene(Phase.IDLE, reason=Reason.TOO_FAR), Words("Step in front of the camera", "Please step closer")),
    "looking": (Scene(Phase.LOOKING), Words("Look at the camera", "Hold still for a moment")),
    "hidden": (
        Scene(Phase.LOOKING, reason=Reason.PARTLY_HIDDEN),
        Words("Look at the camera", "Please show your whole face"),
    ),
    "granted": (Scene(Phase.GRANTED, name="Lin"), Words("Welcome, Lin", "The door is open")),
    "long name": (Scene(Phase.GRANTED, name=LONG_NAME), Words(f"Welcome, {LONG_NAME}", "The door is open")),
    "denied": (
        Scene(Phase.DENIED, reason=Reason.AMBIGUOUS),
        Words("Access denied", "Look straight at the camera and wait, or ask for help"),
    ),
    "fault": (Scene(Phase.FAULT, fault=NO_DATABASE), Words("The database does not answer", NO_DATABASE.message)),
    "long fault": (Scene(Phase.FAULT, fault=LONG_FAULT), Words("The face model has changed", LONG_FAULT.message)),
    "unknown fault": (Scene(Phase.FAULT, fault=Fault("odd", "Odd.")), Words("Out of service", "Odd.")),
}
each_scene = pytest.mark.parametrize(("scene", "expected"), SCENES.values(), ids=SCENES)
each_size = pytest.mark.parametrize("size", [(800, 480), (1280, 800), (1920, 1080), (1080, 1920)], ids=str)


class FakeRecogniser:
    """Has a gallery of so many faces, or a fault."""

    def __init__(self, faces=12):
        self.loading = False
        self.fault = None
        self._faces = faces

    def loses(self, fault):
        self.fault = fault

    @property
    def gallery(self):
        if self.fault is not None:
            raise StoreUnavailable(self.fault.message)
        return range(self._faces)


@pytest.fixture
def window(qtbot):
    made = Window(Video(LatestFrame(), mirror=True), Strip(FakeRecogniser(), 0, ApiSettings()))
    qtbot.addWidget(made)
    return made


@pytest.fixture
def banner(qtbot):
    made = Banner()
    made.resize(400, 400)
    qtbot.addWidget(made)
    return made


def colour_at(widget, x, y):
    return QColor(widget.grab().toImage().pixel(x, y)).name()


# words, colour, shape ------------------------------------------------------------------------------------------------


@each_scene
def test_each_scene_has_its_words_on_its_ground(banner, scene, expected):
    banner.show_scene(scene)
    assert words(scene) == banner.words == expected
    assert banner.accessibleName() == f"{expected.title}. {expected.detail}"
    assert colour_at(banner, 2, 2) == theme.TONES[scene.phase].ground


@pytest.mark.parametrize("reason", [r for r in Reason if r not in NOTHING_TO_DO])
def test_whoever_can_do_something_is_told_what(reason):
    advice = words(Scene(Phase.LOOKING, reason=reason)).detail
    assert advice == GUIDANCE[reason]
    assert len(advice) <= 40, "read at a glance"


def test_a_denial_names_nobody_whoever_it_was():
    said = {words(Scene(Phase.DENIED, name="Lin", reason=reason)) for reason in Reason}
    assert len(said) == 1
    assert "Lin" not in said.pop().title


@each_size
@each_scene
def test_nothing_that_is_said_is_cut_off(window, scene, expected, size):
    window.resize(*size)
    window.show()
    window.show_scene(scene)
    image = window.banner.grab().toImage()
    right, bottom = image.width() - 1, image.height() - 1
    rim = {image.pixel(x, y) for x in range(right + 1) for y in (0, 3, bottom - 3, bottom)}
    rim |= {image.pixel(x, y) for y in range(bottom + 1) for x in (0, 3, right - 3, right)}
    assert {QColor(pixel).name() for pixel in rim} == {theme.TONES[scene.phase].ground}


@each_size
def test_the_title_is_large_and_does_not_jump_when_the_advice_changes(window, size):
    window.resize(*size)
    window.show()
    sizes = set()
    for reason in (None, *Reason):
        window.show_scene(Scene(Phase.LOOKING, reason=reason))
        sizes.add(window.banner.sizes()[0])
    assert len(sizes) == 1
    assert sizes.pop() >= min(size) / 14


def test_a_name_is_text_and_nothing_else(banner):
    banner.show_scene(Scene(Phase.GRANTED, name="<b>Lin</b>"))
    assert banner.words.title == "Welcome, <b>Lin</b>"


@pytest.mark.parametrize(
    ("ground", "ink"),
    [
        *((tone.ground, tone.ink) for tone in theme.TONES.values()),
        (theme.SURFACE, theme.INK_SOFT),
        (theme.ACCENT, theme.ON_ACCENT),
        (theme.WARNING, theme.ON_WARNING),
    ],
)
def test_what_matters_has_a_contrast_of_seven_to_one(ground, ink):
    lighter, darker = sorted((luminance(ground), luminance(ink)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 7


def luminance(colour):
    """WCAG 2's."""
    channels = [c / 255 for c in bytes.fromhex(colour[1:])]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_each_phase_has_a_shape_of_its_own_for_who_sees_no_colours(banner):
    shapes = []
    for phase in Phase:
        banner.show_scene(Scene(phase))
        image = banner.grab().toImage()
        ground = QColor(theme.TONES[phase].ground).rgb()
        shapes.append(tuple(image.pixel(x, y) == ground for x in range(100, 300, 4) for y in range(20, 180, 4)))
    assert len(set(shapes)) == len(Phase)


# the strip and the bridge --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (0, "Camera 0"),
        ("demo", "Demo camera"),
        ("/dev/video2", "Camera video2"),
        ("clips/lin_at_the_door.mp4", "Camera lin_at_the_door.mp4"),
        ("rtsp://admin:secret@door.local:554/stream?key=1", "Camera door.local"),
        ("a" * 30, f"Camera {'a' * 20}…"),
    ],
)
def test_a_camera_is_named_without_its_password(source, name):
    assert camera_name(source) == name


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ApiState(ApiPhase.OFF), "API off"),
        (ApiState(ApiPhase.STARTING), "API starting"),
        (ApiState(ApiPhase.RUNNING), "API 127.0.0.1:8000"),
        (ApiState(ApiPhase.TAKEN, 2.0), "API: port 8000 is taken"),
        (ApiState(ApiPhase.RESTARTING, 0.5), "API starts again in 0.5 s"),
    ],
)
def test_the_api_is_told_in_words(state, said):
    assert api_words(state, ApiSettings()) == said


@pytest.mark.parametrize(("faces", "said"), [(0, "0 faces"), (1, "1 face"), (12, "12 faces")])
def test_the_strip_counts_the_gallery(qtbot, faces, said):
    strip = Strip(FakeRecogniser(faces), 0, ApiSettings())
    qtbot.addWidget(strip)
    assert strip.gallery.text == said


@pytest.mark.parametrize(
    ("code", "fetchable", "offered"),
    [
        ("model_unavailable", True, True),
        ("model_unavailable", False, False),
        ("database_unavailable", True, False),
    ],
)
def test_a_missing_model_is_offered_where_it_can_be_fetched(qtbot, code, fetchable, offered):
    recogniser = FakeRecogniser()
    strip = Strip(recogniser, 0, ApiSettings(), fetchable=fetchable)
    qtbot.addWidget(strip)
    assert strip.pack_button.isHidden()
    recogniser.loses(Fault(code, "It is not there."))
    strip.look()
    assert strip.gallery.text == "Faces: not loaded"
    assert strip.pack_button.isHidden() is not offered


def test_the_strip_says_when_there_is_no_picture(window):
    window.show_scene(Scene(Phase.FAULT, fault=Fault("camera_unavailable", "Check its cable.")))
    assert window.strip.camera.text == "Camera 0: no picture"
    window.show_scene(Scene(Phase.IDLE))
    assert window.strip.camera.text == "Camera 0"


def test_a_scene_published_by_another_thread_arrives_in_the_guis(qtbot):
    bridge, arrived = Bridge(), []
    bridge.scene_changed.connect(lambda scene: arrived.append((scene, QThread.currentThread().isMainThread())))
    scene = Scene(Phase.GRANTED, name="Lin")
    publisher = threading.Thread(target=bridge.publish, args=(scene,))
    publisher.start()
    publisher.join()
    qtbot.waitUntil(lambda: arrived == [(scene, True)])
