"""A challenger beside the champion: it answers who asks for it, and disturbs nobody else."""

import threading
from collections import Counter
from pathlib import Path

import pytest
import structlog
from ofone.embedding.v1 import embedding_service_pb2 as pb
from prometheus_client import REGISTRY

from ml.model.bundle_folder import write_bundle
from ml.model.bundle_watch import BundleWatcher
from services.embedding.adapters.model_watch import challenger_watcher
from services.embedding.domain.model import Model
from services.serving.failures import Failure
from tests.models import contrary_bundle, point_current_at, publish, small_bundle
from tests.services.embedding.shop import NOON, Shop, item

CHAMPION, CHALLENGER = small_bundle(), contrary_bundle()
FAVOURITE = "soap-39"
"""The most popular item to the challenger, the least popular one to the champion."""


@pytest.fixture
def watcher(shop: Shop, tmp_path: Path) -> BundleWatcher[Model]:
    """Give what watches the challenger's folder, which is empty yet."""
    return challenger_watcher(tmp_path, shop.keeper, least_recall=0.95, clock=lambda: NOON)


def asked(shop: Shop, version: str) -> pb.RetrieveResponse:
    return shop.retrieve([], source_size=3, model_version=version)


def flip_a_byte(version: Path) -> None:
    path = version / "item_factors.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def refusals(reason: str) -> float:
    labels = {"outcome": "refused", "reason": reason}
    name = "ofone_embedding_challenger_loads_total"
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_the_challenger_answers_who_asks_for_it_and_nobody_else(
    shop: Shop, watcher: BundleWatcher[Model], tmp_path: Path
) -> None:
    before = asked(shop, "")
    publish(tmp_path, CHALLENGER)
    assert watcher.poll()
    assert asked(shop, "") == before
    its = asked(shop, CHALLENGER.facts.version)
    assert its.model_version == CHALLENGER.facts.version
    assert set(its.item_ids).isdisjoint(before.item_ids)
    index = {"version": CHALLENGER.facts.version, "index": "exact"}
    assert REGISTRY.get_sample_value("ofone_embedding_challenger_info", index) == 1


def test_a_version_that_is_not_loaded_is_answered_by_the_champion(
    shop: Shop, watcher: BundleWatcher[Model], tmp_path: Path
) -> None:
    assert asked(shop, CHALLENGER.facts.version) == asked(shop, "")
    publish(tmp_path, CHALLENGER)
    assert watcher.poll()
    for version in (CHAMPION.facts.version, "20200101-00000000"):
        assert asked(shop, version).model_version == CHAMPION.facts.version


def test_a_version_longer_than_any_is_refused(shop: Shop) -> None:
    with pytest.raises(Failure) as refusal:
        asked(shop, "v" * 129)
    assert refusal.value.violations[0].field == "model_version"


def test_a_broken_challenger_is_refused_while_the_champion_answers(
    shop: Shop, watcher: BundleWatcher[Model], tmp_path: Path
) -> None:
    before, counted = asked(shop, ""), refusals("BAD_DIGEST")
    version = tmp_path / "versions" / "damaged"
    write_bundle(version, CHALLENGER)
    flip_a_byte(version)
    point_current_at(tmp_path, version)
    with structlog.testing.capture_logs() as lines:
        assert not watcher.poll()
        assert not watcher.poll()
    assert [line["event"] for line in lines] == ["challenger refused"]
    assert refusals("BAD_DIGEST") == counted + 1
    assert asked(shop, CHALLENGER.facts.version) == asked(shop, "") == before


def test_a_challenger_proposes_what_is_in_stock_and_new_items_too(
    shop: Shop, watcher: BundleWatcher[Model], tmp_path: Path
) -> None:
    publish(tmp_path, CHALLENGER)
    assert watcher.poll()
    assert FAVOURITE in asked(shop, CHALLENGER.facts.version).item_ids
    shop.upsert(
        item(FAVOURITE, category="soap", stock_quantity=0.0),
        item("new-tea", category="tea"),
    )
    answer = shop.retrieve(["tea-0"], model_version=CHALLENGER.facts.version)
    assert answer.model_version == CHALLENGER.facts.version
    assert FAVOURITE not in answer.item_ids
    assert "new-tea" in answer.item_ids


def test_challengers_are_swapped_under_load_and_no_answer_is_made_of_two(
    shop: Shop, watcher: BundleWatcher[Model], tmp_path: Path
) -> None:
    bundles = [CHALLENGER, small_bundle(seed=1), small_bundle(seed=2)]
    versions = ["", *(each.facts.version for each in bundles)]
    whole = {CHAMPION.facts.version: asked(shop, "")}
    for bundle in bundles:  # what each answers by itself
        publish(tmp_path, bundle)
        assert watcher.poll()
        whole[bundle.facts.version] = asked(shop, bundle.facts.version)
    answers: Counter[str] = Counter()
    wrong: list[str] = []
    stopped = threading.Event()

    def call(first: int) -> None:
        turn = first
        while not stopped.is_set():
            wanted = versions[turn % len(versions)]
            answer = asked(shop, wanted)
            allowed = {wanted, CHAMPION.facts.version}
            if answer.model_version not in allowed or answer != whole[answer.model_version]:
                wrong.append(wanted)
            answers[answer.model_version] += 1
            turn += 1

    failures: list[threading.ExceptHookArgs] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", failures.append)
        threads = [threading.Thread(target=call, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(12):
            publish(tmp_path, bundles[turn % len(bundles)])
            assert watcher.poll()
            seen = sum(answers.values())
            while sum(answers.values()) < seen + 16 and any(each.is_alive() for each in threads):
                stopped.wait(0.002)
        stopped.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert wrong == []
    assert set(answers) == set(whole)
