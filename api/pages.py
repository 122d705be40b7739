"""Lists a page at a time: how a page is asked for, and the cursor that leads to the next."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from core.errors import InvalidField

LARGEST_ID = 2**31 - 1  # what both databases can hold

Limit = Annotated[int, Query(ge=1, le=500, description="Entries of a page")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before")]


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("expected text")  # noqa: TRY004 - pydantic passes on a TypeError as it is
    return value


def _utc(moment: datetime) -> datetime:
    if not 1970 < moment.year < 9999:  # MySQL's and Python's own bounds are nearby
        raise ValueError("expected a year between 1971 and 9998")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_utc)]


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
