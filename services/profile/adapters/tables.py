"""The tables as the store speaks of them; the migrations make them.

Every table about a customer has a key that starts with the customer, so that the schema spreads
over the nodes of a distributed PostgreSQL; the ledger of seen events and the identifiers, through
which customers are found, have keys of their own.
"""

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

from services.storage.migrations import Migrations

MIGRATIONS = Migrations(Path(__file__).parents[1] / "migrations", "profile_version")

_METADATA = MetaData()

UNSPOKEN, GRANTED, DENIED = 0, 1, 2
"""What a customer said of personalisation, as the export filters by it."""

customers = Table(
    "customers",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("version", BigInteger),
    Column("personalisation", SmallInteger),
    Column("created_micros", BigInteger),
    Column("updated_micros", BigInteger),
    Column("consents", LargeBinary),
    Column("columns", LargeBinary),
    Column("state", LargeBinary),
)
"""One row a customer. ``columns`` is made of ``state`` when it is written, for the hot read."""

events = Table(
    "events",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("occurred_micros", BigInteger, primary_key=True),
    Column("source", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("type", SmallInteger),
    Column("content", LargeBinary),
)
"""Every event that counted, without identifiers."""

consent_statements = Table(
    "consent_statements",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("purpose", SmallInteger, primary_key=True),
    Column("stated_micros", BigInteger, primary_key=True),
    Column("denied", Boolean, primary_key=True),
    Column("source", String, primary_key=True),
)
"""Everything ever said about consent."""

former_names = Table(
    "former_names",
    _METADATA,
    Column("former_id", String, primary_key=True),
    Column("customer_id", String),
)
"""What customers were called before a merge, and what they are called now."""

merges = Table(
    "merges",
    _METADATA,
    Column("former_id", String, primary_key=True),
    Column("merged_micros", BigInteger, primary_key=True),
    Column("customer_id", String),
    Column("source", String),
    Column("event_id", String),
)
"""The log of merges; only ever added to."""

identifiers = Table(
    "identifiers",
    _METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", SmallInteger),
    Column("customer_id", String),
    Column("first_seen_micros", BigInteger),
)
"""Keyed hashes of identifiers, and whose they are."""

seen_events = Table(
    "seen_events",
    _METADATA,
    Column("source", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("digest", LargeBinary),
    Column("customer_id", String),
)
"""The ledger: ids of all events that counted; ``customer_id`` may be a former name."""
