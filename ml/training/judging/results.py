"""Where an evaluation is written: one folder a data set and protocol, and the latest of each."""

from dataclasses import dataclass
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.training.judging.evaluate import Evaluation
from ml.training.judging.evaluation_document import document
from ml.training.judging.findings import text_of, writing
from ml.training.judging.report import report, write_report


@dataclass(frozen=True, slots=True)
class Results:
    """What was written."""

    document: Path
    """``<name>.json``, the run that was last."""
    page: Path
    """``<name>.md``, the same for people."""
    folder: Path
    """``<name>-<protocol>``: the document, the page, lists and pictures, kept beside the other
    protocol's."""


def write_results(evaluation: Evaluation, dataset: Dataset, out: Path, *, name: str) -> Results:
    """Write an evaluation for programs and for people.

    Args:
        evaluation: what was measured.
        dataset: on what.
        out: the folder, made where it is not there yet.
        name: short name of the data set.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    label = f"{name}-{evaluation.protocol}"
    results = Results(out / f"{name}.json", out / f"{name}.md", out / label)
    text = text_of(document(evaluation, dataset, name=name))
    page = report(evaluation, dataset, pictures=f"{label}/")
    with writing(out):
        results.folder.mkdir(exist_ok=True)
        write_report(evaluation, dataset, results.folder)
        (results.folder / "evaluation.json").write_text(text, encoding="utf-8")
        results.document.write_text(text, encoding="utf-8")
        results.page.write_text(page, encoding="utf-8")
    return results
