"""Lists a page at a time: how a page is asked for, and the cursor that leads to the next."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, WithJsonSchema

from core.errors import InvalidField

LARGEST_ID = 2**31 - 1  # what both databases can hold

Limit = Annotated[int, Query(ge=1, le=500, description="Entries of a page")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before")]

Part = Annotated[str, Query(max_length=255, pattern=r"^[^\x00]*$", description="A part of the user_id or of the name")]
"""Without a NUL: SQLite would look for no more than what stands before it."""


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("expected text")  # noqa: TRY004 - pydantic passes on a TypeError as it is
    if value.strip().removeprefix("-").replace(".", "", 1).isdecimal():
        raise ValueError("expected a date, not seconds")  # as pydantic would take them
    return value


def _utc(moment: datetime) -> datetime:
    if not fits(moment):
        raise ValueError("expected a year between 2000 and 8999")
    return moment.astimezone(UTC)


def fits(moment: datetime) -> bool:
    """Whether it has an offset, and stays in the calendar of both databases in whichever zone."""
    return moment.tzinfo is not None and 2000 <= moment.year < 9000


MOMENT = {"type": "string", "format": "date-time", "pattern": r"^[2-8]\d{3}-"}
Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_utc), WithJsonSchema(MOMENT)]


def cursor_of(*key: str | int) -> str:
    """Where a page ends, for the caller to hand back as it is."""
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def key_of(text: str, *kinds: type) -> list[str | int]:
    """What `cursor_of` was given, of these kinds. Raises InvalidField."""
    try:
        key = json.loads(urlsafe_b64decode(text.encode()))
        fits = isinstance(key, list) and [type(part) for part in key] == list(kinds) and all(map(_holds, key))
    except (ValueError, RecursionError):
        fits = False
    if not fits:
        raise InvalidField("cursor", "expected next_cursor as an answer gave it; begin anew without one")
    return list(key)


def _holds(part: str | int) -> bool:
    """Whether both databases can be asked for it."""
    return 0 <= part <= LARGEST_ID if isinstance(part, int) else part.encode(errors="ignore").decode() == part
