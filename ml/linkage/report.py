"""What the study of probable links found, for programs and for people."""

from dataclasses import asdict
from pathlib import Path

from ml.evaluation.intervals import Estimate
from ml.linkage.study import Measured, StudyConfig, StudyFindings
from ml.training.judging.findings import Findings, table, write_findings


def write_study(found: StudyFindings, config: StudyConfig, folder: Path) -> Findings:
    """Write page and document.

    Raises:
        ResultsError: when the folder may not be written.
    """
    document = {"config": asdict(config), "found": asdict(found)}
    return write_findings(folder, "linkage", document=document, page=_page(found, config))


def _page(found: StudyFindings, config: StudyConfig) -> str:
    rows = [_row(f"rule: {found.rule.name}", found.rule)]
    rows += [_row(f"probability of at least {each.name}", each) for each in found.by_threshold]
    seeds = ", ".join(map(str, config.seeds))
    return f"""# Who is probably one person

Simulated towns of {config.people:,} people each (seeds {seeds}), known under {found.name_count:,}
names in all. {found.pair_count:,} pairs of names are of one person; {_share(found.compared)}
of these were compared at all.

{table(("suggested", "pairs", "right", "found"), rows)}

*Right*: share of the suggested pairs that are one person; *found*: share of the pairs of one
person that are suggested; both with 95 % intervals over people.
"""


def _row(name: str, measured: Measured) -> tuple[str, ...]:
    precision = _share(measured.precision) if measured.precision else "-"
    return name, f"{measured.suggested_count:,}", precision, _share(measured.recall)


def _share(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
