"""What training does for customers who are to be forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc

from ml.dataset.erasure import erase_from_folder
from ml.dataset.pending_erasures import (
    ErasureAwayError,
    PendingErasures,
    confirm_erasures,
    pending_erasures,
)
from ml.dataset.violations import DatasetError

KNOWN_ERRORS = (DatasetError, ErasureAwayError, OSError)
"""What is told as a sentence."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who was forgotten in data sets, and is not confirmed yet."""

    erasures: tuple[str, ...] = ()
    """``erasures/{erasure}`` of each."""
    line_count: int = 0
    """Lines that were removed for all of them together."""


def forget(profile: str, folders: Sequence[Path], *, say: Say) -> Forgotten:
    """Remove whoever is to be forgotten from dataset folders; what is said names nobody.

    Args:
        profile: HOST:PORT of the profile service.
        folders: That may hold them.
        say: Takes a sentence.

    Raises:
        Exception: one of ``KNOWN_ERRORS``; what was removed by then is, and again is harmless.
    """
    with grpc.insecure_channel(profile) as channel:
        pending = pending_erasures(channel)
    removed = sum(_forget_in(folder, pending, say) for folder in folders)
    say(f"customers to be forgotten: {len(pending.names):,}; lines removed: {removed:,}")
    return Forgotten(pending.names, removed)


def confirm(profile: str, forgotten: Forgotten, *, model_version: str, say: Say) -> None:
    """Say that they are forgotten, from a model version on.

    Args:
        profile: HOST:PORT of the profile service.
        forgotten: Who.
        model_version: The first published one whose data set held nothing of them.
        say: Takes a sentence.

    Raises:
        ErasureAwayError: when it cannot be told.
    """
    if not forgotten.erasures:
        return
    with grpc.insecure_channel(profile) as channel:
        confirm_erasures(
            channel,
            forgotten.erasures,
            line_count=forgotten.line_count,
            model_version=model_version,
        )
    count = len(forgotten.erasures)
    say(f"erasures confirmed: {count:,}; {model_version} learned nothing from these customers")


def _forget_in(folder: Path, pending: PendingErasures, say: Say) -> int:
    removed = erase_from_folder(folder, pending.customer_ids)
    if removed:
        say(f"{removed:,} lines were removed from {folder}, whose digest is another one now")
    return removed
