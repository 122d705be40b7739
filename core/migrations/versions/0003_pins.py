"""A PIN for each person who wants one, for the way in that needs no face."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds what is not there yet: MySQL keeps the column of a run that was cut short."""
    if "pin_hash" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("people")}:
        op.add_column("people", sa.Column("pin_hash", sa.String(255)))
