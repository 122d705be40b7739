"""Colours, spacing and type, here and nowhere else. Knows no Qt: colours are #rrggbb, lengths logical pixels."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.scene import Phase


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
    line: str
    """Around what is pressed, ticked or typed into: 3:1 at least on `page` and `surface`."""
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
    rule="#d3dae1",
    line="#76838f",
    ink="#15202b",
    ink_soft="#45525e",
    accent="#0b4a8f",
    accent_deep="#08386d",
    on_accent="#ffffff",
    focus="#b45f00",
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
    rule="#33404b",
    line="#7d8b98",
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
    line="#ffffff",
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
FOCUS = 3  # the line around what has it
TARGET = 44  # the least height of what a finger hits
ICON = 24  # the side of a button's picture
NARROW = 1000  # below so many pixels a window has room for a button's picture or its word, not for both side by side
FORM = 560  # the most that a form is wide
PAGE = 1440  # the most that a page is wide: beyond it a line is too long to be read
KEY = 96  # the most that a key of a keypad is wide and high
FRAME = 4.0  # the line around a face
EDGE = 10.0  # the line around the picture once there is a verdict

FONTS = ("Inter", "Noto Sans", "Segoe UI", "Ubuntu Sans", "Ubuntu", "Cantarell", "DejaVu Sans")
"""The first one installed is used."""
FALLBACKS = ("DejaVu Sans", "Noto Sans Arabic", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei")
"""For what it lacks: Arabic first where its lines are low, Chinese by name, or else it comes in Japanese shapes."""
SMALL, BODY, LARGE, HEADING = 13, 16, 20, 26
KEY_WORDS = 24  # what stands on the keys of a keypad
BANNER_SIZES = range(160, 19, -2)
"""A banner's title takes the first size at which all of it fits."""
DETAIL_SHARE = 0.55  # of the title's size
DETAIL_LEAST = 13
