"""What came by chat in a case's messages, and one-time links to the status of a case.

Revision: 0005, after 0004. Messages kept before all came by mail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this version."""
    for column in (
        sa.Column("channel", sa.String(length=10), server_default="email", nullable=False),
        sa.Column("telephone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("transcript", sa.JSON(), nullable=True),
    ):
        op.add_column("case_message", column)
    op.create_table(
        "status_request",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_request")),
        sa.UniqueConstraint("reference", "email", name=op.f("uq_status_request_reference_email")),
    )
    op.create_table(
        "status_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_status_link_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_status_link")),
    )
    op.create_index(op.f("ix_status_link_case_id"), "status_link", ["case_id"], unique=False)
    op.create_index(op.f("ix_status_link_expires_at"), "status_link", ["expires_at"], unique=False)


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("status_link")
    op.drop_table("status_request")
    # In place, as SQLite can since 3.35: other tables refer to this one's rows.
    for column in ("channel", "telephone", "transcript"):
        op.drop_column("case_message", column)
