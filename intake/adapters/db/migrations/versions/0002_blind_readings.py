"""Blind readings drawn, what officers knew when they gave their word, and the drift watch.

Revision: 0002, after 0001. Reviews kept before were all given with the suggestion in sight.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNREAD = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Go to this version."""
    op.add_column(
        "review", sa.Column("kind", sa.String(length=10), server_default="queue", nullable=False)
    )
    op.create_index("ix_review_at", "review", ["at"], unique=False)
    op.create_table(
        "blind_reading",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_blind_reading_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_reading")),
        sa.UniqueConstraint("case_id", "place", name=op.f("uq_blind_reading_case_id_place")),
    )
    op.create_index(
        "ix_blind_reading_waiting",
        "blind_reading",
        ["id"],
        unique=False,
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    op.create_table(
        "drift_check",
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarm_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figure", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("measure", name=op.f("pk_drift_check")),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("drift_check")
    op.drop_index(
        "ix_blind_reading_waiting",
        table_name="blind_reading",
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    op.drop_table("blind_reading")
    op.drop_index("ix_review_at", table_name="review")
    with op.batch_alter_table("review") as table:
        table.drop_column("kind")
