"""The figures on new customers, for programs and for people."""

from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import table
from ml.evaluation.metrics import MAIN_METRIC
from ml.training.insight.newcomers import HERE, Newcomers
from ml.training.judging.findings import Document, Findings, intervals, write_findings


def document(found: Newcomers, *, name: str) -> Document:
    """Return the figures as ``json`` takes them; an interval is ``[mean, low, high]``."""
    return {
        "dataset": name,
        "protocol": found.protocol,
        "customers": len(found.judgements[HERE].scores),
        "mean": {each: intervals(one.estimates()) for each, one in found.judgements.items()},
        "difference": {each: intervals(lead) for each, lead in found.leads().items()},
    }


def page(found: Newcomers, dataset: Dataset) -> str:
    """Return the figures as a section in Markdown."""
    asked = (
        f"Protocol {found.protocol}: {len(found.judgements[HERE].scores):,} answers about "
        "customers as if nothing were known of them but, where it says so, the store they visited "
        "last. Means with 95 % intervals, bootstrapped by customer."
    )
    leads = [f"- over {name}: {lead[MAIN_METRIC]}" for name, lead in found.leads().items()]
    parts = [
        f"## New customers of {dataset.description.name}",
        asked,
        table(found.judgements).rstrip(),
        f"Paired lead of {HERE}, {MAIN_METRIC}:",
        "\n".join(leads),
    ]
    return "\n\n".join(parts) + "\n"


def write_newcomers(found: Newcomers, dataset: Dataset, out: Path, *, name: str) -> Findings:
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
        f"{name}-newcomers",
        document=document(found, name=name),
        page=page(found, dataset),
    )
