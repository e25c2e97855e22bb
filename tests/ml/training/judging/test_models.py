"""One suite for every collaborative model: the checkerboard, and the quality each must reach.

On the checkerboard even customers bought even items and odd ones odd items, each but one of its
colour; the one that is missing is the right answer.
"""

from collections.abc import Callable

import implicit.cpu.als
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from ml.evaluation.comparison import judge
from ml.evaluation.question import questions
from ml.model.fold_in import FoldIn
from ml.training.artefacts.factors import FactorConfig, fit_factors
from ml.training.judging.models import (
    Collaborative,
    CollaborativeModel,
    FactorModel,
    NeighbourModel,
)
from tests.ml.shopping import checkered

ITEMS = 20

MODELS: dict[str, tuple[Callable[[], CollaborativeModel], float]] = {
    "als": (lambda: FactorModel(FactorConfig("als", factors=8)), 0.99),
    "bpr": (lambda: FactorModel(FactorConfig("bpr", factors=8)), 0.99),
    "lmf": (lambda: FactorModel(FactorConfig("lmf", factors=8)), 0.99),
    "knn-cosine": (lambda: NeighbourModel("cosine"), 0.99),
    "knn-tfidf": (lambda: NeighbourModel("tfidf"), 0.99),
    "knn-bm25": (lambda: NeighbourModel("bm25"), 0.99),
}
"""Name to a new model, and the share of its first five items that must be of the customer's colour
in the checkered town; chance is .5."""


def checkerboard() -> NDArray[np.float32]:
    customers = np.arange(60)[:, None]
    items = np.arange(ITEMS)[None]
    board = (customers + items) % 2 == 0
    board &= items != (customers * 2 + customers % 2) % ITEMS  # the hole of each customer
    return np.asarray(board, np.float32)


@pytest.fixture(params=MODELS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_customer_is_offered_the_missing_item_of_the_own_colour(name: str) -> None:
    board = checkerboard()
    model = MODELS[name][0]()
    model.fit(sparse.csr_matrix(board))

    for customer in range(10):
        bought = np.flatnonzero(board[customer])
        scores = model.scores(bought, np.ones(len(bought), np.float32))
        others = [item for item in range(ITEMS) if not board[customer, item]]
        assert max(others, key=lambda item: scores[item]) % 2 == customer % 2


def test_somebody_who_bought_nothing_gets_finite_scores(name: str) -> None:
    model = MODELS[name][0]()
    model.fit(sparse.csr_matrix(checkerboard()))

    scores = model.scores(np.zeros(0, np.int64), np.zeros(0, np.float32))

    assert scores.shape == (ITEMS,)
    assert np.isfinite(scores).all()


def test_the_same_seed_gives_the_same_scores(name: str) -> None:
    found = []
    for _ in range(2):
        model = MODELS[name][0]()
        model.fit(sparse.csr_matrix(checkerboard()))
        found.append(model.scores(np.array([0, 2]), np.ones(2, np.float32)))

    np.testing.assert_array_equal(found[0], found[1])


def test_it_reaches_its_quality_band_in_the_checkered_town(name: str) -> None:
    build, band = MODELS[name]
    recommender = Collaborative(build())
    assert recommender.name == name
    (question,) = questions(checkered(), "calendar")

    judged = judge(recommender, [question])

    of_own_colour = [
        int(item.removeprefix("item-")) % 2 == int(customer.removeprefix("customer-")) % 2
        for customer, ranked in judged.lists.items()
        for item in ranked[:5]
    ]
    assert len(of_own_colour) == 5 * len(question.truth)
    assert np.mean(of_own_colour) >= band


@pytest.mark.parametrize("alpha", [0.5, 1.0, 5.0])
def test_folding_in_gives_the_vector_that_implicit_gives(alpha: float) -> None:
    random = np.random.default_rng(0)
    counts = sparse.random(40, 30, density=0.3, random_state=random, format="csr")
    counts.data = np.ceil(counts.data * 4).astype(np.float32)
    counts = counts.astype(np.float32)
    with threadpool_limits(1, "blas"):
        model = implicit.cpu.als.AlternatingLeastSquares(
            factors=8, regularization=0.7, alpha=alpha, random_state=1, num_threads=1
        )
        model.fit(counts, show_progress=False)
        theirs = model.recalculate_user(np.arange(40), counts)
    fold_in = FoldIn.of(model.item_factors, regularization=0.7, alpha=alpha)

    ours = [
        fold_in.vector(row.indices.astype(np.int64), row.data)
        for row in (counts[customer] for customer in range(40))
    ]

    np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-4)


def test_threads_do_not_change_the_factors_of_als() -> None:
    board = sparse.csr_matrix(checkerboard())

    one, two = (
        fit_factors(board, FactorConfig(factors=8, threads=threads), seed=3) for threads in (1, 2)
    )

    np.testing.assert_array_equal(one, two)
