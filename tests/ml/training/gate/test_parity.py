"""The vector that is served is the vector that was trained, and another one is noticed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.fold_in import FoldIn
from ml.training.artefacts.bundle_arrays import fit_artefacts
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import purchases_of
from ml.training.gate.parity import fold_in_difference
from tests.ml.shopping import checkered

PURCHASES = purchases_of(checkered())


@pytest.mark.parametrize("method", ["als", "lmf"])
def test_both_sides_give_the_same_vector(method: str) -> None:
    config = FactorConfig("lmf" if method == "lmf" else "als", factors=8, iterations=3)
    bundle = fit_artefacts(PURCHASES, {}, config)

    assert fold_in_difference(bundle, PURCHASES) < 1e-3


def test_another_confidence_than_that_of_training_is_noticed() -> None:
    bundle = fit_artefacts(PURCHASES, {}, FactorConfig(factors=8, iterations=3))
    facts = bundle.facts
    doubtful = FoldIn.of(
        bundle.item_factors, regularization=facts.regularization, alpha=facts.alpha / 2
    )

    assert fold_in_difference(bundle, PURCHASES, fold_in=doubtful) > 0.01


def test_the_difference_is_told_in_lengths_of_the_vector_it_should_be() -> None:
    bundle = fit_artefacts(PURCHASES, {}, FactorConfig(factors=8, iterations=3))

    class Faint(FoldIn):
        def vector(
            self, rows: NDArray[np.int64], counts: NDArray[np.float32]
        ) -> NDArray[np.float32]:
            return super().vector(rows, counts) * np.float32(0.75)

    facts = bundle.facts
    faint = Faint.of(bundle.item_factors, regularization=facts.regularization, alpha=facts.alpha)

    assert fold_in_difference(bundle, PURCHASES, fold_in=faint) == pytest.approx(0.25, abs=1e-3)
