"""Facts keep the trace they were told of, so that what was joined can be parted again.

What was kept before has forgotten it: such facts belong to the name that their customer bears,
and the identifiers and former names of that customer are held together as people would. Their
traces are called by their hash behind ``~``, which no name begins with.
"""

import sqlalchemy as sa
from alembic import op

revision = "profile_0002"
down_revision = "profile_0001"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
JOINED = 1


def upgrade() -> None:
    """Make the new tables out of the old ones."""
    _make_traces()
    _make_links()
    _make_changes()
    _make_answered_requests()
    op.add_column("events", sa.Column("stored_micros", sa.BigInteger, nullable=True))
    op.add_column("events", sa.Column("traces", TEXT, nullable=True))
    op.execute(
        "UPDATE events SET traces = customer_id, stored_micros = (SELECT created_micros"
        " FROM customers WHERE customers.customer_id = events.customer_id)"
    )
    _keep_traces_with_statements()
    op.execute("ALTER TABLE seen_events RENAME COLUMN customer_id TO traces")
    op.drop_table("identifiers")
    op.drop_table("former_names")
    op.drop_table("merges")


def _make_traces() -> None:
    op.create_table(
        "traces",
        sa.Column("trace_id", TEXT, primary_key=True),
        sa.Column("customer_id", TEXT, nullable=False, index=True),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=True, unique=True),
        sa.Column("first_seen_micros", sa.BigInteger, nullable=False),
        sa.Column("is_blocked", sa.Boolean, nullable=False),
        sa.Column("is_shared", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    columns = (
        "INSERT INTO traces (trace_id, customer_id, kind, digest, first_seen_micros,"
        " is_blocked, is_shared)"
    )
    hexadecimal = "encode(digest, 'hex')" if _is_postgresql() else "lower(hex(digest))"
    op.execute(
        f"{columns} SELECT customer_id, customer_id, 0, NULL, created_micros, false, false"  # noqa: S608
        " FROM customers"
    )
    op.execute(
        f"{columns} SELECT former_id, customer_id, 0, NULL, 0, false, false FROM former_names"  # noqa: S608
    )
    op.execute(
        f"{columns} SELECT '~' || {hexadecimal}, customer_id, kind, digest, first_seen_micros,"  # noqa: S608
        " false, false FROM identifiers"
    )


def _make_links() -> None:
    op.create_table(
        "links",
        sa.Column("low", TEXT, primary_key=True),
        sa.Column("high", TEXT, primary_key=True, index=True),
        sa.Column("occurred_micros", sa.BigInteger, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decided_pairs",
        sa.Column("low", TEXT, primary_key=True),
        sa.Column("high", TEXT, primary_key=True, index=True),
        sa.Column("is_apart", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO decided_pairs (low, high, is_apart)"
        " SELECT CASE WHEN trace_id < customer_id THEN trace_id ELSE customer_id END,"
        " CASE WHEN trace_id < customer_id THEN customer_id ELSE trace_id END, false"
        " FROM traces WHERE trace_id <> customer_id"
    )


def _make_changes() -> None:
    op.create_table(
        "identity_changes",
        sa.Column("former_id", TEXT, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("customer_id", TEXT, nullable=False, index=True),
        sa.Column("changed_micros", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in (
                *("moved", "stayed", "source", "event_id"),
                *("actor", "reason", "request_id"),
            )
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO identity_changes (former_id, position, customer_id, changed_micros, kind,"  # noqa: S608
        " moved, stayed, source, event_id, actor, reason, request_id)"
        f" SELECT former_id, 0, customer_id, merged_micros, {JOINED}, former_id, customer_id,"
        " source, event_id, '', '', '' FROM merges"
    )


def _make_answered_requests() -> None:
    op.create_table(
        "answered_requests",
        sa.Column("request_id", TEXT, primary_key=True),
        sa.Column("question", sa.LargeBinary, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("answered_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _keep_traces_with_statements() -> None:
    op.rename_table("consent_statements", "statements_before")
    op.create_table(
        "consent_statements",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("trace_id", TEXT, primary_key=True),
        sa.Column("purpose", sa.SmallInteger, primary_key=True),
        sa.Column("stated_micros", sa.BigInteger, primary_key=True),
        sa.Column("denied", sa.Boolean, primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("stored_micros", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO consent_statements (customer_id, trace_id, purpose, stated_micros, denied,"
        " source, stored_micros) SELECT said.customer_id, said.customer_id, said.purpose,"
        " said.stated_micros, said.denied, said.source, customers.updated_micros"
        " FROM statements_before AS said"
        " JOIN customers ON customers.customer_id = said.customer_id"
    )
    op.drop_table("statements_before")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
