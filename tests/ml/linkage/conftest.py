"""One small town for all tests that only look at it."""

import pytest

from ml.linkage.linkage_config import LinkageConfig
from ml.linkage.linking import Found, find
from ml.linkage.scoring import Scored, scored
from ml.simulation.second_traces import SeenTown, TracesConfig, see_town

CONFIG = LinkageConfig(sampled_pairs=200_000)


@pytest.fixture(scope="session")
def town() -> SeenTown:
    return see_town(TracesConfig(people=700, days=180, second_share=0.2, guest_share=0.15))


@pytest.fixture(scope="session")
def found(town: SeenTown) -> Found:
    return find(town.records, CONFIG)


@pytest.fixture(scope="session")
def known(town: SeenTown, found: Found) -> Scored:
    return scored(found, customer_count=len(town.records))
