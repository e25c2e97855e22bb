"""What makes a learned bundle a model with a name: origin, figures, version; the same every time.

Services read how old a model is from when it was made. That is the moment of the latest purchase
it knows: a clock would give two runs of the same data different bytes, and how old its knowledge
is says more than how old its file is.
"""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime

from ml.model.bundle import Bundle
from ml.model.bundle_folder import content_version


def sealed(bundle: Bundle, *, dataset_digest: str, metrics: Mapping[str, float]) -> Bundle:
    """Return the bundle with its origin, its figures and the version its content has.

    Args:
        bundle: as ``learn`` returns it.
        dataset_digest: of what it learned from.
        metrics: of an evaluation; quality travels along, milliseconds and memory do not, for they
            belong to the machine that measured them.
    """
    facts = dataclasses.replace(
        bundle.facts,
        created=datetime.fromtimestamp(bundle.facts.as_of_seconds, UTC).isoformat(),
        dataset_digest=dataset_digest,
        metrics={name: each for name, each in metrics.items() if _is_quality(name)},
    )
    unnamed = dataclasses.replace(bundle, facts=facts)
    named = dataclasses.replace(facts, version=content_version(unnamed))
    return dataclasses.replace(unnamed, facts=named)


def _is_quality(name: str) -> bool:
    return "_at_" in name or name in ("candidate_recall", "calibration_error")
