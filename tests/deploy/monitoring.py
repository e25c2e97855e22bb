"""Rules, their tests and the dashboards, as they are checked in."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.manifests import ROOT

MONITORING = ROOT / "deploy" / "monitoring"
RUNBOOK = ROOT / "docs" / "runbook.md"
RULE_FILES = sorted((MONITORING / "rules").glob("*.yaml"))
RULE_TESTS = sorted((MONITORING / "tests").glob("*.yaml"))
DASHBOARDS = sorted((MONITORING / "dashboards").glob("*.json"))

Entry = dict[str, Any]


def load(path: Path) -> Entry:
    """Return a file of YAML or JSON."""
    loaded: Entry = yaml.safe_load(path.read_text())
    return loaded


def rules() -> list[Entry]:
    """Return all rules, recordings and alerts."""
    return [
        rule for path in RULE_FILES for group in load(path)["groups"] for rule in group["rules"]
    ]


def alerts() -> dict[str, Entry]:
    """Return all alerts by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def recordings() -> dict[str, str]:
    """Return the expressions of all recordings by name."""
    return {rule["record"]: rule["expr"] for rule in rules() if "record" in rule}


def panels(path: Path) -> list[Entry]:
    """Return the panels of a dashboard that show something; not its headings."""
    return [each for each in json.loads(path.read_text())["panels"] if each["type"] != "row"]


def expressions() -> dict[str, str]:
    """Return every expression of rules and dashboards by where it stands."""
    found = {rule.get("alert") or rule["record"]: rule["expr"] for rule in rules()}
    for path in DASHBOARDS:
        for panel in panels(path):
            for target in panel["targets"]:
                found[f"{path.stem}, {panel['title']}, {target['refId']}"] = target["expr"]
    return found
