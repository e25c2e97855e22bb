"""The write path of facts: look up, hold, look again, decide, write; inside one transaction.

It takes its locks in the order in which the write path of events takes them: customers by name,
traces, new customers, ledger by key.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from services.profile.adapters.rows import fact_rows, graph
from services.profile.adapters.rows.customer_rows import locked, save
from services.profile.domain.fact_intake import KnownOfFacts, SeenFact, plan_facts, with_facts
from services.profile.domain.facts.fact import FactName, ToldFact
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.ingestion import Result


def record_facts(
    connection: Connection, told: Sequence[ToldFact], *, now_micros: int
) -> tuple[Result, ...]:
    """Store a batch of facts; nothing is durable before the caller commits.

    Raises:
        Conflict: when another writer was faster; run it again.
    """
    held = locked(connection, _customers(_known(connection, told, {})))
    # Only now: whom we waited for may have kept some of these facts, which would be a lost race.
    seen = fact_rows.seen(connection, {each.fact.name for each in told})
    decided = plan_facts(told, _known(connection, told, seen))
    graph.add_traces(connection, decided.new_traces, now_micros=now_micros)
    changed = with_facts(decided.counting, held, now_micros=now_micros)
    save(connection, changed, held.keys())
    fact_rows.add_facts(connection, decided.counting, now_micros=now_micros)
    return decided.results


def _customers(known: KnownOfFacts) -> set[CustomerId]:
    return {each.customer_id for each in known.traces.values()}


def _known(
    connection: Connection, told: Sequence[ToldFact], seen: Mapping[FactName, SeenFact]
) -> KnownOfFacts:
    digests = {each.handle.digest for each in told if each.handle}
    by_digest = graph.by_digest(connection, digests)
    names = {TraceId(each.customer_id) for each in told if each.customer_id}
    spoken_of = {*by_digest.values(), *names, *(each.trace_id for each in seen.values())}
    owned = graph.owned(connection, spoken_of)
    handles = {each.handle.tombstone for each in told if each.handle}
    return KnownOfFacts(seen, by_digest, owned, graph.erased(connection, handles))
