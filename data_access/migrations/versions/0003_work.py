"""What the desk does about incidents, and who did it."""

import sqlalchemy as sa
from alembic import op

from data_access.schema import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("worked_at", Instant(), nullable=True))
    op.create_table(
        "incident_act",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("other", sa.Text(), nullable=True),
        sa.Column("undoes", Instant(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "at"),
    )
    op.create_index("incident_act_by_time", "incident_act", ["at"], unique=False)
    op.create_index("incident_act_by_other", "incident_act", ["other"], unique=False)
