"""Lines of a file as events: lines that follow each other with one id are one event."""

from collections.abc import Iterable, Iterator, Sequence

from ofone.profile.v1.event_pb2 import Event

from services.console.importing.drafts import (
    Cells,
    Draft,
    Plain,
    Refused,
    column_at,
    id_of_content,
    incomplete,
)
from services.console.importing.mapping import EVENT_WORDS, LINE_WORDS, ImportMapping
from services.console.importing.rows import Row
from services.console.reading.plain_messages import read_message
from services.serving.failures import Failure, FieldViolation

MOST_LINES = 2_000
"""What the service takes in one event."""

_TOO_MANY = FieldViolation("lines", "TOO_MANY", f"an event has at most {MOST_LINES:,} lines")

_MAY_DIFFER = frozenset({"occurred_at"})
"""A till writes the second of every line: that of the first line is the event's."""


def event_drafts(rows: Iterable[Row], mapping: ImportMapping) -> Iterator[Draft | Refused]:
    """Yield the events of a file, and what is refused of it."""
    given = {*mapping.columns, *mapping.same}
    of_event, of_line = sorted(given & EVENT_WORDS), sorted(given & LINE_WORDS)
    group: list[_Told] = []
    unreadable: Row | None = None
    for row in rows:
        if row.mistake is not None:
            yield Refused(row, "", row.mistake)
            unreadable = row
            continue
        told = _Told(row, mapping, of_event, of_line)
        if group and not told.continues(group[0]):
            yield from _event(group, mapping)
            group = []
        if group and unreadable is not None:
            told.refused.extend(incomplete([row], besides=unreadable))
        unreadable = None
        if len(group) > MOST_LINES:  # it is refused as it is; more of it need not be held
            yield Refused(row, "", _TOO_MANY)
        else:
            group.append(told)
    if group:
        yield from _event(group, mapping)


class _Told:
    """What one line says."""

    def __init__(
        self, row: Row, mapping: ImportMapping, of_event: Sequence[str], of_line: Sequence[str]
    ) -> None:
        cells = Cells(row, mapping)
        self.row = row
        self.event = cells.said(of_event)
        self.identifiers = cells.identifiers()
        self.line = cells.said(of_line)
        self.refused = cells.refused
        if mapping.negative_quantity == "return":
            self._turn_round()
        if mapping.ids == "content":
            self.event["event_id"] = id_of_content(
                {**self.event, "identifiers": self.identifiers, "line": self.line}
            )
        self.key = (self.event.get("source"), self.event.get("event_id"))

    def _turn_round(self) -> None:
        """Make a return of what many tills write as a purchase of less than nothing."""
        quantity = self.line.get("quantity")
        if isinstance(quantity, float) and quantity < 0:
            self.line["quantity"] = -quantity
            self.event["type"] = "return"

    def continues(self, first: "_Told") -> bool:
        """Whether it belongs to the event that began with ``first``."""
        return self.key == first.key and self.key[1] is not None

    def difference(self, first: "_Told") -> str:
        """Return the word under which it says something else than ``first``; empty for none."""
        if self.identifiers != first.identifiers:
            return "identifiers"
        words = sorted({*self.event, *first.event} - _MAY_DIFFER)
        return next((each for each in words if self.event.get(each) != first.event.get(each)), "")


def _event(group: Sequence[_Told], mapping: ImportMapping) -> Iterator[Draft | Refused]:
    first, rows = group[0], tuple(told.row for told in group)
    refused = [each for told in group for each in told.refused]
    for told in group[1:]:
        word = told.difference(first)
        if word:
            sentence = f"says another {word} than line {first.row.line} of the same event"
            violation = FieldViolation(word, "DIFFERS", sentence)
            refused.append(Refused(told.row, column_at(word, told.row, mapping), violation))
    draft = None
    if not refused:
        plain: Plain = {**first.event, "identifiers": first.identifiers}
        lines = [told.line for told in group if told.line]
        if lines:
            plain["lines"] = lines
        try:
            draft = Draft(read_message(Event, plain), rows)
        except Failure as failure:
            placed = Draft(Event(), rows)
            refused = [placed.blame(each, mapping)[0] for each in failure.violations]
    if draft is not None:
        yield draft
        return
    yield from refused
    guilty = {each.row.line for each in refused}
    others = [row for row in rows if row.line not in guilty]
    yield from incomplete(others, besides=refused[0].row)
