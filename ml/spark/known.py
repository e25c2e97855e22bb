"""From what some customers are known for to what all are known for: the same moment, everybody.

The learner of one machine asks for the arrays of a moment by showing what was known then of the
customers at hand. Of dated data the moment says it all. Of undated data it shows in how many of
everybody's last baskets are hidden, or whose held-out baskets may be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset
from ml.dataset.rules import Fold
from ml.dataset.split import timeline
from ml.spark.histories import Histories
from ml.spark.session import SparkError


@dataclass(frozen=True, slots=True, eq=False)
class Everybody:
    """The histories of all customers, and where those of the customers at hand end.

    Attributes:
        histories: of all, held-out baskets among them.
        learnable: of each fold, the customers whose held-out baskets a model may know.
        seconds: int64 [rows], when the customers at hand bought, held-out baskets among them.
        ends: the last ``sequence`` of each customer at hand.
        ends_with_targets: the same with the held-out basket, where there is one.
    """

    histories: Histories
    learnable: tuple[frozenset[str], ...]
    seconds: NDArray[np.int64]
    ends: "pd.Series[int]"
    ends_with_targets: "pd.Series[int]"

    @classmethod
    def of(cls, histories: Histories, at_hand: Dataset, folds: Sequence[Fold] = ()) -> "Everybody":
        """Take all, customers drawn of them, and the folds of all."""
        learnable = tuple(frozenset((*each.train, *each.val)) for each in folds)
        bought = timeline(at_hand)
        seconds = bought["occurred_at"].dt.as_unit("s").astype("int64").to_numpy()
        return cls(histories, learnable, seconds, _ends(at_hand.interactions), _ends(bought))

    def known(self, shown: Dataset, now_seconds: int) -> Histories:
        """Return what was known of everybody when this was known of the customers at hand.

        Args:
            shown: histories of customers at hand, and held-out baskets that may be known.
            now_seconds: the moment; without meaning for undated data.

        Raises:
            SparkError: when no moment, or no fold, explains what is shown, and when dated data are
                asked about visit by visit.
        """
        if shown.description.dated:
            if len(shown.targets) or len(shown.interactions) != (self.seconds < now_seconds).sum():
                raise SparkError(
                    "last baskets of dated data are asked about visit by visit, which one machine "
                    "does; ask by the calendar protocol"
                )
            return self.histories.before(now_seconds)
        ends = _ends(shown.interactions)
        if len(shown.targets):
            if not ends.equals(self.ends):
                raise SparkError("held-out baskets are shown without the whole histories")
            told = frozenset(shown.targets["customer_id"])
            return self.histories.with_targets_of(sorted(self._told_of_everybody(told)))
        for histories, all_ends in (
            (self.histories, self.ends_with_targets),
            (self.histories.without_targets(), self.ends),
        ):
            full = all_ends[ends.index]
            hidden = int((full - ends).max())
            if hidden >= 0 and (ends == (full - hidden).clip(lower=0)).all():
                return histories.without_last_baskets(hidden)
        raise SparkError("customers are shown histories that do not end at one moment")

    def _told_of_everybody(self, told: frozenset[str]) -> frozenset[str]:
        """Return whose held-out baskets may be known where those of ``told`` are, at hand or not.

        Who is not at hand is never asked, so all that the fold allows may be known of them; where
        more than one fold explains what is shown, what each of them allows.
        """
        allowing = [each for each in self.learnable if told <= each]
        if not allowing:
            raise SparkError("held-out baskets are shown that no fold lets a model know")
        return told | (frozenset.intersection(*allowing) - frozenset(self.ends.index))


def _ends(bought: pd.DataFrame) -> "pd.Series[int]":
    return bought.groupby("customer_id")["sequence"].max()
