"""The customers of a share: always the same ones, as many as were asked for."""

import math
import subprocess
import sys

import pytest

from services.recommendation.domain.share import CustomerShare, place_of

CUSTOMERS = [f"customer-{number:07d}" for number in range(10_000)]
Z = 4.0
"""In one of 16,000 draws a share lies further off than so many standard deviations."""


def members(size: float, salt: str = "spring") -> set[str]:
    share = CustomerShare(size, salt)
    return {each for each in CUSTOMERS if share.holds(each)}


@pytest.mark.parametrize("salt", ["spring", "autumn", ""])
@pytest.mark.parametrize("size", [0.01, 0.1, 0.5, 0.9])
def test_a_share_is_as_large_as_chance_would_make_it(size: float, salt: str) -> None:
    expected, spread = size * len(CUSTOMERS), math.sqrt(size * (1 - size) * len(CUSTOMERS))
    assert abs(len(members(size, salt)) - expected) < Z * spread


def test_nobody_is_in_no_share_and_everybody_in_the_whole() -> None:
    assert members(0.0) == set()
    assert members(1.0) == set(CUSTOMERS)


def test_who_is_not_known_is_in_no_share() -> None:
    assert not CustomerShare(1.0, "spring").holds("")


def test_a_larger_share_holds_the_smaller_one() -> None:
    assert members(0.1) < members(0.2) < members(0.5)


def test_another_salt_draws_other_customers() -> None:
    both = members(0.5) & members(0.5, "autumn")
    # Drawn twice by halves, a quarter is in both.
    assert abs(len(both) - 2_500) < Z * math.sqrt(0.25 * 0.75 * len(CUSTOMERS))


def test_salt_and_customer_are_not_mistaken_for_one_another() -> None:
    assert place_of("bc", "a") != place_of("c", "ab")


def test_a_customer_stands_at_the_same_place_in_every_process() -> None:
    # A place that was looked up once: what changes it moves customers from model to model.
    assert place_of("ada", "challenger") == pytest.approx(0.160289745863, abs=1e-12)
    code = (
        "from services.recommendation.domain.share import place_of;"
        "print(place_of('ada', 'challenger'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(answer.stdout) == place_of("ada", "challenger")
