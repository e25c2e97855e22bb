"""A small shop and its people, for tests: plain enough that a child could judge the answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from ml.model.candidates import SOURCES, Candidates
from ml.model.history import history_of_baskets
from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Teaching
from ml.model.timing import Timing
from services.recommendation.domain.customer import AskedQuestion, Customer, Exposure, Traits
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.occasion import Occasion
from services.recommendation.domain.offer import (
    Benefit,
    BenefitKind,
    ExposureCap,
    Offer,
    OfferId,
    Targets,
    Variant,
)
from services.recommendation.domain.question import Question, QuestionId
from services.recommendation.domain.ranking import ItemAttributes, Proposal, Ranking

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
"""A Thursday."""

TEN_PERCENT = Variant("ten-percent", Benefit(BenefitKind.PERCENT_OFF, amount=10))
BREWING_CLASS = Variant("class", Benefit(BenefitKind.ADVICE, words="How to brew tea"))

SHELF = {
    # Each item with probability, category and brand.
    "green-tea": (0.6, "tea", "leaf"),
    "black-tea": (0.5, "tea", "leaf"),
    "espresso": (0.4, "coffee", "bean"),
    "filter-coffee": (0.3, "coffee", "bean"),
    "rye-bread": (0.2, "bread", "oven"),
    "soap": (0.1, "", ""),
}


def seconds_ago(**span: float) -> int:
    return int((NOON - timedelta(**span)).timestamp())


def ranking(
    shelf: dict[str, tuple[float, str, str]] | None = None,
    *,
    own: dict[str, tuple[int, float, float]] | None = None,
    evidence: dict[str, dict[str, float]] | None = None,
    losses: dict[str, float] | None = None,
    brought: dict[str, float] | None = None,
) -> Ranking:
    """Return a ranking.

    Args:
        shelf: item to probability, category, brand.
        own: item to baskets, days since, expected gap; own items stand at the head.
        evidence: source to item to score.
        losses: what each group of features is worth, the same for every item.
        brought: own item to days since another of the household brought it home, after the
            customer did.
    """
    shelf = SHELF if shelf is None else shelf
    own = own or {}
    items = [*own, *(item for item in shelf if item not in own)]
    scores = np.full((len(SOURCES), len(items)), np.nan, np.float32)
    for source, by_item in (evidence or {}).items():
        for item, score in by_item.items():
            scores[SOURCES.index(source), items.index(item)] = score
    categories = tuple(dict.fromkeys(shelf[item][1] for item in items))
    brands = tuple(dict.fromkeys(shelf[item][2] for item in items))
    attributes = ItemAttributes(
        categories,
        np.array([categories.index(shelf[item][1]) for item in items], np.int64),
        brands,
        np.array([brands.index(shelf[item][2]) for item in items], np.int64),
    )
    own_since = np.array([days for _, days, _ in own.values()], np.float32)
    since = np.array(
        [(brought or {}).get(item, days) for item, (_, days, _) in own.items()], np.float32
    )
    gaps = np.array([gap for _, _, gap in own.values()], np.float32)
    worth = losses or {"popularity": 1.0}
    return Ranking(
        proposal=Proposal(Candidates(items, scores, len(own)), attributes),
        probabilities=np.array([shelf[item][0] for item in items], np.float32),
        timing=Timing(since, own_since, gaps, np.log(since / gaps)),
        own_counts=np.array([count for count, _, _ in own.values()], np.float32),
        losses=lambda places: {
            group: np.full(len(places), value, np.float32) for group, value in worth.items()
        },
        model_version="test",
    )


def offer(
    offer_id: str = "tea-week",
    *,
    items: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    brands: tuple[str, ...] = (),
    variants: tuple[Variant, ...] = (TEN_PERCENT,),
    cap: tuple[int, int] | None = None,
    audience: str = "",
    start: datetime | None = None,
    end: datetime | None = None,
    stores: tuple[str, ...] = (),
    channels: tuple[str, ...] = (),
    cool_down_days: int = 0,
    weight: float = 1.0,
) -> Offer:
    return Offer(
        OfferId(offer_id),
        display_name=offer_id.replace("-", " "),
        variants=variants,
        targets=Targets(items, categories, brands),
        exposure_cap=ExposureCap(*cap) if cap else None,
        audience=audience,
        start_time=start,
        end_time=end,
        stores=stores,
        channels=channels,
        cool_down_days=cool_down_days,
        weight=weight,
    )


def asked_about(
    question_id: str = "hot-drinks",
    *,
    likings: dict[str, dict[str, float]] | None = None,
    **fields: Any,  # of the question
) -> Question:
    """Return a question; ``likings`` are those of each answer, by category."""
    by_answer = likings or {
        "tea": {"tea": 2.0, "coffee": -2.0},
        "coffee": {"coffee": 2.0, "tea": -2.0},
    }
    answers = tuple(
        PossibleAnswer(
            name, tuple(Liking(SubjectKind.CATEGORY, *each) for each in by_category.items())
        )
        for name, by_category in by_answer.items()
    )
    return Question(
        QuestionId(question_id),
        f"{question_id}?",
        Teaching(question_id, answers),
        tuple(by_answer),
        **fields,
    )


def customer(
    *,
    asked: dict[str, AskedQuestion] | None = None,
    exposures: dict[str, Exposure] | None = None,
    marketing: tuple[str, ...] = (),
    traits: Traits | None = None,
    baskets: tuple[tuple[int, tuple[str, ...]], ...] = (),
) -> Customer:
    return Customer(
        "ada",
        marketing_allowed=frozenset(marketing),
        history=history_of_baskets(baskets),
        exposures=exposures or {},
        traits=traits or Traits(),
        asked=asked or {},
    )


def occasion(
    who: Customer | None = None,
    *,
    channel: str = "",
    store: str = "",
    basket: tuple[str, ...] = (),
    true: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
) -> Occasion:
    """Return an occasion at noon, in which the conditions ``true`` hold and others do not."""
    return Occasion(
        who or customer(),
        Moment(NOON, channel, store, basket),
        lambda condition: None if condition in unknown else condition in true,
    )
