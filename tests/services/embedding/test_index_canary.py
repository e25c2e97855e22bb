"""No request is answered by an index that misses what it should find."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import structlog
from numpy.typing import NDArray
from prometheus_client import REGISTRY

from ml.model.index import FaissIndex, exact_index, hnsw_index
from ml.model.nearest import ItemIndex
from services.embedding.adapters.model_watch import model_watcher
from tests.models import publish, sealed, small_bundle
from tests.services.embedding.conftest import OpenShop
from tests.services.embedding.shop import NOON, Shop

RECALL = "ofone_embedding_index_recall"


def wrong_graph(item_factors: NDArray[np.float32]) -> ItemIndex:
    """Return a graph of the same vectors, each under the name of another item."""
    turned = exact_index(np.roll(item_factors, 1, axis=0))
    assert isinstance(turned, FaissIndex)
    turned.kind = "hnsw"
    return turned


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """Give a shop whose model is yet to come."""
    return open_shop(with_model=False)


def refusals() -> float:
    labels = {"outcome": "refused", "reason": "BAD_RECALL"}
    return REGISTRY.get_sample_value("ofone_embedding_bundle_loads_total", labels) or 0.0


def test_an_index_that_misses_too_much_gives_way_to_exact_search(
    shop: Shop, open_shop: OpenShop, tmp_path: Path
) -> None:
    watcher = model_watcher(
        tmp_path, shop.keeper, least_recall=0.95, clock=lambda: NOON, build=wrong_graph
    )
    publish(tmp_path, small_bundle())
    with structlog.testing.capture_logs() as lines:
        assert watcher.poll()
    assert shop.retrieve(["tea-0"]) == open_shop().retrieve(["tea-0"])
    missed = REGISTRY.get_sample_value(RECALL, {"kind": "hnsw"})
    assert missed is not None
    assert missed < 0.95
    assert REGISTRY.get_sample_value(RECALL, {"kind": "exact"}) == 1.0
    labels = {"version": small_bundle().facts.version, "index": "exact"}
    assert REGISTRY.get_sample_value("ofone_embedding_model_info", labels) == 1
    warning, in_force = lines
    assert (warning["event"], warning["kind"]) == ("index misses too much", "hnsw")
    assert (in_force["event"], in_force["index"]) == ("model in force", "exact")


def test_a_sound_graph_answers_by_itself(shop: Shop, tmp_path: Path) -> None:
    watcher = model_watcher(
        tmp_path, shop.keeper, least_recall=0.95, clock=lambda: NOON, build=hnsw_index
    )
    publish(tmp_path, small_bundle())
    assert watcher.poll()
    assert watcher.value is not None
    assert watcher.value.index_kind == "hnsw"
    assert REGISTRY.get_sample_value(RECALL, {"kind": "exact"}) is None


def test_vectors_that_no_search_can_compare_are_refused(shop: Shop, tmp_path: Path) -> None:
    watcher = model_watcher(tmp_path, shop.keeper, least_recall=0.95, clock=lambda: NOON)
    publish(tmp_path, small_bundle())
    assert watcher.poll()
    answer, before = shop.retrieve(["tea-0"]), refusals()
    good = small_bundle(seed=1)
    huge = dataclasses.replace(good, item_factors=good.item_factors * np.float32(1e30))
    publish(tmp_path, sealed(huge))
    assert not watcher.poll()
    assert refusals() == before + 1
    assert shop.retrieve(["tea-0"]) == answer
