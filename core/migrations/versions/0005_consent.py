"""To which text a person agreed before their face was stored, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds what is not there yet: MySQL keeps the columns of a run that was cut short."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("people")}
    for column in (sa.Column("consent_version", sa.String(64)), sa.Column("consent_at", sa.DateTime)):
        if column.name not in there:
            op.add_column("people", column)
