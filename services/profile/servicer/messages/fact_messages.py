"""Facts: from message to what was told, every rule checked, and from what holds to message."""

from ofone.profile.v1 import event_pb2, fact_pb2

from services.profile.domain.facts.catalogue import Catalogue
from services.profile.domain.facts.fact import Fact, ToldFact
from services.profile.domain.facts.keys import FactKey, RefusedValue, Value
from services.profile.domain.facts.resolution import FactWitness, HeldFact, HeldValue
from services.profile.domain.facts.sources import Basis
from services.profile.domain.history.events import CustomerId, Party
from services.profile.domain.people.identity import IdentityKey
from services.profile.servicer.messages.event_messages import handle_of, micros_of, timestamp
from services.serving.validation import Check

_BASES = {int(each): each for each in Basis}
_PARTIES = {0: Party.FIRST} | {int(each): each for each in Party}


def told_fact_of(
    message: fact_pb2.Fact, identity: IdentityKey, catalogue: Catalogue, *, now_micros: int
) -> ToldFact:
    """Return what a fact says, and of whom.

    Raises:
        Failure: of kind ``INVALID``, naming every broken rule; paths start at the fact.
    """
    check = Check()
    customer_id = handle = None
    if message.HasField("identifier"):
        handle = handle_of(check, "identifier", message.identifier, identity)
    else:
        name = check.resource_id("customer", message.customer, collection="customers")
        customer_id = CustomerId(name)
    party = _PARTIES.get(message.party)
    if party is None:
        check.fail("party", "UNKNOWN_PARTY", "must be one of the known parties")
        party = Party.FIRST
    observed_micros = 0
    if message.HasField("observed_at"):
        observed_micros = micros_of(
            check, "observed_at", message.observed_at, now_micros=now_micros
        )
    else:
        check.fail("observed_at", "REQUIRED", "must be set")
    source = check.slug("source", message.source)
    fact = Fact(
        source=source,
        fact_id=check.opaque_id("fact_id", message.fact_id),
        key=message.key,
        value=_value(check, message, catalogue),
        observed_micros=observed_micros,
        basis=_basis(check, message, catalogue.sources.of(source, party).party),
        party=party,
    )
    check.done()
    return ToldFact(fact, handle, customer_id)


def held_fact_message(held: HeldFact) -> fact_pb2.HeldFact:
    """Return the message of what is known under one key."""
    return fact_pb2.HeldFact(
        key=held.key.name,
        winner=_held_value_message(held.key, held.winner),
        others=[_held_value_message(held.key, other) for other in held.others],
        rule=fact_pb2.FactRule.ValueType(held.rule),
    )


def fact_message(fact: Fact) -> fact_pb2.Fact:
    """Return the message of a fact as it was told, without of whom."""
    return fact_pb2.Fact(
        source=fact.source,
        fact_id=fact.fact_id,
        key=fact.key,
        value=_value_message(fact.value),
        observed_at=timestamp(fact.observed_micros),
        basis=fact_pb2.FactBasis.ValueType(fact.basis or 0),
        party=event_pb2.Party.ValueType(fact.party),
    )


def _value(check: Check, message: fact_pb2.Fact, catalogue: Catalogue) -> Value:
    key = catalogue.keys.get(message.key)
    if key is None:
        rule = "UNKNOWN_KEY" if message.key else "REQUIRED"
        check.fail("key", rule, "must be a key of the catalogue of facts")
        return ""
    kind = message.value.WhichOneof("kind")
    if kind is None:
        check.fail("value", "REQUIRED", "must be set")
        return ""
    try:
        return key.accept(getattr(message.value, kind))
    except RefusedValue as refused:
        check.fail("value", refused.rule, str(refused))
        return ""


def _basis(check: Check, message: fact_pb2.Fact, party: Party) -> Basis | None:
    if message.basis == fact_pb2.FACT_BASIS_UNSPECIFIED:
        return None
    basis = _BASES.get(message.basis)
    if basis is None:
        check.fail("basis", "UNKNOWN_BASIS", "must be one of the known grounds")
    elif party is Party.THIRD and basis is not Basis.BOUGHT_IN:
        check.fail("basis", "THIRD_PARTY", "must be bought in: another company says so")
    return basis


def _held_value_message(key: FactKey, held: HeldValue) -> fact_pb2.HeldValue:
    return fact_pb2.HeldValue(
        value=_value_message(held.value),
        words=key.in_words(held.value),
        witnesses=[_witness_message(each) for each in held.witnesses],
    )


def _value_message(value: Value) -> fact_pb2.FactValue:
    if isinstance(value, bool):
        return fact_pb2.FactValue(flag=value)
    if isinstance(value, str):
        return fact_pb2.FactValue(text=value)
    return fact_pb2.FactValue(number=value)


def _witness_message(witness: FactWitness) -> fact_pb2.FactWitness:
    source = witness.source
    return fact_pb2.FactWitness(
        source=source.name,
        source_words=source.words,
        party=event_pb2.Party.ValueType(source.party),
        basis=fact_pb2.FactBasis.ValueType(witness.basis),
        first_observed_at=timestamp(witness.first_micros),
        last_observed_at=timestamp(witness.last_micros),
        told_count=witness.told_count,
        trust=source.trust,
        freshness=witness.freshness,
    )
