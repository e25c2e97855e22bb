"""What each group of features is worth to the trees: its share of the loss they took away."""

import lightgbm
import numpy as np

from ml.model.features import GROUPS


def gain_by_group(ranker: str) -> dict[str, float]:
    """Return each group's share of all splits' gain; shares sum to 1, or are 0 without a split.

    Source: Breiman et al., "Classification and Regression Trees", 1984, section 5.3.4.

    Args:
        ranker: the trees in LightGBM's text form.
    """
    booster = lightgbm.Booster(model_str=ranker)
    gains = dict(zip(booster.feature_name(), booster.feature_importance("gain"), strict=True))
    total = float(np.sum(list(gains.values()))) or 1.0
    return {
        group: float(sum(gains[name] for name in names)) / total for group, names in GROUPS.items()
    }
