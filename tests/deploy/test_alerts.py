"""Every alert is tested both ways, and tells the one who is woken where to read on."""

import re
import subprocess
from pathlib import Path

import pytest

from ml.model.bundle import REFUSAL_REASONS
from tests.deploy.monitoring import (
    DASHBOARDS,
    MONITORING,
    RULE_FILES,
    RULE_TESTS,
    RUNBOOK,
    alerts,
    load,
    panels,
)

ALERTS = alerts()


def outcomes() -> dict[str, set[bool]]:
    """Return for every alert whether some test sees it fire, and some sees it keep still."""
    found: dict[str, set[bool]] = {name: set() for name in ALERTS}
    for path in RULE_TESTS:
        for case in load(path)["tests"]:
            for check in case["alert_rule_test"]:
                found[check["alertname"]].add(bool(check["exp_alerts"]))
    return found


def sections() -> dict[str, str]:
    """Return the runbook's sections of the third level, by heading."""
    parts = re.split(r"^### +(.+)$", RUNBOOK.read_text(), flags=re.MULTILINE)
    bodies = (re.split(r"^## ", body, flags=re.MULTILINE)[0] for body in parts[2::2])
    return dict(zip(parts[1::2], bodies, strict=True))


def test_the_rules_are_well_formed(promtool: str) -> None:
    subprocess.run([promtool, "check", "rules", *RULE_FILES], check=True, capture_output=True)


def test_the_rules_pass_their_tests(promtool: str) -> None:
    answer = subprocess.run(
        [promtool, "test", "rules", *RULE_TESTS], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.count("SUCCESS") == len(RULE_TESTS) >= 4


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_whose_comparison_is_turned_around_fails_its_tests(
    alert: str, promtool: str, tmp_path: Path
) -> None:
    turned = {"> ": "<= ", "< ": ">= ", "== 0": "!= 0"}
    (tmp_path / "rules").mkdir()
    (tmp_path / "tests").mkdir()
    (its_tests,) = [path for path in RULE_TESTS if f"alertname: {alert}\n" in path.read_text()]
    copy = tmp_path / "tests" / its_tests.name
    copy.write_text(its_tests.read_text())
    for path in RULE_FILES:
        text = path.read_text()
        head, mark, tail = text.partition(f"- alert: {alert}\n")
        for sign, opposite in turned.items():
            if mark and sign in tail.split("labels:", 1)[0]:
                before, _, after = tail.partition(sign)
                tail = before + opposite + after
                break
        (tmp_path / "rules" / path.name).write_text(head + mark + tail)
    answer = subprocess.run([promtool, "test", "rules", copy], capture_output=True, check=False)
    assert answer.returncode == 1


def test_every_alert_is_seen_to_fire_and_to_keep_still() -> None:
    assert len(ALERTS) >= 10
    assert {name: seen for name, seen in outcomes().items() if seen != {True, False}} == {}


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_its_section_in_the_runbook(alert: str) -> None:
    annotations = ALERTS[alert]["annotations"]
    assert annotations["runbook_url"] == f"docs/runbook.md#{alert.lower()}"
    assert annotations["summary"].endswith(".")
    assert ALERTS[alert]["labels"]["severity"] in {"page", "ticket"}
    body = sections()[alert]
    for part in ("**Means.**", "**Check.**", "**Do.**"):
        assert part in body


def test_the_runbook_explains_no_alert_that_does_not_exist() -> None:
    assert {heading for heading in sections() if heading.startswith("Ofone")} == set(ALERTS)


def test_the_runbook_explains_every_reason_to_refuse_a_model() -> None:
    body = sections()["OfoneBundleRefused"]
    assert [reason for reason in REFUSAL_REASONS if f"`{reason}`" not in body] == []


def test_every_panel_that_the_runbook_points_to_is_on_a_dashboard() -> None:
    titles = [panel["title"] for path in DASHBOARDS for panel in panels(path)]
    pointed = {
        " ".join(name.split())
        for body in sections().values()
        for name in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", body)
        if not name.startswith("Ofone: ")
    }
    assert len(pointed) >= 10
    assert {name for name in pointed if not any(each.startswith(name) for each in titles)} == set()


def test_prometheus_loads_all_rules_from_where_they_are_mounted(
    promtool: str, tmp_path: Path
) -> None:
    text = (MONITORING / "prometheus-config.yaml").read_text()
    assert "- /rules/*.yaml" in text
    config = tmp_path / "prometheus.yaml"
    config.write_text(text.replace("/rules/*.yaml", f"{MONITORING}/rules/*.yaml"))
    answer = subprocess.run(
        [promtool, "check", "config", config], capture_output=True, text=True, check=True
    )
    assert f"{len(RULE_FILES)} rule files found" in answer.stdout
