"""Decisions as messages, built once per answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.recommendation.v1 import decision_pb2 as messages
from ofone.recommendation.v1 import recommendation_service_pb2 as services

from services.recommendation.domain.degradation import Degradation
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.reasons import (
    MOST_REASONS_WHOLE_SHOP,
    Explanation,
    Reason,
    ReasonKind,
)
from services.recommendation.domain.scoring import Scored
from services.recommendation.domain.verdict import Considered, Verdict
from services.recommendation.servicer.situation import Situation
from services.recommendation.servicer.written_fields import benefit_message

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_VERDICTS = {each: messages.Verdict.Value(f"VERDICT_{each.name}") for each in Verdict}
_DEGRADATIONS = {
    each: messages.Degradation.Value(f"DEGRADATION_{each.name}") for each in Degradation
}
_REASONS = {each: messages.ReasonKind.Value(f"REASON_KIND_{each.name}") for each in ReasonKind}


def decision_message(
    situation: Situation, moment: Moment, *, name: str, created: datetime
) -> messages.Decision:
    """Return a decision that has no offers yet."""
    customer = situation.customer
    decision = messages.Decision(
        name=name,
        customer=f"customers/{customer.customer_id}" if customer.customer_id else "",
        context=messages.Context(
            channel=moment.channel,
            store=moment.store,
            basket_items=[f"items/{item_id}" for item_id in moment.basket],
        ),
        model_version=situation.ranking.model_version,
        snapshot_version=customer.version,
        degradations=degradation_numbers(situation),
        personalised=customer.personalised,
    )
    _set_time(decision.create_time, created)
    _set_time(decision.context.time, moment.time)
    if customer.update_time is not None:
        age = (created - customer.update_time).total_seconds()
        decision.snapshot_age_seconds = max(age, 0.0)
    return decision


def add_offer(
    decision: messages.Decision, scored: Scored, explanation: Explanation, *, expires: datetime
) -> None:
    """Append an offer to the decision."""
    offer, variant = scored.offer, scored.variant
    item_id = explanation.reasons[0].item_id
    if offer.targets.whole_shop:
        explanation = explanation.shortened(MOST_REASONS_WHOLE_SHOP)
    message = decision.offers.add(
        offer=f"offers/{offer.offer_id}",
        display_name=offer.display_name,
        variant_id=variant.variant_id,
        benefit=benefit_message(variant.benefit),
        item="" if offer.targets.whole_shop else f"items/{item_id}",
        score=scored.score,
        parts=part_messages(scored.parts | explanation.groups),
        reasons=reason_messages(explanation.reasons),
    )
    _set_time(message.expire_time, expires)


def _set_time(message: Timestamp, time: datetime) -> None:
    """Write a point in time, in a fifth of the time that ``FromDatetime`` takes."""
    since = time - _EPOCH
    message.seconds = since.days * 86_400 + since.seconds
    message.nanos = since.microseconds * 1_000


def degradation_numbers(situation: Situation) -> list[messages.Degradation.ValueType]:
    """Return what the answer had to do without."""
    return [_DEGRADATIONS[each] for each in situation.degradations]


def part_messages(parts: Mapping[str, float]) -> list[messages.ScorePart]:
    """Return the parts of a score."""
    return [messages.ScorePart(name=name, value=value) for name, value in parts.items()]


def reason_messages(reasons: Sequence[Reason]) -> list[messages.Reason]:
    """Return reasons, strongest first."""
    return [
        messages.Reason(
            kind=_REASONS[reason.kind],
            item=f"items/{reason.item_id}" if reason.item_id else "",
            basket_count=reason.basket_count,
            expected_gap_days=reason.expected_gap_days,
            days_since_last=reason.days_since_last,
            share=reason.share,
        )
        for reason in reasons
    ]


def explained(
    decision: messages.Decision, considered: Sequence[Considered]
) -> services.ExplainDecisionResponse:
    """Return the decision with every offer that was looked at."""
    return services.ExplainDecisionResponse(
        decision=decision,
        considered=[
            messages.ConsideredOffer(
                offer=f"offers/{each.offer_id}",
                verdict=_VERDICTS[each.verdict],
                score=each.score,
                item=f"items/{each.item_id}" if each.item_id else "",
                detail=each.detail,
            )
            for each in considered
        ],
    )
