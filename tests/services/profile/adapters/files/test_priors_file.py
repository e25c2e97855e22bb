"""What is typical of a shop, read from its file; what cannot be right is refused by name."""

import json
import re
from pathlib import Path

import pytest

from services.profile.adapters.files.priors_file import PriorsError, read_priors
from services.profile.domain.traits.priors import (
    GapPrior,
    LifetimePrior,
    PricePrior,
    Priors,
    PromotionPrior,
    RepurchasePrior,
    SpendPrior,
    VarietyPrior,
)

WHOLE = {
    "format": 1,
    "visits": {"log_mean": 2.0, "log_std": 0.5, "weight": 3.0},
    "promotion": {"share": 0.2, "weight": 12.0},
    "variety": {"share": 0.3, "weight": 6.0},
    "anything": {"repeat_rate": 0.4, "gap_log_mean": 3.0, "gap_log_std": 0.9},
    "items": {"tea": [0.9, 2.0, 0.4]},
    "categories": {"Tea": [0.8, 2.1, 0.5]},
    "prices": {"Tea": [1.4, 0.3]},
    "lifetime": {"r": 0.5, "alpha": 20.0, "a": 0.8, "b": 3.0},
    "spend": {"p": 6.0, "q": 4.0, "gamma": 15.0},
}


def written(folder: Path, document: object) -> Path:
    path = folder / "priors.json"
    path.write_text(json.dumps(document))
    return path


def test_every_part_is_read(tmp_path: Path) -> None:
    assert read_priors(written(tmp_path, WHOLE)) == Priors(
        visits=GapPrior(2.0, 0.5, 3.0),
        promotion=PromotionPrior(0.2, 12.0),
        variety=VarietyPrior(0.3, 6.0),
        anything=RepurchasePrior(0.4, GapPrior(3.0, 0.9)),
        items={"tea": RepurchasePrior(0.9, GapPrior(2.0, 0.4))},
        categories={"Tea": RepurchasePrior(0.8, GapPrior(2.1, 0.5))},
        prices={"Tea": PricePrior(1.4, 0.3)},
        lifetime=LifetimePrior(0.5, 20.0, 0.8, 3.0),
        spend=SpendPrior(6.0, 4.0, 15.0),
    )


def test_what_a_file_leaves_out_keeps_its_default(tmp_path: Path) -> None:
    assert read_priors(written(tmp_path, {"format": 1, "lifetime": None})) == Priors()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": 2}, "format 1"),
        ({"lifetime": {"r": 0.5}}, "lifetime must have r, alpha, a, b"),
        ({"lifetime": {"r": 0.5, "alpha": -1, "a": 1, "b": 1}}, "lifetime.alpha must be between"),
        ({"spend": {"p": 1, "q": 1, "gamma": 1}}, "spend.q must be between"),
        ({"promotion": {"share": "half", "weight": 1}}, "promotion.share must be a finite number"),
        ({"items": {"tea": [1.5, 2, 1]}}, "items 'tea' must be between 0 and 1"),
        ({"items": {"tea": [0.5]}}, "zip"),
        ({"prices": {"Tea": [float("nan"), 1]}}, "prices of Tea must be a finite number"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(PriorsError, match=re.escape(complaint)):
        read_priors(written(tmp_path, WHOLE | change))


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "priors.json"
    path.write_text(text)
    with pytest.raises(PriorsError):
        read_priors(path)
    with pytest.raises(PriorsError, match="cannot be read"):
        read_priors(tmp_path / "missing.json")
