"""The tables that the first release with a database has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Cards shown, feedback on them, the number of the last change, and the key of the hashes."""
    op.create_table(
        "decisions",
        sa.Column("card", sa.String(64), primary_key=True),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("knowledge_version", sa.String(64), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("patient", sa.LargeBinary, nullable=False),
        sa.Column("findings", sa.LargeBinary, nullable=False),
        sa.Column("shown_at", sa.DateTime, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
    )
    op.create_index("decisions_by_report", "decisions", ["rule", "client", "tenant", "month"])
    op.create_table(
        "feedback",
        sa.Column("card", sa.String(64), primary_key=True),
        sa.Column("client", sa.Text, primary_key=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("told_at", sa.DateTime, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
    )
    op.create_index("feedback_by_change", "feedback", ["change"])
    changes = op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(changes, [{"id": 1, "last": 0}])
    op.create_table(
        "pseudonym_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Nothing is left."""
    for table in ("pseudonym_keys", "changes", "feedback", "decisions"):
        op.drop_table(table)
