"""Who is one person: a pure function of what was seen together and of what people decided.

A trace is what was seen under one identifier. Two traces told of in one event are linked; traces
that hang together are one person, with four exceptions, each on the careful side:

- an identifier that was blocked, or seen with too many others to be anybody's own, links nobody;
- what people took apart stays apart: of several links that would join it, the one that was told
  of first holds as far as it can;
- more identifiers of a kind than one person may have are not merged at all;
- what people put together stays together, and allows what one more person may have.

Nothing depends on the order in which links became known.

Source: connected components by union-find, Tarjan, "Efficiency of a Good But Not Linear Set Union
Algorithm", 1975; links in the order of Kruskal, 1956.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.profile.domain.history.events import EventKey, TraceId
from services.profile.domain.people.identifier_rules import LinkRules


class Witness(NamedTuple):
    """The first event that told of a link; the order of fields is the order of witnesses."""

    occurred_micros: int
    source: str
    event_id: str

    @property
    def key(self) -> EventKey:
        """Which event it is."""
        return EventKey(self.source, self.event_id)


Pair = tuple[TraceId, TraceId]
"""Two traces, the smaller name first."""


class Trace(NamedTuple):
    """What was seen under one identifier."""

    kind: int
    """Of the identifier; 0 where it is not known."""
    is_blocked: bool = False
    """Whether people said that it is nobody's."""
    is_shared: bool = False
    """Whether it was found to be shared before; it stays so."""

    @property
    def is_closed(self) -> bool:
        """Whether it is known to link nobody."""
        return self.is_blocked or self.is_shared


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against traces being one person."""

    traces: Mapping[TraceId, Trace] = field(default_factory=dict)
    links: Mapping[Pair, Witness] = field(default_factory=dict)
    """Traces told of in one event."""
    together: frozenset[Pair] = frozenset()
    """What people put together."""
    apart: frozenset[Pair] = frozenset()
    """What people took apart."""


def pair(one: TraceId, other: TraceId) -> Pair:
    """Return two traces as a pair."""
    return (one, other) if one < other else (other, one)


def shared_traces(evidence: Evidence, rules: LinkRules) -> frozenset[TraceId]:
    """Return the traces that link nobody: blocked ones, and those seen with too many others."""
    partners: dict[TraceId, Counter[int]] = defaultdict(Counter)
    for low, high in evidence.links:
        partners[low][evidence.traces[high].kind] += 1
        partners[high][evidence.traces[low].kind] += 1
    return frozenset(
        trace_id
        for trace_id, trace in evidence.traces.items()
        if trace.is_closed or _is_crowded(trace, partners[trace_id], rules)
    )


def people(
    evidence: Evidence, rules: LinkRules, sharing: frozenset[TraceId]
) -> tuple[frozenset[TraceId], ...]:
    """Return who is one person: every trace in exactly one set, sets by their smallest name.

    Args:
        evidence: what speaks for it and against it.
        rules: what identifiers may link.
        sharing: the traces that link nobody, as ``shared_traces`` finds them.
    """
    alone = {trace_id: frozenset((trace_id,)) for trace_id in evidence.traces}
    usable = sorted(
        (witness, linked)
        for linked, witness in evidence.links.items()
        if not sharing.intersection(linked)
    )
    units = _joined(alone, sorted(evidence.together), evidence.apart)
    connected = _joined(units, [linked for _, linked in usable], frozenset())
    small = {
        trace_id
        for members in set(connected.values())
        if len(members) <= rules.most_connected
        for trace_id in members
    }
    within = [linked for _, linked in usable if small.issuperset(linked)]
    found = _joined(units, within, evidence.apart)
    by_hand = Counter(found[low] for low, high in evidence.together if found[low] is found[high])
    persons: set[frozenset[TraceId]] = set()
    for members in set(found.values()):
        kinds = Counter(evidence.traces[trace_id].kind for trace_id in members)
        if _is_over(kinds, rules, worth=1 + by_hand[members]):
            persons |= {units[trace_id] for trace_id in members}
        else:
            persons.add(members)
    return tuple(sorted(persons, key=min))


def crowded(pairs: Iterable[Pair], *, most: int) -> frozenset[TraceId]:
    """Return the traces of which more than ``most`` hang together along ``pairs``."""
    near: dict[TraceId, set[TraceId]] = defaultdict(set)
    for low, high in pairs:
        near[low].add(high)
        near[high].add(low)
    found: set[TraceId] = set()
    seen: set[TraceId] = set()
    for start in near:
        if start in seen:
            continue
        reached, frontier = {start}, {start}
        while frontier:
            frontier = {end for each in frontier for end in near[each]} - reached
            reached |= frontier
        seen |= reached
        if len(reached) > most:
            found |= reached
    return frozenset(found)


def held_back(evidence: Evidence, persons: Iterable[frozenset[TraceId]]) -> tuple[Pair, ...]:
    """Return the links that join nobody: both ends are known, and are different people."""
    person_of = {trace_id: members for members in persons for trace_id in members}
    return tuple(
        sorted(
            linked for linked in evidence.links if person_of[linked[0]] is not person_of[linked[1]]
        )
    )


def _is_crowded(trace: Trace, partners: Counter[int], rules: LinkRules) -> bool:
    most = rules.of(trace.kind).most_partners
    return partners.total() > rules.most_links or any(
        count > most for kind, count in partners.items() if rules.of(kind).is_personal
    )


def _joined(
    groups: Mapping[TraceId, frozenset[TraceId]], pairs: Iterable[Pair], apart: frozenset[Pair]
) -> dict[TraceId, frozenset[TraceId]]:
    """Return the group of each trace after joining along ``pairs`` in their order.

    Args:
        groups: the group of each trace before.
        pairs: what to join, as far as nothing in ``apart`` would come together.
        apart: what may not.
    """
    group_of = dict(groups)
    foes: dict[TraceId, set[TraceId]] = defaultdict(set)
    for low, high in apart:
        foes[low].add(high)
        foes[high].add(low)
    for low, high in pairs:
        one, other = group_of[low], group_of[high]
        if one is other or any(foes[trace_id] & other for trace_id in one & foes.keys()):
            continue
        members = one | other
        for trace_id in members:
            group_of[trace_id] = members
    return group_of


def _is_over(kinds: Counter[int], rules: LinkRules, *, worth: int) -> bool:
    """Return whether these are more identifiers of a kind than so many people may have.

    Each time that people put two together allows what one more person may have.
    """
    return any(count > worth * rules.of(kind).most_a_person for kind, count in kinds.items())
