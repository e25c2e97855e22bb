"""The tables of this service, as ``migrations`` makes them."""

from pathlib import Path

import sqlalchemy as sa

from services.storage.migrations import Migrations

MIGRATIONS = Migrations(Path(__file__).parents[1] / "migrations", "recommendation_version")

_METADATA = sa.MetaData()

OFFERS = sa.Table(
    "recommendation_offers",
    _METADATA,
    sa.Column("offer_id", sa.String(63), primary_key=True),
    sa.Column("state", sa.String(16)),
    sa.Column("content", sa.Text),
    sa.Column("revision", sa.BigInteger),
    sa.Column("create_time", sa.String(32)),
    sa.Column("update_time", sa.String(32)),
)

OFFER_REVISION = sa.Table(
    "recommendation_offer_revision",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.BigInteger),
)
"""One row, changed in every write: writers of offers wait for each other, so that revisions become
visible in their order."""

QUESTIONS = sa.Table(
    "recommendation_questions",
    _METADATA,
    sa.Column("question_id", sa.String(63), primary_key=True),
    sa.Column("is_deleted", sa.Boolean),
    sa.Column("content", sa.Text),
    sa.Column("revision", sa.BigInteger),
    sa.Column("create_time", sa.String(32)),
    sa.Column("update_time", sa.String(32)),
)

QUESTION_REVISION = sa.Table(
    "recommendation_question_revision",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.BigInteger),
)
"""One row, as that of offers."""

DECISIONS = sa.Table(
    "recommendation_decisions",
    _METADATA,
    sa.Column("decision_id", sa.String(64), primary_key=True),
    sa.Column("customer_id", sa.String(128)),
    sa.Column("create_seconds", sa.BigInteger),
    sa.Column("content", sa.LargeBinary),
)

FORGOTTEN = sa.Table(
    "recommendation_forgotten",
    _METADATA,
    sa.Column("mark", sa.LargeBinary, primary_key=True),
    sa.Column("until_seconds", sa.BigInteger),
)
"""Marks of customers who were erased; their decisions until then are not kept."""

ERASURES = sa.Table(
    "recommendation_erasures",
    _METADATA,
    sa.Column("erasure_id", sa.String(63), primary_key=True),
    sa.Column("decision_count", sa.BigInteger),
)
"""What erasures removed, so that the count outlives a process that ends before it is told."""
