"""People, faces, events, the gallery's version and the operator's PIN."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates what is not there yet: MySQL keeps the tables of a run that was cut short."""
    bind = op.get_bind()
    metadata = _tables(_exact_collation(bind.dialect))
    for table in metadata.sorted_tables:
        table.create(bind, checkfirst=True)
        for index in table.indexes:
            index.create(bind, checkfirst=True)
    state = metadata.tables["gallery_state"]
    if bind.scalar(sa.select(state.c.id)) is None:
        bind.execute(state.insert().values(id=1, version=0))


def _exact_collation(dialect: sa.Dialect) -> str:
    """Compares code points, without MySQL's padding: "Ann", "ann" and "ann " are three, as on SQLite."""
    return "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"


def _tables(collation: str) -> sa.MetaData:
    metadata = sa.MetaData()
    on_mysql: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}

    def exact(length: int) -> sa.String:
        return sa.String(length).with_variant(mysql.VARCHAR(length, collation=collation), "mysql")

    def created_at() -> sa.Column[object]:
        return sa.Column("created_at", sa.TIMESTAMP, nullable=False, server_default=sa.func.current_timestamp())

    sa.Table(
        "people",
        metadata,
        sa.Column("user_id", exact(64), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        created_at(),
        **on_mysql,
    )
    sa.Table(
        "faces",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", exact(64), sa.ForeignKey("people.user_id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("embedding", sa.LargeBinary, nullable=False),
        created_at(),
        sa.Column("model_id", exact(191), nullable=False),
        sa.Column("quality", sa.Float, nullable=False),
        sa.Index("ix_faces_user_id", "user_id"),
        sa.Index("ix_faces_model_id", "model_id"),
        **on_mysql,
    )
    sa.Table(
        "events",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql"), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("user_id", exact(64)),
        sa.Column("name", sa.String(255)),
        sa.Column("similarity", sa.Double),
        sa.Column("margin", sa.Double),
        sa.Column("threshold", sa.Double),
        sa.Column("frames", sa.Integer, nullable=False),
        sa.Column("latency", sa.Double),
        sa.Column("model_id", exact(191), nullable=False),
        sa.Column("door", sa.String(16)),
        sa.Index("ix_events_at", "at"),
        **on_mysql,
    )
    sa.Table(
        "gallery_state",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        **on_mysql,
    )
    sa.Table(
        "operators",
        metadata,
        sa.Column("role", sa.String(32), primary_key=True),
        sa.Column("secret_hash", sa.String(255), nullable=False),
        **on_mysql,
    )
    return metadata
