"""What all widgets look like, in the words of Qt's style sheets: made of the theme's tokens, and of nothing else."""

from pathlib import Path

from kiosk.theme import (
    BODY,
    FOCUS,
    GAP,
    HEADING,
    KEY_WORDS,
    LARGE,
    LIGHT,
    ON_WARNING,
    RADIUS,
    ROOM,
    SMALL,
    TARGET,
    WARNING,
    Look,
)


def stylesheet(look: Look = LIGHT) -> str:
    """For the whole application."""
    return "".join(part(look) for part in (_words, _buttons, _fields, _lists, _rooms))


def _words(look: Look) -> str:
    return f"""
    QWidget {{ color: {look.ink}; font-size: {BODY}px; }}
    QMainWindow, QWidget#console, QWidget#firstrun {{ background: {look.page}; }}
    QDialog {{ background: {look.page}; border: 1px solid {look.line}; }}
    QLabel#heading {{ font-size: {HEADING}px; font-weight: 700; }}
    QLabel#title {{ font-size: {LARGE}px; font-weight: 700; }}
    QLabel#section {{ font-size: {LARGE}px; font-weight: 700; padding-top: {GAP}px; qproperty-indent: 0; }}
    QLabel#what {{ font-weight: 700; }}
    QLabel#soft {{ color: {look.ink_soft}; }}
    QLabel#small {{ color: {look.ink_soft}; font-size: {SMALL}px; }}
    QLabel#standing {{ background: {WARNING}; color: {ON_WARNING}; font-size: {SMALL}px; font-weight: 700;
        border-radius: {RADIUS}px; padding: {GAP // 2}px {GAP}px; }}
    Notice {{ border-radius: {RADIUS}px; padding: {GAP}px {ROOM - 4}px; }}
    QLabel#bad {{ background: {look.bad_ground}; color: {look.bad}; font-weight: 600; }}
    QLabel#good {{ background: {look.good_ground}; color: {look.good}; font-weight: 600; }}
    QToolTip {{ background: {look.surface}; color: {look.ink}; border: 1px solid {look.line}; }}
    """


def _buttons(look: Look) -> str:
    """A line that is thicker with the focus takes the room of the padding: nothing moves."""
    inner = TARGET - 12
    return f"""
    QPushButton, QToolButton {{ background: {look.surface}; border: 1px solid {look.line}; border-radius: {RADIUS}px;
        min-height: {inner}px; padding: 5px {ROOM}px; font-weight: 600; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {look.accent}; color: {look.accent}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {look.sunken}; }}
    QPushButton:disabled {{ color: {look.ink_soft}; background: {look.sunken}; border-color: {look.sunken}; }}
    QPushButton#primary {{ background: {look.accent}; color: {look.on_accent}; border-color: {look.accent}; }}
    QPushButton#primary:hover {{ background: {look.accent_deep}; color: {look.on_accent}; }}
    QPushButton#primary:disabled {{ background: {look.sunken}; color: {look.ink_soft}; border-color: {look.sunken}; }}
    QPushButton#danger {{ color: {look.bad}; border-color: {look.bad}; }}
    QPushButton#danger:hover {{ background: {look.bad_ground}; }}
    QPushButton#key {{ min-width: {TARGET - 12}px; padding: 5px; font-size: {KEY_WORDS}px; }}
    QPushButton:focus, QToolButton:focus {{ border: {FOCUS}px solid {look.focus}; padding: 3px {ROOM - 2}px; }}
    QPushButton#key:focus {{ padding: 3px; }}
    QPushButton#choice {{ text-align: left; }}
    QPushButton#choice:checked {{ background: {look.accent}; color: {look.on_accent}; border-color: {look.accent}; }}
    QToolButton#lock {{ padding: 5px {GAP}px; }}
    QToolButton#lock:focus {{ padding: 3px {GAP - 2}px; }}
    QToolButton#tool, QToolButton#tab {{ border-color: transparent; background: transparent; padding: 5px {GAP}px; }}
    QToolButton#tool:hover, QToolButton#tab:hover {{ background: {look.sunken}; color: {look.ink}; }}
    QToolButton#tab:checked {{ background: {look.accent}; color: {look.on_accent}; }}
    QToolButton#tab[narrow="true"] {{ font-size: {SMALL}px; padding: 2px; }}
    QToolButton#tool:focus, QToolButton#tab:focus {{ border: {FOCUS}px solid {look.focus}; padding: 3px {GAP - 2}px; }}
    QToolButton#tab[narrow="true"]:focus {{ padding: 0px; }}
    QCheckBox {{ border: {FOCUS}px solid transparent; border-radius: {RADIUS}px; spacing: {GAP}px;
        min-height: {TARGET - 2 * FOCUS}px; }}
    QCheckBox:focus {{ border-color: {look.focus}; }}
    QCheckBox::indicator {{ width: 22px; height: 22px; border: 2px solid {look.line}; border-radius: {RADIUS // 2}px;
        background: {look.surface}; }}
    QCheckBox::indicator:checked {{ border-color: {look.accent}; background: {look.accent};
        image: url("{_drawing("tick", look.on_accent)}"); }}
    """


def _fields(look: Look) -> str:
    inner = TARGET - 12
    return f"""
    QLineEdit, QDateTimeEdit, QComboBox {{ background: {look.surface}; border: 1px solid {look.line};
        border-radius: {RADIUS}px; padding: 5px {ROOM - 4}px; min-height: {inner}px;
        selection-background-color: {look.accent}; selection-color: {look.on_accent}; }}
    QLineEdit:focus, QDateTimeEdit:focus, QComboBox:focus {{ border: {FOCUS}px solid {look.focus};
        padding: 3px {ROOM - 6}px; }}
    QLineEdit:read-only, QLineEdit:disabled {{ background: {look.sunken}; color: {look.ink_soft}; }}
    QLineEdit#bad {{ border-color: {look.bad}; }}
    QDateTimeEdit::drop-down, QComboBox::drop-down {{ border: none; width: {TARGET - GAP}px; }}
    QDateTimeEdit::down-arrow, QComboBox::down-arrow {{ image: url("{_drawing("down", look.ink)}");
        width: 20px; height: 20px; }}
    QComboBox QAbstractItemView {{ background: {look.surface}; border: 1px solid {look.line}; border-radius: 0px;
        selection-background-color: {look.accent}; selection-color: {look.on_accent}; outline: 0; }}
    QComboBox QAbstractItemView::item {{ min-height: {TARGET}px; padding: 0px {GAP}px; }}
    QProgressBar {{ background: {look.sunken}; border: none; border-radius: {GAP // 2}px;
        min-height: {GAP}px; max-height: {GAP}px; }}
    QProgressBar::chunk {{ background: {look.accent}; border-radius: {GAP // 2}px; }}
    """


def _lists(look: Look) -> str:
    return f"""
    QAbstractItemView {{ background: {look.surface}; alternate-background-color: {look.page};
        border: {FOCUS}px solid {look.surface}; border-radius: {RADIUS}px; gridline-color: {look.rule}; outline: 0;
        selection-background-color: {look.accent}; selection-color: {look.on_accent}; }}
    QAbstractItemView:focus {{ border-color: {look.focus}; }}
    QTableView::item {{ padding: 0px {GAP}px; border-bottom: 1px solid {look.rule}; }}
    QTableView::item:selected, QListView::item:selected {{ background: {look.accent}; color: {look.on_accent}; }}
    QHeaderView {{ background: {look.surface}; border: none; border-radius: 0px; }}
    QHeaderView::section {{ background: {look.surface}; color: {look.ink_soft}; border: none;
        border-bottom: 1px solid {look.line}; padding: {GAP}px; font-size: {SMALL}px; font-weight: 600; }}
    QScrollArea, QScrollArea > QWidget > QWidget#held {{ background: transparent; border: none; }}
    QScrollBar {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ width: {ROOM}px; }}
    QScrollBar:horizontal {{ height: {ROOM}px; }}
    QScrollBar::handle {{ background: {look.line}; border-radius: 3px; margin: 5px; }}
    QScrollBar::handle:vertical {{ min-height: {TARGET}px; }}
    QScrollBar::handle:horizontal {{ min-width: {TARGET}px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0px; height: 0px; }}
    """


def _rooms(look: Look) -> str:
    """What other things stand on."""
    return f"""
    QFrame#rail {{ background: {look.surface}; border: none; border-right: 1px solid {look.rule}; }}
    QFrame#head {{ background: {look.surface}; border: none; border-bottom: 1px solid {look.rule}; }}
    QFrame#card {{ background: {look.surface}; border: 1px solid {look.rule}; border-radius: {RADIUS}px; }}
    QFrame#editor {{ border: none; border-bottom: 1px solid {look.rule}; }}
    QFrame#reading {{ background: {look.surface}; border: {FOCUS}px solid {look.surface}; border-radius: {RADIUS}px; }}
    QFrame#reading:focus {{ border-color: {look.focus}; }}
    QFrame#drop {{ background: {look.surface}; border: 2px dashed {look.line}; border-radius: {RADIUS}px; }}
    QScrollArea#sheet {{ background: {look.surface}; border: 1px solid {look.rule}; border-radius: {RADIUS}px; }}
    QScrollArea#sheet:focus {{ border: {FOCUS}px solid {look.focus}; }}
    """


def enlarged(scale: float) -> str:
    """What makes a page for visitors so many times as large as the console's."""
    return f"""
    QWidget {{ font-size: {round(BODY * scale)}px; }}
    QLabel#heading {{ font-size: {round(HEADING * scale)}px; }}
    QLabel#small {{ font-size: {round(SMALL * scale)}px; }}
    QLineEdit, QPushButton {{ min-height: {round((TARGET - 12) * scale)}px; }}
    QPushButton#key {{ font-size: {round(KEY_WORDS * scale)}px; }}
    """


def _drawing(name: str, ink: str) -> str:
    """The file of a drawing, in black or white, whichever `ink` is nearer to."""
    red, green, blue = (int(ink[place : place + 2], 16) for place in (1, 3, 5))
    colour = "white" if red + green + blue > 3 * 127 else "black"
    return (Path(__file__).with_name("icons") / f"{name}-{colour}.svg").as_posix()
