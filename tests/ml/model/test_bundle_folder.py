"""A bundle comes back as it was written, or not at all."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.model.bundle import COLUMNS, LISTS, MATRICES, BundleError
from ml.model.bundle_folder import read_bundle, write_bundle
from ml.model.drift import DriftReference, Statistic
from tests.models import sealed, small_bundle


def test_a_bundle_comes_back_as_it_was_written(tmp_path: Path) -> None:
    bundle = small_bundle()
    write_bundle(tmp_path / "bundle", bundle)
    found = read_bundle(tmp_path / "bundle")
    assert found.facts == bundle.facts
    assert found.vocabulary.item_ids == bundle.vocabulary.item_ids
    assert (found.store_ids, found.ranker) == (bundle.store_ids, bundle.ranker)
    for name in (*COLUMNS, *MATRICES):
        np.testing.assert_array_equal(getattr(found, name), getattr(bundle, name))
    for name in LISTS:
        np.testing.assert_array_equal(getattr(found, name).rows, getattr(bundle, name).rows)
        np.testing.assert_array_equal(getattr(found, name).scores, getattr(bundle, name).scores)


def test_a_bundle_may_tell_where_attributes_place_its_items_and_may_be_silent(
    tmp_path: Path,
) -> None:
    silent = small_bundle()
    places = np.arange(silent.item_factors.size, dtype=np.float32).reshape(40, -1)
    telling = sealed(dataclasses.replace(silent, attribute_places=places))
    for name, bundle in (("silent", silent), ("telling", telling)):
        write_bundle(tmp_path / name, bundle)

    found = read_bundle(tmp_path / "telling")
    assert found.attribute_places is not None
    np.testing.assert_array_equal(found.attribute_places, places)
    assert found.places is found.attribute_places
    assert read_bundle(tmp_path / "silent").attribute_places is None
    assert silent.places is silent.item_factors
    assert telling.facts.version != silent.facts.version


def test_places_of_other_items_are_refused(tmp_path: Path) -> None:
    places = np.zeros((39, small_bundle().item_factors.shape[1]), np.float32)
    odd = sealed(dataclasses.replace(small_bundle(), attribute_places=places))
    write_bundle(tmp_path / "bundle", odd)

    with pytest.raises(BundleError) as refusal:
        read_bundle(tmp_path / "bundle")
    assert refusal.value.reason == "BAD_SHAPE"


def test_a_folder_that_exists_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        write_bundle(tmp_path, small_bundle())


def test_equal_content_has_an_equal_version() -> None:
    assert small_bundle().facts.version == small_bundle().facts.version
    assert small_bundle().facts.version != small_bundle(seed=1).facts.version


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"created": "yesterday"}, "BAD_MANIFEST"),
        ({"created": "2026-01-02T03:04:05"}, "BAD_MANIFEST"),
        ({"created": 5}, "BAD_MANIFEST"),
        ({"version": 5}, "BAD_MANIFEST"),
        ({"as_of_seconds": "now"}, "BAD_MANIFEST"),
        ({"as_of_seconds": 10**30}, "BAD_MANIFEST"),
        ({"dataset_digest": 5}, "BAD_MANIFEST"),
        ({"alpha": float("nan")}, "NOT_FINITE"),
        ({"alpha": 10**400}, "NOT_FINITE"),
        ({"regularization": 1e39}, "NOT_FINITE"),
        ({"format": 99}, "BAD_FORMAT"),
        ({"files": []}, "BAD_MANIFEST"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(
    tmp_path: Path, facts: dict[str, Any], reason: str
) -> None:
    write_bundle(tmp_path / "bundle", small_bundle())
    path = tmp_path / "bundle" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))
    with pytest.raises(BundleError) as refusal:
        read_bundle(tmp_path / "bundle")
    assert refusal.value.reason == reason


@pytest.mark.parametrize("facts", [{"alpha": 0.0}, {"regularization": -1.0}, {"gap_log_std": 0.0}])
def test_parameters_that_no_fold_in_can_use_are_refused(
    tmp_path: Path, facts: dict[str, Any]
) -> None:
    bundle = small_bundle()
    changed = dataclasses.replace(bundle, facts=dataclasses.replace(bundle.facts, **facts))
    write_bundle(tmp_path / "bundle", sealed(changed))
    with pytest.raises(BundleError) as refusal:
        read_bundle(tmp_path / "bundle")
    assert refusal.value.reason == "BAD_VALUE"


REFERENCE = DriftReference(
    500,
    np.eye(1, 4, dtype=np.float32),
    (Statistic("best_score", (0.5,), (0.4, 0.6), limit_floor=0.01, limit_slope=20.0),),
)


def test_a_reference_of_drift_travels_and_changes_the_version(tmp_path: Path) -> None:
    bundle = sealed(dataclasses.replace(small_bundle(), drift=REFERENCE))
    assert bundle.facts.version != small_bundle().facts.version
    write_bundle(tmp_path / "bundle", bundle)
    back = read_bundle(tmp_path / "bundle").drift
    assert back is not None
    assert back.statistics == REFERENCE.statistics


def test_a_bundle_from_before_there_were_references_is_read(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle", small_bundle())
    assert not (tmp_path / "bundle" / "drift.json").exists()
    assert read_bundle(tmp_path / "bundle").drift is None


def test_a_reference_that_the_manifest_does_not_vouch_for_is_refused(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle", sealed(dataclasses.replace(small_bundle(), drift=REFERENCE)))
    path = tmp_path / "bundle" / "drift.json"
    path.write_text(path.read_text().replace("0.6", "0.7"))
    with pytest.raises(BundleError, match="BAD_DIGEST"):
        read_bundle(tmp_path / "bundle")


def test_a_reference_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    odd = dataclasses.replace(REFERENCE.statistics[0], shares=(0.4, 0.7))
    bundle = dataclasses.replace(
        small_bundle(), drift=dataclasses.replace(REFERENCE, statistics=(odd,))
    )
    write_bundle(tmp_path / "bundle", sealed(bundle))
    with pytest.raises(BundleError, match=r"BAD_VALUE: drift\.json"):
        read_bundle(tmp_path / "bundle")
