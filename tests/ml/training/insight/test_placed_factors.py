"""Known items lie where they were bought, new ones where their attributes say."""

from ml.model.attributes import ItemAttributes
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.placed_factors import PlacedFactors
from tests.ml.shopping import checkered

TOWN = checkered(customers=60, items=20)  # even customers buy even items, odd ones odd
ITEMS = sorted(set(TOWN.interactions["item_id"]))
EVEN, ODD = ITEMS[::2], ITEMS[1::2]
SMALL = FactorConfig(factors=4, iterations=5)


def asked(attributes: dict[str, ItemAttributes], customer: str) -> list[str]:
    model = PlacedFactors(sorted(attributes), attributes, SMALL, seed=0)
    model.fit(TOWN, None)
    return model.recommend([customer], 100)[0]


def test_known_items_lie_by_their_purchases_whatever_is_said_of_them() -> None:
    alike = dict.fromkeys(ITEMS, ItemAttributes("thing", "things", "", 1.0))

    assert set(asked(alike, "customer-000")[:10]) == set(EVEN)
    assert set(asked(alike, "customer-001")[:10]) == set(ODD)


def test_new_items_lie_where_what_is_said_of_them_does() -> None:
    tea, soap = (ItemAttributes(kind, kind, "", 1.0) for kind in ("tea", "soap"))
    said = dict.fromkeys(EVEN, tea) | dict.fromkeys(ODD, soap)
    said |= {"item-99-tea": tea, "item-98-soap": soap}

    for customer, ours, other in (
        ("000", "item-99-tea", "item-98-soap"),
        ("001", "item-98-soap", "item-99-tea"),
    ):
        order = asked(said, f"customer-{customer}")
        assert len(order) == 22
        assert order.index(ours) < 11 <= order.index(other)


def test_who_bought_nothing_gets_nothing() -> None:
    attributes = dict.fromkeys(ITEMS, ItemAttributes("thing", "things", "", 1.0))

    assert asked(attributes, "a newcomer") == []
