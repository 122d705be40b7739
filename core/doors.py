"""How each door stands, as its kiosk last told: for who is not in that kiosk's process."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from core.database import Database
from core.migrations.tables import doors
from core.people import naive


@dataclass(frozen=True, slots=True)
class DoorState:
    """Whether the operator has locked it, and the code of what keeps it shut, at `at` (UTC, to the second)."""

    locked: bool
    fault: str | None
    at: datetime


class Doors:
    """By the name that each has in its kiosk's configuration. Raises StoreUnavailable as `Store` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell(self, name: str, state: DoorState) -> None:
        """Puts `state` in the place of the one before."""
        values = {"locked": state.locked, "fault": state.fault, "at": naive(state.at)}
        with self._database.writing() as connection:
            if not connection.execute(update(doors).where(doors.c.name == name).values(values)).rowcount:
                connection.execute(insert(doors).values(name=name, **values))

    def all(self) -> dict[str, DoorState]:
        with self._database.reading() as connection:
            found = connection.execute(select(doors).order_by(doors.c.name)).all()
        return {row.name: DoorState(row.locked, row.fault, row.at.replace(tzinfo=UTC)) for row in found}
