"""Random streams: one for each purpose and number, so that nothing shifts anything else.

Another customer, item or week draws from a stream of its own; adding one moves no other.
"""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is for."""

    CATALOGUE = 1
    DISCOUNTS = 2
    CUSTOMER = 3
    ANSWERS = 4
    HOMES = 5
    HOUSE_NEEDS = 6
    TRACES = 7


def stream(seed: int, purpose: Purpose, number: int = 0) -> np.random.Generator:
    """Return the generator of one purpose and number; equal arguments give equal draws."""
    entropy = (seed & 0xFFFFFFFF, seed >> 32, int(purpose), number)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
