"""What is inferred of a customer, as a portrait shows it."""

from io import StringIO

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1.customer_pb2 import TRAIT_UNIT_DAYS, TRAIT_UNIT_SHARE, Trait
from rich.console import Console
from rich.table import Table

from services.console.rendering.trait_tables import habits_table, traits_table

VISIT = Trait(
    name="next_visit",
    time=Timestamp(seconds=1),
    evidence_count=32,
    explanation="Comes about every 8 days; last here 3 days ago, expected again around Friday.",
)
BRANDS = Trait(
    name="brand_loyalty",
    number=0.9,
    unit=TRAIT_UNIT_SHARE,
    evidence_count=3,
    explanation="Takes the same brand again in 90 % of the choices within a category.",
)


def of_category(
    name: str, category: str, explanation: str, *, baskets: int, number: float = 1.0
) -> Trait:
    return Trait(
        name=name,
        subject=f"categories/{category}",
        explanation=explanation,
        evidence_count=baskets,
        unit=TRAIT_UNIT_DAYS,
        number=number,
    )


def shown(table: Table | None) -> list[str]:
    assert table is not None
    console = Console(width=140, record=True, file=StringIO())
    console.print(table)
    return console.export_text().splitlines()


def test_the_visit_comes_before_the_brands_and_each_says_what_it_rests_on() -> None:
    lines = shown(traits_table([BRANDS, VISIT]))
    assert [line.split()[0] for line in lines[2:]] == ["next", "brands"]
    assert "expected again around Friday." in lines[2]
    assert lines[2].split()[-1] == "32"


def test_habits_tell_the_categories_of_most_baskets_first() -> None:
    lines = shown(
        habits_table(
            [
                of_category("return_chance", "Coffee", "Bought once.", baskets=1, number=0.004),
                of_category("return_chance", "Tea", "Bought often.", baskets=40, number=0.97),
                of_category("repurchase_gap_days", "Tea", "About every 4 days.", baskets=39),
                Trait(
                    name="favourite_brand",
                    subject="categories/Tea",
                    text="Harbour",
                    evidence_count=40,
                    explanation="Harbour in 100 % of 40 purchases.",
                ),
                Trait(name="return_chance", subject="items/tea", number=0.5),
            ],
            {},
        )
    )
    assert [line.split()[0] for line in lines[2:]] == ["Tea", "Coffee"]
    assert "About every 4 days." in lines[2]
    assert "97 %" in lines[2]
    assert "Harbour in 100 %" in lines[2]
    assert "0 %" in lines[3]


def test_of_somebody_unknown_there_is_no_table() -> None:
    assert traits_table([]) is None
    assert habits_table([VISIT], {}) is None
