"""How many numbers of a boot were given up of which the ledger no longer knows which."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("boot", sa.Column("more_lost", sa.BigInteger(), nullable=False, server_default="0"))
