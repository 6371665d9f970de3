"""The sentence that raised the alarm, beside the kinds of hazards.

Revision: 0003, after 0002. Of messages classified before, no sentence is known: it reads as empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.add_column(
        "classification",
        sa.Column("hazard_sentence", sa.Text(), server_default=sa.text("''"), nullable=False),
    )


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("classification") as table:
        table.drop_column("hazard_sentence")
