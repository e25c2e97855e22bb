"""Decisions as messages."""

import pytest
from ofone.recommendation.v1 import decision_pb2

from services.recommendation.domain.offer import Offer
from services.recommendation.domain.reasons import explanations
from services.recommendation.domain.scoring import Scored
from services.recommendation.servicer.decision_messages import add_offer
from tests.services.recommendation.builders import NOON, TEN_PERCENT, offer, ranking


def offered(made: Offer) -> decision_pb2.OfferedOffer:
    """Return an offer as a message; three things speak for green tea, which carries it."""
    ranked = ranking(
        own={"green-tea": (6, 3.0, 14.0), "rye-bread": (1, 1.0, 14.0)},
        evidence={source: {"green-tea": 0.1} for source in ("transition", "popular")},
        losses={"habit": 5.0, "sequence": 3.0, "popularity": 2.0},
    )
    place = ranked.item_ids.index("green-tea")
    [explanation] = explanations(ranked, [place])
    decision = decision_pb2.Decision()
    add_offer(decision, Scored(made, TEN_PERCENT, place, {}, 0.5), explanation, expires=NOON)
    [message] = decision.offers
    return message


def test_an_offer_about_the_whole_shop_gives_fewer_reasons_than_one_about_an_item() -> None:
    about_tea, about_all = offered(offer(categories=("tea",))), offered(offer())
    assert (about_tea.item, about_all.item) == ("items/green-tea", "")
    assert [each.share for each in about_tea.reasons] == pytest.approx([0.5, 0.3, 0.2])
    assert [each.share for each in about_all.reasons] == pytest.approx([0.625, 0.375])
    assert [each.kind for each in about_all.reasons] == [
        decision_pb2.REASON_KIND_OFTEN_BOUGHT,
        decision_pb2.REASON_KIND_FOLLOWS_LAST_BASKET,
    ]
