"""When nobody could be heard."""

import sqlalchemy as sa
from alembic import op

from data_access.schema import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outage",
        sa.Column("begun", Instant(), primary_key=True),
        sa.Column("over", Instant(), nullable=False),
    )
