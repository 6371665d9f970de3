"""Conversations of the chat with their turns.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GOING_ON = sa.text("state = 'open'")
WITHOUT_CASE = sa.text("case_id IS NULL AND state <> 'deleted'")
UNANSWERED = sa.text("answered_at IS NULL")


def upgrade() -> None:
    """Go to this version."""
    _create_conversations()
    _create_turns()


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("chat_turn")
    op.drop_table("chat_conversation")


def _create_conversations() -> None:
    op.create_table(
        "chat_conversation",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("engine", sa.String(length=10), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_chat_conversation_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_conversation")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_chat_conversation_key_hash")),
    )
    op.create_index(
        op.f("ix_chat_conversation_case_id"), "chat_conversation", ["case_id"], unique=False
    )
    op.create_index(
        "ix_chat_conversation_going_on",
        "chat_conversation",
        ["last_at", "id"],
        unique=False,
        sqlite_where=GOING_ON,
        postgresql_where=GOING_ON,
    )
    op.create_index(
        "ix_chat_conversation_without_case",
        "chat_conversation",
        ["last_at", "id"],
        unique=False,
        sqlite_where=WITHOUT_CASE,
        postgresql_where=WITHOUT_CASE,
    )


def _create_turns() -> None:
    op.create_table(
        "chat_turn",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("conversation_id", ROW_ID, nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emergency", sa.JSON(), nullable=False),
        sa.Column("hazards", sa.JSON(), nullable=False),
        sa.Column("step", sa.JSON(), nullable=True),
        sa.Column("replies", sa.JSON(), nullable=True),
        sa.Column("engine", sa.String(length=10), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversation.id"],
            name=op.f("fk_chat_turn_conversation_id_chat_conversation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_turn")),
        sa.UniqueConstraint(
            "conversation_id", "message_id", name=op.f("uq_chat_turn_conversation_id_message_id")
        ),
    )
    op.create_index(
        "ix_chat_turn_unanswered",
        "chat_turn",
        ["received_at", "id"],
        unique=False,
        sqlite_where=UNANSWERED,
        postgresql_where=UNANSWERED,
    )
