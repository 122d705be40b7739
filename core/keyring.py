"""The keys to the REST API, as the database keeps them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from core.apikeys import ApiKey, Scope
from core.database import Database
from core.errors import Conflict
from core.migrations.tables import api_keys
from core.people import aware, naive

FIND = select(api_keys).where(api_keys.c.prefix == bindparam("sought"))  # at each request: put together once


class Keyring:
    """Each call is one transaction and raises StoreUnavailable as those of `Store` do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: ApiKey, digest: str) -> None:
        with self._database.writing() as connection:
            connection.execute(insert(api_keys).values(_row(key, digest)))

    def find(self, prefix: str) -> tuple[ApiKey, str] | None:
        """The key of that prefix, whatever became of it, and its digest."""
        with self._database.reading() as connection:
            row = connection.execute(FIND, {"sought": prefix}).one_or_none()
        return None if row is None else (_key(row), row.digest)

    def known(self) -> list[ApiKey]:
        """All, the oldest first."""
        with self._database.reading() as connection:
            found = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.prefix))
            return [_key(row) for row in found]

    def rotate(self, old: str, until: datetime, new: ApiKey, digest: str) -> None:
        """Adds `new`; the one of prefix `old` is good until `until` at most. Raises Conflict if it was revoked."""
        ends = update(api_keys).where(api_keys.c.prefix == old, api_keys.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            if not connection.execute(ends.values(expires_at=naive(until))).rowcount:
                raise Conflict("That key is revoked. Create another: doorward-admin key create.")
            connection.execute(insert(api_keys).values(_row(new, digest)))

    def revoke(self, prefix: str, at: datetime) -> None:
        """Nobody gets in by it from now on, through whichever process. Twice is fine."""
        alive = update(api_keys).where(api_keys.c.prefix == prefix, api_keys.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            connection.execute(alive.values(revoked_at=naive(at)))

    def used(self, prefix: str, at: datetime) -> None:
        """Notes when it was used last."""
        with self._database.writing() as connection:
            connection.execute(update(api_keys).where(api_keys.c.prefix == prefix).values(last_used_at=naive(at)))


def _row(key: ApiKey, digest: str) -> dict[str, Any]:
    return {
        "prefix": key.prefix,
        "digest": digest,
        "name": key.name,
        "scopes": " ".join(sorted(key.scopes)),
        "created_at": naive(key.created),
        "expires_at": naive(key.expires),
        "revoked_at": naive(key.revoked),
        "last_used_at": naive(key.last_used),
    }


def _key(row: Row[Any]) -> ApiKey:
    known = frozenset(Scope(scope) for scope in row.scopes.split() if scope in set(Scope))
    moments = (row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
    created, *rest = map(aware, moments)
    return ApiKey(row.prefix, row.name, known, created, *rest)  # type: ignore[arg-type]  # created_at is not null
