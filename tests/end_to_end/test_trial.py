"""A challenger beside the champion in real processes, told of it as docs/shadow.md says."""

import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from ofone.recommendation.v1.recommendation_service_pb2 import RecommendItemsRequest
from prometheus_client.parser import text_string_to_metric_families

from services.recommendation.domain.share import CustomerShare
from tests.models import contrary_bundle, publish, small_bundle
from tests.shop import Shop, open_shop

PAGE = Path(__file__).parents[2] / "docs" / "shadow.md"
CHAMPION, CHALLENGER = small_bundle().facts.version, contrary_bundle().facts.version
CHALLENGER_FOLDER = "build/challenger"
SHARE = 0.5
PATIENCE_SECONDS = 30.0


def stated() -> dict[str, str]:
    """Return the variables of the page, as it writes them."""
    lines = re.findall(r"^(OFONE_\w+)=(\S+)", PAGE.read_text(), re.MULTILINE)
    assert len(lines) == 5
    return dict(lines)


def variables(folder: Path) -> dict[str, str]:
    """Return the same with the folder of this test and shares large enough to be seen."""
    larger = {
        "OFONE_RECOMMENDATION_SHADOW_SHARE": "1",
        "OFONE_RECOMMENDATION_CHALLENGER_SHARE": str(SHARE),
    }
    found = stated()
    assert larger.keys() <= found.keys()
    placed = {name: value.replace(CHALLENGER_FOLDER, str(folder)) for name, value in found.items()}
    return placed | larger


def flip_a_byte(version: Path) -> None:
    content = bytearray((version / "item_factors.npy").read_bytes())
    content[-1] ^= 1
    (version / "item_factors.npy").write_bytes(content)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("trial")
    publish(folder / "challenger", contrary_bundle())
    with open_shop(folder, variables(folder / "challenger")) as running:
        yield running


def models(shop: Shop) -> dict[str, str]:
    """Return which model answers each customer."""
    stub = shop.services.doors().recommendation
    return {
        name: stub.RecommendItems(RecommendItemsRequest(customer=name), timeout=5).model_version
        for name in shop.customers
    }


def expected(shop: Shop) -> dict[str, str]:
    share = CustomerShare(SHARE, stated()["OFONE_RECOMMENDATION_CHALLENGER_SALT"])
    return {
        name: CHALLENGER if share.holds(name.removeprefix("customers/")) else CHAMPION
        for name in shop.customers
    }


def sample(shop: Shop, service: str, name: str, **labels: str) -> float:
    """Return a number of a service's metrics page."""
    url = f"http://127.0.0.1:{shop.layout.metrics_port(service)}/metrics"
    with urllib.request.urlopen(url) as page:
        families = list(text_string_to_metric_families(page.read().decode()))
    return sum(
        each.value
        for family in families
        for each in family.samples
        if each.name == name and labels.items() <= each.labels.items()
    )


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_the_share_is_answered_by_the_challenger_and_the_others_are_compared(shop: Shop) -> None:
    found = models(shop)
    assert found == expected(shop)
    assert set(found.values()) == {CHAMPION, CHALLENGER}
    champions = sum(each == CHAMPION for each in found.values())
    compared = {"outcome": "compared"}
    name = "ofone_recommendation_shadow_comparisons_total"
    wait_for(lambda: sample(shop, "recommendation", name, **compared) >= champions)
    overlap = sample(shop, "recommendation", "ofone_recommendation_shadow_overlap_sum")
    assert overlap > 0
    for service in ("embedding", "recommendation"):
        info = f"ofone_{service}_challenger_info"
        assert sample(shop, service, info, version=CHALLENGER) == 1


def test_a_process_that_starts_anew_gives_its_customers_the_same_models(shop: Shop) -> None:
    shop.kill("recommendation")
    shop.start("recommendation")
    assert models(shop) == expected(shop)


def test_a_broken_challenger_is_refused_by_both_and_changes_no_answer(shop: Shop) -> None:
    folder = Path(shop.more["OFONE_EMBEDDING_CHALLENGER_DIR"])
    before = models(shop)
    broken = small_bundle(seed=5)
    publish(folder, contrary_bundle())
    version = publish(folder.parent / "elsewhere", broken)
    flip_a_byte(version)
    version.rename(folder / "versions" / broken.facts.version)
    publish(folder, broken)
    for service in ("embedding", "recommendation"):
        wait_for(partial(has_refused, shop, service))
    assert models(shop) == before == expected(shop)


def has_refused(shop: Shop, service: str) -> bool:
    name = f"ofone_{service}_challenger_loads_total"
    return sample(shop, service, name, outcome="refused", reason="BAD_DIGEST") == 1
