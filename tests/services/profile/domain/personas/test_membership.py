"""Who belongs to which persona, from what they bought."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ml.model.persona import SMALL, Personas
from ml.model.persona import Persona as LearnedPersona
from services.conditions.cel_conditions import CelConditions
from services.conditions.condition import Value
from services.profile.domain.history.events import MICROS, Event, EventLine, EventType, ItemId
from services.profile.domain.history.state import CustomerState, fold
from services.profile.domain.personas.membership import VOCABULARY, facts_of, memberships
from services.profile.domain.personas.persona import Persona, PersonaCatalogue, PersonaId, Season
from tests.services.profile.told import DAY, NOW

RULES = CelConditions(VOCABULARY)
NOW_SECONDS = NOW // MICROS
OCTOBER = datetime.fromtimestamp(NOW_SECONDS, UTC)
"""Of 2025."""
NOBODY = CustomerState()

LEARNED = Personas(
    tuple(
        LearnedPersona(f"learned-{name}", name, share, (), tuple(map(math.log, chances)))
        for name, share, chances in (
            ("tea", 0.75, (0.7, 0.1, 0.1, 0.1)),
            ("coffee", 0.25, (0.1, 0.6, 0.1, 0.2)),
        )
    ),
    ("Tea", "Coffee", "grinder", SMALL),
    basket_sizes=(2.5, 5.0),
    gap_days=(7.0, 30.0),
)


def shopper(*baskets: tuple[int, dict[str, str]]) -> CustomerState:
    """Return who bought these items, each of a category, so many days ago."""
    return fold(
        Event(
            "till",
            f"e{number}",
            EventType.PURCHASE,
            NOW - days * DAY,
            store="mitte",
            lines=tuple(
                EventLine(ItemId(item), 1.0, 2.0, None, category)
                for item, category in items.items()
            ),
        )
        for number, (days, items) in enumerate(baskets)
    )


TEA_DRINKER = shopper((10, {"sencha": "Tea", "bread": "Bakery"}), (3, {"assam": "Tea"}))


def written(name: str, rule: str, season: Season | None = None) -> Persona:
    return Persona(PersonaId(name), name.title(), rule=rule, season=season)


def told(
    state: CustomerState, *personas: Persona, learned: Personas | None = None
) -> dict[str, float]:
    catalogue = PersonaCatalogue(1, personas, learned)
    found = memberships(catalogue, state, reading=RULES.about, now=OCTOBER)
    probabilities = [each.probability for each in found]
    assert probabilities == sorted(probabilities, reverse=True)
    return {each.persona_id: each.probability for each in found}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("category_share('Tea') > 0.6", 1.0),
        ("category_share('Coffee') > 0.0", 0.0),
        ("traits.basket_count == 2 && traits.home_store == 'mitte'", 1.0),
        ("traits.days_since_last_purchase > 2.9 && traits.days_known < 10.1", 1.0),
        ("traits.mean_gap_days == 7.0 && traits.total_spend == 6.0", 1.0),
    ],
)
def test_a_written_persona_is_theirs_of_whom_its_rule_holds(rule: str, expected: float) -> None:
    RULES.check(rule)
    assert told(TEA_DRINKER, written("tea", rule)) == {"tea": expected}


def test_of_one_who_never_bought_nothing_is_held() -> None:
    seldom = written("seldom", "traits.days_since_last_purchase > 30.0")
    keen = written("keen", "category_share('Tea') > 0.1")
    assert told(NOBODY, seldom, keen) == {"keen": 0.0, "seldom": 0.0}


def test_a_season_weighs_a_persona_through_the_year() -> None:
    always = "traits.basket_count > 0"
    found = told(
        TEA_DRINKER,
        written("autumn", always, Season((9, 10, 11))),
        written("summer", always, Season((6, 7, 8))),
        written("winter", always, Season((1, 2, 12), 0.25)),
    )
    assert found == {"autumn": 1.0, "winter": 0.25, "summer": 0.0}


def test_learned_personas_share_a_customer_among_them() -> None:
    personas = tuple(Persona(PersonaId(each.persona_id), each.name) for each in LEARNED.personas)
    unknown = told(NOBODY, *personas, learned=LEARNED)
    known = told(TEA_DRINKER, *personas, learned=LEARNED)
    assert unknown == pytest.approx({"learned-tea": 0.75, "learned-coffee": 0.25})
    assert known["learned-tea"] > 0.9
    assert sum(known.values()) == pytest.approx(1)


def test_a_season_begins_when_the_month_does_where_the_shop_is() -> None:
    giver = written("giver", "true", Season((11,), weight_outside=0.1))
    catalogue = PersonaCatalogue(1, (giver,), None)
    evening = datetime(2025, 10, 31, 20, tzinfo=UTC)
    for hours, expected in ((0, 0.1), (5, 1.0), (-9, 0.1)):
        now = evening.astimezone(timezone(timedelta(hours=hours)))
        (found,) = memberships(catalogue, NOBODY, reading=RULES.about, now=now)
        assert found.probability == expected


def test_what_remains_beside_a_sensitive_persona_tells_nothing_of_it() -> None:
    personas = (
        Persona(PersonaId("learned-tea"), "Tea", is_sensitive=True),
        Persona(PersonaId("learned-coffee"), "Coffee"),
    )
    plain = PersonaCatalogue(1, personas, LEARNED).without_sensitive()
    for state in (NOBODY, TEA_DRINKER):
        found = memberships(plain, state, reading=RULES.about, now=OCTOBER)
        assert [(each.persona_id, each.probability) for each in found] == [("learned-coffee", 1.0)]


def test_an_item_that_the_catalogue_gave_no_category_is_a_word_of_its_own() -> None:
    personas = tuple(Persona(PersonaId(each.persona_id), each.name) for each in LEARNED.personas)
    plain = shopper((3, {"kettle": "", "pan": "", "cup": ""}))
    grinder = shopper((3, {"grinder": "", "pan": "", "cup": ""}))
    assert told(plain, *personas, learned=LEARNED)["learned-tea"] == pytest.approx(0.75)
    after = told(grinder, *personas, learned=LEARNED)["learned-tea"]
    assert after == pytest.approx(0.75)  # both personas buy grinders as seldom


def test_a_learned_persona_whose_model_is_gone_is_nobodys() -> None:
    orphan = Persona(PersonaId("learned-gone"), "Gone")
    assert told(TEA_DRINKER, orphan, learned=LEARNED) == {"learned-gone": 0.0}
    assert told(TEA_DRINKER, orphan) == {"learned-gone": 0.0}


def test_every_fact_is_declared_with_its_type_and_every_declared_one_is_told() -> None:
    facts = facts_of(TEA_DRINKER, NOW_SECONDS)
    types: dict[str, type[Value]] = {name: type(value) for name, value in facts["traits"].items()}
    assert types == VOCABULARY.variables["traits"]
    assert set(facts) == {*VOCABULARY.variables, *VOCABULARY.tables}
    assert facts["category_share"] == pytest.approx({"Tea": 2 / 3, "Bakery": 1 / 3})
