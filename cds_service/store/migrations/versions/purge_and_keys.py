"""What purging by age and the rotation of the key of the names need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "purge_and_keys"
down_revision = "shared_limits"


def upgrade() -> None:
    """Rows are found by their age and their client, and a key may be a former one."""
    op.create_index("decisions_by_age", "decisions", ["shown_at"])
    op.create_index("decisions_by_client", "decisions", ["client"])
    op.create_index("feedback_by_age", "feedback", ["told_at"])
    op.add_column("pseudonym_keys", sa.Column("retired_at", sa.DateTime, nullable=True))


def downgrade() -> None:
    """The release before knows one key: the former ones go, and the quiet of what they named ends."""
    op.execute(sa.text("DELETE FROM pseudonym_keys WHERE retired_at IS NOT NULL"))
    op.drop_column("pseudonym_keys", "retired_at")
    op.drop_index("feedback_by_age", "feedback")
    op.drop_index("decisions_by_client", "decisions")
    op.drop_index("decisions_by_age", "decisions")
