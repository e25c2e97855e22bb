"""The gate takes minutes; what others do to the champion in the meantime is not undone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ml.training.gate.promote import promote
from ml.training.versions.promotion_log import moves
from ml.training.versions.registry import CHAMPION, PREVIOUS, Registry
from ml.training.versions.rollback import rollback
from tests.ml.training.conftest import BAD, GOOD, MLFLOW_WARNS, NAME, Register, number_of
from tests.models import small_bundle

pytestmark = MLFLOW_WARNS


class BusyRegistry(Registry):
    """A registry in which somebody else does something while the gate downloads."""

    def __init__(self, tracking_uri: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(tracking_uri)
        self._meanwhile = [meanwhile]

    def download(self, run_id: str, path: str, folder: Path) -> Path:
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().download(run_id, path, folder)


@pytest.mark.parametrize("overrule", ["", "the shop opens tomorrow"])
def test_a_rollback_while_the_gate_is_at_work_is_not_undone_not_even_by_who_overrules(
    registry: Registry, register: Register, tracking_uri: str, overrule: str
) -> None:
    for seed in (0, 1):
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD)
        promote(registry, NAME)
    third = register(small_bundle(seed=2), recall=GOOD, baseline=BAD)
    busy = BusyRegistry(tracking_uri, lambda: rollback(registry, NAME))

    verdict = promote(busy, NAME, overrule=overrule)

    assert not verdict.moved
    assert verdict.champion is not None
    assert verdict.champion.number == "1"
    (refusal,) = verdict.refusals
    assert refusal.name == "champion"
    assert "became version 1 while the gate was at work, it was version 2" in refusal.sentence
    assert (number_of(registry, CHAMPION), number_of(registry, PREVIOUS)) == ("1", None)
    assert [each.target for each in moves(registry, NAME)] == ["1", "2", "1"]
    tags = registry.tags(third.run_id)
    assert tags["gate"] == "refused"
    assert tags["gate_refusals"].startswith("champion: the champion became version 1")


def test_a_challenger_that_somebody_else_promoted_meanwhile_is_champion_and_was_not_refused(
    registry: Registry, register: Register, tracking_uri: str
) -> None:
    version = register(small_bundle(), recall=GOOD, baseline=BAD)
    busy = BusyRegistry(tracking_uri, lambda: promote(registry, NAME))

    verdict = promote(busy, NAME)

    assert not verdict.moved
    assert not verdict.refusals
    assert verdict.champion == version
    assert len(moves(registry, NAME)) == 1
    assert registry.tags(version.run_id)["gate"] == "passed"
