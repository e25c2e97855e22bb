"""What a model would show to made-up customers, by item name: a run's page for people.

The lists of real customers would be easier to judge, but their baskets would stay with the run for
as long as it is kept. Nobody made these purchases, and all that is in the lists is in the bundle.
"""

from collections.abc import Iterator

import numpy as np

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.model.candidates import Moment
from ml.model.history import history_of_baskets
from ml.training.lessons.asking import Asking

REGULARS = 4
SHOWN_ITEMS = 10
WEEKS = 6
"""How long a made-up customer has bought their favourite, each week."""

_WEEK_SECONDS = 7 * 86_400


def examples(bundle: Bundle, dataset: Dataset) -> str:
    """Return as Markdown what a stranger would be shown, and who always buys one popular item.

    Args:
        bundle: what answers.
        dataset: what its items are called and which categories they are of.
    """
    asking = Asking.of(bundle)
    names = _told(dataset, "name")
    now_seconds = bundle.facts.as_of_seconds + _WEEK_SECONDS
    weeks = [now_seconds - ago * _WEEK_SECONDS for ago in range(WEEKS, 0, -1)]
    lines = ["# Made-up customers", "", "None of them is a customer of the shop.", ""]
    for favourite in ("", *_favourites(bundle, dataset)):
        baskets = [(week, [favourite]) for week in weeks if favourite]
        found = asking.about(history_of_baskets(baskets), Moment(), now_seconds)
        about = f"{names.get(favourite, favourite)} once a week" if favourite else "A stranger"
        lines += [f"## {about}", ""]
        shown = enumerate(found.best(SHOWN_ITEMS), 1)
        lines += [f"{rank}. {names.get(item, item)}" for rank, item in shown]
        lines.append("")
    return "\n".join(lines)


def _favourites(bundle: Bundle, dataset: Dataset) -> Iterator[str]:
    """Yield the items in most baskets, of each category one; without categories, of everything."""
    categories = _told(dataset, "category")
    taken = set[str]()
    for row in np.argsort(-bundle.basket_counts, kind="stable").tolist():
        item = bundle.vocabulary.item_ids[row]
        kind = categories.get(item, item)
        if kind not in taken:
            taken.add(kind)
            yield item
        if len(taken) == REGULARS:
            return


def _told(dataset: Dataset, column: str) -> dict[str, str]:
    """Return a column of the catalogue by item, where it says anything."""
    known = dataset.items.dropna(subset=[column])
    return dict(zip(known["item_id"], known[column], strict=True))
