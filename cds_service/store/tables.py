"""The tables as queries name them; `migrations` makes them. Times are UTC and written without a zone.

No column can hold what a chart or a clinician said: ids of ours, names a site chose, keyed hashes, times.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Double, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("card", String(64), primary_key=True),
    Column("rule", String(64), nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("knowledge_version", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("client", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("patient", LargeBinary, nullable=False),
    Column("findings", LargeBinary, nullable=False),
    Column("shown_at", DateTime, nullable=False),
    Column("month", String(7), nullable=False),
)

# One row for each card and client: the card may be one that this store does not know, or not yet.
FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("card", String(64), primary_key=True),
    Column("client", Text, primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("told_at", DateTime, nullable=False),
    Column("month", String(7), nullable=False),
    Column("change", BigInteger, nullable=False),
)

# One row. Whoever writes raises `last` first and so holds the row until the commit: writers of all processes and
# machines take turns, and a number that can be read means that everything up to it can be read.
CHANGES = Table(
    "changes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

# The row without `retired_at` is the key of today.
PSEUDONYM_KEYS = Table(
    "pseudonym_keys",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("retired_at", DateTime, nullable=True),
)

# `digest`: of issuer and jti. `until`: seconds of the epoch.
USED_TOKENS = Table(
    "used_tokens",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("until", Double, nullable=False),
)

# `due`: microseconds of the epoch, so that a minute's calls add up to a minute.
CALL_RATES = Table(
    "call_rates",
    METADATA,
    Column("client", Text, primary_key=True),
    Column("due", BigInteger, nullable=False),
)
