"""From all offers to the few that are made, with a verdict and a sentence for every one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.recommendation.domain.eligibility import refusal, variant_for
from services.recommendation.domain.occasion import Occasion
from services.recommendation.domain.offer import Offer
from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.scoring import Scored, scored
from services.recommendation.domain.shelf import Shelf
from services.recommendation.domain.verdict import Considered, Verdict

WHOLE_SHOP = "the whole shop"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is offered, and what became of every offer."""

    chosen: tuple[Scored, ...]
    """Best first; empty says: nothing fits."""
    considered: tuple[Considered, ...]
    """The chosen, then the scored by score, then the refused by id."""


def select(
    offers: Iterable[Offer], occasion: Occasion, ranking: Ranking, *, count: int, min_score: float
) -> Selection:
    """Return what to offer.

    Args:
        offers: all offers in use.
        occasion: customer, moment and conditions.
        ranking: the items that offers may be about.
        count: how many to choose at most.
        min_score: below this nothing is said.
    """
    shelf = Shelf(ranking, occasion.moment)
    fitting: list[Scored] = []
    refused: list[Considered] = []
    for offer in offers:
        looked_at = _looked_at(offer, occasion, shelf)
        if isinstance(looked_at, Scored):
            fitting.append(looked_at)
        else:
            refused.append(looked_at)
    fitting.sort(key=lambda each: (-each.score, each.offer.offer_id))
    refused.sort(key=lambda each: each.offer_id)
    chosen, considered = _different(fitting, occasion, ranking, count=count, min_score=min_score)
    return Selection(tuple(chosen), (*considered, *refused))


def _looked_at(offer: Offer, occasion: Occasion, shelf: Shelf) -> Scored | Considered:
    refused = refusal(offer, occasion)
    if refused is not None:
        return Considered(offer.offer_id, *refused)
    variant = variant_for(offer, occasion.holds)
    assert variant is not None  # the last rule refuses otherwise
    fit = shelf.fit(offer.targets)
    traits = occasion.customer.traits
    if fit.places or offer.targets.whole_shop:
        return scored(offer, variant, fit, ranking=shelf.ranking, traits=traits)
    if fit.held_back is None:
        why = "nothing it is about is in stock and of interest to the customer"
        return Considered(offer.offer_id, Verdict.NO_FITTING_ITEM, why)
    item_id = shelf.ranking.item_ids[fit.held_back]
    why = _held_back(shelf, fit.held_back)
    return Considered(offer.offer_id, Verdict.JUST_BOUGHT, why, item_id=item_id)


def _held_back(shelf: Shelf, place: int) -> str:
    item = f"items/{shelf.ranking.item_ids[place]}"
    if shelf.in_basket[place]:
        return f"{item} is in the basket at hand"
    timing = shelf.ranking.timing
    days, gap = timing.days_since[place], timing.expected_gap_days[place]
    how = "bought" if days == timing.own_days_since[place] else "brought home"
    return f"{item} was {how} {days:.1f} days ago, usual gap {gap:.0f} days"


def _different(
    fitting: Sequence[Scored], occasion: Occasion, ranking: Ranking, *, count: int, min_score: float
) -> tuple[list[Scored], list[Considered]]:
    """Choose the best ones that differ in leading item and category."""
    chosen: list[Scored] = []
    taken: dict[str, str] = {}
    judged: list[Considered] = []
    for each in fitting:
        subjects = _subjects(each, ranking)
        like = next((subject for subject in subjects if subject in taken), None)
        if each.score < min_score:
            verdict, detail = (
                Verdict.BELOW_THRESHOLD,
                f"score {each.score:.4f}, needed {min_score:.4f}",
            )
        elif len(chosen) == count:
            verdict, detail = Verdict.OUTRANKED, f"{count} fit better"
        elif like is not None:
            verdict, detail = Verdict.TOO_SIMILAR, f"offers/{taken[like]} is about {like} too"
        else:
            chosen.append(each)
            taken |= dict.fromkeys(subjects, each.offer.offer_id)
            verdict, detail = Verdict.CHOSEN, _unchecked(each.offer, occasion)
        item_id = _leading_item(each, ranking)
        judged.append(
            Considered(each.offer.offer_id, verdict, detail, score=each.score, item_id=item_id)
        )
    judged.sort(key=lambda each: each.verdict is not Verdict.CHOSEN)
    return chosen, judged


def _leading_item(each: Scored, ranking: Ranking) -> str:
    """Return the item that carries the offer; empty for one about the whole shop."""
    if each.offer.targets.whole_shop or each.place is None:
        return ""
    return ranking.item_ids[each.place]


def _subjects(each: Scored, ranking: Ranking) -> tuple[str, ...]:
    """Return what the offer is about, for people: no two chosen offers share one."""
    if each.offer.targets.whole_shop or each.place is None:
        return (WHOLE_SHOP,)
    item, category = f"items/{ranking.item_ids[each.place]}", ranking.category(each.place)
    return (item, f"category {category}") if category else (item,)


def _unchecked(offer: Offer, occasion: Occasion) -> str:
    if occasion.customer.exposures is None and (offer.exposure_cap or offer.cool_down_days):
        return "its exposure cap and cool-down could not be checked now"
    return ""
