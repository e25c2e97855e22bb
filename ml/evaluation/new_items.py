"""Items made new on purpose: what a model is worth on what nobody has bought yet.

A data set seldom tells when an item came in, and few come in within the days that are asked about.
So some of the items that the true baskets hold are withdrawn from everything that is learned from;
they stay in the catalogue, and in the truth. What nobody had bought before leaves the catalogue:
nothing tells whether it was on sale.
"""

from dataclasses import dataclass, replace

import numpy as np

from ml.dataset.withdrawal import without_purchases
from ml.evaluation.metrics import Baskets
from ml.evaluation.question import Question


class NoNewItemsError(ValueError):
    """No item can be made new; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class NewItems:
    """A question about new items alone."""

    question: Question
    """The history without them; who bought some, and which."""
    baskets: Baskets
    """All that those customers bought, new or not."""
    items: tuple[str, ...]
    """The new items, sorted."""
    purchases: int
    """How many of their purchases were withdrawn."""


def withdraw(question: Question, *, share: float, seed: int) -> NewItems:
    """Return the question about items that are new because they were withdrawn.

    Args:
        question: any.
        share: of the items that true baskets hold, histories know and the catalogue describes; at
            least one is drawn.
        seed: of the draw.

    Raises:
        NoNewItemsError: when there is none to draw from.
    """
    bought = question.history.interactions["item_id"]
    wanted = {item for basket in question.truth.values() for item in basket}
    described = set(question.history.items["item_id"])
    pool = sorted(wanted & described & set(bought))
    if not pool:
        raise NoNewItemsError(
            f"items.parquet: item_id: describes none of the {len(wanted):,} items that are asked "
            "for: a new item is placed by what is known of it"
        )
    count = max(1, round(share * len(pool)))
    drawn = np.random.default_rng(seed).choice(len(pool), count, replace=False)
    items = frozenset(pool[place] for place in drawn.tolist())
    baskets = {name: basket for name, basket in question.truth.items() if basket & items}
    return NewItems(
        replace(
            question,
            history=without_purchases(question.history, items),
            truth={name: basket & items for name, basket in baskets.items()},
        ),
        baskets,
        tuple(sorted(items)),
        int(bought.isin(list(items)).sum()),
    )
