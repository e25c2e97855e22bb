"""What the lines of purchases add up to, and the same for each category."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.profile.domain.history.events import MICROS, EventLine
from services.profile.domain.history.sums import counted, earliest, total

CATEGORY_MONTHS = 24
"""Calendar months of a category that are kept, the latest one included: two of each season."""


class LineSums(NamedTuple):
    """All lines of all purchases; a line is priced when its source told a price above 0."""

    line_count: int = 0
    unit_micros: int = 0
    priced_count: int = 0
    discounted_count: int = 0
    """Of the priced lines, those with a discount."""
    discounted_list_micros: int = 0
    """What the discounted lines would have cost without it."""
    discount_micros: int = 0
    """What was taken off them, no more than a line's price."""
    discount_told_count: int = 0
    """Of the priced lines, those of which a discount was told, be it none; some tills never do."""


class CategoryHistory(NamedTuple):
    """One category over all baskets. Times are seconds since 1970."""

    basket_count: int
    line_count: int
    first_seconds: int
    last_seconds: int
    priced_count: int
    """Lines that something was paid for."""
    log_price_micros: int
    """Sum over them of the logarithm of what one unit was paid with, discount deducted."""
    months: Mapping[int, int]
    """Lines by months since January 1970, the latest ``CATEGORY_MONTHS``."""
    brands: Mapping[str, int]
    """Lines by brand; those of no brand are not counted."""


class Receipt(NamedTuple):
    """What one basket comes to."""

    sums: LineSums
    paid_micros: int
    """A discount is taken off its line, but nothing is paid back."""
    categories: Mapping[str, CategoryHistory]
    """Lines of no category are left out."""


def receipt_of(lines: Sequence[EventLine], *, seconds: int, month: int) -> Receipt:
    """Return what the lines of a basket of this moment come to, in one pass over them."""
    units = priced = discounted = discounted_list = discount = paid_in_all = told = 0
    groups: dict[str, _Group] = {}
    for line in lines:
        units += micros(line.quantity)
        listed = micros(line.quantity * line.unit_price) if line.unit_price else 0
        off = min(micros(line.discount), listed) if listed and line.discount else 0
        paid = listed - off
        priced += listed > 0
        told += listed > 0 and line.discount is not None
        if off:
            discounted += 1
            discounted_list += listed
            discount += off
        paid_in_all += paid
        if line.category:
            if (group := groups.get(line.category)) is None:
                group = groups[line.category] = _Group()
            group.add(line, paid)
    units, paid_in_all = total(units, 0), total(paid_in_all, 0)
    off_sums = total(discounted_list, 0), total(discount, 0)
    return Receipt(
        LineSums(len(lines), units, priced, discounted, *off_sums, told),
        paid_in_all,
        {category: group.history(seconds, month) for category, group in groups.items()},
    )


def merge_sums(one: LineSums, other: LineSums) -> LineSums:
    """Return the sums of the lines of both."""
    return LineSums(
        one.line_count + other.line_count,
        total(one.unit_micros, other.unit_micros),
        one.priced_count + other.priced_count,
        one.discounted_count + other.discounted_count,
        total(one.discounted_list_micros, other.discounted_list_micros),
        total(one.discount_micros, other.discount_micros),
        one.discount_told_count + other.discount_told_count,
    )


def merge_categories(one: CategoryHistory, other: CategoryHistory) -> CategoryHistory:
    """Return the history of a category whose baskets are those of both."""
    return CategoryHistory(
        one.basket_count + other.basket_count,
        one.line_count + other.line_count,
        earliest(one.first_seconds, other.first_seconds),
        max(one.last_seconds, other.last_seconds),
        one.priced_count + other.priced_count,
        one.log_price_micros + other.log_price_micros,
        merge_months(one.months, other.months),
        counted(one.brands, other.brands),
    )


def micros(value: float) -> int:
    """Return an amount or a quantity in whole millionths."""
    return round(value * MICROS)


def merge_months(one: Mapping[int, int], other: Mapping[int, int]) -> Mapping[int, int]:
    """Return the counts of both by month, the latest ``CATEGORY_MONTHS`` of them.

    A month is cut under the same rule however states are put together: what is too old beside a
    part is too old beside the whole.
    """
    months = counted(one, other)
    oldest = max(months) - CATEGORY_MONTHS
    if min(months) > oldest:
        return months
    return {month: count for month, count in months.items() if month > oldest}


class _Group:
    """The lines of one category in one basket."""

    __slots__ = ("brands", "line_count", "log_price", "priced")

    def __init__(self) -> None:
        self.line_count = self.priced = self.log_price = 0
        self.brands: dict[str, int] = {}

    def add(self, line: EventLine, paid: int) -> None:
        self.line_count += 1
        if paid:
            self.priced += 1
            self.log_price += micros(math.log(paid / MICROS / line.quantity))
        if line.brand:
            self.brands[line.brand] = self.brands.get(line.brand, 0) + 1

    def history(self, seconds: int, month: int) -> CategoryHistory:
        months = {month: self.line_count}
        return CategoryHistory(
            *(1, self.line_count, seconds, seconds),
            *(self.priced, self.log_price, months, self.brands),
        )
