"""Models of the ``implicit`` library behind two plain functions: factors, and neighbour lists.

Sources: Hu, Koren, Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008
(``als``); Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009
(``bpr``); Johnson, "Logistic Matrix Factorization for Implicit Feedback Data", NIPS workshop 2014
(``lmf``); Sarwar et al., "Item-based Collaborative Filtering Recommendation Algorithms", WWW 2001
(neighbours); Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

import warnings
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.cpu.lmf import LogisticMatrixFactorization
from implicit.nearest_neighbours import (
    BM25Recommender,
    CosineRecommender,
    ItemItemRecommender,
    TFIDFRecommender,
)
from implicit.utils import ParameterWarning
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from ml.model.lists import RelatedLists
from ml.training.artefacts.related_items import lists_of
from ml.training.bounds import Bounds

Method = Literal["als", "bpr", "lmf"]
Weighting = Literal["cosine", "tfidf", "bm25"]

NEIGHBOURS = 50
"""Neighbours kept of each item."""


@dataclass(frozen=True, slots=True)
class FactorConfig:
    """How item factors are learned."""

    method: Method = "als"
    """``als``, ``bpr`` or ``lmf``."""
    factors: Annotated[int, Bounds(1, 1_024)] = 64
    """Length of a vector; 128 gain under .002 Recall@10 on the public data and double the cost."""
    iterations: Annotated[int, Bounds(1, 1_000)] = 15
    """Passes over the data; ``bpr`` makes ten times as many, for one of its is a sample."""
    regularization: Annotated[float, Bounds(0, 10_000)] = 1.0
    """Of ALS and of every fold-in."""
    alpha: Annotated[float, Bounds(0, 10_000, is_above_low=True)] = 5.0
    """Confidence per basket, of ALS and of every fold-in (chosen with ``regularization`` on
    Ta-Feng)."""
    threads: Annotated[int, Bounds(1, 256)] = 1
    """Threads of ALS, whose result does not depend on them; the other two always take one. More
    than one waits busily for the others: twenty times slower where cores are shared."""


def fit_factors(
    counts: sparse.csr_matrix, config: FactorConfig, *, seed: int
) -> NDArray[np.float32]:
    """Return the item factors; every method's serve through ``ml.model.fold_in``.

    Args:
        counts: float32 [customers, items], baskets of the customer with the item.
        config: method and sizes.
        seed: same data and seed give the same factors.

    Returns:
        float32 [items, factors]; ``bpr`` adds one column (the item's bias), ``lmf`` two.
    """
    with threadpool_limits(1, "blas"):  # BLAS threads fight with the model's own
        model = _factor_model(config, seed)
        model.fit(counts, show_progress=False)
    return np.ascontiguousarray(model.item_factors, np.float32)


def fit_neighbours(
    counts: sparse.csr_matrix, weighting: Weighting = "cosine", *, size: int = NEIGHBOURS
) -> RelatedLists:
    """Return for every item the items that the same customers bought.

    Args:
        counts: float32 [customers, items].
        weighting: of the counts before the product is taken.
        size: neighbours kept of each item, the item itself left out.
    """
    kinds: dict[Weighting, type[ItemItemRecommender]] = {
        "cosine": CosineRecommender,
        "tfidf": TFIDFRecommender,
        "bm25": BM25Recommender,
    }
    model = kinds[weighting](K=size + 1, num_threads=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)  # it warns of a matrix of its own making
        model.fit(counts.astype(np.float64), show_progress=False)
    return lists_of(sparse.csr_matrix(model.similarity), size)


def _factor_model(config: FactorConfig, seed: int) -> Any:  # implicit ships no types
    """Return an unfitted model; two of them race between threads, so they get one."""
    if config.method == "als":
        return AlternatingLeastSquares(
            factors=config.factors,
            regularization=config.regularization,
            alpha=config.alpha,
            iterations=config.iterations,
            num_threads=config.threads,
            random_state=seed,
        )
    if config.method == "bpr":
        return BayesianPersonalizedRanking(
            factors=config.factors,
            learning_rate=0.05,
            iterations=10 * config.iterations,
            num_threads=1,
            random_state=seed,
        )
    return LogisticMatrixFactorization(
        factors=config.factors,
        iterations=2 * config.iterations,
        num_threads=1,
        random_state=seed,
    )
