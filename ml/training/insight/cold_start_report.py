"""The figures on new items, for programs and for people."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from ml.dataset.dataset import Dataset
from ml.training.insight.cold_start import METRICS, ColdStart, Scores
from ml.training.judging.findings import Document, Findings, intervals, write_findings
from ml.training.learned import Ofone


def document(found: ColdStart, *, name: str) -> Document:
    """Return the figures as ``json`` takes them; an interval is ``[mean, low, high]``."""
    return {
        "dataset": name,
        "protocol": found.protocol,
        "draw": asdict(found.draw),
        "new_items": [len(each.items) for each in found.asked],
        "purchases_withdrawn": [each.purchases for each in found.asked],
        "customers": [len(each.question.truth) for each in found.asked],
        "candidate_recall": float(np.mean(found.candidate_recalls)),
        "purchases_of_candidates": {"said": found.said, "happened": found.happened},
        "among_all": _scores(found.among_all),
        "among_new": _scores(found.among_new),
        "whole_baskets": _scores(found.whole),
    }


def page(found: ColdStart, dataset: Dataset) -> str:
    """Return the figures as a section in Markdown."""
    asked = found.asked
    items, purchases = sum(len(each.items) for each in asked), sum(each.purchases for each in asked)
    customers = sum(len(each.question.truth) for each in asked)
    drawn = (
        f"Protocol {found.protocol}: {found.draw.share:.0%} of the items that are asked for, "
        f"{items:,} items with {purchases:,} purchases, were withdrawn from the histories (seed "
        f"{found.draw.seed}) and stayed in the catalogue; {customers:,} customers bought some of "
        "them next. Recall is of the new items alone. Means with 95 % intervals, bootstrapped by "
        "customer."
    )
    candidates = (
        f"Candidate recall {np.mean(found.candidate_recalls):.4f}; of the new candidates "
        f"{found.said:.0f} purchases were expected, {found.happened} happened."
    )
    parts = [
        f"## New items of {dataset.description.name}",
        drawn,
        candidates,
        "In the list of everything:",
        _table(found.among_all),
        "Among the new items alone:",
        _table(found.among_new),
        "In the list of everything, of all that they bought, known items too:",
        _table(found.whole),
    ]
    return "\n\n".join(parts) + "\n"


def write_cold_start(found: ColdStart, dataset: Dataset, out: Path, *, name: str) -> Findings:
    """Write the figures.

    Args:
        found: what was measured.
        dataset: on what.
        out: the folder, made where it is not there yet.
        name: short name of the data set.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    return write_findings(
        out,
        f"{name}-cold-start",
        document=document(found, name=name),
        page=page(found, dataset),
    )


def _scores(scores: Scores) -> Document:
    return {
        "mean": {name: intervals(each) for name, each in scores.estimates().items()},
        "difference": {name: intervals(each) for name, each in scores.leads().items()},
    }


def _table(scores: Scores) -> str:
    leads = scores.leads()
    heads = [*METRICS, *(f"{Ofone.name}'s lead, {metric}" for metric in METRICS)]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, means in scores.estimates().items():
        cells = [str(means[metric]) for metric in METRICS]
        cells += [str(leads[name][metric]) if name in leads else "" for metric in METRICS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
