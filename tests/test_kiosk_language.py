"""The door in six languages: nothing untranslated, nothing out of date, and each read the way it is read."""

import ast
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest
from conftest import required
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTranslator
from PySide6.QtGui import QFontDatabase, QTextLayout
from PySide6.QtWidgets import QApplication, QLabel

from core import errors
from core.domain import Reason, Turn
from core.doorkeeper import DOOR_OPEN, LOCKED_OUT
from core.scene import Fault, Phase, Scene
from core.settings import KioskSettings
from core.sight import BLOWN_OUT, COVERED, FROZEN, SLOW
from kiosk.language import ENGLISH, FOLDER, LANGUAGES, speak
from kiosk.wording import OUT_OF_SERVICE, WITHOUT_PIN, titles, words

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")

KIOSK = FOLDER.parent
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
PLACES = re.compile(r"%n|%\d|\{\w*\}")
THE_SAME = {"PIN", "DEMO", "Offline"}  # words that some languages share with English
RESTS_OWN = (errors.Busy, errors.TooManyStreams)
FAULTS = [
    *(error.code for error in errors.Unavailable.__subclasses__() if error not in RESTS_OWN),
    *(fault.code for fault in (BLOWN_OUT, COVERED, FROZEN, SLOW)),
    *(errors.ConfigError.code, DOOR_OPEN, LOCKED_OUT, "recognition_failed"),
]
SECRET = "cosine 0.87 to Lin Wei, see /var/log"
SCENES = [
    *(Scene(phase, wait=24, asked=Turn.STRAIGHT) for phase in Phase),
    *(Scene(phase, reason=reason) for phase in (Phase.IDLE, Phase.LOOKING, Phase.DENIED) for reason in Reason),
    *(Scene(Phase.CHALLENGE, asked=turn, reason=reason) for turn in Turn for reason in Reason),
    *(Scene(Phase.PAUSED, wait=wait) for wait in (None, 1, 2, 3, 11, 60, 100, 900)),
    *(Scene(Phase.FAULT, fault=Fault(code, SECRET)) for code in (*FAULTS, "never heard of")),
    Scene(Phase.GRANTED, name="李小龙"),
]
each_language = pytest.mark.parametrize("code", LANGUAGES)
each_other = pytest.mark.parametrize("code", OTHERS)


@dataclass(frozen=True)
class Message:
    """One of a .ts: its English, what it is in the file's language (more than one: plurals), and whether it is done."""

    source: str
    forms: tuple[str, ...]
    plural: bool
    finished: bool


def messages(ts):
    for element in ET.parse(ts).iter("message"):
        translation = element.find("translation")
        forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
        finished = translation.get("type") is None
        yield Message(element.findtext("source"), tuple(forms), element.get("numerus") == "yes", finished)


def ts(code):
    return FOLDER / f"doorward_{code}.ts"


def tool(name):
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def said(scene):
    told = words(scene)
    return f"{told.title} / {told.detail}"


@pytest.fixture
def speaks(qapp):
    """Lets the door speak a language, and English again afterwards."""
    yield lambda code, folder=FOLDER: speak(qapp, code, folder)
    speak(qapp, ENGLISH)


# the files -----------------------------------------------------------------------------------------------------------


def test_there_is_a_language_for_each_that_may_be_configured():
    assert set(LANGUAGES) == set(KioskSettings.model_fields["language"].annotation.__args__)
    due = {f"doorward_{code}.{kind}" for code in LANGUAGES for kind in ("ts", "qm")}
    assert {path.name for path in FOLDER.iterdir()} == due


@each_language
def test_every_sentence_is_translated_and_keeps_its_placeholders(code):
    for message in messages(ts(code)):
        assert message.finished
        assert all(message.forms)
        for form in message.forms[-1:] if code == "ar" else message.forms:  # Arabic has words for one and two
            assert sorted(re.findall(r"%n|\{\w*\}|%\d", form)) == sorted(re.findall(r"%n|\{\w*\}|%\d", message.source))


@each_other
def test_no_sentence_is_left_in_english(code):
    left = {message.source for message in messages(ts(code)) if message.source in message.forms}
    assert left <= THE_SAME


@pytest.mark.parametrize("code", ["zh", "ar"])
def test_where_letters_are_others_no_english_word_is_left_within_a_sentence(code):
    for message in messages(ts(code)):
        for form in message.forms:
            assert set(re.findall("[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", form))) <= THE_SAME


@each_language
def test_what_is_shipped_is_made_from_what_was_translated(code, tmp_path):
    made = tmp_path / "made.qm"
    subprocess.run([tool("pyside6-lrelease"), "-silent", ts(code), "-qm", made], check=True, timeout=60)
    assert made.read_bytes() == (FOLDER / f"doorward_{code}.qm").read_bytes()


@each_language
def test_lupdate_finds_nothing_that_is_not_translated(code, tmp_path):
    found = tmp_path / f"doorward_{code}.ts"
    plurals = ["-pluralonly"] if code == ENGLISH else []
    sources = sorted(path.name for path in KIOSK.glob("*.py"))
    command = [tool("pyside6-lupdate"), "-silent", *plurals, *sources, "-ts", found]
    subprocess.run(command, cwd=KIOSK, check=True, timeout=60)
    assert {(m.source, m.plural) for m in messages(found)} == {(m.source, m.plural) for m in messages(ts(code))}


def test_lupdate_overlooks_nothing_that_the_door_says():
    """It drops in silence what it cannot parse, such as a call within the call."""
    calls = [node for path in KIOSK.glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    marked = {source for call in calls if (source := sentence(call)) is not None}
    assert marked == {message.source for message in messages(ts("de"))}


def sentence(node):
    """The literal of `translate("door", literal, …)`."""
    if not isinstance(node, ast.Call) or "translate" not in (getattr(node.func, k, "") for k in ("id", "attr")):
        return None
    context, text, *_ = [*(a.value if isinstance(a, ast.Constant) else None for a in node.args), None, None]
    return text if context == "door" else None


# what is said --------------------------------------------------------------------------------------------------------


@each_other
def test_each_scene_is_told_in_the_language_and_not_in_english(code, speaks):
    speaks(ENGLISH)
    english = {scene: words(scene) for scene in SCENES}
    speaks(code)
    for scene, told in english.items():
        there = words(scene)
        assert there.title.strip()
        assert there.detail.strip()
        assert there.title != told.title
        assert there.detail != told.detail
        assert len(there.title) <= 36, "read at a glance"


@each_language
def test_nothing_is_said_of_scores_or_of_others_or_in_cores_words(code, speaks):
    speaks(code)
    denied = [Scene(Phase.DENIED, name="Lin Wei", reason=reason) for reason in Reason]
    for scene in (*SCENES, *denied):
        assert not [part for part in ("Lin", "Wei", "cosine", "0.87", "/var", "%", "{") if part in said(scene)]
        assert scene.phase is Phase.PAUSED or not re.search(r"\d", said(scene))


@each_language
def test_each_known_fault_has_words_of_its_own(code, speaks):
    speaks(code)
    told = {each: words(Scene(Phase.FAULT, fault=Fault(each, SECRET))).title for each in FAULTS}
    assert len(set(told.values())) == len(FAULTS)
    unknown = words(Scene(Phase.FAULT, fault=Fault("never heard of", SECRET)))
    assert unknown == words(Scene(Phase.FAULT))
    assert unknown.title == QCoreApplication.translate("door", OUT_OF_SERVICE) not in told.values()


@each_language
def test_where_nobody_comes_in_by_pin_no_other_way_is_spoken_of(code, speaks):
    speaks(code)
    pauses = [Scene(Phase.PAUSED, wait=wait) for wait in (2, 30, 600, None)]
    faults = [Scene(Phase.FAULT, fault=Fault(each, SECRET)) for each in (*FAULTS, "never heard of")]
    other_ways = {QCoreApplication.translate("door", text, None, n) for text in WITHOUT_PIN for n in (-1, 2, 10, 30)}
    offering = [scene for scene in (*pauses, *faults) if words(scene).detail in other_ways]
    assert len(offering) > len(pauses)
    for scene in (*pauses, *faults):
        assert words(scene, pin=False).detail not in other_ways
        assert words(scene, pin=False).title == words(scene).title


@pytest.mark.parametrize("code", ["database_unavailable", "recognition_hangs", "door_failed", "door_open"])
def test_nor_where_a_pin_would_not_open_the_door_either(code):
    assert "another way" not in words(Scene(Phase.FAULT, fault=Fault(code, SECRET))).detail


@each_language
@pytest.mark.parametrize(("wait", "told"), [(3, "3"), (11, "11"), (24, "24"), (90, "90"), (181, "4"), (3600, "60")])
def test_the_seconds_left_are_told_and_from_a_minute_and_a_half_on_the_minutes(code, wait, told, speaks):
    speaks(code)
    assert re.findall(r"\d+", words(Scene(Phase.PAUSED, wait=wait)).detail) == [told]


@pytest.mark.parametrize(
    ("code", "wait", "part"),
    [
        *(("en", 1, "in 1 second,"), ("en", 2, "in 2 seconds,")),
        *(("de", 1, "in 1 Sekunde,"), ("de", 120, "in 2 Minuten,")),
        *(("fr", 1, "dans 1 seconde "), ("es", 24, "en 24 segundos "), ("zh", 1, "在 1 秒后")),
        *(("ar", 2, "بعد ثانيتين"), ("ar", 3, "بعد 3 ثوانٍ"), ("ar", 11, "بعد 11 ثانية")),
    ],
)
def test_one_is_told_otherwise_than_many(code, wait, part, speaks):
    speaks(code)
    assert part in words(Scene(Phase.PAUSED, wait=wait)).detail


@pytest.mark.parametrize(
    ("name", "greeting", "title"),
    [
        *(("Lin Wei", "full", "Willkommen, Lin Wei"), ("Lin Wei", "first", "Willkommen, Lin")),
        *(("Lin Wei", "none", "Willkommen"), ("李小龙", "first", "Willkommen, 李小龙")),
        ("  Ada  Lovelace ", "first", "Willkommen, Ada"),
        ("{name} %n", "full", "Willkommen, {name} %n"),
        *(("  ", "full", "Willkommen"), (None, "first", "Willkommen")),
    ],
)
def test_who_is_let_in_reads_as_much_of_the_name_as_is_configured(name, greeting, title, speaks):
    speaks("de")
    scene = Scene(Phase.GRANTED, name=name)
    assert words(scene, greeting).title == title
    assert titles(scene, greeting) == (title,)


@each_language
def test_the_titles_that_take_turns_are_those_of_the_challenge(code, speaks):
    speaks(code)
    turning = {words(Scene(Phase.CHALLENGE, asked=turn)).title for turn in Turn}
    assert set(titles(Scene(Phase.CHALLENGE, asked=Turn.LEFT))) == turning
    assert len(turning) == len(Turn)


# one language after the other ----------------------------------------------------------------------------------------


class Sign(QLabel):
    """Re-reads its words as every widget at the door does."""

    def changeEvent(self, event):  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.setText(words(Scene(Phase.STARTING)).title)
        super().changeEvent(event)


def test_what_is_on_the_screen_is_read_again_there_and_back(qtbot, speaks):
    sign = Sign("Starting")
    qtbot.addWidget(sign)
    for code, text in (("de", "Wird gestartet"), ("ar", "جارٍ التشغيل"), ("de", "Wird gestartet"), ("en", "Starting")):
        speaks(code)
        qtbot.waitUntil(lambda text=text: sign.text() == text)


def test_arabic_is_laid_out_from_the_right_and_nothing_else_is(speaks):
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # as on a desktop of another language
    for code in (*LANGUAGES, ENGLISH):  # English is the first, too
        speaks(code)
        right = Qt.LayoutDirection.RightToLeft if code == "ar" else Qt.LayoutDirection.LeftToRight
        assert QApplication.layoutDirection() == right


@each_other
def test_what_qt_says_itself_is_in_the_language_too(code, speaks):
    speaks(code)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") != "Cancel"


def test_no_language_stays_behind(qapp, speaks):
    for code in LANGUAGES:
        speaks(code)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(qapp.findChildren(QTranslator)) == 2, "the door's and Qt's own"


@pytest.mark.logs("doorward_ar.qm cannot be read")
@pytest.mark.parametrize("damage", [None, b"", b"no translation at all"])
def test_a_file_that_is_missing_or_damaged_leaves_english_and_is_said(damage, tmp_path, caplog, speaks):
    if damage is not None:
        (tmp_path / "doorward_ar.qm").write_bytes(damage)
    shutil.copy(FOLDER / "doorward_en.qm", tmp_path)
    speaks("ar")
    speaks("ar", tmp_path)
    assert "doorward_ar.qm cannot be read" in caplog.text
    assert QApplication.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert words(Scene(Phase.STARTING)).title == "Starting"
    assert "1 second," in words(Scene(Phase.PAUSED, wait=1)).detail


@each_language
def test_there_is_a_shape_for_every_letter(code, speaks):
    if code == "zh" and not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        assert not required("fonts"), "no Chinese font is installed, and DOORWARD_REQUIRE says that there must be one"
        pytest.skip("no Chinese font is installed")
    speaks(code)
    text = " ".join([LANGUAGES[code], *map(said, SCENES)])
    layout = QTextLayout(text, QApplication.font())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    assert 0 not in {glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()}
