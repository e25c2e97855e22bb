"""The ranker: probability that the next basket holds a candidate, and what that rests on.

Source: Ke et al., "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", NIPS 2017;
contributions: Lundberg, Erion, Lee, "Consistent Individualized Feature Attribution for Tree
Ensembles", 2018.
"""

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import BundleError
from ml.model.features import FEATURES, GROUPS
from ml.model.trees import Trees, TreesError

FIRST_TREES = 30
"""So many trees are asked about every row. They are taught to be a coarse model by themselves."""

FINALISTS = 60
"""So many rows, the best by the first trees, are asked about by the rest of them too. On Ta-Feng,
225 candidates a customer, .9993 of the first twenty places are then as if all had been, for .4 of
the cost (docs/decisions/0051)."""


class Ranker:
    """Trees over the features of ``ml.model.features``."""

    __slots__ = ("_group_places", "_of_group", "_trees")

    def __init__(self, text: str) -> None:
        """Load the trees from their text form.

        Raises:
            BundleError: when the text is not a model over exactly our features.
        """
        try:
            self._trees = Trees(text)
        except TreesError as error:
            raise BundleError("BAD_VALUE", f"the ranker cannot be read: {error}") from error
        if self._trees.feature_names != FEATURES:
            raise BundleError("BAD_VALUE", "the ranker was trained on other features")
        starts = np.cumsum([0, *(len(group) for group in GROUPS.values())])
        self._group_places = starts[:-1]
        group_of = np.repeat(np.arange(len(GROUPS)), np.diff(starts))
        self._of_group = group_of == np.arange(len(GROUPS))[:, None]  # [groups, features]

    def probabilities(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return for each row the probability that the next basket holds it.

        Rows that the first trees leave behind ``FINALISTS`` others keep what these say of them.

        Args:
            values: float32 [n, features], of one customer.

        Returns:
            float32 [n], 0 to 1; empty for no rows.
        """
        if len(values) <= FINALISTS or len(self._trees) <= FIRST_TREES:
            return self._trees.probabilities(values)
        odds = self._trees.log_odds(values, count=FIRST_TREES)
        best = np.argpartition(odds, len(odds) - FINALISTS)[-FINALISTS:]
        odds[best] += self._trees.log_odds(values[best], first=FIRST_TREES)
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)

    def contributions(self, values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return what each group of features adds to the log-odds of each row.

        Args:
            values: float32 [n, features], n at least 1.

        Returns:
            Group name to float32 [n]; together with a constant they sum to the log-odds.
        """
        parts = self._trees.contributions(values)
        sums = np.add.reduceat(parts[:, : len(FEATURES)], self._group_places, axis=1)
        return {group: sums[:, place].astype(np.float32) for place, group in enumerate(GROUPS)}

    def losses(self, values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return what each group of features is worth to the log-odds of each row.

        That is: how much lower they were if the group were not known. It costs a tenth of
        ``contributions``, which is what a request can afford; the parts need not sum to the whole.

        Args:
            values: float32 [n, features], n at least 1.

        Returns:
            Group name to float32 [n].
        """
        # A group of which nothing is known is worth nothing: its rows need no trees.
        known = np.logical_or.reduceat(~np.isnan(values), self._group_places, axis=1)
        rows, groups = np.nonzero(known)
        without = np.where(self._of_group[groups], np.float32(np.nan), values[rows])
        odds = self._trees.log_odds(np.concatenate([values, without]))
        worth = np.zeros(known.shape, np.float32)
        worth[rows, groups] = odds[rows] - odds[len(values) :]
        return {group: worth[:, place] for place, group in enumerate(GROUPS)}
