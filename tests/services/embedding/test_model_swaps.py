"""Broken models are refused with their reason while the old one answers; good ones swap in."""

import dataclasses
import hashlib
import io
import json
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import structlog
from numpy.typing import NDArray
from ofone.embedding.v1 import embedding_service_pb2 as pb
from prometheus_client import REGISTRY

from ml.model.bundle import Bundle
from ml.model.bundle_folder import write_bundle
from ml.model.bundle_watch import BundleWatcher
from services.embedding.adapters.model_watch import model_watcher
from services.embedding.domain.model import Model
from tests.models import point_current_at, publish, sealed, small_bundle
from tests.services.embedding.conftest import OpenShop
from tests.services.embedding.shop import NOON, Shop

Watch = BundleWatcher[Model]
FACTORS = "item_factors.npy"


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """Give a shop whose model is yet to come."""
    return open_shop(with_model=False)


@pytest.fixture
def watcher(shop: Shop, tmp_path: Path) -> Watch:
    """Give the watcher of the shop's model folder, with one model in force."""
    watcher = model_watcher(tmp_path, shop.keeper, least_recall=0.95, clock=lambda: NOON)
    publish(tmp_path, small_bundle())
    assert watcher.poll()
    return watcher


def loads(outcome: str, reason: str) -> float:
    labels = {"outcome": outcome, "reason": reason}
    return REGISTRY.get_sample_value("ofone_embedding_bundle_loads_total", labels) or 0.0


def publish_damaged(folder: Path, damage: Callable[[Path], None]) -> None:
    """Publish a second model, damaged before the link points at it."""
    version = folder / "versions" / "damaged"
    write_bundle(version, small_bundle(seed=1))
    damage(version)
    point_current_at(folder, version)


def rewrite_factors(version: Path, factors: NDArray[np.float32], shape: list[int]) -> None:
    """Replace the factors, with a manifest that vouches for them."""
    buffer = io.BytesIO()
    np.save(buffer, factors, allow_pickle=False)
    (version / FACTORS).write_bytes(buffer.getvalue())
    manifest = json.loads((version / "manifest.json").read_text())
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    manifest["files"][FACTORS] |= {"sha256": digest, "shape": shape}
    (version / "manifest.json").write_text(json.dumps(manifest))


def flip_a_byte(version: Path) -> None:
    content = bytearray((version / FACTORS).read_bytes())
    content[-1] ^= 1
    (version / FACTORS).write_bytes(content)


def put_in_a_nan(version: Path) -> None:
    factors = np.load(version / FACTORS)
    factors[3, 1] = np.nan
    rewrite_factors(version, factors, list(factors.shape))


def give_another_shape(version: Path) -> None:
    factors = np.load(version / FACTORS)[:, :-1].copy()
    rewrite_factors(version, factors, list(factors.shape))


def lie_about_the_shape(version: Path) -> None:
    rewrite_factors(version, np.load(version / FACTORS), [40, 400])


def cut_short(version: Path) -> None:
    content = (version / "popularity.npy").read_bytes()
    (version / "popularity.npy").write_bytes(content[: len(content) // 2])


def lose_a_file(version: Path) -> None:
    (version / "transitions_rows.npy").unlink()


def change_the_content(version: Path) -> None:
    factors = np.load(version / FACTORS) * np.float32(2)
    rewrite_factors(version, factors, list(factors.shape))


def with_popularity(bundle: Bundle, share: float) -> Bundle:
    return sealed(dataclasses.replace(bundle, popularity=bundle.popularity * np.float32(share)))


def write(text: str) -> Callable[[Path], None]:
    def damage(version: Path) -> None:
        (version / "manifest.json").write_text(text)

    return damage


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (flip_a_byte, "BAD_DIGEST"),
        (put_in_a_nan, "NOT_FINITE"),
        (give_another_shape, "BAD_SHAPE"),
        (lie_about_the_shape, "BAD_SHAPE"),
        (cut_short, "BAD_DIGEST"),
        (lose_a_file, "MISSING_FILE"),
        (change_the_content, "BAD_DIGEST"),
        (write('{"format": 2, "files": {"item_factors.npy": 7}}'), "BAD_MANIFEST"),
        (write('{"format": 99, "files": {}}'), "BAD_FORMAT"),
        (write('{"format": 2,'), "BAD_MANIFEST"),
    ],
)
def test_a_broken_model_is_refused_and_the_old_one_answers(
    shop: Shop, watcher: Watch, tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    before, answer = loads("refused", reason), shop.retrieve(["tea-0"])
    publish_damaged(tmp_path, damage)
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            assert not watcher.poll()
    assert [(line["event"], line["reason"]) for line in lines] == [("model refused", reason)]
    assert lines[0]["kept"] == answer.model_version == small_bundle().facts.version
    assert loads("refused", reason) == before + 1
    assert shop.retrieve(["tea-0"]) == answer


def test_a_model_is_shown_in_the_metrics(shop: Shop, watcher: Watch, tmp_path: Path) -> None:
    before, second = loads("loaded", ""), small_bundle(seed=1)
    publish(tmp_path, second)
    watcher.poll()
    assert loads("loaded", "") == before + 1
    version = {"version": second.facts.version, "index": "exact"}
    assert REGISTRY.get_sample_value("ofone_embedding_model_info", version) == 1
    old = {"version": small_bundle().facts.version, "index": "exact"}
    assert REGISTRY.get_sample_value("ofone_embedding_model_info", old) is None
    age = REGISTRY.get_sample_value("ofone_embedding_model_age_seconds")
    assert age == (12 - 3) * 3_600 - 4 * 60 - 5
    exact = {"kind": "exact"}
    assert REGISTRY.get_sample_value("ofone_embedding_index_recall", exact) == 1.0


def test_items_that_only_the_catalogue_knows_outlive_a_swap(
    shop: Shop, watcher: Watch, tmp_path: Path
) -> None:
    publish(tmp_path, small_bundle(item_count=20, seed=2))
    assert watcher.poll()
    answer = shop.retrieve(["tea-0"], excluded_item_ids=[f"tea-{n}" for n in range(0, 20, 4)])
    assert {"tea-20", "tea-36"} & set(answer.item_ids)


def test_models_are_swapped_under_load_without_a_failed_or_a_mixed_answer(
    shop: Shop, watcher: Watch, tmp_path: Path
) -> None:
    # Each model has a popularity of its own, so that an answer made of two would show it.
    bundles = [with_popularity(small_bundle(seed=n), 1 / (1 + n)) for n in range(4)]
    popularity = {each.facts.version: float(each.popularity[0, 1]) for each in bundles}
    publish(tmp_path, bundles[0])
    watcher.poll()
    answers: Counter[str] = Counter()
    mixed: list[str] = []
    stopped = threading.Event()

    def call() -> None:
        while not stopped.is_set():
            answer = shop.retrieve(["tea-4"])
            place = list(answer.item_ids).index("tea-0")
            row = list(answer.sources).index(pb.CANDIDATE_SOURCE_POPULAR)
            found = answer.scores[row * len(answer.item_ids) + place]
            if abs(found - popularity[answer.model_version]) > 1e-6:
                mixed.append(answer.model_version)
            answers[answer.model_version] += 1

    failures: list[threading.ExceptHookArgs] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", failures.append)
        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(24):
            if turn == 6:
                publish_damaged(tmp_path, flip_a_byte)
                assert not watcher.poll()
            publish(tmp_path, bundles[turn % len(bundles)])
            watcher.poll()
            seen = sum(answers.values())
            while sum(answers.values()) < seen + 8 and any(each.is_alive() for each in threads):
                stopped.wait(0.002)
        stopped.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert mixed == []
    assert set(answers) == set(popularity)
