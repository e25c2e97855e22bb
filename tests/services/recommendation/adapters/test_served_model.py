"""A model shows that it can answer before anybody asks it."""

import dataclasses
import re
from pathlib import Path

import pytest

from ml.model.bundle import Bundle, BundleError
from services.recommendation.adapters.served_model import load
from tests.models import publish, sealed, small_bundle


def with_ranker(trees: str) -> Bundle:
    return sealed(dataclasses.replace(small_bundle(), ranker=trees))


def leaves(value: str) -> str:
    """Return the small ranker with the same value in every leaf."""

    def filled(line: re.Match[str]) -> str:
        return "leaf_value=" + " ".join([value] * len(line[0].split()))

    return re.sub(r"leaf_value=.*", filled, small_bundle().ranker)


@pytest.mark.parametrize("item_count", [1, 4, 40])
def test_a_sound_model_is_taken_however_small(tmp_path: Path, item_count: int) -> None:
    bundle = small_bundle(item_count=item_count, categories=("tea",))
    assert load(publish(tmp_path, bundle)).version == bundle.facts.version


@pytest.mark.parametrize("value", ["nan", "-nan"])
def test_a_model_whose_probabilities_are_none_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(BundleError) as refusal:
        load(publish(tmp_path, with_ranker(leaves(value))))
    assert refusal.value.reason == "NOT_FINITE"


def test_a_model_with_a_malformed_tree_is_refused_and_the_process_lives(tmp_path: Path) -> None:
    malformed = small_bundle().ranker.replace("leaf_value=", "leaf_value=0 ", 1)
    with pytest.raises(BundleError) as refusal:
        load(publish(tmp_path, with_ranker(malformed)))
    assert refusal.value.reason == "BAD_VALUE"
