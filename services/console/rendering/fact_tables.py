"""What sources say a customer is like: what holds, who says so, and who says otherwise."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ofone.profile.v1 import fact_pb2
from ofone.profile.v1.fact_pb2 import FactValue, FactWitness, HeldFact, HeldValue
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, day, plain_number, share_in_percent

_CLAUSES = {
    fact_pb2.FACT_BASIS_DECLARED: "said on {day} in {source}",
    fact_pb2.FACT_BASIS_OBSERVED: "seen on {day} by {source}",
    fact_pb2.FACT_BASIS_BOUGHT_IN: "told on {day} by {source}",
}
_RULES = {
    fact_pb2.FACT_RULE_BASIS: "what is said comes first, then what is seen, then what is bought in",
    fact_pb2.FACT_RULE_NEWER: "the newer one",
    fact_pb2.FACT_RULE_TRUST: "the more trusted one",
    fact_pb2.FACT_RULE_FRESHER: "the later one that day",
    fact_pb2.FACT_RULE_ORDER: "nothing tells them apart",
}


def facts_table(facts: Sequence[HeldFact]) -> Table | None:
    """Return what is known, a line a key; ``None`` for nothing."""
    if not facts:
        return None
    table = Table(title="Facts", title_justify="left", title_style="bold", box=None)
    table.add_column("what is said", overflow="fold")
    for heading in ("fresh", "trust"):
        table.add_column(heading, justify="right")
    for held in facts:
        strongest = held.winner.witnesses[0]
        table.add_row(
            Text(fact_sentence(held)),
            share_in_percent(strongest.freshness),
            plain_number(strongest.trust),
        )
    return table


def fact_sentence(held: HeldFact) -> str:
    """Return what holds under one key, such as ``Household of 3, said on 2 May 2026 in the app``.

    Who says otherwise follows, with the rule that decided.
    """
    said = " and ".join(_clauses(held.winner.witnesses))
    others = [_otherwise(other) for other in held.others]
    why = f" ({_RULES[held.rule]})" if others and held.rule in _RULES else ""
    return "; ".join([f"{held.winner.words}, {said}", *others]) + why


def _clauses(witnesses: Iterable[FactWitness]) -> Iterator[str]:
    """Yield who says so, those together who say it on the same ground and of the same day."""
    alike = groupby(witnesses, key=lambda each: (each.basis, day(at(each.last_observed_at))))
    for (basis, when), same in alike:
        sources = " and ".join(each.source_words for each in same)
        yield _CLAUSES.get(basis, "told on {day} by {source}").format(day=when, source=sources)


def _otherwise(other: HeldValue) -> str:
    sources = [witness.source_words for witness in other.witnesses]
    verb = "says" if len(sources) == 1 else "say"
    return f"{' and '.join(sources)} {verb} {_plain(other.value)}"


def _plain(value: FactValue) -> str:
    match value.WhichOneof("kind"):
        case "number":
            return plain_number(value.number)
        case "flag":
            return "yes" if value.flag else "no"
        case _:
            return value.text
