"""A person in words: what the table and the panel say, and what goes when somebody is deleted."""

from collections.abc import Callable
from datetime import datetime

from core.domain import Person, StoredFace

MOMENT, DAY = "%Y-%m-%d %H:%M", "%Y-%m-%d"


def local(moment: datetime, form: str = MOMENT) -> str:
    """As the clock on the wall says."""
    return moment.astimezone().strftime(form)


def count(number: int, thing: str, things: str = "") -> str:
    """1 face, 2 faces, 100,000 people."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def passes(person: Person, now: datetime) -> bool:
    """Whether the door may open for them, by a face or by a PIN."""
    return person.may_enter(now) and bool(person.faces or person.has_pin)


def state(person: Person, now: datetime, form: str = MOMENT) -> str:
    """Whether they are let in, and if not, why; and until when, if so. Moments in `form`."""
    since, until = person.valid.since, person.valid.until
    if not person.active:
        return "Disabled"
    if until is not None and until <= now:
        return f"Expired {local(until, form)}"
    if since is not None and since > now:
        return f"Not before {local(since, form)}"
    if not passes(person, now):
        return "No face, no PIN"
    return "May enter" if until is None else f"Until {local(until, form)}"


CELLS: dict[str, Callable[[Person, datetime], str]] = {
    "Name": lambda person, _: person.name,
    "User ID": lambda person, _: person.user_id,
    "State": lambda person, now: state(person, now, DAY),
    "Faces": lambda person, _: str(person.faces) if person.faces else "None",
    "PIN": lambda person, _: "Set" if person.has_pin else "None",
    "Consent": lambda person, _: local(person.consent.at, DAY) if person.consent else "None",
}
"""What each column of the table says. One at a time: a table asks for each cell at each painting."""


def consent(person: Person) -> str:
    if person.consent is None:
        return "No consent is on record."
    return f"Consent to text {person.consent.version}, given {local(person.consent.at)}"


def face(face: StoredFace) -> str:
    """No number but the quality: an id says nothing to anybody."""
    return f"Enrolled {local(face.at)}, quality {face.quality:.0%}"


def what_goes(person: Person) -> str:
    """All that a deletion takes away, and what it leaves."""
    gone = [count(person.faces, "face")] if person.faces else []
    gone += ["the PIN"] if person.has_pin else []
    gone += ["the record of consent"] if person.consent else []
    return (
        f"{person.name} ({person.user_id}) will be deleted{' with ' * bool(gone)}{_listed(gone)}. "
        "From then on the door does not open for them.\n\n"
        "What has happened stays in the log, with their name and user ID.\n\n"
        "This cannot be undone."
    )


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
