"""Districts, places and the names to look for them; the year of a building; a late series in one row."""

import sqlalchemy as sa
from alembic import op

from data_access.names import BUILDING, DEVICE, names, rename
from data_access.schema import Instant
from data_access.transaction import Writing

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("building", sa.Column("built", sa.SmallInteger(), nullable=True))
    op.add_column("late", sa.Column("until", Instant(), nullable=True))
    op.create_table(
        "district",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("population", sa.BigInteger(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", "valid_from"),
    )
    op.create_index("district_by_end", "district", ["ended"], unique=False)
    op.create_index("district_by_revision", "district", ["revision"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", "valid_from"),
    )
    op.create_table(
        "called",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("called_by_name", "called", ["folded"], unique=False)
    by_weight = ["weight", "folded", "register", "thing", "valid_to"]
    op.create_index("called_by_weight", "called", by_weight, unique=False)
    op.create_index("called_by_thing", "called", ["thing", "register"], unique=False)
    op.create_table(
        "word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("called_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", "called_id"),
        sqlite_with_rowid=False,
    )
    _name_what_is_there()


def _name_what_is_there() -> None:
    """Buildings and devices of before are found by their names, too, as they were called in each of their versions."""
    tx = Writing(op.get_bind(), 0, None, None)
    devices = tx.rows("SELECT device_id, valid_from, valid_to, kind, name FROM device ORDER BY valid_from")
    buildings = tx.rows(
        "SELECT id, valid_from, valid_to, name FROM building WHERE name IS NOT NULL ORDER BY valid_from"
    )
    for thing, since, until, kind, name in devices:
        rename(tx, DEVICE, {thing: since}, {thing: names(kind, (name, thing))})
        if until is not None:
            rename(tx, DEVICE, {thing: until}, {})
    for thing, since, until, name in buildings:
        rename(tx, BUILDING, {thing: since}, {thing: names("building", (name,))})
        if until is not None:
            rename(tx, BUILDING, {thing: until}, {})
