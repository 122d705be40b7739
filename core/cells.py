"""What stands in the cells of lists: moments that people write, and texts that spreadsheets are to leave alone."""

from datetime import UTC, datetime

from core.errors import InvalidField


def moment(field: str, text: str) -> datetime:
    """`text`, such as 2026-11-24, 2026-11-24T08:30 or 2026-11-24T08:30+01:00, in UTC. Without an offset it is this
    machine's time. Raises InvalidField, which names `field`."""
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):  # a year that leaves the calendar in UTC
        raise InvalidField(field, "expected a date such as 2026-11-24 or 2026-11-24T08:30") from None


def harmless(cell: object) -> object:
    """A text that would be a formula in somebody's spreadsheet (OWASP, CSV injection) with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
