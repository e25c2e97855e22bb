"""A data set as if some of its items had never been sold: what new items are measured by.

They stay in the catalogue, as an item does that came in today.
"""

from collections.abc import Collection
from dataclasses import replace

from ml.dataset.dataset import Dataset


def without_purchases(dataset: Dataset, item_ids: Collection[str]) -> Dataset:
    """Return the data set without any purchase of these items.

    Baskets that held nothing else are gone too, and the others numbered anew; a customer may lose
    all of them.
    """
    bought, targets = dataset.interactions, dataset.targets
    kept = bought[~bought["item_id"].isin(list(item_ids))]
    places = kept.groupby("customer_id", sort=False)["sequence"].rank("dense")
    known = kept["customer_id"].unique()
    asked = targets["customer_id"].isin(known) & ~targets["item_id"].isin(list(item_ids))
    dated = dataset.target_dates["customer_id"].isin(targets.loc[asked, "customer_id"])
    return replace(
        dataset,
        interactions=kept.assign(sequence=(places - 1).astype("int32")).reset_index(drop=True),
        targets=targets[asked].reset_index(drop=True),
        target_dates=dataset.target_dates[dated].reset_index(drop=True),
    )
