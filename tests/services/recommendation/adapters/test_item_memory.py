"""What earlier answers said of items."""

import numpy as np

from services.recommendation.adapters.item_memory import ItemMemory
from services.recommendation.domain.ranking import ItemAttributes


def attributes(*pairs: tuple[str, str]) -> ItemAttributes:
    places = np.arange(len(pairs))
    categories, brands = zip(*pairs, strict=True)
    return ItemAttributes(tuple(categories), places, tuple(brands), places)


def recalled(memory: ItemMemory, *item_ids: str) -> list[tuple[str, str]]:
    known = memory.recall(item_ids)
    return [
        (known.categories[category], known.brands[brand])
        for category, brand in zip(known.category_indexes, known.brand_indexes, strict=True)
    ]


def test_what_was_seen_is_remembered_and_the_rest_is_nameless() -> None:
    memory = ItemMemory()
    memory.remember(["espresso", "soap"], attributes(("coffee", "bean"), ("", "")))
    assert recalled(memory, "soap", "espresso", "boat") == [
        ("", ""),
        ("coffee", "bean"),
        ("", ""),
    ]
    assert recalled(memory) == []


def test_what_was_not_seen_for_long_is_forgotten() -> None:
    memory = ItemMemory(half_capacity=2)
    for name in ("a", "b", "c", "d"):
        memory.remember([name], attributes((name, name)))
    assert recalled(memory, "a", "d") == [("a", "a"), ("d", "d")]
    memory.remember(["e"], attributes(("e", "e")))
    assert recalled(memory, "a", "e") == [("", ""), ("e", "e")]
