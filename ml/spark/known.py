"""From what some customers are known for to what all are known for: the same moment, everybody.

The learner of one machine asks for the arrays of a moment by showing what was known then of the
customers at hand. Of dated data the moment says it all. Of undated data it shows in how many of
everybody's last baskets are hidden.
"""

from dataclasses import dataclass

import pandas as pd

from ml.dataset.dataset import Dataset
from ml.dataset.split import timeline
from ml.spark.histories import Histories
from ml.spark.session import SparkError


@dataclass(frozen=True, slots=True, eq=False)
class Everybody:
    """The histories of all customers, and where those of the customers at hand end.

    Attributes:
        histories: of all, held-out baskets among them.
        ends: the last ``sequence`` of each customer at hand.
        ends_with_targets: the same with the held-out basket, where there is one.
    """

    histories: Histories
    ends: "pd.Series[int]"
    ends_with_targets: "pd.Series[int]"

    @classmethod
    def of(cls, histories: Histories, at_hand: Dataset) -> "Everybody":
        """Take all, and customers drawn of them."""
        return cls(histories, _ends(at_hand.interactions), _ends(timeline(at_hand)))

    def known(self, shown: Dataset, now_seconds: int) -> Histories:
        """Return what was known of everybody when this was known of the customers at hand.

        Args:
            shown: histories of customers at hand.
            now_seconds: the moment; without meaning for undated data.

        Raises:
            SparkError: when no moment explains what is shown.
        """
        if shown.description.dated:
            return self.histories.before(now_seconds)
        ends = _ends(shown.interactions)
        for histories, all_ends in (
            (self.histories, self.ends_with_targets),
            (self.histories.without_targets(), self.ends),
        ):
            full = all_ends[ends.index]
            hidden = int((full - ends).max())
            if hidden >= 0 and (ends == (full - hidden).clip(lower=0)).all():
                return histories.without_last_baskets(hidden)
        raise SparkError("customers are shown histories that do not end at one moment")


def _ends(bought: pd.DataFrame) -> "pd.Series[int]":
    return bought.groupby("customer_id")["sequence"].max()
