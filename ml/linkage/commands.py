"""What the commands about probable links do: find them, and tell how right they are."""

from collections.abc import Callable
from pathlib import Path

import grpc
from ofone.profile.v1 import linkage_pb2
from ofone.profile.v1 import linkage_service_pb2 as messages

from ml.dataset.linkage_records import record_table
from ml.dataset.linkage_stream import LinkageAwayError, read_records, send_links
from ml.linkage.linkage_config import LinkageConfig, LinkageError
from ml.linkage.links import ProbableLink, probable_links
from ml.linkage.report import write_study
from ml.linkage.study import StudyConfig, study
from ml.simulation.town import TownError
from ml.training.judging.findings import ResultsError

__all__ = ["KNOWN_ERRORS", "LinkageConfig", "StudyConfig", "judge", "link"]

KNOWN_ERRORS = (LinkageAwayError, LinkageError, ResultsError, TownError)
"""What is told as a sentence."""

Say = Callable[[str], None]


def link(profile: str, config: LinkageConfig, *, say: Say) -> None:
    """Find who is probably one person, and tell the profile service.

    Args:
        profile: ``HOST:PORT`` of the profile service.
        config: how customers are compared.
        say: tells the person.
    """
    with grpc.insecure_channel(profile) as channel:
        records = read_records(channel)
        say(f"{len(records):,} customers allow to be compared")
        run = probable_links(record_table(records), config)
        for name, count in sorted(run.skipped.items()):
            if count:
                say(f"{count:,} blocks of {name.replace('_', ' ')} are too large and were skipped")
        kept, removed = send_links(
            channel, list(map(_message, run.links)), model_version=run.model_version
        )
    say(
        f"{run.pair_count:,} pairs were compared, {kept:,} of them are suggested by "
        f"{run.model_version}; {removed:,} earlier suggestions were removed"
    )


def judge(config: StudyConfig, *, out: Path, say: Say) -> None:
    """Tell on simulated towns how right suggestions are and how much they find; write it down.

    Args:
        config: the towns.
        out: the folder of page and document.
        say: tells the person.
    """
    files = write_study(study(config), config, out)
    say(files.page.read_text(encoding="utf-8"))
    say(files.told)


def _message(found: ProbableLink) -> messages.ProbableLink:
    return messages.ProbableLink(
        customer=f"customers/{found.one}",
        other=f"customers/{found.other}",
        match_probability=found.probability,
        comparisons=[
            linkage_pb2.ComparisonWeight(
                comparison=each.comparison,
                outcome=linkage_pb2.ComparisonOutcome.ValueType(each.outcome),
                weight_bits=each.bits,
            )
            for each in found.reasons
        ],
    )
