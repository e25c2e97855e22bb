"""The finished steps of a run: kept among its artifacts, so that a run that was killed goes on.

A run has two long steps: it is evaluated, and it learns from everything. Each leaves all that the
steps behind it need, and then a tag that says so. The same data, consents, configuration, code and
libraries give a run the same key; whoever starts such a run anew finds the one that never finished
and takes its finished steps up. What they hold does not depend on who made them, to the byte, so
that two who work on one run at once do no harm.
"""

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ml.model.bundle import Bundle, BundleError
from ml.model.bundle_folder import read_bundle
from ml.training.gate.evidence import Comparison
from ml.training.gate.reliability import Reliability
from ml.training.versions.provenance import code_digest, environment
from ml.training.versions.registry import Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT

KEY_TAG = "run_key"
"""The tag of a run by which one that was killed is found again."""

EVALUATED_TAG = "finished_evaluation"
LEARNED_TAG = "finished_learning"
DONE = "true"

EVALUATED_ARTIFACT = "evaluated.json"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the steps behind an evaluation need of it."""

    metrics: dict[str, float]
    """As ``Evaluation.metrics`` returns them."""
    summary: str
    """What a person at the command line is told."""
    comparison: Comparison
    reliability: Reliability

    def write(self, folder: Path) -> None:
        """Write it into an existing folder."""
        text = json.dumps(dataclasses.asdict(self), indent=1)
        (folder / EVALUATED_ARTIFACT).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Evaluated":
        """Read what ``write`` wrote."""
        document = json.loads(path.read_text(encoding="utf-8"))
        found = document["reliability"]
        lists = {name: tuple(found[name]) for name in ("said", "happened")}
        return cls(
            metrics=document["metrics"],
            summary=document["summary"],
            comparison=Comparison(**document["comparison"]),
            reliability=Reliability(**found | lists),
        )


def run_key(
    data_digest: str, parameters: Mapping[str, str], consents: Mapping[str, bool] | None
) -> str:
    """Return what two runs share that must end in the same bundle and in the same figures.

    Args:
        data_digest: of what is learned from.
        parameters: that a byte of the bundle may depend on.
        consents: by which customers are counted apart; ``None`` where they are not known.
    """
    told = None if consents is None else sorted(consents.items())
    parameters = dict(sorted(parameters.items()))
    identity = [data_digest, parameters, told, code_digest(), environment()]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


def kept_evaluation(registry: Registry, run_id: str) -> Evaluated | None:
    """Return the evaluation that a run has finished; ``None`` where it has not."""
    if registry.tags(run_id).get(EVALUATED_TAG) != DONE:
        return None
    with tempfile.TemporaryDirectory() as temporary:
        return Evaluated.read(registry.download(run_id, EVALUATED_ARTIFACT, Path(temporary)))


def kept_bundle(registry: Registry, run_id: str) -> Bundle | None:
    """Return the bundle that a run has learned; ``None`` where it has not, or it was damaged."""
    if registry.tags(run_id).get(LEARNED_TAG) != DONE:
        return None
    with tempfile.TemporaryDirectory() as temporary:
        try:
            return read_bundle(registry.download(run_id, BUNDLE_ARTIFACT, Path(temporary)))
        except BundleError:
            return None
