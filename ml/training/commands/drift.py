"""What the command about drift does."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from ml.dataset.folder import read_dataset
from ml.dataset.split import SplitError
from ml.dataset.violations import DatasetError
from ml.evaluation.question import targets_as_baskets
from ml.model.bundle import Bundle, BundleError
from ml.model.bundle_folder import read_bundle
from ml.model.bundle_manifest import MANIFEST
from ml.model.bundle_watch import CURRENT
from ml.training.drift.report import DriftError, DriftReport, Verdict, drift_report
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import standing
from ml.training.versions.registry import Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT

KNOWN_ERRORS = (BundleError, DatasetError, DriftError, OSError, RegistryError, SplitError)
"""What is told as a sentence."""

Say = Callable[[str], None]


def drift(
    dataset: Path,
    bundle: Bundle,
    *,
    days: int,
    out: Path | None,
    show_progress: bool,
    say: Say,
) -> DriftReport:
    """Tell what drifts, and write it down where ``out`` is given.

    Args:
        dataset: a dataset folder.
        bundle: the model.
        days: how many of the last days are looked at.
        out: a Markdown file to write; a JSON file of the same name is written beside it.
        show_progress: whether a bar is drawn.
        say: takes what is told.
    """
    whole = targets_as_baskets(read_dataset(dataset))
    report = drift_report(bundle, whole, days=days, show_progress=show_progress)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(report.to_markdown(), encoding="utf-8")
        out.with_suffix(".json").write_text(report.to_json() + "\n", encoding="utf-8")
    say(report.to_markdown())
    found = [each.statistic for each in report.lines if each.verdict is Verdict.DRIFTS]
    say(f"drifts: {', '.join(found)}" if found else "nothing drifts")
    return report


def bundle_in(folder: Path) -> Bundle:
    """Return the bundle in a folder: its own, or the one that is current in a model folder.

    Raises:
        BundleError: when it may not be used.
    """
    is_bundle = (folder / MANIFEST).exists() or not (folder / CURRENT).exists()
    return read_bundle(folder if is_bundle else folder / CURRENT)


def champion_bundle(tracking_uri: str, name: str) -> Bundle:
    """Return the bundle of the champion, as the promotion log knows it.

    Raises:
        DriftError: when nobody was ever promoted.
        RegistryError: when there is no model of that name, or MLflow is away.
        BundleError: when the bundle may not be used.
    """
    registry = Registry(tracking_uri)
    version = standing(registry, name).champion
    if version is None:
        raise DriftError(f"{name!r} has no champion; promote one, or give --bundle")
    with tempfile.TemporaryDirectory() as temporary:
        return read_bundle(registry.download(version.run_id, BUNDLE_ARTIFACT, Path(temporary)))
