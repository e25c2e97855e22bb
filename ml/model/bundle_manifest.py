"""The manifest of a bundle: what it says about itself, and what it vouches for.

``manifest.json`` states format, version, origin, parameters, metrics, and digest, shape and type of
every file of the folder.
"""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ml.model.bundle import BundleError, ModelFacts

FORMAT_VERSION = 2
MANIFEST = "manifest.json"

_LARGEST = float(np.finfo(np.float32).max)
_END_OF_TIME_SECONDS = 253_402_300_800
"""The year 10000, which no calendar here can write."""


def write_manifest(folder: Path, facts: ModelFacts, files: Mapping[str, dict[str, Any]]) -> None:
    """Write the manifest of a folder; ``files`` tells what is true of each file, as JSON."""
    manifest = {"format": FORMAT_VERSION, **dataclasses.asdict(facts), "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest, whose ``files`` has a table for each file.

    Raises:
        BundleError: when it is missing, malformed or of another format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except OSError as error:
        raise BundleError("MISSING_FILE", f"{MANIFEST}: {error.strerror}") from error
    except ValueError as error:
        raise BundleError("BAD_MANIFEST", f"not JSON: {error}") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise BundleError("BAD_MANIFEST", "the manifest lists no files")
    if not all(isinstance(promised, dict) for promised in manifest["files"].values()):
        raise BundleError("BAD_MANIFEST", "the manifest says nothing about a file it lists")
    if manifest.get("format") != FORMAT_VERSION:
        raise BundleError("BAD_FORMAT", f"format {manifest.get('format')}, not {FORMAT_VERSION}")
    return manifest


def facts_in(manifest: dict[str, Any]) -> ModelFacts:
    """Return what the manifest says about the model.

    Raises:
        BundleError: when a fact is missing or malformed.
    """
    try:
        facts = ModelFacts(
            **{each.name: manifest[each.name] for each in dataclasses.fields(ModelFacts)}
        )
    except KeyError as error:
        raise BundleError("BAD_MANIFEST", f"the manifest does not state {error}") from error
    for name, wanted in (("version", str), ("dataset_digest", str), ("as_of_seconds", int)):
        if not isinstance(getattr(facts, name), wanted):
            raise BundleError("BAD_MANIFEST", f"{name} of the manifest is malformed")
    if abs(facts.as_of_seconds) >= _END_OF_TIME_SECONDS:
        raise BundleError("BAD_MANIFEST", "as_of_seconds of the manifest is no time")
    try:
        aware = datetime.fromisoformat(facts.created).tzinfo is not None
    except (TypeError, ValueError):
        aware = False
    if not aware:
        raise BundleError("BAD_MANIFEST", "created of the manifest is not a time with its zone")
    numbers = (facts.regularization, facts.alpha, facts.gap_log_mean, facts.gap_log_std)
    if not all(isinstance(number, int | float) and abs(number) <= _LARGEST for number in numbers):
        raise BundleError("NOT_FINITE", "a parameter of the manifest is not a finite number")
    return facts
