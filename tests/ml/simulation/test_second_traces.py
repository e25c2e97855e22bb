"""A town whose people are known under several names."""

from itertools import pairwise

import pytest

from ml.simulation.second_traces import SeenTown, TracesConfig, see_town
from ml.simulation.town import TownError

SMALL = TracesConfig(people=300, days=120, second_share=0.3, guest_share=0.3, tablet_share=0.6)


@pytest.fixture(scope="module")
def seen() -> SeenTown:
    return see_town(SMALL)


def test_equal_towns_are_seen_equally(seen: SeenTown) -> None:
    again = see_town(SMALL)
    assert again.records.equals(seen.records)
    assert again.people.equals(seen.people)


def test_every_name_has_a_person_and_some_persons_have_several(seen: SeenTown) -> None:
    assert list(seen.people.index) == list(seen.records["customer_id"])
    counts = seen.people.value_counts()
    assert set(counts) == {1, 2, 3}
    assert 0.3 < (counts > 1).mean() < 0.6


def test_names_tell_nothing_of_who_is_one_person(seen: SeenTown) -> None:
    persons = seen.people.to_numpy()
    assert (persons[1:] == persons[:-1]).mean() < 0.02


def test_two_names_of_one_person_mostly_have_favourites_in_common(seen: SeenTown) -> None:
    items = seen.records.set_index("customer_id")["items"].map(set)
    groups = seen.people.groupby(seen.people).groups.values()
    own = [len(items[names[0]] & items[names[1]]) for names in groups if len(names) > 1]
    others = [len(one & other) for one, other in pairwise(items)]
    assert sum(own) / len(own) > 2 * sum(others) / len(others)


def test_without_second_names_everybody_has_one() -> None:
    alone = see_town(
        TracesConfig(people=60, days=60, second_share=0, guest_share=0, tablet_share=0)
    )
    assert alone.people.is_unique
    assert not alone.records["shared_devices"].map(len).any()


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(TownError, match="0 to 1"):
        TracesConfig(second_share=1.2)
