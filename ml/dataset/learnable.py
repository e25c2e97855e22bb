"""What a data set must hold beyond its rules, so that a model can be learned from it and judged.

Found out before the long work, and said with file, column and number of rows like a broken rule.
"""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from ml.dataset import columns
from ml.dataset.dataset import Dataset
from ml.dataset.violations import DatasetError, Violation

LEAST_ITEMS = 2
"""With one item there is nothing to choose."""

_BOUGHT = columns.INTERACTIONS.file


def check_learnable(dataset: Dataset, *, now: datetime) -> None:
    """Check that something can be learned.

    Args:
        dataset: that holds its rules.
        now: no purchase may lie behind it, aware.

    Raises:
        DatasetError: naming everything that is in the way.
    """
    problems = [*_future(dataset, now), *_sameness(dataset)]
    if problems:
        raise DatasetError(problems)


def _future(dataset: Dataset, now: datetime) -> Iterator[Violation]:
    for file, frame in (
        (_BOUGHT, dataset.interactions),
        (columns.TARGET_DATES.file, dataset.target_dates),
    ):
        late = frame[frame["occurred_at"] > now]
        if len(late):
            rule = f"must not lie in the future, and it is {now:%Y-%m-%d %H:%M} UTC"
            example = f"customer_id={late.iloc[0]['customer_id']}, {late.iloc[0]['occurred_at']}"
            yield Violation(file, "occurred_at", rule, len(late), example)


def _sameness(dataset: Dataset) -> Iterator[Violation]:
    bought = dataset.interactions
    items = pd.concat([bought["item_id"], dataset.targets["item_id"]])
    count = items.nunique()
    if count < LEAST_ITEMS:
        rule = f"must hold at least {LEAST_ITEMS} items, for with one there is nothing to choose"
        yield Violation(_BOUGHT, "item_id", rule, len(bought), f"item_id={items.iloc[0]}")
    elif count == len(items):
        rule = "must hold an item that was bought twice, for one purchase of each foretells none"
        yield Violation(_BOUGHT, "item_id", rule, len(bought), f"item_id={items.iloc[0]}")
    if dataset.targets.empty and bought["sequence"].max() == 0:
        rule = "must hold a customer with two baskets: one to know and a later one to foretell"
        example = f"customer_id={bought.iloc[0]['customer_id']}"
        yield Violation(_BOUGHT, "sequence", rule, len(bought), example)
