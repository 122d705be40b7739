"""What somebody at the door sees: one state in words, colour and shape, and their own picture."""

from functools import partial
from itertools import product

import numpy as np
import pytest
from doors import SCENES, Clock, door_window, ground, pixels
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from core.domain import Reason, Turn
from core.doorkeeper import DOOR_OPEN
from core.errors import CameraUnavailable, DoorFailed, StoreUnavailable
from core.scene import Phase, Scene
from core.sight import COVERED
from kiosk import theme
from kiosk.banner import Banner
from kiosk.glyphs import paint_fault, paint_glyph
from kiosk.language import LANGUAGES, speak
from kiosk.turnsign import paint_turn
from kiosk.wording import words

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

each_scene = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
sizes = [(480, 800), (800, 480), (1920, 1080), (1080, 1920), (3840, 2160)]
each_size = pytest.mark.parametrize("size", sizes, ids=str)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def window(qtbot, clock):
    made = door_window(clock)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def tongue():
    """Speaks a language, for as long as the test."""
    app = QApplication.instance()
    yield partial(speak, app)
    speak(app, "en")


# words, colour, shape ------------------------------------------------------------------------------------------------


@each_scene
def test_each_scene_has_its_words_on_its_ground(banner, scene):
    banner.show_scene(scene)
    assert banner.words == words(scene)
    assert banner.accessibleName() == f"{banner.words.title}. {banner.words.detail}"
    assert pixels(banner)[2, 2] == ground(scene.phase)


@pytest.mark.parametrize(
    ("greeting", "title"), [("full", "Welcome, Lin Wu"), ("first", "Welcome, Lin"), ("none", "Welcome")]
)
def test_who_is_let_in_is_greeted_as_configured(qtbot, greeting, title):
    banner = Banner(greeting=greeting)
    qtbot.addWidget(banner)
    banner.show_scene(Scene(Phase.GRANTED, name="Lin Wu"))
    assert banner.words.title == title


def test_a_denial_names_nobody_whoever_it_was():
    said = {words(Scene(Phase.DENIED, name="Lin", reason=reason)) for reason in Reason}
    assert not [w for w in said if "Lin" in w.title + w.detail]


def test_who_shows_a_photograph_is_not_told_whether_it_is_somebodys():
    denials = {reason: words(Scene(Phase.DENIED, reason=reason)) for reason in Reason}
    assert denials[Reason.NOT_LIVE] == denials[Reason.UNKNOWN_FACE]
    done_openly = {Reason.CHALLENGE_FAILED, Reason.WRONG_PIN}  # what the person did before everybody's eyes
    assert len({said for reason, said in denials.items() if reason not in done_openly}) == 1


@each_size
@each_scene
def test_nothing_that_is_said_is_cut_off(window, clock, scene, size):
    window.resize(*size)
    window.show()
    window.show_scene(scene)
    window.layout().activate()
    seen = pixels(window.banner)
    rim = [seen[:3].ravel(), seen[-3:].ravel(), seen[:, :3].ravel(), seen[:, -3:].ravel()]
    assert set(np.concatenate(rim).tolist()) == {ground(scene.phase)}


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_cut_off_on_the_smallest_screen_in_any_language(window, tongue, code):
    tongue(code)
    window.resize(800, 480)
    window.show()
    for scene in SCENES.values():
        window.show_scene(scene)
        window.layout().activate()
        seen = pixels(window.banner)
        assert set(np.concatenate([seen[:2].ravel(), seen[-2:].ravel(), seen[:, :2].ravel()]).tolist()) == {
            ground(scene.phase)
        }


@each_size
def test_the_title_is_large_and_does_not_jump_when_the_advice_changes(window, clock, size):
    window.resize(*size)
    window.show()
    tall, tops = set(), set()
    for reason in (None, *Reason):
        window.banner.show_scene(Scene(Phase.LOOKING, reason=reason))
        tall.add(window.banner.sizes()[0])
        if reason in (None, Reason.TOO_DARK, Reason.PARTLY_HIDDEN):
            tops.add(np.flatnonzero((pixels(window.banner) != ground(Phase.LOOKING)).any(axis=1))[0])
    assert len(tall) == len(tops) == 1
    assert tall.pop() >= min(size) / 14


def test_a_name_is_text_and_nothing_else(banner):
    banner.show_scene(Scene(Phase.GRANTED, name="<b>Lin</b>"))
    assert banner.words.title == "Welcome, <b>Lin</b>"


def inks(look):
    """What is read, beside what it is read on."""
    yield from ((tone.ground, tone.ink) for tone in look.tones.values())
    yield from product((look.page, look.surface), (look.ink, look.ink_soft))
    yield from ((look.accent, look.on_accent), (look.accent_deep, look.on_accent))
    yield from ((look.bad_ground, look.bad), (look.good_ground, look.good), (theme.WARNING, theme.ON_WARNING))


@pytest.mark.parametrize(("behind", "ink"), [pair for look in theme.LOOKS.values() for pair in inks(look)])
def test_what_matters_has_a_contrast_of_seven_to_one(behind, ink):
    lighter, darker = sorted((luminance(behind), luminance(ink)), reverse=True)
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


def test_each_state_has_a_shape_of_its_own_for_who_sees_no_colours():
    signs = [sign(partial(paint_glyph, phase=phase)) for phase in Phase if phase is not Phase.CHALLENGE]
    signs += [sign(partial(paint_turn, asked=turn, progress=0.0)) for turn in Turn]
    signs += [sign(partial(paint_fault, code=f.code)) for f in (CameraUnavailable, DoorFailed, StoreUnavailable)]
    assert len(set(signs)) == len(Phase) - 1 + len(Turn) + 3


@pytest.mark.parametrize(("one", "other"), [(CameraUnavailable.code, COVERED.code), (DoorFailed.code, DOOR_OPEN)])
def test_faults_of_one_thing_have_one_sign(one, other):
    assert sign(partial(paint_fault, code=one)) == sign(partial(paint_fault, code=other))


@pytest.mark.parametrize("phase", Phase)
def test_each_phase_shows_its_sign(banner, phase):
    banner.show_scene(Scene(phase))
    assert (pixels(banner)[30:160, 150:250] != ground(phase)).sum() > 300
