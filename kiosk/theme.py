"""Colours, spacing and type, here and nowhere else. Knows no Qt: colours are #rrggbb, lengths logical pixels."""

from dataclasses import dataclass

from core.domain import Phase


@dataclass(frozen=True, slots=True)
class Tone:
    """A state's colours: `ink` on `ground` reaches 7:1 at least; `line` frames the face in the picture."""

    ground: str
    ink: str
    line: str


PAGE = "#f3f5f7"
SURFACE = "#ffffff"
SUNKEN = "#dfe5ea"  # where a picture will be
RULE = "#c9d2da"
INK = "#15202b"
INK_SOFT = "#45525e"
ACCENT = "#0b4a8f"
ACCENT_DEEP = "#08386d"
ON_ACCENT = "#ffffff"
FOCUS = "#e08a00"
BAD = "#9b1c1c"
BAD_GROUND = "#fdecec"
GOOD = "#0b5a33"
GOOD_GROUND = "#e7f5ec"
WARNING = "#ffc233"
ON_WARNING = "#1e1500"
OTHERS = "#ffffff"  # frames of the faces that the decision is not about
SHADOW = "#0a0f14"  # below a frame, so that it stands out from any picture
DIM = 0.6  # of the shadow, over the window while a page is open

TONES = {
    Phase.STARTING: Tone("#e6ebf0", INK, "#ffffff"),
    Phase.IDLE: Tone(SURFACE, INK, "#ffffff"),
    Phase.LOOKING: Tone(ACCENT, "#ffffff", "#5db0ff"),
    Phase.CHALLENGE: Tone("#4d1f80", "#ffffff", "#c59bff"),
    Phase.GRANTED: Tone(GOOD, "#ffffff", "#35d985"),
    Phase.DENIED: Tone("#8f1616", "#ffffff", "#ff6464"),
    Phase.PAUSED: Tone("#39434d", "#ffffff", "#ffffff"),
    Phase.FAULT: Tone(WARNING, ON_WARNING, WARNING),
}

GAP = 8
ROOM = 16
WIDE = 24
RADIUS = 10
TARGET = 44  # the least height of what a finger hits
FRAME = 4.0  # the line around a face
EDGE = 10.0  # the line around the picture once there is a verdict

FONTS = ("Inter", "Noto Sans", "Segoe UI", "Ubuntu Sans", "Ubuntu", "Cantarell", "DejaVu Sans")
"""The first one installed is used."""
SMALL, BODY, LARGE, HEADING = 13, 16, 20, 26
BANNER_SIZES = range(160, 19, -2)
"""A banner's title takes the first size at which all of it fits."""
DETAIL_SHARE = 0.55  # of the title's size
DETAIL_LEAST = 13


def stylesheet() -> str:
    """What all widgets look like."""
    return f"""
    QWidget {{ color: {INK}; font-size: {BODY}px; }}
    QMainWindow, QDialog {{ background: {PAGE}; }}
    QLabel#heading {{ font-size: {HEADING}px; font-weight: 700; }}
    QLabel#soft {{ color: {INK_SOFT}; }}
    QLabel#small, #strip QLabel {{ color: {INK_SOFT}; font-size: {SMALL}px; }}
    #strip {{ background: {SURFACE}; border-top: 1px solid {RULE}; }}
    QLabel#badge {{ background: {WARNING}; color: {ON_WARNING}; font-size: {LARGE}px; font-weight: 800;
        border-radius: {RADIUS // 2}px; padding: {GAP // 2}px {ROOM}px; }}
    QLabel#standing {{ background: {WARNING}; color: {ON_WARNING}; font-weight: 700; padding: {GAP}px {ROOM}px; }}
    Notice {{ border-radius: {RADIUS}px; padding: {GAP}px; }}
    QLabel#bad {{ background: {BAD_GROUND}; color: {BAD}; font-weight: 600; }}
    QLabel#good {{ background: {GOOD_GROUND}; color: {GOOD}; font-weight: 600; }}
    QLineEdit {{ background: {SURFACE}; border: 2px solid {RULE}; border-radius: {RADIUS}px;
        padding: {GAP}px; selection-background-color: {ACCENT}; selection-color: {ON_ACCENT}; }}
    QLineEdit {{ min-height: {TARGET - 2 * GAP - 4}px; }}
    QLineEdit#bad {{ border-color: {BAD}; }}
    QPushButton {{ background: {SURFACE}; border: 2px solid {RULE}; border-radius: {RADIUS}px;
        min-height: {TARGET - 12}px; padding: 4px {ROOM}px; font-weight: 600; }}
    QPushButton:hover {{ border-color: {ACCENT}; }}
    QPushButton:pressed {{ background: {SUNKEN}; }}
    QPushButton:disabled {{ color: {INK_SOFT}; background: {SUNKEN}; border-color: {SUNKEN}; }}
    QPushButton#key {{ min-width: {TARGET}px; padding: 4px; font-size: {LARGE}px; }}
    QPushButton#thumbnail {{ min-height: 66px; padding: 0px; }}
    QPushButton#thumbnail:disabled {{ border: 2px dashed {RULE}; background: transparent; }}
    QPushButton#thumbnail:hover, QPushButton#bad {{ border-color: {BAD}; padding: 0px; }}
    QPushButton#primary {{ background: {ACCENT}; color: {ON_ACCENT}; border-color: {ACCENT}; }}
    QPushButton#primary:hover {{ background: {ACCENT_DEEP}; }}
    QPushButton#primary:disabled {{ background: {SUNKEN}; color: {INK_SOFT}; border-color: {SUNKEN}; }}
    QPushButton:focus, QLineEdit:focus, QPushButton#primary:focus {{
        border: 3px solid {FOCUS}; }}
    QProgressBar {{ background: {SUNKEN}; border: none; border-radius: {RADIUS}px; min-height: {ROOM + GAP}px;
        text-align: center; }}
    QProgressBar::chunk {{ background: {ACCENT}; border-radius: {RADIUS}px; }}
    """
