"""A closed loop of calls, and figures with their spread."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Call = Callable[[int], object]
"""Makes the n-th call."""

CallerCall = Callable[[int, int], object]
"""Lets a caller, counted from 0, make the n-th call."""


def latencies_ms(call: Call, count: int) -> list[float]:
    """Return the milliseconds of ``count`` calls, one after the other."""
    found = []
    for number in range(count):
        started = time.perf_counter()
        call(number)
        found.append((time.perf_counter() - started) * 1_000)
    return found


def throughput_per_second(call: CallerCall, *, threads: int, seconds: float) -> float:
    """Return how many calls a second ``threads`` callers get answered."""
    counts = [0] * threads
    stop = time.perf_counter() + seconds

    def loop(caller: int) -> None:
        while time.perf_counter() < stop:
            call(caller, caller + counts[caller] * threads)
            counts[caller] += 1

    callers = [threading.Thread(target=loop, args=(caller,)) for caller in range(threads)]
    started = time.perf_counter()
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    return sum(counts) / (time.perf_counter() - started)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure measured several times."""

    name: str
    unit: str
    values: tuple[float, ...]

    def __str__(self) -> str:
        """Return median, least and most."""
        median = statistics.median(self.values)
        return (
            f"{self.name:<50} {median:9.3f} {self.unit:<6} "
            f"({min(self.values):.3f} to {max(self.values):.3f}, {len(self.values)} repeats)"
        )


def ratio(name: str, over: Sequence[float], under: Sequence[float]) -> Figure:
    """Return the ratio of two figures, repeat by repeat."""
    pairs = zip(over, under, strict=True)
    return Figure(name, "x", tuple(first / second for first, second in pairs))
