"""Stages of life, on the wire."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import life_pb2

from ml.model.life_stages.finding import LifeStage
from ml.model.life_stages.words import sentence
from services.profile.domain.history.moments import seconds_of_month


def life_messages(stages: Iterable[LifeStage]) -> list[life_pb2.LifeStage]:
    """Return stages with what speaks for them."""
    return [
        life_pb2.LifeStage(
            name=stage.name,
            display_name=stage.display_name,
            sensitive=stage.is_sensitive,
            probability=stage.probability,
            since_time=_start(stage.since_month),
            earliest_time=_start(stage.earliest_month),
            latest_time=_start(stage.latest_month),
            evidence=[
                life_pb2.LifeStageEvidence(
                    sign=each.name,
                    count=each.count,
                    usual_count=each.usual_count,
                    explanation=sentence(each, stage),
                )
                for each in stage.evidence
            ],
        )
        for stage in stages
    ]


def _start(month: int) -> Timestamp:
    return Timestamp(seconds=seconds_of_month(month))
