"""Decisions, recommendations and explanations as tables that say why."""

from collections.abc import Iterable, Mapping, Sequence

from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1.decision_pb2 import (
    ConsideredOffer,
    Decision,
    Degradation,
    OfferedOffer,
)
from ofone.recommendation.v1.recommendation_service_pb2 import RankedItem, RecommendItemsResponse
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, minute
from services.console.rendering.names import called
from services.console.rendering.sentences import (
    benefit_in_words,
    degradation_in_words,
    reasons_in_words,
    score_parts_in_words,
    verdict_in_words,
)
from services.console.rendering.silence import DRY_RUN, UNEXPLAINED, silence_in_words


def items_in_decision(decision: Decision) -> list[str]:
    """Return the items that a decision speaks of, so that their display names can be fetched."""
    names = [offer.item for offer in decision.offers]
    names += [reason.item for offer in decision.offers for reason in offer.reasons]
    names += decision.context.basket_items
    return list(dict.fromkeys(name for name in names if name))


def items_in_recommendation(response: RecommendItemsResponse) -> list[str]:
    """Return the items that a recommendation speaks of."""
    names = [ranked.item for ranked in response.items]
    names += [reason.item for ranked in response.items for reason in ranked.reasons]
    return list(dict.fromkeys(name for name in names if name))


def decision_view(
    decision: Decision,
    item_names: Mapping[str, str],
    *,
    considered: Sequence[ConsideredOffer] | None = None,
    parts: bool = False,
) -> RenderableType:
    """Return a decision: what it had to do without, and the offers with reasons.

    Args:
        decision: As ``SelectOffers`` answers.
        item_names: From ``items/…`` to display name.
        considered: What became of every offer, to say why an empty decision is empty.
        parts: Whether to show what each score is made of.
    """
    views: list[RenderableType] = [*degradation_lines(decision.degradations)]
    if decision.offers:
        views.append(offered_table(decision.offers, item_names, parts=parts))
    else:
        views.append(Text(_silence(decision, considered), style="yellow"))
    return Group(*views)


def _silence(decision: Decision, considered: Sequence[ConsideredOffer] | None) -> str:
    if considered is not None:
        return silence_in_words(considered)
    return UNEXPLAINED if decision.name else DRY_RUN


def offered_table(
    offers: Iterable[OfferedOffer], item_names: Mapping[str, str], *, parts: bool = False
) -> Table:
    """Return the chosen offers, best first."""
    table = Table(show_lines=True)
    table.add_column("", justify="right")
    table.add_column("offer", style="bold cyan")
    table.add_column("benefit", style="green")
    table.add_column("item")
    table.add_column("score", justify="right")
    table.add_column("why")
    for position, offer in enumerate(offers, start=1):
        table.add_row(
            str(position),
            Text(offer.display_name or called(offer.offer, {})),
            Text(benefit_in_words(offer.benefit)),
            Text(called(offer.item, item_names) or "the whole shop"),
            f"{offer.score:.3f}",
            _why(offer, item_names, parts=parts),
        )
    return table


def recommendation_view(
    response: RecommendItemsResponse, item_names: Mapping[str, str], *, parts: bool = False
) -> RenderableType:
    """Return ranked items with reasons."""
    views: list[RenderableType] = [*degradation_lines(response.degradations)]
    table = Table()
    table.add_column("", justify="right")
    table.add_column("item", style="bold cyan")
    table.add_column("chance", justify="right")
    table.add_column("why")
    for position, ranked in enumerate(response.items, start=1):
        table.add_row(
            str(position),
            Text(called(ranked.item, item_names)),
            f"{ranked.score:.1%}".replace("%", " %"),
            _why(ranked, item_names, parts=parts),
        )
    views.append(table if response.items else Text("Nothing to recommend.", style="yellow"))
    return Group(*views, Text(_basis(response), style="dim"))


def considered_table(
    considered: Sequence[ConsideredOffer],
    item_names: Mapping[str, str],
    offer_names: Mapping[str, str],
) -> Table:
    """Return every offer that was looked at, with what became of it and why."""
    table = Table(title="Every offer that was looked at", title_justify="left")
    table.add_column("offer", style="cyan")
    table.add_column("verdict")
    table.add_column("detail")
    table.add_column("item")
    table.add_column("score", justify="right")
    for each in considered:
        chosen = each.verdict == decision_pb2.VERDICT_CHOSEN
        table.add_row(
            Text(called(each.offer, offer_names)),
            Text(verdict_in_words(each.verdict), style="green" if chosen else "yellow"),
            Text(each.detail),
            Text(called(each.item, item_names)),
            f"{each.score:.3f}" if each.score else "",
        )
    return table


def degradation_lines(degradations: Iterable[Degradation.ValueType]) -> list[Text]:
    """Return one warning for each thing an answer had to do without."""
    return [
        Text(f"Degraded: {degradation_in_words(each)}.", style="bold yellow")
        for each in degradations
    ]


def decision_sentence(decision: Decision) -> str:
    """Return when and on what ground it was decided, and how to ask why."""
    how = (
        f"ofone explain {decision.name}"
        if decision.name
        else "not logged, so it cannot be explained later"
    )
    made = (
        f"decided {minute(at(decision.create_time))} UTC, " if decision.create_time.seconds else ""
    )
    return f"{_basis(decision)}, {made}why: {how}"


def _basis(answer: Decision | RecommendItemsResponse) -> str:
    personal = "personal" if answer.personalised else "not personal"
    return f"{personal}, model {answer.model_version or 'none'}"


def _why(ranked: OfferedOffer | RankedItem, item_names: Mapping[str, str], *, parts: bool) -> Text:
    lines = reasons_in_words(ranked.reasons, item_names, item=ranked.item)
    text = Text("\n".join(lines))
    if parts:
        text.append(("\n" if lines else "") + score_parts_in_words(ranked.parts), style="dim")
    return text
