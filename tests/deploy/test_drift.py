"""Prometheus computes the same index and the same limit as the report does."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml.model.drift import ANSWER_STATISTICS, ONLY_RISES, VECTOR_STATISTICS, Statistic
from tests.deploy.monitoring import MONITORING, alerts

RULES = MONITORING / "rules" / "drift.yaml"
RECORD = "job_version_statistic:ofone_serving_drift"
STEPS = 288
"""Five minutes each: a day."""

LENGTH = Statistic("history_length", (1.0, 5.0), (0.5, 0.3, 0.2), 0.02, 30.0)
NEWS = Statistic("unknown_items", (0.0, 0.5), (0.9, 0.08, 0.02), 0.01, 10.0)


def series(statistic: Statistic, rises: tuple[int, ...]) -> list[dict[str, str]]:
    """Return what two replicas show whose counts rise so much in each step, together."""
    labels = f'job="recommendation", version="v1", statistic="{statistic.name}"'
    found = []
    for place, (share, rise) in enumerate(zip(statistic.shares, rises, strict=True)):
        own = f'{labels}, bin="{place}"'
        found.append((f"answers_total{{{own}, instance='a'}}", f"0+{rise - rise // 2}x{STEPS}"))
        found.append((f"answers_total{{{own}, instance='b'}}", f"0+{rise // 2}x{STEPS}"))
        found.append((f"expected_share{{{own}, instance='a'}}", f"{share}x{STEPS}"))
        found.append((f"expected_share{{{own}, instance='b'}}", f"{share}x{STEPS}"))
    found.append((f"limit_floor{{{labels}}}", f"{statistic.limit_floor}x{STEPS}"))
    found.append((f"limit_slope{{{labels}}}", f"{statistic.limit_slope}x{STEPS}"))
    return [{"series": f"ofone_serving_drift_{name}", "values": values} for name, values in found]


def check(
    promtool: str, path: Path, statistic: Statistic, rises: tuple[int, ...], **expected: Any
) -> None:
    """Fail unless every recording has its value after a day; ``None`` for none at all."""
    labels = f'{{job="recommendation", statistic="{statistic.name}", version="v1"}}'
    questions: list[dict[str, Any]] = []
    for name, value in expected.items():
        # the tool compares exactly, so it is asked whether the two are close: 1 says yes
        close = f"abs({RECORD}:{name} - {value or 0}) < bool 0.000001"
        samples = [] if value is None else [{"labels": labels, "value": 1}]
        questions.append({"expr": close, "eval_time": "1d", "exp_samples": samples})
    document = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "5m",
        "tests": [
            {
                "interval": "5m",
                "input_series": series(statistic, rises),
                "promql_expr_test": questions,
            }
        ],
    }
    path.write_text(yaml.safe_dump(document))
    answer = subprocess.run(
        [promtool, "test", "rules", path], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("statistic", "rises"),
    [
        (LENGTH, (5, 3, 2)),
        (LENGTH, (2, 3, 5)),
        (LENGTH, (0, 1, 0)),
        (NEWS, (6, 3, 1)),
        (NEWS, (0, 0, 4)),
    ],
)
def test_prometheus_and_the_report_agree(
    promtool: str, tmp_path: Path, statistic: Statistic, rises: tuple[int, ...]
) -> None:
    counts = [rise * STEPS for rise in rises]
    index, limit = statistic.index(counts), statistic.limit(sum(counts))
    check(promtool, tmp_path / "test.yaml", statistic, rises, index1d=index, limit1d=limit)


def test_fewer_unknown_items_have_no_index(promtool: str, tmp_path: Path) -> None:
    assert NEWS.index([10 * STEPS, 0, 0]) == 0
    check(promtool, tmp_path / "test.yaml", NEWS, (10, 0, 0), index1d=None)


def test_a_window_of_a_few_answers_has_no_limit(promtool: str, tmp_path: Path) -> None:
    check(promtool, tmp_path / "test.yaml", LENGTH, (0, 0, 0), limit1d=None)


def test_every_statistic_belongs_to_one_alert() -> None:
    text = {name: alerts()[name]["expr"] for name in ("OfoneInputDrift", "OfoneScoreDrift")}
    for statistic in ANSWER_STATISTICS:
        assert sum(statistic in expression for expression in text.values()) == 1, statistic
    assert all(each.startswith("vector_") for each in VECTOR_STATISTICS)
    assert "vector_.+" in text["OfoneInputDrift"]
    assert all(f'statistic="{each}"' in RULES.read_text() for each in ONLY_RISES)
