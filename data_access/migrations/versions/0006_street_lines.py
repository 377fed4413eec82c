"""The line of a street, so that the nearest one can be named; places by their kind."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("place", sa.Column("line", sa.LargeBinary(), nullable=True))
    op.create_index("place_by_kind", "place", ["kind", "lon"], unique=False)
