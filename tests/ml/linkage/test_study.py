"""The study of how right suggestions are says what it counted."""

import json
from pathlib import Path

from ml.linkage.report import write_study
from ml.linkage.study import StudyConfig, study
from ml.simulation.second_traces import TracesConfig, see_town
from tests.ml.linkage.conftest import CONFIG

SMALL = StudyConfig(people=400, seeds=(7,), linkage=CONFIG)


def test_the_study_beats_the_rule_of_a_shop_and_says_so(tmp_path: Path) -> None:
    found = study(SMALL)
    names = see_town(TracesConfig(people=SMALL.people, seed=7)).people.value_counts()
    assert found.pair_count == (names * (names - 1) // 2).sum() > 0
    assert found.name_count == names.sum()
    (half, *_, surest) = found.by_threshold
    assert half.suggested_count >= surest.suggested_count
    assert half.recall.mean >= surest.recall.mean
    assert half.precision is not None
    assert found.rule.precision is not None
    assert half.precision.mean > found.rule.precision.mean
    assert half.recall.mean <= found.compared.mean
    files = write_study(found, SMALL, tmp_path)
    text = files.page.read_text()
    assert "| rule: same postcode, same year of birth |" in text
    assert f"| {half.suggested_count:,} |" in text
    document = json.loads(files.document.read_text())
    assert document["found"]["pair_count"] == found.pair_count
