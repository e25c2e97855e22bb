"""Ids are taken by the services, whatever a shop calls its things."""

from demo.slugs import slugs
from services.serving.validation import SLUG


def test_an_id_says_what_it_is_about() -> None:
    assert slugs("more", ["Tea", "Jam & honey", "Crisps, nuts"]) == [
        "more-tea",
        "more-jam-honey",
        "more-crisps-nuts",
    ]


def test_no_two_are_alike_and_all_are_taken() -> None:
    """In Cyrillic nothing is left of a name, and of a long one not its end."""
    long = "very " * 20
    found = slugs("always", ["Tea", "Tea 3", "tea!", "Чай", "Кофе", f"{long}a", f"{long}b", ""])

    assert len(set(found)) == 8
    assert all(SLUG.fullmatch(each) for each in found)
