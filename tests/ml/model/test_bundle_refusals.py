"""Every reason for which a bundle is refused, from a folder that somebody damaged."""

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.model.bundle import Bundle, BundleError
from ml.model.bundle_folder import content_version, read_bundle, write_bundle
from ml.model.lists import RelatedLists
from tests.models import sealed, small_bundle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "bundle"
    write_bundle(path, small_bundle())
    return path


def reason(folder: Path) -> str:
    with pytest.raises(BundleError) as refusal:
        read_bundle(folder)
    assert str(refusal.value).startswith(f"{refusal.value.reason}: ")
    return refusal.value.reason


def vouch(folder: Path, name: str, array: np.ndarray, **facts: Any) -> None:
    """Replace an array and let the manifest vouch for the new bytes."""
    np.save(folder / name, array)
    content = (folder / name).read_bytes()
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    digest = hashlib.sha256(content).hexdigest()
    manifest["files"][name] |= {"sha256": digest, "shape": list(array.shape), **facts}
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", ["manifest.json", "item_factors.npy", "ranker.txt"])
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert reason(folder) == "MISSING_FILE"


@pytest.mark.parametrize("name", ["item_ids.npy", "popularity.npy", "ranker.txt"])
def test_one_flipped_byte(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    assert reason(folder) == "BAD_DIGEST"


def test_a_file_cut_short(folder: Path) -> None:
    path = folder / "neighbours_rows.npy"
    path.write_bytes(path.read_bytes()[:-8])
    assert reason(folder) == "BAD_DIGEST"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite(folder: Path, value: float) -> None:
    factors = small_bundle().item_factors.copy()
    factors[3, 1] = value
    vouch(folder, "item_factors.npy", factors)
    assert reason(folder) == "NOT_FINITE"


def test_another_shape_than_the_manifest_says(folder: Path) -> None:
    vouch(folder, "item_factors.npy", small_bundle().item_factors[:-1], shape=[40, 4])
    assert reason(folder) == "BAD_SHAPE"


def vouch_for_bytes(folder: Path, name: str, content: bytes) -> None:
    """Replace a file and let the manifest vouch for the new bytes."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def array_header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        b"PK\x03\x04an archive, cut short",
        array_header("{'descr': '<f4', 'fortran_order': False, 'shape': (40, 4)\n"),
        array_header("{'descr': '<f4', 'fortran_order': False, 'shape': (10**15, 4)}\n"),
        array_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000000,)}\n"),
        array_header("{'descr': '<f4', 'fortran_order': False, 'shape': (40, 4)}\n"),
    ],
)
def test_a_file_that_is_no_array(folder: Path, content: bytes) -> None:
    vouch_for_bytes(folder, "item_factors.npy", content)
    assert reason(folder) == "BAD_SHAPE"


def test_an_archive_of_arrays_is_no_array(folder: Path) -> None:
    archive = io.BytesIO()
    np.savez(archive, item_factors=small_bundle().item_factors)
    vouch_for_bytes(folder, "item_factors.npy", archive.getvalue())
    assert reason(folder) == "BAD_SHAPE"


@pytest.mark.parametrize(
    ("name", "type_name"),
    [
        ("transitions_rows", "<f8"),
        ("transitions_rows", "<i8"),
        ("popularity", "<c8"),
        ("item_factors", "<f8"),
        ("item_factors", ">f4"),
        ("item_ids", "<U16"),
    ],
)
def test_numbers_of_another_type_than_serving_computes_in(
    folder: Path, name: str, type_name: str
) -> None:
    array = np.load(folder / f"{name}.npy").astype(type_name)
    vouch(folder, f"{name}.npy", array, dtype=type_name)
    assert reason(folder) == "BAD_SHAPE"


def test_a_ranker_that_is_no_text(folder: Path) -> None:
    vouch_for_bytes(folder, "ranker.txt", b"tree\xff")
    assert reason(folder) == "BAD_VALUE"


def test_content_that_is_not_that_of_the_version(folder: Path) -> None:
    vouch(folder, "item_factors.npy", small_bundle().item_factors * 2)
    assert reason(folder) == "BAD_DIGEST"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 2}'])
def test_a_manifest_that_is_none(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    assert reason(folder) == "BAD_MANIFEST"


def without_last_item(bundle: Bundle) -> dict[str, Any]:
    return {"item_factors": bundle.item_factors[:-1]}


def pointing_nowhere(bundle: Bundle) -> dict[str, Any]:
    rows = bundle.transitions.rows.copy()
    rows[0, 0] = len(bundle.vocabulary)
    return {"transitions": dataclasses.replace(bundle.transitions, rows=rows)}


def negative_score(bundle: Bundle) -> dict[str, Any]:
    scores = bundle.neighbours.scores.copy()
    scores[0, 0] = -1
    return {"neighbours": dataclasses.replace(bundle.neighbours, scores=scores)}


def score_behind_the_end(bundle: Bundle) -> dict[str, Any]:
    lists = RelatedLists(
        np.full((40, 1), -1, np.int32), np.ones((40, 1), np.float32), len(bundle.vocabulary)
    )
    return {"complements": lists}


def lists_of_other_length(bundle: Bundle) -> dict[str, Any]:
    lists = bundle.store_popularity
    return {"store_popularity": dataclasses.replace(lists, rows=lists.rows[:1])}


def certain_gap(bundle: Bundle) -> dict[str, Any]:
    return {"gap_log_stds": np.zeros_like(bundle.gap_log_stds)}


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (without_last_item, "BAD_SHAPE"),
        (lists_of_other_length, "BAD_SHAPE"),
        (pointing_nowhere, "BAD_VALUE"),
        (negative_score, "BAD_VALUE"),
        (score_behind_the_end, "BAD_VALUE"),
        (certain_gap, "BAD_VALUE"),
    ],
)
def test_arrays_that_do_not_belong_together(
    tmp_path: Path, spoil: Callable[[Bundle], dict[str, Any]], expected: str
) -> None:
    bundle = small_bundle()
    write_bundle(tmp_path / "spoiled", sealed(dataclasses.replace(bundle, **spoil(bundle))))
    assert reason(tmp_path / "spoiled") == expected


def test_the_weights_of_the_regression_may_be_negative(tmp_path: Path) -> None:
    bundle = small_bundle()
    weights = dataclasses.replace(bundle.next_items, scores=-bundle.next_items.scores)
    signed = sealed(dataclasses.replace(bundle, next_items=weights))
    write_bundle(tmp_path / "signed", signed)

    np.testing.assert_array_equal(
        read_bundle(tmp_path / "signed").next_items.scores, weights.scores
    )


def test_metrics_and_dates_are_no_part_of_the_version() -> None:
    bundle = small_bundle()
    facts = dataclasses.replace(bundle.facts, metrics={"recall_at_10": 0.9}, version="other")
    assert content_version(dataclasses.replace(bundle, facts=facts)) == bundle.facts.version
