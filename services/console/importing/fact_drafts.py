"""Lines of a file as facts: each column of a fact is one, where it holds a value."""

from collections.abc import Iterable, Iterator

from ofone.profile.v1.fact_pb2 import Fact

from services.console.importing.drafts import Cells, Draft, Plain, Refused, id_of_content
from services.console.importing.mapping import FACT_WORDS, ImportMapping
from services.console.importing.rows import Row
from services.console.reading.plain_messages import read_message
from services.serving.failures import Failure


def fact_drafts(rows: Iterable[Row], mapping: ImportMapping) -> Iterator[Draft | Refused]:
    """Yield the facts of a file, and what is refused of it.

    A fact names its person once, so the first identifier that a line has is taken.
    """
    words = sorted({*mapping.columns, *mapping.same} & FACT_WORDS)
    for row in rows:
        if row.mistake is not None:
            yield Refused(row, "", row.mistake)
            continue
        cells = Cells(row, mapping)
        said = cells.said(words)
        identifiers = cells.identifiers()
        if "customer" not in said and identifiers:
            said["identifier"] = identifiers[0]
        if cells.refused:
            yield from cells.refused
            continue
        for key in mapping.facts:
            yield from _fact(cells, said, key, mapping)


def _fact(cells: Cells, said: Plain, key: str, mapping: ImportMapping) -> Iterator[Draft | Refused]:
    before = len(cells.refused)
    value = cells.fact_value(key)
    yield from cells.refused[before:]
    if value is None:
        return
    plain: Plain = {**said, "key": key, "value": value}
    if mapping.ids == "content":
        plain["fact_id"] = id_of_content(plain)
    elif "fact_id" in plain:
        plain["fact_id"] = f"{plain['fact_id']}.{key}"  # one line, several facts
    try:
        yield Draft(read_message(Fact, plain), (cells.row,), key)
    except Failure as failure:
        placed = Draft(Fact(), (cells.row,), key)
        for each in failure.violations:
            yield from placed.blame(each, mapping)
