"""Who is one person, found in the slow and obvious way: sets of names, gone through anew.

Written without a look at the domain's own way, from what its docstring promises.
"""

from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.people.identifier_rules import LinkRules
from services.profile.domain.people.linking import Evidence, Pair

Groups = list[set[TraceId]]


def obviously_shared(evidence: Evidence, rules: LinkRules) -> set[TraceId]:
    """Return the traces that link nobody."""
    found = set()
    for name, trace in evidence.traces.items():
        partners = [other for ends in evidence.links if name in ends for other in ends]
        kinds = [evidence.traces[other].kind for other in partners if other != name]
        most = rules.of(trace.kind).most_partners
        crowded = [
            kind for kind in kinds if rules.of(kind).is_personal and kinds.count(kind) > most
        ]
        if trace.is_blocked or trace.is_shared or crowded or len(kinds) > rules.most_links:
            found.add(name)
    return found


def obvious_people(evidence: Evidence, rules: LinkRules) -> Groups:
    """Return who is one person."""
    nobodys = obviously_shared(evidence, rules)
    groups: Groups = [{name} for name in evidence.traces]
    for ends in sorted(evidence.together):
        _unite(groups, ends, evidence)
    by_hand = [set(group) for group in groups]
    links = [ends for ends in evidence.links if not nobodys & set(ends)]
    for ends in sorted(links, key=lambda each: (evidence.links[each], each)):
        if len(_reached(ends[0], [*links, *evidence.together])) <= rules.most_connected:
            _unite(groups, ends, evidence)
    people: Groups = []
    for group in groups:
        if _is_too_much(group, evidence, rules):
            people += [part for part in by_hand if part <= group]
        else:
            people.append(group)
    return people


def obvious_name(group: set[TraceId], evidence: Evidence, rules: LinkRules) -> CustomerId:
    """Return what somebody is called: by their strongest identifier, the first by the alphabet."""
    by_strength: dict[int, list[str]] = {}
    for name in group:
        strength = rules.of(evidence.traces[name].kind).strength
        by_strength.setdefault(strength, []).append(name)
    return CustomerId(min(by_strength[min(by_strength)]))


def _unite(groups: Groups, ends: Pair, evidence: Evidence) -> None:
    one = next(group for group in groups if ends[0] in group)
    other = next(group for group in groups if ends[1] in group)
    if one is other:
        return
    if any(
        (low in one) != (high in one) and {low, high} <= one | other for low, high in evidence.apart
    ):
        return
    groups.remove(other)
    one |= other


def _reached(start: TraceId, links: list[Pair]) -> set[TraceId]:
    reached = {start}
    while True:
        more = {end for ends in links if reached & set(ends) for end in ends} - reached
        if not more:
            return reached
        reached |= more


def _is_too_much(group: set[TraceId], evidence: Evidence, rules: LinkRules) -> bool:
    kinds = [evidence.traces[name].kind for name in group]
    persons = 1 + len([ends for ends in evidence.together if set(ends) <= group])
    return any(kinds.count(kind) > persons * rules.of(kind).most_a_person for kind in kinds)
