"""What a kiosk delivers from its journal is there once: each such event has an id that the kiosk gave it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds what is not there yet: MySQL keeps what a run that was cut short has made."""
    inspector = sa.inspect(op.get_bind())
    if "uid" not in {column["name"] for column in inspector.get_columns("events")}:
        op.add_column("events", sa.Column("uid", sa.String(32)))
    if "ix_events_uid" not in {index["name"] for index in inspector.get_indexes("events")}:
        op.create_index("ix_events_uid", "events", ["uid"], unique=True)
