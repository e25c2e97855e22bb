"""One town for all tests that only look at it."""

from datetime import date

import pytest

from ml.simulation.simulate import Simulation, simulate_town
from ml.simulation.town import TownConfig

END = date(2026, 6, 30)


@pytest.fixture(scope="session")
def simulation() -> Simulation:
    return simulate_town(TownConfig(end=END, customers=400))
