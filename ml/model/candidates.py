"""Candidates: from a history to a few hundred items worth ranking, with a score per source.

Six sources propose; every candidate then carries the scores of all of them, whoever proposed it; a
fresh item has a vector of its own and borrows the other scores of the known items it lies nearest
to.
The recall of the candidates is the ceiling of everything behind them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.fold_in import FoldIn
from ml.model.history import History
from ml.model.latent import Latent
from ml.model.lending import Loans, lenders_of
from ml.model.lists import Evidence
from ml.model.nearest import ItemIndex
from ml.model.next_basket import NextBasket
from ml.model.popular import Popular
from ml.model.vocabulary import UNKNOWN_ROW, Vocabulary

SOURCES = ("latent", "transition", "neighbour", "complement", "popular", "next")
"""The sources in the order of a candidate's scores."""

SOURCE_SIZE = 25
OWN_ITEM_COUNT = 100
"""How many items each source proposes, and how many own ones are proposed, where nothing else is
said: in training, in evaluation and in serving alike, so that lists offline are lists online. More
of each raise the candidates' recall, hardly that of the ten best, and cost time
(docs/decisions/0031)."""

TRANSITION_BASKETS = 5
TRANSITION_DECAY = 0.5
"""Transitions follow the latest baskets; each older one weighs half of the one after it."""

_TRANSITION_WEIGHTS = (TRANSITION_DECAY ** np.arange(TRANSITION_BASKETS)).astype(np.float32)

NEXT_SHARE = 2
"""How many times more the regression proposes: half of what is new comes from it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of the moment of asking.

    Attributes:
        current_basket: ids of the items in the basket at hand.
        store: the store's id; empty where it is not known.
        source_size: how many items each source proposes.
        own_item_count: so many items of the history are proposed too, those that the regression
            expects most.
    """

    current_basket: Sequence[str] = ()
    store: str = ""
    source_size: int = SOURCE_SIZE
    own_item_count: int = OWN_ITEM_COUNT


@dataclass(frozen=True, slots=True)
class Candidates:
    """Items worth ranking.

    Attributes:
        item_ids: the items, own ones first in the order of the history; length n.
        scores: float32 [sources, n] in the order of ``SOURCES``; NaN where a source cannot say.
        own_item_count: how many at the head are own items.
        vector: float32 [factors], that of the history; ``None`` where none was folded in.
    """

    item_ids: list[str]
    scores: NDArray[np.float32]
    own_item_count: int
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class CandidateGenerator:
    """Proposes items; immutable, so that a request sees one state of model and catalogue.

    Attributes:
        bundle: the model.
        index: finds the bundle's items by inner product.
        fold_in: turns a history into a vector.
        vocabulary: the bundle's items, then the fresh ones.
        factors: float32 [items + fresh, factors].
        next_basket: the regression, of nobody's history yet.
        popular: what is popular, at no store yet.
        lenders: int64 [fresh, k], of which known items each fresh one borrows its scores.
        allowed: bool [items + fresh], which may be proposed; ``None`` for all.
    """

    bundle: Bundle
    index: ItemIndex
    fold_in: FoldIn
    vocabulary: Vocabulary
    factors: NDArray[np.float32]
    next_basket: NextBasket
    popular: Popular
    lenders: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    allowed: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, bundle: Bundle, index: ItemIndex) -> "CandidateGenerator":
        """Return the generator of a bundle alone, every item allowed."""
        facts = bundle.facts
        fold_in = FoldIn.of(
            bundle.item_factors, regularization=facts.regularization, alpha=facts.alpha
        )
        return cls(
            bundle,
            index,
            fold_in,
            bundle.vocabulary,
            bundle.item_factors,
            NextBasket.of_nobody(bundle.present_shares),
            Popular.of(bundle),
            lenders=lenders_of(bundle.places[:0], bundle.places),
        )

    def with_fresh(
        self, item_ids: Sequence[str], vectors: NDArray[np.float32]
    ) -> "CandidateGenerator":
        """Return a generator that also knows these items, all of them allowed.

        Args:
            item_ids: n fresh items; this generator has none yet.
            vectors: float32 [n, factors], where they lie.
        """
        return replace(
            self,
            vocabulary=self.vocabulary.extended(item_ids),
            factors=np.concatenate([self.factors, vectors]),
            lenders=lenders_of(vectors, self.bundle.places),
        )

    def when_popular(self, bundle: Bundle) -> "CandidateGenerator":
        """Return the generator of the same model at a time when other items were popular.

        Args:
            bundle: differs from this one in what was popular alone, anywhere and by store.
        """
        return replace(
            self,
            bundle=bundle,
            next_basket=NextBasket.of_nobody(bundle.present_shares),
            popular=Popular.of(bundle),
        )

    def generate(
        self, history: History, moment: Moment, allowed: NDArray[np.bool_] | None = None
    ) -> Candidates:
        """Return the candidates of one customer.

        Args:
            history: the full history; items that are not in the vocabulary propose nothing.
            moment: basket, store and sizes.
            allowed: bool [items + fresh], for this request in place of ``self.allowed``.

        Returns:
            Own items first, then the others by row; nothing twice; only allowed ones.
        """
        permitted = self.allowed if allowed is None else allowed
        own = self.vocabulary.rows(history.item_ids)
        known = self._known(own)
        vector = self._vector(own[known], history.basket_counts[known])
        basket = self.vocabulary.rows(moment.current_basket)
        basket = basket[self._known(basket)]
        evidence = {
            "transition": self._transition(own, known, history),
            "neighbour": self._neighbour(own[known], history.basket_counts[known]),
            "complement": self.bundle.complements.evidence(
                basket, np.ones(len(basket), np.float32)
            ),
        }
        popular = self.popular.at_store(moment.store)
        latent = Latent(self.index, self.factors, len(self.bundle.vocabulary))
        foretold = self.next_basket.of(
            self.bundle.next_items, history, np.where(known, own, UNKNOWN_ROW)
        )
        proposed = [latent.top(vector, moment.source_size, permitted)]
        proposed += [found.top(moment.source_size, permitted) for found in evidence.values()]
        proposed.append(popular.top(moment.source_size, permitted))
        proposed.append(foretold.top(NEXT_SHARE * moment.source_size, permitted))
        own_rows = _expected(own, foretold, moment.own_item_count, permitted)
        rows = self._united(own_rows, proposed)
        scores = np.empty((len(SOURCES), len(rows)), np.float32)
        scores[0] = self.factors[rows] @ vector if len(own) else np.nan
        loans = Loans(rows, len(self.bundle.vocabulary), self.lenders)
        scores[1] = loans.scores(evidence["transition"].at) if len(own) else np.nan
        scores[2] = loans.scores(evidence["neighbour"].at) if len(own) else np.nan
        scores[3] = loans.scores(evidence["complement"].at) if len(basket) else np.nan
        scores[4] = loans.scores(popular.at)
        scores[5] = loans.scores(foretold.at)
        return Candidates(self.vocabulary.ids(rows), scores, len(own_rows), vector)

    def _known(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows are items that the model saw."""
        return (rows >= 0) & (rows < len(self.bundle.vocabulary))

    def _vector(self, rows: NDArray[np.int64], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        bought = counts > 0
        return self.fold_in.vector(rows[bought], counts[bought])

    def _transition(
        self, own: NDArray[np.int64], known: NDArray[np.bool_], history: History
    ) -> Evidence:
        sizes = history.recent_basket_sizes[:TRANSITION_BASKETS]
        positions = history.recent_basket_items[: sizes.sum()]
        weights = _TRANSITION_WEIGHTS[: len(sizes)].repeat(sizes)
        seen = known[positions]
        return self.bundle.transitions.evidence(own[positions][seen], weights[seen])

    def _neighbour(self, rows: NDArray[np.int64], counts: NDArray[np.float32]) -> Evidence:
        return self.bundle.neighbours.evidence(rows, np.log1p(counts))

    def _united(
        self, own: NDArray[np.int64], proposed: list[NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        """Return own rows, then the other proposals in ascending order."""
        proposes = np.zeros(len(self.vocabulary), np.bool_)
        proposes[np.concatenate(proposed)] = True
        proposes[own] = False
        return np.concatenate([own, np.flatnonzero(proposes)])


def _expected(
    own: NDArray[np.int64],
    foretold: NextBasket,
    count: int,
    permitted: NDArray[np.bool_] | None,
) -> NDArray[np.int64]:
    """Return the own rows of the highest scores, at most ``count``, in the order of the history.

    A customer of many years has hundreds of items; most of those that the regression expects least
    would only be ranked last. Of equal scores the latest bought are taken.
    """
    own = own[own >= 0]
    if permitted is not None:
        own = own[permitted[own]]
    if len(own) <= count:
        return own
    return own[np.sort(np.argsort(-foretold.at(own), kind="stable")[:count])]
