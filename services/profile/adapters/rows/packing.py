"""Events, states and snapshots as bytes: MessagePack arrays that begin with their format.

Source of the choice: MessagePack writes lists of numbers and strings about ten times faster than
objects are written field by field, and needs no schema beside the code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import starmap
from operator import attrgetter
from typing import Any

import msgpack

from services.profile.domain.history.events import Event, EventLine, EventType, Party
from services.profile.domain.history.item_histories import ItemColumns, ItemHistory, columnar
from services.profile.domain.history.purchase_lines import CategoryHistory, LineSums
from services.profile.domain.history.questions import Ask, AskedQuestion, Given, QuestionHistory
from services.profile.domain.history.state import (
    Basket,
    CustomerState,
    Impression,
    OfferHistory,
    Shelf,
)
from services.profile.domain.privacy.consent import Consents, Purpose, Statement
from services.profile.domain.snapshot import Columns, Exposure
from services.profile.domain.traits import Traits
from services.profile.domain.traits.tendencies import Evidence

FORMAT = 4
"""The layout below. Format 1 is still read: its lines have no category and no brand, and its states
know nothing of categories, sums of lines, days and hours: these count from the next event on,
and what follows from them is unknown until then. What a state of format 2 lacks at its end was
not kept yet when it was written; questions stand behind everything else, and only where there are
any, and behind them what lies apart, likewise. Until format 3 a state held its items one by one, by
name, not in columns. Since format 4 a basket tells the category of each item, as its place among
the categories by name, and a snapshot's evidence tells of choices within categories; what stood
there before is read as nothing known. So are the parts of the week that were counted by month, by
name, before hours were."""


_SUMS = 8
"""Values of a state of format 1 behind its items, baskets and offers."""
_CALENDAR = 4
"""Values of a state that tell of days, hours, hours by month and stores by month."""
_COLUMNS = 10
"""Values of the columns of format 1."""
_NOT_WRITTEN: tuple[Any, ...] = (Evidence(), ())
"""What stands for columns behind those, where they were not written."""
_CHOICES = 2
"""Values at the end of evidence that tell of choices within categories."""
_WITH_CHOICES = 4
"""The format in which they began to: before, they told of all items."""
_EVENT_VALUES = 9
"""Values of an event that is about no question."""
_TRAITS = attrgetter(*(each.name for each in fields(Traits)))


class UnknownFormat(ValueError):
    """The bytes were written by a newer version of this service."""


def pack_event(event: Event) -> bytes:
    """Return an event as bytes, without what has a column of its own."""
    return _pack(
        *(event.channel, event.store, event.place, int(event.party), event.lines),
        *(event.offer_id, event.text, event.rating, event.decision_id),
        *((event.question_id, event.answer_id) if event.question_id else ()),
    )


def unpack_event(
    content: bytes, *, source: str, event_id: str, event_type: int, occurred_micros: int
) -> Event:
    """Return the event of ``pack_event`` and of the columns beside it."""
    *before, offer_id, text, rating, decision_id, question_id, answer_id = _told(content)
    channel, store, place, party, lines = before
    return Event(
        source=source,
        event_id=event_id,
        type=EventType(event_type),
        occurred_micros=occurred_micros,
        channel=channel,
        store=store,
        place=place,
        party=Party(party),
        lines=tuple(starmap(EventLine, lines)),
        offer_id=offer_id,
        text=text,
        rating=rating,
        decision_id=decision_id,
        question_id=question_id,
        answer_id=answer_id,
    )


def pack_state(state: CustomerState) -> bytes:
    """Return the state of a customer as bytes: equal states, however they came about, are equal."""
    categories = {
        name: tuple(_sorted(each) if isinstance(each, dict) else each for each in category)
        for name, category in sorted(state.categories.items())
    }
    items = columnar(state.items)
    places = {"": -1} | {name: place for place, name in enumerate(categories)}
    baskets = [
        (*basket[:-1], [places[each] for each in basket.categories])
        if basket.categories
        else basket[:-1]
        for basket in state.baskets
    ]
    return _pack(
        *(state.event_count, (items.item_ids, *items.columns), baskets),
        _sorted(state.offers),
        *(state.basket_count, state.basket_item_count, state.discounted_basket_count),
        *(state.spend_micros, state.first_basket_seconds, state.last_basket_seconds),
        *(_sorted(state.store_counts), _sorted(state.channel_counts)),
        *(categories, state.lines, _sorted(state.days), _sorted(state.hour_counts)),
        *(_by_month(state.hour_months), _by_month(state.store_months)),
        *((_sorted(state.questions),) if state.questions or state.shelf.item_count else ()),
        *((state.shelf,) if state.shelf.item_count else ()),
    )


def unpack_state(packed: bytes) -> CustomerState:
    """Return the state of ``pack_state``."""
    _, event_count, items, baskets, offers, *rest = _unpack(packed)
    sums, of_lines = rest[:_SUMS], rest[_SUMS:]
    names: list[str] = [""]
    if of_lines:
        categories, lines, *calendar = of_lines
        names = [*categories, ""]
        named = {name: CategoryHistory(*values) for name, values in categories.items()}
        of_lines = [named, _line_sums(lines), *_calendar(calendar[:_CALENDAR])]
        behind = zip((_questions, Shelf._make), calendar[_CALENDAR:], strict=False)
        of_lines += [read(values) for read, values in behind]
    return CustomerState(
        event_count,
        _items(items),
        tuple(_basket(*basket, names=names) for basket in baskets),
        {
            offer_id: OfferHistory(tuple(map(Impression._make, offer[0])), *offer[1:])
            for offer_id, offer in offers.items()
        },
        *sums,
        *of_lines,
    )


def _items(packed: Any) -> ItemColumns:  # columns, or as they were before format 3
    if isinstance(packed, dict):
        return columnar({name: ItemHistory(*values) for name, values in packed.items()})
    return ItemColumns(*packed)


def _line_sums(packed: Any) -> LineSums:
    """Return sums of lines, where more are discounted than told with every priced line as told.

    These began before it was counted of which lines a discount is told.
    """
    lines = LineSums(*packed)
    if lines.discount_told_count >= lines.discounted_count:
        return lines
    return lines._replace(discount_told_count=lines.priced_count)


def _basket(*told: Any, names: Sequence[str]) -> Basket:
    """Return a basket; ``names`` are the categories by place, the empty one at the end."""
    basket = Basket(*told)
    return (
        basket._replace(categories=tuple(names[place] for place in told[-1]))
        if basket.categories
        else basket
    )


def pack_columns(columns: Columns) -> bytes:
    """Return the columns of a snapshot as bytes."""
    return _pack(
        *(columns.item_ids, columns.basket_counts, columns.quantities),
        *(columns.first_bought_seconds, columns.last_bought_seconds),
        *(columns.recent_basket_seconds, columns.recent_basket_sizes),
        *(columns.recent_basket_items, columns.exposures),
        _TRAITS(columns.traits),
        columns.evidence,
        *((columns.asked,) if columns.asked else ()),
    )


def unpack_columns(packed: bytes) -> Columns:
    """Return the columns of ``pack_columns``."""
    written, *values = _unpack(packed)
    values += _NOT_WRITTEN[len(values) - _COLUMNS :]
    exposures, summary, evidence, asked = values[-4:]
    if written < _WITH_CHOICES:
        evidence = evidence[:-_CHOICES]
    values[-4:] = (
        *([Exposure._make(each) for each in exposures], Traits(*summary)),
        *(Evidence(*evidence), tuple(map(AskedQuestion._make, asked))),
    )
    return Columns(*values)


def pack_consents(consents: Consents) -> bytes:
    """Return the statements that hold as bytes."""
    return _pack([(int(purpose), *statement) for purpose, statement in sorted(consents.items())])


def unpack_consents(packed: bytes) -> Consents:
    """Return the statements of ``pack_consents``."""
    _, statements = _unpack(packed)
    return {Purpose(purpose): Statement(*rest) for purpose, *rest in statements}


def _told(content: bytes) -> Any:
    """Return the values of an event, the question and the answer empty where there is none."""
    _, *values = _unpack(content)
    return values if len(values) > _EVENT_VALUES else [*values, "", ""]


def _questions(packed: Mapping[str, Any]) -> dict[str, QuestionHistory]:
    return {
        question_id: QuestionHistory(tuple(map(Given._make, answers)), tuple(map(Ask._make, asks)))
        for question_id, (answers, asks) in packed.items()
    }


def _calendar(packed: Sequence[Any]) -> list[Any]:
    """Return days, hours, hours by month and stores by month, as far as they were written."""
    days, hours, *by_month = packed
    if by_month:
        hour_months, *stores = by_month
        is_named = any(isinstance(each, str) for each in hour_months)
        by_month = [{} if is_named else hour_months, *stores]
    return [days, hours, *by_month]


def _by_month(counts: Mapping[Any, Mapping[int, int]]) -> dict[Any, dict[Any, object]]:
    return {name: _sorted(months) for name, months in sorted(counts.items())}


def _sorted(mapping: Mapping[Any, object]) -> dict[Any, object]:
    return dict(sorted(mapping.items()))


def _pack(*values: object) -> bytes:
    packed: bytes = msgpack.packb((FORMAT, *values))
    return packed


def _unpack(packed: bytes) -> Any:  # what MessagePack read is known to the caller alone
    # Months and hours are keys too, so keys that are no strings are allowed.
    values = msgpack.unpackb(packed, use_list=False, strict_map_key=False)
    if not 1 <= values[0] <= FORMAT:
        raise UnknownFormat(f"format {values[0]} is not known here")
    return values
