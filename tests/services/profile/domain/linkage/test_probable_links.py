"""Links that were found probable, in words and as suggestions."""

from services.profile.domain.history.events import CustomerId
from services.profile.domain.linkage.probable_links import (
    HeldLink,
    Likeness,
    LinkageRun,
    Weight,
    suggested,
    why,
)
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose, Statement

POLICY = ConsentPolicy(personalisation_default=True)
ALLOWED = {Purpose.PROFILING: Statement(1, denied=False, source="app")}
WITHDRAWN = {Purpose.PROFILING: Statement(2, denied=True, source="app")}
RUN = LinkageRun("run", "linkage-1", 1)


def link(
    other: str,
    probability: float = 0.9,
    *,
    is_apart: bool = False,
    consents: tuple[Consents, Consents] = (ALLOWED, ALLOWED),
) -> HeldLink:
    ends = (CustomerId("anna"), CustomerId(other))
    return HeldLink(ends, probability, (), RUN, is_apart, consents)


def test_reasons_are_told_strongest_first_and_those_against_behind_a_semicolon() -> None:
    weights = (
        Weight("store", Likeness.DIFFERENT, -1.5),
        Weight("birth_year", Likeness.SAME, 5.0),
        Weight("postcode", Likeness.SAME, 9.0),
        Weight("shared_device", Likeness.SAME, 4.0),
        Weight("pet", Likeness.SIMILAR, -3.0),
    )
    assert why(weights) == (
        "same postcode, born the same year, seen on the same device; similar pet, another store"
    )
    assert why(weights[:1]) == "another store"
    assert why(weights[1:2]) == "born the same year"


def test_the_likeliest_is_suggested_first_and_everybody_once() -> None:
    held = [link("bert", 0.9), link("carl", 0.95), link("bert", 0.97)]
    found = suggested(held, POLICY)
    assert [(each.ends[1], each.probability) for each in found] == [("bert", 0.97), ("carl", 0.95)]


def test_nobody_is_suggested_who_is_the_same_or_apart_or_does_not_allow_it() -> None:
    held = [
        link("anna"),
        link("bert", is_apart=True),
        link("carl", consents=(ALLOWED, WITHDRAWN)),
        link("dora", consents=(WITHDRAWN, ALLOWED)),
        link("emil", consents=(ALLOWED, {})),
    ]
    assert suggested(held, POLICY) == []
