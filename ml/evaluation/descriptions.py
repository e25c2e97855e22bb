"""What a model of new items must beat: chance within a category, and words in common.

Both order a shelf of items by what the catalogue says of them, whether anybody bought them or not.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Now
from ml.model.attributes import ItemAttributes, tokens

Whose = Literal["own", "popular"]


class ChanceInCategory:
    """Categories by how often they were bought, by the customer or by anybody; then chance.

    Items of no category count as one more category.
    """

    def __init__(self, shelf: Sequence[str], whose: Whose, *, seed: int = 0) -> None:
        """Take the items to order, whose purchases decide, and the seed of chance."""
        self.name = f"{whose} category, then chance"
        self._shelf = list(shelf)
        self._whose = whose
        self._seed = seed
        self._categories: list[str] = []
        self._counts: Mapping[str, Counter[str]] = {}
        self._common: Counter[str] = Counter()

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Count the purchases of each category."""
        told = history.items.dropna(subset=["category"])
        category_of = dict(zip(told["item_id"], told["category"], strict=True))
        bought = history.interactions
        categories = bought["item_id"].map(category_of).fillna("")
        self._categories = [category_of.get(item, "") for item in self._shelf]
        self._counts = {
            str(customer): Counter(found)
            for customer, found in categories.groupby(bought["customer_id"], sort=False)
        }
        self._common = Counter(categories)

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; who bought nothing gets popular categories first."""
        chance = np.random.default_rng(self._seed)
        return [self._ordered(customer, chance)[:count] for customer in customer_ids]

    def _ordered(self, customer_id: str, chance: np.random.Generator) -> list[str]:
        own = self._counts.get(customer_id) if self._whose == "own" else None
        counts = own or self._common
        bought = np.array([counts[each] for each in self._categories])
        order = np.lexsort((chance.random(len(bought)), -bought))
        return [self._shelf[place] for place in order.tolist()]


class WordsInCommon:
    """Items by the words, category, brand and price they share with what the customer bought.

    Rare tokens weigh more. Source: Salton, Buckley, "Term-weighting approaches in automatic text
    retrieval", 1988 (tf-idf, cosine).
    """

    name = "words in common"

    def __init__(self, shelf: Sequence[str], attributes: Mapping[str, ItemAttributes]) -> None:
        """Take the items to order, and what is known of all items."""
        self._shelf = list(shelf)
        self._rows = {item: row for row, item in enumerate(attributes)}
        self._vectors = _token_vectors(list(attributes.values()))
        self._bought: dict[str, NDArray[np.int64]] = {}

    def fit(self, history: Dataset, now: Now) -> None:  # noqa: ARG002
        """Take what each customer bought."""
        frame = history.interactions
        rows = frame["item_id"].map(self._rows).dropna().astype(np.int64)
        by_customer = rows.groupby(frame["customer_id"], sort=False)
        self._bought = {
            str(customer): np.asarray(found, np.int64) for customer, found in by_customer
        }

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; ties go to the order of the shelf."""
        shelf = self._vectors[[self._rows[item] for item in self._shelf]]
        found = []
        for customer in customer_ids:
            rows = self._bought.get(customer, np.zeros(0, np.int64))
            liked = np.asarray(self._vectors[rows].sum(axis=0)).ravel()
            order = np.argsort(-(shelf @ liked), kind="stable")[:count]
            found.append([self._shelf[place] for place in order.tolist()])
        return found


def _token_vectors(described: Sequence[ItemAttributes]) -> sparse.csr_matrix:
    """Return a row of length one for each item, or of length nought where nothing is known."""
    spoken = [tokens(each) for each in described]
    counts = Counter(token for each in spoken for token in each)
    places = {token: place for place, token in enumerate(counts)}
    rows = np.repeat(np.arange(len(spoken)), [len(each) for each in spoken])
    columns = np.array([places[token] for each in spoken for token in each], np.int64)
    rarity = np.log(1 + len(spoken) / np.array(list(counts.values()), np.float64))
    vectors = sparse.csr_matrix(
        (rarity[columns], (rows, columns)), shape=(len(spoken), max(len(places), 1))
    )
    lengths = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-12)) @ vectors)
