"""Messages of what is compared, and of links that were found probable."""

import re
from collections.abc import Sequence

from ofone.profile.v1 import event_pb2, identity_pb2, linkage_pb2, privacy_pb2
from ofone.profile.v1 import linkage_service_pb2 as pb

from services.profile.domain.history.events import CustomerId
from services.profile.domain.linkage.linkage_record import LinkageRecord
from services.profile.domain.linkage.probable_links import (
    FoundLink,
    HeldLink,
    Likeness,
    Weight,
    strongest_first,
    why,
)
from services.profile.servicer.messages.event_messages import timestamp
from services.serving.validation import Check

MAX_LINKS, MAX_COMPARISONS, MOST_BITS = 1_000, 32, 100.0
_COMPARISON = re.compile(r"[a-z][a-z0-9_]{0,62}")
_OUTCOMES = frozenset(map(int, Likeness))


def record_message(record: LinkageRecord) -> linkage_pb2.LinkageRecord:
    """Return the message of what may be compared of one customer."""
    kind = event_pb2.IdentifierKind.ValueType
    return linkage_pb2.LinkageRecord(
        customer=f"customers/{record.customer_id}",
        shared_traces=[
            linkage_pb2.SharedTrace(kind=kind(each), code=code) for each, code in record.shared
        ],
        facts=[
            linkage_pb2.LinkageFact(key=key, code=value)
            if isinstance(value, str)
            else linkage_pb2.LinkageFact(key=key, number=value)
            for key, value in record.facts.items()
        ],
        store_code=record.store_code,
        daypart=record.daypart,
        item_codes=record.item_codes,
        identifier_kinds=map(kind, record.kinds),
        basket_count=record.basket_count,
    )


def found_links(check: Check, messages: Sequence[pb.ProbableLink]) -> list[FoundLink]:
    """Check links that a run found, and return them, each pair of customers once."""
    check.count("links", messages, most=MAX_LINKS)
    found: dict[tuple[CustomerId, CustomerId], FoundLink] = {}
    for index, message in enumerate(messages[:MAX_LINKS]):
        path = f"links[{index}]"
        one = check.resource_id(f"{path}.customer", message.customer, collection="customers")
        other = check.resource_id(f"{path}.other", message.other, collection="customers")
        if one and one == other:
            check.fail(f"{path}.other", "SAME_CUSTOMER", "must be another customer")
        probability = check.number(
            f"{path}.match_probability", message.match_probability, least=0, most=1
        )
        ends = (CustomerId(min(one, other)), CustomerId(max(one, other)))
        if ends in found:
            check.fail(path, "REPEATED", "names two customers that an earlier one names")
        found[ends] = FoundLink(ends, probability, _weights(check, path, message.comparisons))
    return list(found.values())


def suggestion_message(link: HeldLink) -> identity_pb2.IdentitySuggestion:
    """Return the message of somebody who may be the same person."""
    return identity_pb2.IdentitySuggestion(
        other=f"customers/{link.ends[1]}",
        first_seen_time=timestamp(link.run.recorded_micros),
        standing=identity_pb2.SUGGESTION_STANDING_PROBABLE,
        match_probability=link.probability,
        comparisons=_weight_messages(link),
        why=why(link.weights),
        model_version=link.run.model_version,
    )


def held_link_message(link: HeldLink) -> privacy_pb2.HeldProbableLink:
    """Return the message of a link as it is held; who the other is, is the other's own."""
    return privacy_pb2.HeldProbableLink(
        match_probability=link.probability,
        comparisons=_weight_messages(link),
        why=why(link.weights),
        model_version=link.run.model_version,
        store_time=timestamp(link.run.recorded_micros),
    )


def _weight_messages(link: HeldLink) -> list[linkage_pb2.ComparisonWeight]:
    return [
        linkage_pb2.ComparisonWeight(
            comparison=each.comparison,
            outcome=linkage_pb2.ComparisonOutcome.ValueType(each.outcome),
            weight_bits=each.bits,
        )
        for each in strongest_first(link.weights)
    ]


def _weights(
    check: Check, path: str, messages: Sequence[linkage_pb2.ComparisonWeight]
) -> tuple[Weight, ...]:
    check.count(f"{path}.comparisons", messages, least=1, most=MAX_COMPARISONS)
    weights: dict[str, Weight] = {}
    for index, message in enumerate(messages[:MAX_COMPARISONS]):
        place, name = f"{path}.comparisons[{index}]", message.comparison
        if not _COMPARISON.fullmatch(name):
            rule = "MALFORMED" if name else "REQUIRED"
            check.fail(f"{place}.comparison", rule, "must be lower-case letters, digits and _")
        if name in weights:
            check.fail(f"{place}.comparison", "REPEATED", "must be named once")
        if message.outcome not in _OUTCOMES:
            check.fail(f"{place}.outcome", "UNKNOWN_OUTCOME", "must be one of the known outcomes")
            continue
        bits = check.number(
            f"{place}.weight_bits", message.weight_bits, least=-MOST_BITS, most=MOST_BITS
        )
        weights[name] = Weight(name, Likeness(message.outcome), bits)
    return tuple(weights.values())
