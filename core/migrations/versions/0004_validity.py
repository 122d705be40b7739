"""From when and until when a person is let in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds what is not there yet: MySQL keeps the columns of a run that was cut short."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("people")}
    for name in ("valid_from", "valid_until"):
        if name not in there:
            op.add_column("people", sa.Column(name, sa.DateTime))
