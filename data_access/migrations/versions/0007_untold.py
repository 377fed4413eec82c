"""Up to which number of a boot the ledger no longer knows one by one what came."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("boot", sa.Column("untold", sa.BigInteger(), nullable=False, server_default="0"))
