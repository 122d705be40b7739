"""What somebody at the door sees: one state in words, colour and shape, and their own picture."""

import threading
from functools import partial
from itertools import product

import pytest
from PySide6.QtCore import QRectF, QThread
from PySide6.QtGui import QColor, QImage, QPainter

from core.camera import LatestFrame
from core.domain import Fault, Phase, Reason, Scene, Turn
from core.doorkeeper import DOOR_OPEN
from core.engine import HANGS
from core.errors import ModelUnavailable, StoreUnavailable, Unavailable
from core.gallery import mismatch
from core.settings import ApiSettings
from core.sight import BLOWN_OUT, COVERED, FROZEN, SLOW
from kiosk import theme
from kiosk.apiprocess import ApiPhase, ApiState
from kiosk.bridge import Bridge
from kiosk.glyphs import paint_glyph
from kiosk.strip import Strip, api_words, camera_name
from kiosk.turnsign import paint_turn
from kiosk.video import Video
from kiosk.window import Window
from kiosk.wording import GUIDANCE, OUT_OF_SERVICE, Words, words

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
    Reason.NOT_LIVE,
    Reason.CHALLENGED,
    Reason.CHALLENGE_FAILED,
    Reason.PIN_MATCHED,
    Reason.WRONG_PIN,
}
NO_DATABASE = Fault("database_unavailable", "The database does not answer. Start it.")
NO_LIVENESS = Fault(
    "liveness_unavailable",
    "There is no liveness model /home/doorward/.insightface/addons/liveness.onnx. Get one with "
    "doorward-admin models fetch liveness, or set liveness.model to a file.",
)
OTHER_WAY = "Use the other way in, or ask for help."
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
    "straight": (
        Scene(Phase.CHALLENGE, asked=Turn.STRAIGHT),
        Words("Look straight ahead", "Hold still for a moment"),
    ),
    "left": (
        Scene(Phase.CHALLENGE, asked=Turn.LEFT, progress=0.3),
        Words("Turn your head left", "Only a little, eyes on the screen"),
    ),
    "right": (
        Scene(Phase.CHALLENGE, asked=Turn.RIGHT, progress=1.0),
        Words("Turn your head right", "Only a little, eyes on the screen"),
    ),
    "granted": (Scene(Phase.GRANTED, name="Lin"), Words("Welcome, Lin", "The door is open")),
    "long name": (Scene(Phase.GRANTED, name=LONG_NAME), Words(f"Welcome, {LONG_NAME}", "The door is open")),
    "denied": (
        Scene(Phase.DENIED, reason=Reason.AMBIGUOUS),
        Words("Access denied", "Face the camera with nothing before your face, or ask for help"),
    ),
    "challenge failed": (
        Scene(Phase.DENIED, reason=Reason.CHALLENGE_FAILED),
        Words("Access denied", "Do what the screen asks, one step at a time, or ask for help"),
    ),
    "wrong pin": (
        Scene(Phase.DENIED, reason=Reason.WRONG_PIN),
        Words("Access denied", "Type your PIN again, or ask for help"),
    ),
    "paused": (
        Scene(Phase.PAUSED, wait=24),
        Words("Too many attempts", f"Recognition goes on in 24 s. {OTHER_WAY}"),
    ),
    "paused for long": (
        Scene(Phase.PAUSED, wait=3541),
        Words("Too many attempts", f"Recognition goes on in 60 min. {OTHER_WAY}"),
    ),
    "paused until tomorrow": (
        Scene(Phase.PAUSED),
        Words("Too many attempts", f"Recognition goes on tomorrow. {OTHER_WAY}"),
    ),
    "fault": (Scene(Phase.FAULT, fault=NO_DATABASE), Words("The database does not answer", NO_DATABASE.message)),
    "long fault": (Scene(Phase.FAULT, fault=LONG_FAULT), Words("The face model has changed", LONG_FAULT.message)),
    "no liveness": (Scene(Phase.FAULT, fault=NO_LIVENESS), Words("Liveness cannot be checked", NO_LIVENESS.message)),
    "frozen": (Scene(Phase.FAULT, fault=FROZEN), Words("The picture is frozen", FROZEN.message)),
    "unknown fault": (Scene(Phase.FAULT, fault=Fault("odd", "Odd.")), Words("Out of service", "Odd.")),
}
TOLD = {
    *(error.code for error in Unavailable.__subclasses__()),
    *(fault.code for fault in (COVERED, BLOWN_OUT, FROZEN, SLOW, HANGS)),
    DOOR_OPEN,
    "recognition_failed",
}
each_scene = pytest.mark.parametrize(("scene", "expected"), SCENES.values(), ids=SCENES)
each_size = pytest.mark.parametrize("size", [(800, 480), (1280, 800), (1920, 1080), (1080, 1920)], ids=str)


class FakeRecogniser:
    """Has a gallery of so many faces, or a fault."""

    def __init__(self, faces=12):
        self.loading = False
        self.fault = None
        self._faces = faces
        self._pack_lost = False

    def loses(self, fault):
        """Something other than the face pack."""
        self.fault = fault

    def loses_its_pack(self):
        self.fault = Fault("model_unavailable", "The pack is missing.")
        self._pack_lost = True

    @property
    def model(self):
        if self._pack_lost:
            raise ModelUnavailable(self.fault.message)
        return "a model"

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


def colour_at(widget, x, y):
    return QColor(widget.grab().toImage().pixel(x, y)).name()


# words, colour, shape ------------------------------------------------------------------------------------------------


@each_scene
def test_each_scene_has_its_words_on_its_ground(banner, scene, expected):
    banner.show_scene(scene)
    assert words(scene) == banner.words == expected
    assert banner.accessibleName() == f"{expected.title}. {expected.detail}"
    assert colour_at(banner, 2, 2) == theme.LIGHT.tones[scene.phase].ground


@pytest.mark.parametrize("reason", [r for r in Reason if r not in NOTHING_TO_DO])
def test_whoever_can_do_something_is_told_what(reason):
    advice = words(Scene(Phase.LOOKING, reason=reason)).detail
    assert advice == GUIDANCE[reason]
    assert len(advice) <= 40, "read at a glance"


def test_a_denial_names_nobody_whoever_it_was():
    said = {words(Scene(Phase.DENIED, name="Lin", reason=reason)) for reason in Reason}
    assert not [w for w in said if "Lin" in w.title + w.detail]


def test_who_shows_a_photograph_is_not_told_whether_it_is_somebodys():
    denials = {reason: words(Scene(Phase.DENIED, reason=reason)) for reason in Reason}
    assert denials[Reason.NOT_LIVE] == denials[Reason.UNKNOWN_FACE]
    done_openly = {Reason.CHALLENGE_FAILED, Reason.WRONG_PIN}  # what the person did before everybody's eyes
    assert len({said for reason, said in denials.items() if reason not in done_openly}) == 1


@pytest.mark.parametrize("code", sorted(TOLD))
def test_each_fault_has_a_title_of_its_own(code):
    titles = {code: words(Scene(Phase.FAULT, fault=Fault(code, "Mend it."))).title for code in TOLD}
    assert titles[code] != OUT_OF_SERVICE
    assert list(titles.values()).count(titles[code]) == 1
    assert len(titles[code]) <= 30, "read at a glance"


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
    assert {QColor(pixel).name() for pixel in rim} == {theme.LIGHT.tones[scene.phase].ground}


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


def inks(look):
    """What is read, beside what it is read on."""
    yield from ((tone.ground, tone.ink) for tone in look.tones.values())
    yield from product((look.page, look.surface), (look.ink, look.ink_soft))
    yield from ((look.accent, look.on_accent), (look.accent_deep, look.on_accent))
    yield from ((look.bad_ground, look.bad), (look.good_ground, look.good), (theme.WARNING, theme.ON_WARNING))


@pytest.mark.parametrize(("ground", "ink"), [pair for look in theme.LOOKS.values() for pair in inks(look)])
def test_what_matters_has_a_contrast_of_seven_to_one(ground, ink):
    lighter, darker = sorted((luminance(ground), luminance(ink)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 7


def luminance(colour):
    """WCAG 2's."""
    channels = [c / 255 for c in bytes.fromhex(colour[1:])]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def sign(paint):
    """What `paint` draws in black on white, as bytes."""
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill("#ffffff")
    painter = QPainter(image)
    paint(painter, QRectF(0, 0, 64, 64), tone=theme.Tone("#ffffff", "#000000", "#000000"))
    painter.end()
    return bytes(image.constBits())


def test_each_phase_has_a_shape_of_its_own_for_who_sees_no_colours():
    signs = [sign(partial(paint_glyph, phase=phase)) for phase in Phase if phase is not Phase.CHALLENGE]
    signs += [sign(partial(paint_turn, asked=turn, progress=0.0)) for turn in Turn]
    assert len(set(signs)) == len(Phase) - 1 + len(Turn)


@pytest.mark.parametrize("phase", Phase)
def test_each_phase_shows_its_sign(banner, phase):
    banner.show_scene(Scene(phase))
    image = banner.grab().toImage()
    ground = QColor(theme.LIGHT.tones[phase].ground).rgb()
    assert any(image.pixel(x, y) != ground for x in range(150, 250, 2) for y in range(40, 160, 2))


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


@pytest.mark.parametrize("fetchable", [True, False])
def test_a_missing_pack_is_offered_where_it_can_be_fetched(qtbot, fetchable):
    recogniser = FakeRecogniser()
    strip = Strip(recogniser, 0, ApiSettings(), fetchable=fetchable)
    qtbot.addWidget(strip)
    assert strip.pack_button.isHidden()
    recogniser.loses_its_pack()
    strip.look()
    assert strip.gallery.text == "Faces: not loaded"
    assert strip.pack_button.isHidden() is not fetchable


@pytest.mark.parametrize("code", ["model_unavailable", "liveness_unavailable", "database_unavailable"])
def test_a_pack_is_not_offered_where_it_is_something_else_that_is_missing(qtbot, code):
    recogniser = FakeRecogniser()
    strip = Strip(recogniser, 0, ApiSettings(), fetchable=True)
    qtbot.addWidget(strip)
    recogniser.loses(Fault(code, "There is no liveness model."))
    strip.look()
    assert strip.gallery.text == "Faces: not loaded"
    assert strip.pack_button.isHidden()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("camera_unavailable", "Camera 0: no picture"),
        (COVERED.code, "Camera 0: covered"),
        (BLOWN_OUT.code, "Camera 0: dazzled"),
        (FROZEN.code, "Camera 0: frozen"),
        (SLOW.code, "Camera 0: too slow"),
        ("database_unavailable", "Camera 0"),
    ],
)
def test_the_strip_says_what_is_wrong_with_the_camera(window, code, said):
    window.show_scene(Scene(Phase.FAULT, fault=Fault(code, "Check its cable.")))
    assert window.strip.camera.text == said
    window.show_scene(Scene(Phase.IDLE))
    assert window.strip.camera.text == "Camera 0"


def test_the_strip_tells_the_operator_of_a_lock_out(window):
    assert window.strip.pause.isHidden()
    window.show_scene(Scene(Phase.PAUSED, wait=24))
    assert not window.strip.pause.isHidden()
    assert window.strip.pause.text == "Paused after too many denials"
    window.show_scene(Scene(Phase.IDLE))
    assert window.strip.pause.isHidden()


def test_the_strip_fits_a_narrow_screen_whatever_it_has_to_say(qtbot):
    strip = Strip(FakeRecogniser(12_345), "a" * 30, ApiSettings())
    qtbot.addWidget(strip)
    strip.show_api(ApiState(ApiPhase.RESTARTING, 0.5))
    strip.show_scene(Scene(Phase.PAUSED, wait=24))
    assert strip.minimumSizeHint().width() <= 800


def test_a_scene_published_by_another_thread_arrives_in_the_guis(qtbot):
    bridge, arrived = Bridge(), []
    bridge.scene_changed.connect(lambda scene: arrived.append((scene, QThread.currentThread().isMainThread())))
    scene = Scene(Phase.GRANTED, name="Lin")
    publisher = threading.Thread(target=bridge.publish, args=(scene,))
    publisher.start()
    publisher.join()
    qtbot.waitUntil(lambda: arrived == [(scene, True)])
