"""Settings from the environment: every problem is named at once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from services.serving.settings import SettingsError, load_both, load_settings, variables


@dataclass(frozen=True, slots=True)
class Kettle:
    volume_ml: int
    label: str
    power: float = 2.5
    whistles: bool = False
    manual: Path | None = None
    teas: tuple[str, ...] = ("mint",)

    def __post_init__(self) -> None:
        if self.volume_ml <= 0:
            raise ValueError("KETTLE_VOLUME_ML must be positive")


REQUIRED = {"KETTLE_VOLUME_ML": "1500", "KETTLE_LABEL": "red"}


def test_what_two_classes_lack_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_both((Kettle, "KETTLE"), (Kettle, "POT"), {"KETTLE_LABEL": "red", "POT_LABEL": "blue"})
    assert str(caught.value) == "KETTLE_VOLUME_ML is missing\nPOT_VOLUME_ML is missing"

    both = REQUIRED | {"POT_VOLUME_ML": "500", "POT_LABEL": "blue"}
    kettle, pot = load_both((Kettle, "KETTLE"), (Kettle, "POT"), both)
    assert (kettle.volume_ml, pot.volume_ml) == (1500, 500)


def test_given_variables_are_read_and_the_rest_has_its_default() -> None:
    given = REQUIRED | {
        "KETTLE_WHISTLES": "Yes",
        "KETTLE_MANUAL": "/m",
        "KETTLE_TEAS": "oolong, , rose",
    }

    assert load_settings(Kettle, "KETTLE", given) == Kettle(
        1500, "red", 2.5, whistles=True, manual=Path("/m"), teas=("oolong", "rose")
    )


def test_every_missing_and_malformed_variable_is_named() -> None:
    given = {"KETTLE_LABEL": "", "KETTLE_POWER": "much", "KETTLE_WHISTLES": "perhaps"}
    with pytest.raises(SettingsError) as caught:
        load_settings(Kettle, "KETTLE", given)

    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        "KETTLE_VOLUME_ML is missing",
        "KETTLE_LABEL is missing",
        "KETTLE_POWER is malformed",
        "KETTLE_WHISTLES is malformed",
    ]


def test_bounds_are_checked_after_reading() -> None:
    with pytest.raises(SettingsError, match="KETTLE_VOLUME_ML must be positive"):
        load_settings(Kettle, "KETTLE", REQUIRED | {"KETTLE_VOLUME_ML": "-1"})


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_a_number_that_is_none_is_malformed(number: str) -> None:
    with pytest.raises(SettingsError, match="KETTLE_POWER is malformed"):
        load_settings(Kettle, "KETTLE", REQUIRED | {"KETTLE_POWER": number})


def test_the_variables_and_which_are_required_can_be_listed() -> None:
    listed = variables(Kettle, "KETTLE")

    assert [name for name, required in listed.items() if required] == list(REQUIRED)
    assert len(listed) == 6
