"""The whole walk: a shop's customers are read, compared and suggested, by a service over gRPC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ofone.profile.v1 import linkage_service_pb2_grpc as pb_grpc

from ml.linkage.commands import LinkageConfig, link
from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.adapters.sql_linkage import SqlLinkageStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import MIGRATIONS
from services.profile.domain.defaults import Defaults
from services.profile.domain.facts.fact import Fact, ToldFact
from services.profile.domain.history.events import MICROS, Event, Handle, Report
from services.profile.domain.privacy.consent import ConsentPolicy, Purpose, Statement
from services.profile.servicer.linkage_service import NAME, LinkageServicer
from services.serving.bootstrap import Application, Service, running
from services.storage.startup import open_database
from tests.services.profile.told import IDENTITY, NOW, bought, card, told

PEOPLE = 110
TWO_CARDS = 22
"""So many of them hold a second card."""


@dataclass
class Shop:
    """A running service, and its store."""

    address: str
    alike: SqlLinkageStore


def life(person: int, name: str, rng: np.random.Generator) -> tuple[list[Event], list[Fact]]:
    """Return what is told of one card: everybody has favourites, a postcode and a year of birth."""
    favourites = [f"item-{(person * 7 + step) % 300}" for step in range(0, 90, 9)]
    events = [
        bought(f"{name}-{number}", *rng.choice(favourites, 4, replace=False), day=3 * number)
        for number in range(4)
    ]
    facts = [
        Fact("crm", f"{name}-p", "postcode", f"{10_000 + person % 11}", NOW),
        Fact("crm", f"{name}-y", "birth_year", float(1950 + person % 37), NOW),
    ]
    return events, facts


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    engine = open_database(f"sqlite:///{tmp_path}/shop.sqlite", MIGRATIONS, migrate_first=True)
    store, rng = SqlProfileStore(engine), np.random.default_rng(3)
    reports: list[Report] = []
    facts: list[ToldFact] = []
    for person, who in cards():
        events, known = life(person, who.customer_id, rng)
        reports += [told(event, who) for event in events]
        facts += [ToldFact(fact, who) for fact in known]
    store.ingest(reports, now_micros=NOW)
    store.record_facts(facts, now_micros=NOW)
    for _, who in cards():
        yes = Statement(NOW, denied=False, source="app")
        store.state_consent(who.customer_id, Purpose.PROFILING, yes, now_micros=NOW)
    alike = SqlLinkageStore(engine)
    defaults = Defaults(ConsentPolicy(personalisation_default=True), load_catalogue())
    servicer = LinkageServicer(alike, IDENTITY, defaults, now)
    add = partial(pb_grpc.add_LinkageServiceServicer_to_server, servicer)
    with running(Application(name="profile", services=(Service(NAME, add),))) as server:
        assert server.wait_ready()
        yield Shop(server.address, alike)
    engine.dispose()


def now() -> datetime:
    return datetime.fromtimestamp(NOW // MICROS, UTC)


def cards() -> list[tuple[int, Handle]]:
    first = [(person, card(f"{person}")) for person in range(PEOPLE)]
    return [*first, *((person, card(f"{person}-too")) for person in range(TWO_CARDS))]


def suggested(shop: Shop, who: Handle) -> dict[str, list[str]]:
    """Return who may be the same as the holder of a card, and what was compared."""
    found = shop.alike.probable(who.customer_id)
    assert found is not None
    return {each.ends[1]: [weight.comparison for weight in each.weights] for each in found}


def test_second_cards_are_suggested_and_a_second_run_takes_the_place_of_the_first(
    shop: Shop, tmp_path: Path
) -> None:
    said: list[str] = []
    config = LinkageConfig(sampled_pairs=100_000)
    before = sorted(path.name for path in tmp_path.iterdir())
    link(shop.address, config, say=said.append)
    assert sorted(path.name for path in tmp_path.iterdir()) == before  # nothing is left of it
    assert said[0] == f"{PEOPLE + TWO_CARDS} customers allow to be compared"
    hits = [
        card(f"{person}-too").customer_id in suggested(shop, card(f"{person}"))
        for person in range(TWO_CARDS)
    ]
    assert sum(hits) >= 0.9 * TWO_CARDS
    strangers = [suggested(shop, card(f"{person}")) for person in range(TWO_CARDS, PEOPLE)]
    assert sum(map(bool, strangers)) <= 2
    (reasons,) = suggested(shop, card("1")).values()
    assert {"postcode", "birth_year", "items"} <= set(reasons)
    (held,) = shop.alike.probable(card("1").customer_id) or []
    bits = {each.comparison: each.bits for each in held.weights}
    assert config.threshold <= held.probability < 1
    assert min(bits["postcode"], bits["birth_year"], bits["items"]) > 1
    link(shop.address, config, say=said.append)
    assert f"{sum(hits) + sum(map(len, strangers))} of them are suggested" in said[-1]
    first, again = (line.partition(" by ")[2].partition(";")[0] for line in (said[1], said[-1]))
    assert first == again  # equal customers, equal model
