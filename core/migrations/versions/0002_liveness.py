"""What each decision made of liveness, and by which rules it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds what is not there yet: MySQL keeps the columns of a run that was cut short."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("events")}
    for column in _new():
        if column.name not in there:
            op.add_column("events", column)


def _new() -> tuple[sa.Column[str] | sa.Column[float], ...]:
    return (
        sa.Column("liveness", sa.String(16)),
        sa.Column("liveness_score", sa.Double),
        sa.Column("policy", sa.String(32)),
    )
