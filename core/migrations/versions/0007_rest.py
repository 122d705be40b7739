"""What the REST API needs: answers kept, the log's order for who follows it, who asked, and how each door stands."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds what is not there yet: MySQL keeps what a run that was cut short has made."""
    bind = op.get_bind()
    for table in _tables(_exact_collation(bind.dialect)).sorted_tables:
        table.create(bind, checkfirst=True)
    inspector = sa.inspect(bind)
    there = {column["name"] for column in inspector.get_columns("events")}
    for column in _columns():
        if column.name not in there:
            op.add_column("events", column)
    if "ix_events_position" not in {index["name"] for index in inspector.get_indexes("events")}:
        op.create_index("ix_events_position", "events", ["position"])
    _number(bind)


def _number(bind: sa.Connection) -> None:
    """What was written before is in the order of its ids."""
    state, events = sa.table("event_state", sa.column("id"), sa.column("position")), _events()
    if bind.scalar(sa.select(state.c.id)) is None:
        bind.execute(sa.update(events).values(position=events.c.id))
        last = bind.scalar(sa.select(sa.func.max(events.c.id))) or 0
        bind.execute(sa.insert(state).values(id=1, position=last))


def _events() -> sa.TableClause:
    return sa.table("events", sa.column("id", sa.Integer), sa.column("position", sa.BigInteger))


def _exact_collation(dialect: sa.Dialect) -> str:
    """As the first migration has it: names of doors that differ in case are two."""
    return "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"


def _columns() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (
        sa.Column("request_id", sa.String(64)),
        sa.Column("actor", sa.String(96)),
        sa.Column("position", sa.BigInteger),
    )


def _tables(collation: str) -> sa.MetaData:
    metadata = sa.MetaData()
    on_mysql: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
    sa.Table(
        "answers",
        metadata,
        sa.Column("key_digest", sa.String(64), primary_key=True),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
        **on_mysql,
    )
    sa.Table(
        "event_state",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        **on_mysql,
    )
    sa.Table(
        "doors",
        metadata,
        sa.Column(
            "name", sa.String(64).with_variant(mysql.VARCHAR(64, collation=collation), "mysql"), primary_key=True
        ),
        sa.Column("locked", sa.Boolean, nullable=False),
        sa.Column("fault", sa.String(32)),
        sa.Column("at", sa.DateTime, nullable=False),
        **on_mysql,
    )
    return metadata
