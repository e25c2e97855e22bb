"""Which stages are rivals: those that the same shift may come from."""

from ml.model.life_stages.history import (
    ANOTHER_STORE,
    OTHER_HOURS,
    USUAL_STORE,
    WORKING_HOURS,
    Kind,
)
from ml.model.life_stages.signs import Sign, Usual, rivals
from tests.ml.model.life_stages.households import LAMPS, NAPPIES, stage

SOME = Usual(0.1, 1.0)


def category(name: str, ratio: float) -> Sign:
    return Sign(Kind.CATEGORY, name, ratio, SOME)


def test_stages_with_different_signs_are_no_rivals() -> None:
    assert rivals([stage(LAMPS), stage(NAPPIES)]) == [(), ()]


def test_more_in_one_and_less_in_the_other_is_no_rivalry() -> None:
    """Nappies come with a child and go when it grows: nobody takes the one for the other."""
    coming, going = stage(category("Nappies", 5.0)), stage(category("Nappies", 0.5))
    before = stage(category("Nappies", 1.0))

    assert rivals([coming, going, before]) == [(), (), ()]


def test_a_visit_more_elsewhere_is_a_visit_less_here() -> None:
    moved = stage(LAMPS, Sign(Kind.STORE, ANOTHER_STORE, 8.0, SOME))
    retired = stage(Sign(Kind.STORE, USUAL_STORE, 0.3, SOME))
    loyal = stage(Sign(Kind.STORE, USUAL_STORE, 3.0, SOME))

    assert rivals([moved, retired, loyal]) == [(1,), (0,), ()]
    by_day = stage(Sign(Kind.DAYPART, WORKING_HOURS, 3.0, SOME))
    by_night = stage(Sign(Kind.DAYPART, OTHER_HOURS, 0.3, SOME))
    assert rivals([by_day, by_night]) == [(1,), (0,)]


def test_the_rivals_of_a_rival_are_rivals() -> None:
    one = stage(category("Wine", 0.5))
    between = stage(category("Wine", 0.4), category("Beer", 0.5))
    other = stage(category("Beer", 0.3))

    assert [set(each) for each in rivals([one, other, between])] == [{1, 2}, {0, 2}, {0, 1}]
