"""Towns are deterministic, and a customer's life is their own."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset
from ml.simulation import simulate
from ml.simulation.people import CHARACTERS
from ml.simulation.simulate import Simulation, simulate_town, write_town
from ml.simulation.town import TownConfig, TownError, customer_id
from tests.ml.simulation.conftest import END

AT_HOME_SEED = 5
"""In this town the eleventh customer buys nothing in thirty days."""

SMALL = TownConfig(end=END, customers=30, days=120, items=300)


def test_equal_towns_are_equal_byte_for_byte(tmp_path: Path) -> None:
    write_town(SMALL, tmp_path / "one")
    write_town(SMALL, tmp_path / "other")

    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes(), file.name


def test_a_town_is_the_same_as_it_was_in_earlier_versions() -> None:
    """Figures in the docs, and the demo, are of towns that were drawn before."""
    changed = TownConfig(end=END, customers=30, days=365, items=300, changed_share=1.0)

    assert digest(simulate_town(SMALL).dataset).startswith("23180e58a0f9")
    assert digest(simulate_town(changed).dataset).startswith("2fc328fd57eb")


def test_another_seed_is_another_town() -> None:
    other = TownConfig(end=END, customers=30, days=120, items=300, seed=8)

    assert digest(simulate_town(SMALL).dataset) != digest(simulate_town(other).dataset)


def test_a_life_does_not_depend_on_how_many_others_there_are() -> None:
    small = simulate_town(TownConfig(end=END, customers=10, days=120, items=300))
    large = simulate_town(SMALL)

    ids = small.truth["customer_id"].unique()
    of_large = large.dataset.interactions
    pd.testing.assert_frame_equal(
        of_large[of_large["customer_id"].isin(ids)].reset_index(drop=True),
        small.dataset.interactions,
    )
    pd.testing.assert_frame_equal(
        large.truth[large.truth["customer_id"].isin(ids)].reset_index(drop=True), small.truth
    )


def test_there_may_be_many_of_the_named_characters_by_turns() -> None:
    many = simulate_town(TownConfig(end=END, customers=30, days=120, items=300, characters=4))

    named = many.truth.drop_duplicates("customer_id").set_index("customer_id")["character"]
    assert named.iloc[:8].tolist() == [*CHARACTERS] * 4
    assert named.iloc[8:].isna().all()
    pd.testing.assert_frame_equal(
        many.truth[many.truth["customer_id"] <= customer_id(1)],
        simulate_town(SMALL).truth.query("customer_id <= @customer_id(1)"),
    )


def test_a_town_written_in_chunks_is_the_town_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate, "CHUNK_CUSTOMERS", 7)
    write_town(SMALL, tmp_path / "town")
    monkeypatch.undo()
    whole = simulate_town(SMALL)

    assert digest(read_dataset(tmp_path / "town")) == digest(whole.dataset)
    truth = pd.read_parquet(tmp_path / "town" / "truth.parquet")
    pd.testing.assert_frame_equal(truth, whole.truth)


def test_a_chunk_of_people_who_all_stayed_at_home_is_part_of_the_town(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TownConfig(end=END, customers=11, days=30, items=200, seed=AT_HOME_SEED)
    whole = simulate_town(config)
    assert "customer-0000010" not in set(whole.dataset.interactions["customer_id"])
    monkeypatch.setattr(simulate, "CHUNK_CUSTOMERS", 10)

    write_town(config, tmp_path / "town")

    assert digest(read_dataset(tmp_path / "town")) == digest(whole.dataset)
    truth = pd.read_parquet(tmp_path / "town" / "truth.parquet")
    assert "customer-0000010" in set(truth["customer_id"])


def test_the_history_ends_on_the_last_day_and_fills_the_days(simulation: Simulation) -> None:
    times = simulation.dataset.interactions["occurred_at"]

    assert times.max().date() == END
    assert times.min().date() == date(2025, 7, 1)
    assert times.dt.hour.between(7, 21).all()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("customers", 9, "customers must be 10 to 1,000,000, is 9"),
        ("customers", 1_000_001, "customers must be 10 to 1,000,000"),
        ("days", 29, "days must be 30 to 1,096"),
        ("items", 199, "items must be 200 to 4,000"),
        ("characters", 0, "characters must be 1 to 1,000, is 0"),
        ("stores", 0, "stores must be 1 to 200"),
        ("seed", -1, "seed must be 0 to"),
        ("basket_gap_days", float("nan"), "basket_gap_days must be 1 to 90, is nan"),
        ("changed_share", 1.5, "changed_share must be 0 to 1"),
        ("end", date(1969, 7, 20), "end must be in 1972 to 2200"),
    ],
)
def test_a_town_out_of_bounds_is_refused(field: str, value: object, message: str) -> None:
    with pytest.raises(TownError, match=message):
        TownConfig(**{"end": END, field: value})  # type: ignore[arg-type]  # wrong on purpose


def test_the_shortest_history_still_shows_the_named_characters() -> None:
    short = simulate_town(TownConfig(end=END, customers=10, days=30, items=200, stores=1))

    bought = short.dataset.interactions
    assert {"customer-0000000", "customer-0000001"} <= set(bought["customer_id"])
