"""Who changed at which version of the gallery, a name for this very database, and whose key seals the embeddings."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds what is not there yet: MySQL keeps what a run that was cut short has made."""
    bind = op.get_bind()
    _changes(_exact_collation(bind.dialect)).create(bind, checkfirst=True)
    _add(bind, "gallery_state", sa.Column("epoch", sa.String(32)))
    _add(bind, "gallery_state", sa.Column("key_id", sa.String(16)))
    _add(bind, "faces", sa.Column("key_id", sa.String(16)))
    if "ix_faces_key_id" not in {index["name"] for index in sa.inspect(bind).get_indexes("faces")}:
        op.create_index("ix_faces_key_id", "faces", ["key_id"])
    state = sa.table("gallery_state", sa.column("epoch", sa.String))
    bind.execute(sa.update(state).where(state.c.epoch.is_(None)).values(epoch=secrets.token_hex(16)))


def _add(bind: sa.Connection, table: str, column: sa.Column[Any]) -> None:
    if column.name not in {there["name"] for there in sa.inspect(bind).get_columns(table)}:
        op.add_column(table, column)


def _exact_collation(dialect: sa.Dialect) -> str:
    """As the first migration has it."""
    return "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"


def _changes(collation: str) -> sa.Table:
    return sa.Table(
        "gallery_changes",
        sa.MetaData(),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "user_id", sa.String(64).with_variant(mysql.VARCHAR(64, collation=collation), "mysql"), primary_key=True
        ),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )
