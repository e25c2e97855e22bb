"""What becomes of a batch of facts: which count, and whose they are.

The store looks up what is known about the batch, ``plan_facts`` decides, and the store writes what
was decided, all in one transaction. A fact tells of one trace and links nobody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from services.profile.domain.customer import CustomerRecord
from services.profile.domain.facts.fact import FactName, ToldFact
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.ingestion import NewTrace, Outcome, OwnedTrace, Result


class SeenFact(NamedTuple):
    """A fact that counted before."""

    digest: bytes
    """Fingerprint of its content."""
    trace_id: TraceId
    """Of whom it was told."""


@dataclass(frozen=True, slots=True)
class KnownOfFacts:
    """What the store knew about a batch of facts before it."""

    seen: Mapping[FactName, SeenFact] = field(default_factory=dict)
    """The facts of the batch that counted before."""
    by_digest: Mapping[bytes, TraceId] = field(default_factory=dict)
    """The traces of those handles of the batch that are known."""
    traces: Mapping[TraceId, OwnedTrace] = field(default_factory=dict)
    """The known traces that the batch speaks of."""
    erased: Mapping[bytes, int] = field(default_factory=dict)
    """By tombstone, when the customers of handles of the batch were erased, in microseconds."""

    def is_erased(self, told: ToldFact) -> bool:
        """Return whether it tells of somebody who was erased after it was seen."""
        tombstone = told.handle.tombstone if told.handle else b""
        return told.fact.observed_micros <= self.erased.get(tombstone, -1)

    def trace_of(self, told: ToldFact) -> TraceId:
        """Return the trace that a fact was told of."""
        if told.handle is not None:
            return self.by_digest.get(told.handle.digest, told.handle.trace_id)
        return TraceId(told.customer_id or "")

    def owner_of(self, trace_id: TraceId) -> CustomerId:
        """Return whose a trace is; a new one is a customer of its own."""
        owned = self.traces.get(trace_id)
        return owned.customer_id if owned else CustomerId(trace_id)


class CountingFact(NamedTuple):
    """A fact that counts."""

    told: ToldFact
    digest: bytes
    trace_id: TraceId
    customer_id: CustomerId
    """Whose it is."""


@dataclass(frozen=True, slots=True)
class FactPlan:
    """What a batch of facts comes to."""

    results: tuple[Result, ...]
    """One a fact, in order."""
    counting: tuple[CountingFact, ...]
    """The facts to store, by their names."""
    new_traces: tuple[NewTrace, ...]


_REUSED = Result(
    Outcome.REFUSED,
    reason="FACT_ID_REUSED",
    field="fact_id",
    message="a fact of this source and id with other content was stored before",
)
_UNKNOWN_CUSTOMER = Result(
    Outcome.REFUSED,
    reason="CUSTOMER_NOT_FOUND",
    field="customer",
    message="no customer of this name is known",
)
_ERASED = Result(
    Outcome.REFUSED,
    reason="ERASED",
    field="identifier",
    message="this customer was erased after it was seen",
)
_NOBODYS = Result(
    Outcome.REFUSED,
    reason="BLOCKED_IDENTIFIER",
    field="identifier",
    message="this identifier names nobody in particular",
)


def plan_facts(told: Sequence[ToldFact], known: KnownOfFacts) -> FactPlan:
    """Decide what becomes of a batch of facts.

    A fact of which the same id counted before, in an earlier batch or in this one, is the same
    when its content is the same, and refused when it is not.
    """
    seen = dict(known.seen)
    counting: dict[FactName, CountingFact] = {}
    results: list[Result] = []
    for each in told:
        name, digest, trace_id = each.fact.name, each.content_digest(), known.trace_of(each)
        if name in seen:
            same = seen[name].digest == digest
            owner = known.owner_of(seen[name].trace_id)
            results.append(Result(Outcome.DUPLICATE, owner) if same else _REUSED)
        elif each.handle is None and trace_id not in known.traces:
            results.append(_UNKNOWN_CUSTOMER)
        elif each.handle is not None and each.handle.is_nobodys:
            results.append(_NOBODYS)
        elif known.is_erased(each):
            results.append(_ERASED)
        else:
            seen[name] = SeenFact(digest, trace_id)
            owner = known.owner_of(trace_id)
            counting[name] = CountingFact(each, digest, trace_id, owner)
            results.append(Result(Outcome.STORED, owner))
    return FactPlan(
        tuple(results),
        tuple(each for _, each in sorted(counting.items())),
        tuple(_new_traces(list(counting.values()), known)),
    )


def with_facts(
    counting: Sequence[CountingFact], held: Mapping[CustomerId, CustomerRecord], *, now_micros: int
) -> list[CustomerRecord]:
    """Return the customers whom these facts are about, as they are with them."""
    counts = Counter(each.customer_id for each in counting)
    changed = []
    for name, count in sorted(counts.items()):
        before = held.get(name) or CustomerRecord(name, created_micros=now_micros)
        changed.append(
            replace(
                before,
                statement_count=before.statement_count + count,
                updated_micros=max(before.updated_micros, now_micros),
            )
        )
    return changed


def _new_traces(counting: Sequence[CountingFact], known: KnownOfFacts) -> list[NewTrace]:
    handles = {
        each.trace_id: each.told.handle
        for each in counting
        if each.told.handle is not None and each.trace_id not in known.traces
    }
    return [
        NewTrace(trace_id, handle.kind, handle.digest, CustomerId(trace_id))
        for trace_id, handle in sorted(handles.items())
    ]
