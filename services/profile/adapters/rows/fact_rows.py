"""Facts as rows: looked up, kept, read back."""

import json
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, func, insert, select

from services.profile.adapters.tables import facts, seen_facts
from services.profile.domain.fact_intake import CountingFact, SeenFact
from services.profile.domain.facts.fact import Fact, FactName, StoredFact
from services.profile.domain.facts.sources import Basis
from services.profile.domain.history.events import CustomerId, Party, TraceId
from services.storage.outages import Conflict
from services.storage.statements import insert_if_absent

_UNTOLD = 0
"""The basis of a fact whose source did not tell on what ground."""


def facts_of(connection: Connection, customer_id: CustomerId) -> list[StoredFact]:
    """Return every fact of a customer, by source and id."""
    return facts_of_all(connection, [customer_id]).get(customer_id, [])


def facts_of_all(
    connection: Connection, names: Collection[CustomerId]
) -> dict[CustomerId, list[StoredFact]]:
    """Return every fact of some customers, by source and id; without facts they are absent."""
    query = (
        select(facts)
        .where(facts.c.customer_id.in_(names))
        .order_by(facts.c.customer_id, facts.c.source, facts.c.fact_id)
    )
    found: dict[CustomerId, list[StoredFact]] = {}
    for row in connection.execute(query):
        fact = Fact(
            row.source,
            row.fact_id,
            row.key,
            json.loads(row.value),
            row.observed_micros,
            Basis(row.basis) if row.basis else None,
            Party(row.party),
        )
        stored = StoredFact(fact, TraceId(row.trace_id), row.stored_micros)
        found.setdefault(row.customer_id, []).append(stored)
    return found


def count_facts(connection: Connection, customer_id: CustomerId) -> int:
    """Return how many facts a customer holds."""
    query = select(func.count()).select_from(facts).where(facts.c.customer_id == customer_id)
    return connection.execute(query).scalar_one()


def seen(connection: Connection, names: Iterable[FactName]) -> dict[FactName, SeenFact]:
    """Return those of the facts that counted before."""
    by_source: dict[str, list[str]] = {}
    for name in names:
        by_source.setdefault(name.source, []).append(name.fact_id)
    found = {}
    for source, fact_ids in by_source.items():
        query = select(seen_facts).where(
            seen_facts.c.source == source, seen_facts.c.fact_id.in_(fact_ids)
        )
        for row in connection.execute(query):
            name = FactName(source, row.fact_id)
            found[name] = SeenFact(bytes(row.digest), TraceId(row.trace_id))
    return found


def add_facts(connection: Connection, counting: Sequence[CountingFact], *, now_micros: int) -> None:
    """Keep facts, in the order of their names, and note them in the ledger.

    Raises:
        Conflict: when another writer has kept one of them meanwhile.
    """
    if not counting:
        return
    ledger = [
        {**each.told.fact.name._asdict(), "digest": each.digest, "trace_id": each.trace_id}
        for each in counting
    ]
    if connection.execute(insert_if_absent(connection, seen_facts), ledger).rowcount < len(ledger):
        raise Conflict
    connection.execute(insert(facts), [_row(each, now_micros) for each in counting])


def _row(counting: CountingFact, now_micros: int) -> dict[str, object]:
    fact = counting.told.fact
    return {
        "customer_id": counting.customer_id,
        "source": fact.source,
        "fact_id": fact.fact_id,
        "trace_id": counting.trace_id,
        "key": fact.key,
        "value": json.dumps(fact.value, ensure_ascii=False),
        "basis": int(fact.basis) if fact.basis else _UNTOLD,
        "party": int(fact.party),
        "observed_micros": fact.observed_micros,
        "stored_micros": now_micros,
    }
