"""Thresholds as a register of their own; the desk's word over registers, and who changed what."""

import json

import sqlalchemy as sa
from alembic import op

from data_access.schema import EVER, Instant, microseconds

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "threshold",
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=True),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("metric", "valid_from"),
    )
    op.create_index("threshold_by_end", "threshold", ["ended"], unique=False)
    op.create_index("threshold_by_revision", "threshold", ["revision"], unique=False)
    op.create_table(
        "amended",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("beneath", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("register", "thing"),
    )
    op.create_table(
        "register_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("register_change_of_thing", "register_change", ["register", "thing"], unique=False)
    _thresholds_of_before()


def _thresholds_of_before() -> None:
    """What the city's description states already, valid since ever."""
    connection = op.get_bind()
    for key, description, number in connection.exec_driver_sql(
        "SELECT key, description, revision FROM city"
    ).fetchall():
        for told in json.loads(description).get("thresholds", ()):
            row = (
                told["metric"],
                microseconds(EVER),
                json.dumps([float(level) for level in told["levels"]]),
                told["unit"],
                json.dumps(told["source"]["by"], ensure_ascii=False, sort_keys=True),
                json.dumps([word["by"] for word in told.get("words", ())], ensure_ascii=False, sort_keys=True),
                key,
                number,
            )
            connection.exec_driver_sql("INSERT INTO threshold VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, NULL)", row)
