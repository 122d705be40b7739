"""Colours, spacing and type, here and nowhere else. Knows no Qt: colours are #rrggbb, lengths logical pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.domain import Phase


@dataclass(frozen=True, slots=True)
class Tone:
    """A state's colours: `ink` on `ground` reaches 7:1 at least; `line` frames the face in the picture."""

    ground: str
    ink: str
    line: str


@dataclass(frozen=True, slots=True)
class Look:
    """One set of colours. `ink` and `ink_soft` reach 7:1 on `page` and `surface`, each `on_...` on its ground."""

    page: str
    surface: str
    sunken: str
    """Where a picture will be, and what cannot be used."""
    rule: str
    ink: str
    ink_soft: str
    accent: str
    accent_deep: str
    on_accent: str
    focus: str
    bad: str
    bad_ground: str
    good: str
    good_ground: str
    tones: Mapping[Phase, Tone]


WARNING, ON_WARNING = "#ffc233", "#1e1500"
OTHERS = "#ffffff"  # frames of the faces that the decision is not about
SHADOW = "#0a0f14"  # below a frame, so that it stands out from any picture
DIM = 0.6  # of the shadow, over the window while a page is open

STATES = {
    Phase.LOOKING: Tone("#0b4a8f", "#ffffff", "#5db0ff"),
    Phase.CHALLENGE: Tone("#4d1f80", "#ffffff", "#c59bff"),
    Phase.GRANTED: Tone("#0b5a33", "#ffffff", "#35d985"),
    Phase.DENIED: Tone("#8f1616", "#ffffff", "#ff6464"),
    Phase.PAUSED: Tone("#39434d", "#ffffff", "#ffffff"),
    Phase.FAULT: Tone(WARNING, ON_WARNING, WARNING),
    Phase.LOCKED: Tone("#2b2f36", "#ffffff", "#ffffff"),
}
"""The same by day and by night: whoever has learnt that green is open is not to learn it again."""
LIGHT = Look(
    page="#f3f5f7",
    surface="#ffffff",
    sunken="#dfe5ea",
    rule="#c9d2da",
    ink="#15202b",
    ink_soft="#45525e",
    accent="#0b4a8f",
    accent_deep="#08386d",
    on_accent="#ffffff",
    focus="#e08a00",
    bad="#9b1c1c",
    bad_ground="#fdecec",
    good="#0b5a33",
    good_ground="#e7f5ec",
    tones={
        Phase.STARTING: Tone("#e6ebf0", "#15202b", "#ffffff"),
        Phase.IDLE: Tone("#ffffff", "#15202b", "#ffffff"),
        **STATES,
    },
)
DARK = Look(
    page="#10161c",
    surface="#1a222a",
    sunken="#2a343e",
    rule="#43505c",
    ink="#f0f4f7",
    ink_soft="#bcc7d0",
    accent="#8fc7ff",
    accent_deep="#b9dcff",
    on_accent="#071a2e",
    focus="#ffb13d",
    bad="#ffb4b4",
    bad_ground="#3d1414",
    good="#8fe3b4",
    good_ground="#0d3320",
    tones={
        Phase.STARTING: Tone("#1a222a", "#f0f4f7", "#ffffff"),
        Phase.IDLE: Tone("#10161c", "#f0f4f7", "#ffffff"),
        **STATES,
    },
)
CONTRAST = Look(
    page="#000000",
    surface="#000000",
    sunken="#1c1c1c",
    rule="#ffffff",
    ink="#ffffff",
    ink_soft="#ffffff",
    accent="#ffe600",
    accent_deep="#fff27a",
    on_accent="#000000",
    focus="#00e5ff",
    bad="#ff9c9c",
    bad_ground="#330000",
    good="#7dffb0",
    good_ground="#00290f",
    tones={
        Phase.STARTING: Tone("#000000", "#ffffff", "#ffffff"),
        Phase.IDLE: Tone("#000000", "#ffffff", "#ffffff"),
        Phase.LOOKING: Tone("#001f4d", "#ffffff", "#5db0ff"),
        Phase.CHALLENGE: Tone("#2c0a52", "#ffffff", "#c59bff"),
        Phase.GRANTED: Tone("#00331a", "#ffffff", "#35d985"),
        Phase.DENIED: Tone("#5c0000", "#ffffff", "#ff6464"),
        Phase.PAUSED: Tone("#000000", "#ffffff", "#ffffff"),
        Phase.FAULT: Tone("#ffe600", "#000000", "#ffe600"),
        Phase.LOCKED: Tone("#000000", "#ffffff", "#ffffff"),
    },
)
LOOKS = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}
"""By `kiosk.theme` of the configuration."""

GAP = 8
ROOM = 16
WIDE = 24
RADIUS = 10
TARGET = 44  # the least height of what a finger hits
FORM = 560  # the most that a form is wide
KEY = 96  # the most that a key of a keypad is wide and high
FRAME = 4.0  # the line around a face
EDGE = 10.0  # the line around the picture once there is a verdict

FONTS = ("Inter", "Noto Sans", "Segoe UI", "Ubuntu Sans", "Ubuntu", "Cantarell", "DejaVu Sans")
"""The first one installed is used."""
FALLBACKS = ("DejaVu Sans", "Noto Sans Arabic", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei")
"""For what it lacks: Arabic first where its lines are low, Chinese by name, or else it comes in Japanese shapes."""
SMALL, BODY, LARGE, HEADING = 13, 16, 20, 26
BANNER_SIZES = range(160, 19, -2)
"""A banner's title takes the first size at which all of it fits."""
DETAIL_SHARE = 0.55  # of the title's size
DETAIL_LEAST = 13


def stylesheet(look: Look = LIGHT) -> str:
    """What all widgets look like."""
    return f"""
    QWidget {{ color: {look.ink}; font-size: {BODY}px; }}
    QMainWindow, QDialog {{ background: {look.page}; }}
    QLabel#heading {{ font-size: {HEADING}px; font-weight: 700; }}
    QLabel#soft {{ color: {look.ink_soft}; }}
    QLabel#small, #strip QLabel {{ color: {look.ink_soft}; font-size: {SMALL}px; }}
    #strip {{ background: {look.surface}; border-top: 1px solid {look.rule}; }}
    QLabel#badge {{ background: {WARNING}; color: {ON_WARNING}; font-size: {LARGE}px; font-weight: 800;
        border-radius: {RADIUS // 2}px; padding: {GAP // 2}px {ROOM}px; }}
    QLabel#standing {{ background: {WARNING}; color: {ON_WARNING}; font-weight: 700; padding: {GAP}px {ROOM}px; }}
    Notice {{ border-radius: {RADIUS}px; padding: {GAP}px; }}
    QLabel#bad {{ background: {look.bad_ground}; color: {look.bad}; font-weight: 600; }}
    QLabel#good {{ background: {look.good_ground}; color: {look.good}; font-weight: 600; }}
    QLineEdit {{ background: {look.surface}; border: 2px solid {look.rule}; border-radius: {RADIUS}px;
        padding: {GAP}px; selection-background-color: {look.accent}; selection-color: {look.on_accent}; }}
    QLineEdit {{ min-height: {TARGET - 2 * GAP - 4}px; }}
    QLineEdit#bad {{ border-color: {look.bad}; }}
    QPushButton {{ background: {look.surface}; border: 2px solid {look.rule}; border-radius: {RADIUS}px;
        min-height: {TARGET - 12}px; padding: 4px {ROOM}px; font-weight: 600; }}
    QPushButton:hover {{ border-color: {look.accent}; }}
    QPushButton:pressed {{ background: {look.sunken}; }}
    QPushButton:disabled {{ color: {look.ink_soft}; background: {look.sunken}; border-color: {look.sunken}; }}
    QPushButton#key {{ min-width: {TARGET}px; padding: 4px; font-size: {LARGE}px; }}
    QPushButton#thumbnail {{ min-height: 66px; padding: 0px; }}
    QPushButton#thumbnail:disabled {{ border: 2px dashed {look.rule}; background: transparent; }}
    QPushButton#thumbnail:hover, QPushButton#bad {{ border-color: {look.bad}; padding: 0px; }}
    QPushButton#primary {{ background: {look.accent}; color: {look.on_accent}; border-color: {look.accent}; }}
    QPushButton#primary:hover {{ background: {look.accent_deep}; }}
    QPushButton#primary:disabled {{ background: {look.sunken}; color: {look.ink_soft}; border-color: {look.sunken}; }}
    QPushButton:focus, QLineEdit:focus, QPushButton#primary:focus {{
        border: 3px solid {look.focus}; }}
    QAbstractSpinBox {{ min-height: {TARGET - 4}px; }}
    QComboBox {{ min-height: {TARGET - 10}px; }}
    QAbstractItemView:focus, QCheckBox:focus {{ border: 3px solid {look.focus}; }}
    QComboBox QAbstractItemView {{ background: {look.surface}; selection-background-color: {look.accent};
        selection-color: {look.on_accent}; }}
    QAbstractItemView {{ background: {look.surface}; alternate-background-color: {look.page};
        border: 2px solid {look.rule}; border-radius: {RADIUS}px; gridline-color: {look.sunken};
        selection-background-color: {look.accent}; selection-color: {look.on_accent}; }}
    QHeaderView::section {{ background: {look.sunken}; color: {look.ink}; border: none;
        border-right: 1px solid {look.rule}; padding: {GAP // 2}px {GAP}px; font-weight: 600; }}
    QTableView::item {{ padding: 0px {GAP // 2}px; }}
    QCheckBox {{ border: 3px solid transparent; spacing: {GAP}px; min-height: {TARGET - 12}px; }}
    QScrollArea, QScrollArea > QWidget > QWidget#held {{ background: transparent; border: none; }}
    QToolTip {{ background: {look.surface}; color: {look.ink}; border: 1px solid {look.rule}; }}
    QProgressBar {{ background: {look.sunken}; border: none; border-radius: {RADIUS}px; min-height: {ROOM + GAP}px;
        text-align: center; }}
    QProgressBar::chunk {{ background: {look.accent}; border-radius: {RADIUS}px; }}
    QWidget#console {{ background: {look.page}; }}
    QFrame#rail {{ background: {look.surface}; border: 1px solid {look.rule}; border-top: none; border-left: none; }}
    QPushButton#tab {{ border-color: transparent; background: transparent; text-align: left; }}
    QPushButton#tab:hover {{ background: {look.sunken}; }}
    QPushButton#tab:checked {{ background: {look.accent}; color: {look.on_accent}; }}
    QPushButton#tab:focus {{ border: 3px solid {look.focus}; }}
    QFrame#reading {{ background: {look.surface}; border: 3px solid transparent; border-radius: {RADIUS}px; }}
    QFrame#reading:focus {{ border-color: {look.focus}; }}
    QLabel#what {{ font-weight: 700; }}
    QLabel#remedy {{ color: {look.ink_soft}; }}
    QScrollBar {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ width: {ROOM}px; }}
    QScrollBar:horizontal {{ height: {ROOM}px; }}
    QScrollBar::handle {{ background: {look.rule}; border-radius: {GAP // 2}px; margin: 4px; }}
    QScrollBar::handle:vertical {{ min-height: {TARGET}px; }}
    QScrollBar::handle:horizontal {{ min-width: {TARGET}px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0px; height: 0px; }}
    QLabel#section {{ font-size: {LARGE}px; font-weight: 700; padding-top: {GAP}px; qproperty-indent: 0; }}
    QPushButton#danger {{ color: {look.bad}; border-color: {look.bad}; }}
    QPushButton#danger:hover {{ background: {look.bad_ground}; }}
    QPushButton#danger:focus {{ border: 3px solid {look.focus}; }}
    QFrame#drop {{ background: {look.surface}; border: 2px dashed {look.rule}; border-radius: {RADIUS}px; }}
    QTableView, QListView {{ border: 3px solid {look.rule}; outline: 0; }}
    QTableView, QHeaderView {{ border-radius: 0px; }}
    QHeaderView {{ border: none; }}
    QDateTimeEdit, QComboBox {{ background: {look.surface}; border: 2px solid {look.rule}; border-radius: {RADIUS}px;
        padding: 0px {GAP}px; selection-background-color: {look.accent}; selection-color: {look.on_accent}; }}
    QDateTimeEdit:focus, QComboBox:focus {{ border: 3px solid {look.focus}; }}
    QDateTimeEdit::drop-down, QComboBox::drop-down {{ border: none; width: {TARGET}px; }}
    QDateTimeEdit::down-arrow, QComboBox::down-arrow {{ image: url("{_drawing("down", look.ink)}");
        width: 20px; height: 20px; }}
    QCheckBox::indicator {{ width: 20px; height: 20px; border: 2px solid {look.ink_soft}; border-radius: 5px;
        background: {look.surface}; }}
    QCheckBox::indicator:checked {{ border-color: {look.accent}; background: {look.accent};
        image: url("{_drawing("tick", look.on_accent)}"); }}
    """


def _drawing(name: str, ink: str) -> str:
    """The file of a drawing, in black or white, whichever `ink` is nearer to."""
    red, green, blue = (int(ink[place : place + 2], 16) for place in (1, 3, 5))
    colour = "white" if red + green + blue > 3 * 127 else "black"
    return (Path(__file__).with_name("icons") / f"{name}-{colour}.svg").as_posix()


def enlarged(scale: float) -> str:
    """What makes a page for visitors so many times as large as the console's."""
    return f"""
    QWidget {{ font-size: {round(BODY * scale)}px; }}
    QLabel#heading {{ font-size: {round(HEADING * scale)}px; }}
    QLabel#small {{ font-size: {round(SMALL * scale)}px; }}
    QLineEdit, QPushButton {{ min-height: {round((TARGET - 12) * scale)}px; }}
    QPushButton#key {{ font-size: {round(LARGE * scale)}px; }}
    """
