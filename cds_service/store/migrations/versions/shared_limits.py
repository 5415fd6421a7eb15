"""The tables that tell all workers and machines which tokens were used and how often a client called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "shared_limits"
down_revision = "0001"


def upgrade() -> None:
    """Hashes of used tokens with their ends, and for each client with a rate when its bucket is full again."""
    op.create_table(
        "used_tokens",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("until", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("used_tokens_by_end", "used_tokens", ["until"])
    op.create_table(
        "call_rates",
        sa.Column("client", sa.Text, primary_key=True),
        sa.Column("due", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Which tokens were used is forgotten."""
    for table in ("call_rates", "used_tokens"):
        op.drop_table(table)
