"""The tables as the store speaks of them; the migrations make them.

Every table about a customer has a key that starts with the customer, so that the schema spreads
over the nodes of a distributed PostgreSQL; the ledger of seen events, and the traces through which
customers are found and told apart, have keys of their own.
"""

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
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

shelved_items = Table(
    "shelved_items",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("item_id", String, primary_key=True),
    Column("basket_count", BigInteger),
    Column("bought_micros", BigInteger),
    Column("returned_micros", BigInteger),
    Column("first_seconds", BigInteger),
    Column("last_seconds", BigInteger),
)
"""What of ``state`` lies apart from it, as ``domain/history/shelf.py`` says."""

events = Table(
    "events",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("occurred_micros", BigInteger, primary_key=True),
    Column("source", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("type", SmallInteger),
    Column("stored_micros", BigInteger),
    Column("traces", String),
    Column("content", LargeBinary),
)
"""Every event that counted, without identifiers; ``traces`` as ``packing.pack_traces`` writes."""

consent_statements = Table(
    "consent_statements",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("trace_id", String, primary_key=True),
    Column("purpose", SmallInteger, primary_key=True),
    Column("stated_micros", BigInteger, primary_key=True),
    Column("denied", Boolean, primary_key=True),
    Column("source", String, primary_key=True),
    Column("text_version", String, primary_key=True),
    Column("stored_micros", BigInteger),
)
"""Everything ever said about consent."""

facts = Table(
    "facts",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("fact_id", String, primary_key=True),
    Column("trace_id", String),
    Column("key", String),
    Column("value", String),
    Column("basis", SmallInteger),
    Column("party", SmallInteger),
    Column("observed_micros", BigInteger),
    Column("stored_micros", BigInteger),
)
"""What sources said of a person besides events: ``value`` in JSON; ``basis`` 0 where untold."""

traces = Table(
    "traces",
    _METADATA,
    Column("trace_id", String, primary_key=True),
    Column("customer_id", String),
    Column("kind", SmallInteger),
    Column("digest", LargeBinary),
    Column("first_seen_micros", BigInteger),
    Column("is_blocked", Boolean),
    Column("is_shared", Boolean),
)
"""What was seen under each identifier, by name and by keyed hash, and whose it is."""

links = Table(
    "links",
    _METADATA,
    Column("low", String, primary_key=True),
    Column("high", String, primary_key=True),
    Column("occurred_micros", BigInteger),
    Column("source", String),
    Column("event_id", String),
)
"""Traces told of in one event, and the first such event."""

decided_pairs = Table(
    "decided_pairs",
    _METADATA,
    Column("low", String, primary_key=True),
    Column("high", String, primary_key=True),
    Column("is_apart", Boolean),
)
"""Traces that people put together or took apart."""

household_members = Table(
    "household_members",
    _METADATA,
    Column("trace_id", String, primary_key=True),
    Column("household_id", String, primary_key=True),
    Column("told_micros", BigInteger),
    Column("left_micros", BigInteger),
    Column("left_by", String),
    Column("left_why", String),
)
"""Which household a trace was told with, when last, and when who last said why it was left."""

probable_links = Table(
    "probable_links",
    _METADATA,
    Column("low", String, primary_key=True),
    Column("high", String, primary_key=True),
    Column("probability", Double),
    Column("comparisons", Text),
    Column("run_id", String),
    Column("model_version", String),
    Column("recorded_micros", BigInteger),
)
"""Customers who may be one person, the smaller name first; ``comparisons`` is JSON: a list of name,
outcome and bits. Rows stay under the names that the two bore."""

identity_changes = Table(
    "identity_changes",
    _METADATA,
    Column("former_id", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("customer_id", String),
    Column("changed_micros", BigInteger),
    Column("kind", SmallInteger),
    Column("moved", String),
    Column("stayed", String),
    Column("source", String),
    Column("event_id", String),
    Column("actor", String),
    Column("reason", String),
    Column("request_id", String),
)
"""Who became somebody else, when and why; only ever added to."""

seen_events = Table(
    "seen_events",
    _METADATA,
    Column("source", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("digest", LargeBinary),
    Column("traces", String),
)
"""The ledger: ids of all events that counted, and the traces of each."""

answered_requests = Table(
    "answered_requests",
    _METADATA,
    Column("request_id", String, primary_key=True),
    Column("question", LargeBinary),
    Column("answer", String),
    Column("answered_micros", BigInteger),
)
"""Decisions that were carried out: the same request again gets the same answer."""

personas = Table(
    "personas",
    _METADATA,
    Column("persona_id", String, primary_key=True),
    Column("content", Text),
    Column("revision", BigInteger),
    Column("created_micros", BigInteger),
    Column("updated_micros", BigInteger),
)

persona_catalogue = Table(
    "persona_catalogue",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("revision", BigInteger),
    Column("learned", Text),
)
"""One row, changed in every write: writers of personas wait for each other. ``learned`` is what
``python -m ml personas`` wrote, empty before."""

seen_facts = Table(
    "seen_facts",
    _METADATA,
    Column("source", String, primary_key=True),
    Column("fact_id", String, primary_key=True),
    Column("digest", LargeBinary),
    Column("trace_id", String),
)
"""The ledger of facts: ids of all that counted, and of whom each was told."""


erasures = Table(
    "erasures",
    _METADATA,
    Column("erasure_id", String, primary_key=True),
    Column("created_micros", BigInteger),
    Column("done_micros", BigInteger),
    Column("content", LargeBinary),
)
"""Receipts of erasures."""

pending_erasures = Table(
    "pending_erasures",
    _METADATA,
    Column("holder", String, primary_key=True),
    Column("erasure_id", String, primary_key=True),
)
"""Who has not confirmed which erasure."""

tombstones = Table(
    "tombstones",
    _METADATA,
    Column("tombstone", LargeBinary, primary_key=True),
    Column("erased_micros", BigInteger),
)
"""What is left of identifiers whose customers were erased, so that nothing old comes back."""

accesses = Table(
    "accesses",
    _METADATA,
    Column("customer_id", String, primary_key=True),
    Column("accessed_micros", BigInteger, primary_key=True),
    Column("access_id", String, primary_key=True),
    Column("method", String),
    Column("caller", String),
)
"""Who looked at whom."""
