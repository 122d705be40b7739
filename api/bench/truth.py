"""What a match may answer, by who was enrolled while it was under way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A person was enrolled or erased by a call from `began` to `ended` (seconds, monotonic)."""

    began: float
    ended: float
    enrolled: bool


def may_be(changes: Sequence[Change], began: float, ended: float, *, late: float = 0.0) -> frozenset[bool]:
    """Whether the person was enrolled for a match from `began` to `ended`: both where that changed meanwhile.

    `changes` are theirs, one after the other; `late`: seconds after which all processes know of one.
    """
    settled = [change.enrolled for change in changes if change.ended + late <= began]
    under_way = [c.enrolled for c in changes if c.ended + late > began and c.began <= ended]
    return frozenset([settled[-1] if settled else False, *under_way])


def fault(person: str, answered: str | None, states: frozenset[bool]) -> str | None:
    """What is wrong with an answer, None where nothing is; `answered`: who was granted, None for denied."""
    if answered is not None and answered != person:
        return f"a picture of {person} was granted as {answered}"
    if (answered is not None) not in states:
        return f"{person} was {'denied while enrolled' if answered is None else 'granted while erased'}"
    return None
