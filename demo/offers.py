"""A dozen offers for any shop: about what sells, in the forms a benefit can take."""

import re
from collections.abc import Iterator

import pandas as pd
from ofone.recommendation.v1.offer_pb2 import Benefit, ExposureCap, Offer, Variant

from demo.slugs import slugs
from ml.dataset.dataset import Dataset

THEMES = 9
"""So many offers are about a part of the assortment; three more are about the whole shop."""

ALWAYS = ("Tea", "Coffee")
"""Parts of the assortment that every town talks about, whatever they sell."""

MAX_ITEMS = 60
"""At most so many items of a theme are named."""

KIND_ITEMS = 8
"""A word that ends the names of so many items may be a kind of thing..."""

KIND_SHARE = 0.5
"""...when so many of the names that hold it end with it: "mug" does, "pink" does not."""

NO_KINDS = ("design", "set")
"""Words that end names and name no thing."""

GREETING_WEIGHT = 3.0
"""A greeting is for few, and says more to them than any item does."""

BENEFITS = (
    Benefit(percent_off=15),
    Benefit(points=200),
    Benefit(points=300),
    Benefit(percent_off=20),
    Benefit(gift="a small surprise at the till"),
    Benefit(percent_off=10),
    Benefit(points=500),
    Benefit(early_access="the new range a week before everybody else"),
    Benefit(advice="what goes well with it"),
)


def dozen_offers(dataset: Dataset) -> dict[str, Offer]:
    """Return twelve offers by id, about the parts of the assortment that sell most."""
    offers = {}
    themes = list(zip(_themes(dataset), BENEFITS, strict=False))
    ids = slugs("more", (theme for (theme, _), _ in themes))
    for offer_id, ((theme, targets), benefit) in zip(ids, themes, strict=True):
        targets.display_name = f"More of {theme}"
        targets.description = f"Something for those who like {theme}."
        targets.variants.append(Variant(variant_id="standard", benefit=benefit))
        targets.channels.extend(["store"] if benefit.gift else [])  # it is handed over at the till
        targets.exposure_cap.CopyFrom(ExposureCap(max_impressions=3, window_days=7))
        targets.cool_down_days = 7
        offers[offer_id] = targets
    return offers | _whole_shop()


def _whole_shop() -> dict[str, Offer]:
    welcome = Offer(
        display_name="Good to see you again",
        description="For those who stayed away for a while.",
        audience="traits.basket_count >= 3 && traits.days_since_last_purchase > 45.0",
        weight=GREETING_WEIGHT,
        variants=[Variant(variant_id="standard", benefit=Benefit(points=300))],
    )
    regulars = Offer(
        display_name="A thank you to regulars",
        description="Delivery on us, for those who come often.",
        audience="traits.basket_count >= 20",
        weight=0.5,
        variants=[
            Variant(
                variant_id="evening",
                benefit=Benefit(service="free delivery tonight"),
                condition="context.hour >= 17",
            ),
            Variant(variant_id="standard", benefit=Benefit(service="free delivery")),
        ],
    )
    first = Offer(
        display_name="Nice to meet you",
        description="For those we hardly know yet.",
        audience="traits.basket_count < 3",
        weight=GREETING_WEIGHT,
        variants=[Variant(variant_id="standard", benefit=Benefit(percent_off=10))],
    )
    return {"welcome-back": welcome, "thank-you-regulars": regulars, "nice-to-meet-you": first}


def _themes(dataset: Dataset) -> Iterator[tuple[str, Offer]]:
    """Yield parts of the assortment by sales: categories, or else kinds read off the names."""
    sales = dataset.interactions.groupby("item_id", sort=False).size()
    items = dataset.items.assign(sales=dataset.items["item_id"].map(sales).fillna(0))
    if items["category"].notna().any():
        best = items.groupby("category")["sales"].sum().sort_values(ascending=False)
        talked_of = [category for category in ALWAYS if category in best.index]
        others = [str(category) for category in best.index if category not in ALWAYS]
        for category in [*talked_of, *others][:THEMES]:
            yield category.lower(), Offer(categories=[category])
        return
    yield from _kinds(items)


def _kinds(items: pd.DataFrame) -> Iterator[tuple[str, Offer]]:
    """Yield kinds of things by sales, read off the names: a name ends with what the thing is."""
    words = items["name"].fillna("").str.lower().str.findall(r"[a-z]{3,}")
    singular = words.map(lambda found: [each.removesuffix("s") for each in found])
    told = items.assign(kind=singular.str[-1], word=singular.map(set)).explode("word")
    ends_with_it = told["word"] == told["kind"]
    usage = ends_with_it.groupby(told["word"]).mean()
    of_kind = told[ends_with_it & told["word"].map(usage).ge(KIND_SHARE)]
    spread = of_kind.groupby("kind").agg(sales=("sales", "sum"), items=("item_id", "size"))
    broad = spread[spread["items"] >= KIND_ITEMS].drop(index=list(NO_KINDS), errors="ignore")
    for kind in broad.sort_values("sales", ascending=False).index[:THEMES]:
        named = of_kind[of_kind["kind"] == kind].nlargest(MAX_ITEMS, "sales")["item_id"]
        yield _plural(str(kind)), Offer(items=[f"items/{item_id}" for item_id in named])


def _plural(noun: str) -> str:
    if re.search(r"(x|s|ch|sh)$", noun):
        return f"{noun}es"
    return re.sub(r"([^aeiou])y$", r"\1ie", noun) + "s"
