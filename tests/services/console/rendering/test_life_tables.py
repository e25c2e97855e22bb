"""Stages of life as people read them."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1.life_pb2 import LifeStage, LifeStageEvidence
from rich.console import Console

from services.console.rendering.life_tables import stages_table


def month(year: int, number: int) -> Timestamp:
    return Timestamp(seconds=int(datetime(year, number, 1, tzinfo=UTC).timestamp()))


def stage(name: str, probability: float, *, sensitive: bool = False) -> LifeStage:
    return LifeStage(
        display_name=name,
        sensitive=sensitive,
        probability=probability,
        since_time=month(2026, 3),
        earliest_time=month(2026, 2),
        latest_time=month(2026, 4),
        evidence=[LifeStageEvidence(explanation=f"{name} things 5 times since March 2026")],
    )


def shown(*stages: LifeStage) -> str:
    console = Console(width=120, no_color=True, legacy_windows=False)
    table = stages_table(stages)
    assert table is not None
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_a_stage_is_told_with_its_months_and_reasons() -> None:
    text = shown(stage("A new home", 0.94))

    assert "A new home" in text
    assert "94 %" in text
    assert "Mar 2026 (Feb to Apr)" in text
    assert "A new home things 5 times since March 2026" in text


def test_the_likeliest_is_first_and_sensitive_ones_are_marked() -> None:
    text = shown(stage("A new home", 0.5), stage("Expecting a child", 0.9, sensitive=True))

    assert text.index("Expecting a child (sensitive)") < text.index("A new home")


def test_what_is_hardly_likely_is_not_told() -> None:
    assert stages_table([stage("A new home", 0.1)]) is None
    assert stages_table([]) is None


def test_one_month_alone_is_told_as_one() -> None:
    certain = stage("A new home", 0.9)
    certain.earliest_time.CopyFrom(month(2026, 3))
    certain.latest_time.CopyFrom(month(2026, 3))

    assert "Mar 2026 " in shown(certain)
    assert " to " not in shown(certain)
