"""What it is worth to know what others brought home: a page and a document."""

from pathlib import Path

from ml.training.insight.homes import (
    FRESH_DAYS,
    HOME,
    LENGTH,
    OWN,
    RECALL,
    WASTED,
    HomesConfig,
    HomesWorth,
)
from ml.training.judging.findings import Document, Findings, intervals, table, write_findings


def write_homes(found: HomesWorth, config: HomesConfig, out: Path) -> Findings:
    """Write page and document into a folder, made where it is missing.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    return write_findings(
        out, "households", document=document(found, config), page=page(found, config)
    )


def document(found: HomesWorth, config: HomesConfig) -> Document:
    """Return the figures as ``json`` takes them; an interval is ``[mean, low, high]``."""
    return {
        "customers": len(found.scores[OWN]),
        "town": {
            "customers": config.customers,
            "seed": config.seed,
            "shared_homes": config.shared_homes,
        },
        "mean": {name: intervals(each) for name, each in found.estimates().items()},
        "difference": intervals(found.leads()),
    }


def page(found: HomesWorth, config: HomesConfig) -> str:
    """Return the same as a section in Markdown."""
    means, leads = found.estimates(), found.leads()
    rows = [
        [name, str(means[OWN][name]), str(means[HOME][name]), str(leads[name])]
        for name in (RECALL, WASTED)
    ]
    about = (
        f"{len(found.scores[OWN]):,} who live with another in a simulated town of "
        f"{config.customers:,} (seed {config.seed}). {WASTED}: of the first {LENGTH} items, those "
        f"that the other brought home in the last {FRESH_DAYS} days and that the customer did not "
        "buy. Means with 95 % intervals; the difference is paired."
    )
    figures = table(["", OWN, HOME, "difference"], rows)
    return f"## Households\n\n{about}\n\n{figures}\n"
