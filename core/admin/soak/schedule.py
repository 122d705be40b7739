"""What is done to the door, and when. Pure."""

from dataclasses import dataclass
from enum import StrEnum

SESSION = 60.0  # seconds from one start of an engine to its stop, or thereabouts
AWAY, PULLED = 10 / SESSION, 5 / SESSION  # shares of a session


class Act(StrEnum):
    """What befalls the door."""

    START = "engine started"
    DATABASE_STOPS = "database stopped"
    DATABASE_STARTS = "database started"
    ERASE = "person erased"
    ENROL = "person enrolled"
    PULL = "camera pulled"
    PLUG = "camera plugged in"
    STOP = "engine stopped"


@dataclass(frozen=True, slots=True)
class Step:
    """`at` is in seconds since the beginning; sessions count from 0."""

    at: float
    session: int
    act: Act


def schedule(seconds: float) -> tuple[Step, ...]:
    """Sessions of a minute or so, one after the other, each with an outage of every kind; at least two."""
    sessions = max(2, round(seconds / SESSION))
    length = seconds / sessions
    return tuple(Step((i + share) * length, i, act) for i in range(sessions) for share, act in _session(i))


def _session(number: int) -> tuple[tuple[float, Act], ...]:
    """In shares of it. The database goes at another moment each time, so that visits are met at every stage."""
    away = 0.15 + 0.03 * (number % 5)
    return (
        (0.0, Act.START),
        (away, Act.DATABASE_STOPS),
        (away + AWAY, Act.DATABASE_STARTS),
        (0.5, Act.ERASE),
        (0.6, Act.ENROL),
        (0.75, Act.PULL),
        (0.75 + PULLED, Act.PLUG),
        (1.0, Act.STOP),
    )
