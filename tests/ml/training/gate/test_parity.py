"""The vector that is served is the vector that was trained, and another one is noticed."""

import pytest

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
