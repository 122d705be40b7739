"""The answers to requests that may come twice, kept for a while beside what they are about."""

from sqlalchemy import Connection, delete, insert, select

from core.database import Database
from core.errors import KeyReused
from core.migrations.tables import answers
from core.once import KEPT, Answered, Once
from core.people import naive


class Answers:
    """Raises StoreUnavailable as `Store` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, once: Once) -> str | None:
        """What was answered; None where nothing was yet. Raises KeyReused where something else was asked for."""
        with self._database.reading() as connection:
            return _found(connection, once)


def claim(connection: Connection, once: Once) -> None:
    """Keeps the answer, in the transaction of what is answered. Raises Answered or KeyReused, which undo that.

    Who comes second waits for the first: the caller holds the lock that writers of the gallery queue for.
    """
    said = _found(connection, once)
    if said is not None:
        raise Answered(said)
    connection.execute(delete(answers).where(answers.c.expires_at <= naive(once.at)))
    row = {"key_digest": once.key, "request_digest": once.request, "answer": once.answer}
    connection.execute(insert(answers).values(**row, expires_at=naive(once.at + KEPT)))


def _found(connection: Connection, once: Once) -> str | None:
    kept = select(answers).where(answers.c.key_digest == once.key, answers.c.expires_at > naive(once.at))
    row = connection.execute(kept).one_or_none()
    if row is not None and row.request_digest != once.request:
        raise KeyReused("This Idempotency-Key came with another request before. Choose a new key for each request.")
    return None if row is None else str(row.answer)
