"""An index that finds what else a resident has open.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("status <> 'closed'")


def upgrade() -> None:
    """Go to this version."""
    op.create_index(
        "ix_cases_sender",
        "cases",
        ["from_addr", "id"],
        unique=False,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_index("ix_cases_sender", table_name="cases")
