"""`doorward-admin people`, `erase`, `person-…` and `drop-face`: what is stored of a person."""

from datetime import datetime
from typing import Annotated

import typer

from core.admin.shell import ConfigOption, JsonOption, shell
from core.cells import moment
from core.domain import Person, Validity
from core.errors import InvalidField

WHEN = "as 2026-11-24 or 2026-11-24T08:30, this machine's time"
SinceOption = Annotated[str | None, typer.Option("--from", help=f"Not before: {WHEN}")]
UntilOption = Annotated[str | None, typer.Option("--until", help=f"Not from then on: {WHEN}")]
PERSON = ("user_id", "name", "active", "faces", "pin")
"""What fits a terminal; JSON has all."""
FACE = ("id", "model_id", "quality", "stored_at")


def people(context: typer.Context, config: ConfigOption = None, json: JsonOption = False) -> None:
    """List who is enrolled."""
    sh = shell(context, config, json)
    sh.table(PERSON, map(_facts, sh.store().people()))


def erase(context: typer.Context, user_id: str, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Erase a person and all faces stored for them."""
    sh = shell(context, config, json)
    erased = sh.store().erase(user_id).faces
    sh.say(f"Erased {user_id} with {erased} faces.", user_id=user_id, faces_erased=erased)


def person_valid(
    context: typer.Context,
    user_id: str,
    since: SinceOption = None,
    until: UntilOption = None,
    always: Annotated[bool, typer.Option("--always", help="Take both bounds away first")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say from when and until when a person is let in; a bound that is not named stays as it is."""
    sh = shell(context, config, json)
    store = sh.store()
    before = Validity() if always else store.person(user_id).valid
    valid = Validity(
        before.since if since is None else moment("--from", since),
        before.until if until is None else moment("--until", until),
    )
    if valid.since is not None and valid.until is not None and valid.since >= valid.until:
        raise InvalidField("--until", "expected a time after --from")
    if valid != before or always:
        store.set_validity(user_id, valid)
    text = f"{user_id} is let in from {_local(valid.since)} until {_local(valid.until)}."
    sh.say(text, user_id=user_id, valid_from=_iso(valid.since), valid_until=_iso(valid.until))


def person_faces(context: typer.Context, user_id: str, config: ConfigOption = None, json: JsonOption = False) -> None:
    """List the faces stored for a person."""
    sh = shell(context, config, json)
    faces = sh.store().faces(user_id)
    rows = ((face.id, face.model_id, round(face.quality, 3), _iso(face.at)) for face in faces)
    sh.table(FACE, (dict(zip(FACE, row, strict=True)) for row in rows))


def drop_face(
    context: typer.Context,
    user_id: str,
    face_id: Annotated[int, typer.Argument(help="Its id, as person-faces lists it")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Erase one face of a person."""
    sh = shell(context, config, json)
    sh.store().drop_face(user_id, face_id)
    sh.say(f"Erased face {face_id} of {user_id}.", user_id=user_id, face_id=face_id)


def _facts(person: Person) -> dict[str, object]:
    consent = person.consent
    return {
        "user_id": person.user_id,
        "name": person.name,
        "active": person.active,
        "faces": person.faces,
        "pin": person.has_pin,
        "valid_from": _iso(person.valid.since),
        "valid_until": _iso(person.valid.until),
        "consent": consent.version if consent else None,
        "consent_at": _iso(consent.at) if consent else None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else "any time"
