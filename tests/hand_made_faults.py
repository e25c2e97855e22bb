"""Breaks domain code on purpose, one fault at a time, in a copy, and sees that a test notices.

Usage: ``python -m tests.hand_made_faults``. It ends with 1 when a fault goes unnoticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("services", "ml", "demo", "protos", "tests", "docs", "deploy")


@dataclass(frozen=True, slots=True)
class Fault:
    """One change to one line, and the tests that must notice."""

    file: str
    right: str
    wrong: str
    tests: str
    meaning: str


FAULTS = (
    Fault(
        "ml/model/hearing.py",
        "(after @ self.factors) / (self.chances @ self.factors)",
        "after @ self.factors",
        "tests/ml/model/test_hearing.py",
        "an answer that everybody gives changes the list",
    ),
    Fault(
        "services/recommendation/domain/customer.py",
        "if not (self.asked and self.personalisation_allowed):",
        "if not self.asked:",
        "tests/services/recommendation/domain/test_inquiry.py",
        "answers are used of somebody who does not allow it",
    ),
    Fault(
        "services/recommendation/domain/asking.py",
        "if count < question.max_asks:",
        "if count <= question.max_asks:",
        "tests/services/recommendation/domain/test_asking.py",
        "a question is asked once more than people bear",
    ),
    Fault(
        "services/profile/domain/history/questions.py",
        "ask.occurred_micros > answered_micros for ask",
        "ask.occurred_micros > 0 for ask",
        "tests/services/profile/servicer/test_answers.py",
        "who answered at last is taken for one who never does",
    ),
    Fault(
        "ml/model/drift.py",
        "indexes[found[:, 0] >= shares[0]] = 0",
        "indexes[found[:, 0] < shares[0]] = 0",
        "tests/ml/model/test_drift.py",
        "fewer unknown items are a drift, and more are none",
    ),
    Fault(
        "services/recommendation/servicer/situation.py",
        "if known.personalised and not degradations and wide is None:",
        "if known.personalised and wide is None:",
        "tests/services/recommendation/test_drift.py",
        "an answer that lacked something counts as what the model looks like",
    ),
    Fault(
        "services/profile/domain/history/state.py",
        "last_basket_seconds=max(one.last_basket_seconds, other.last_basket_seconds)",
        "last_basket_seconds=other.last_basket_seconds",
        "tests/services/profile/domain/history/test_state.py",
        "the last purchase is the last to arrive, not the last to happen",
    ),
    Fault(
        "services/profile/domain/history/state.py",
        "event_count=one.event_count + other.event_count",
        "event_count=max(one.event_count, other.event_count)",
        "tests/services/profile/domain/history/test_state.py",
        "two customers that turn out to be one lose facts in the count",
    ),
    Fault(
        "services/profile/domain/history/shelf.py",
        "if any(history.returned_micros for _, history in told):",
        "if not told:",
        "tests/services/profile/domain/history/test_shelf.py",
        "what was returned keeps its place before what lies apart",
    ),
    Fault(
        "services/profile/domain/snapshot.py",
        "if policy.allows_conclusions(snapshot.consents):",
        "if policy.allows(Purpose.PERSONALISATION, snapshot.consents):",
        "tests/services/profile/domain/test_snapshot.py",
        "tendencies are told of somebody who did not allow profiling",
    ),
    Fault(
        "services/profile/domain/facts/resolution.py",
        "return -self.basis, day, self.source.trust, self.last_micros",
        "return -self.basis, self.source.trust, day, self.last_micros",
        "tests/services/profile/domain/facts/test_fact_resolution.py",
        "trust comes before newer",
    ),
    Fault(
        "services/profile/domain/facts/resolution.py",
        "if key.is_sensitive:",
        "if key.is_sensitive and not needed:",
        "tests/services/profile/domain/facts/test_fact_resolution.py",
        "what is sensitive and bought in is read with one consent of two",
    ),
    Fault(
        "services/profile/domain/fact_intake.py",
        "same = seen[name].digest == digest",
        "same = True",
        "tests/services/profile/adapters/test_fact_store.py",
        "another fact under a known id passes for a duplicate",
    ),
    Fault(
        "services/profile/domain/personas/membership.py",
        "if holds(persona.rule) is not True:",
        "if holds(persona.rule) is False:",
        "tests/services/profile/domain/personas/test_membership.py",
        "a persona's rule that asks for what is not known holds of everybody",
    ),
    Fault(
        "services/profile/domain/personas/membership.py",
        "whole = sum(kept.values())",
        "whole = 1.0",
        "tests/services/profile/domain/personas/test_membership.py",
        "what is missing of a customer's personas tells of a sensitive one",
    ),
    Fault(
        "ml/model/persona.py",
        "math.log(each.share) + sum(",
        "sum(",
        "tests/ml/model/test_persona.py",
        "a persona of few is as likely as one of many",
    ),
    Fault(
        "ml/training/personas/choosing.py",
        "if gains.mean() > ERRORS * error:",
        "if gains.mean() > -ERRORS * error:",
        "tests/ml/training/personas/test_learned.py",
        "chance makes personas",
    ),
    Fault(
        "services/recommendation/domain/eligibility.py",
        "now >= offer.end_time",
        "now > offer.end_time",
        "tests/services/recommendation/domain",
        "an offer is still made in the moment it ends",
    ),
    Fault(
        "services/recommendation/domain/shelf.py",
        "self.in_basket | ranking.just_bought()",
        "self.in_basket",
        "tests/services/recommendation/domain",
        "what was bought a moment ago is offered again",
    ),
    Fault(
        "ml/model/timing.py",
        "(gaps * own_log + PRIOR_GAPS * log_means)",
        "((gaps + 1) * own_log + PRIOR_GAPS * log_means)",
        "tests/ml/model",
        "somebody who bought once has a rhythm",
    ),
    Fault(
        "ml/model/fold_in.py",
        "(c - 1)) @ Y",
        "c) @ Y",
        "tests/ml/model",
        "a folded-in customer lies elsewhere than in training",
    ),
    Fault(
        "services/recommendation/domain/share.py",
        "key=key, ",
        "",
        "tests/services/recommendation/domain/test_share.py",
        "the next trial of a challenger has the customers of the last one",
    ),
    Fault(
        "services/recommendation/servicer/situation.py",
        "proposal.model_version != challenger.version",
        "proposal.model_version == challenger.version",
        "tests/services/recommendation/servicer/test_trial.py",
        "the challenger ranks what the champion proposed",
    ),
    Fault(
        "ml/training/gate/lines.py",
        "passed = lead.low >= -MARGIN",
        "passed = lead.high >= -MARGIN",
        "tests/ml/training/gate/test_lines.py",
        "a challenger need not be proven to be as good as the champion",
    ),
    Fault(
        "ml/training/gate/champion.py",
        "earlier.facts.as_of_seconds >= cut.timestamp()",
        "earlier.facts.as_of_seconds > cut.timestamp()",
        "tests/ml/training/gate/test_champion.py",
        "a champion is asked for a basket that it learned from",
    ),
    Fault(
        "ml/training/insight/comebacks.py",
        "if second > seconds:",
        "if second > seconds + 2 * SECONDS_PER_DAY:",
        "tests/ml/training/insight/test_comebacks.py",
        "what is said on a day knows the baskets of the next",
    ),
)


def noticed(fault: Fault) -> bool:
    """Return whether the tests fail in a copy of the project that has the fault."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", copy)
        file = copy / fault.file
        text = file.read_text()
        if text.count(fault.right) != 1:
            raise SystemExit(f"{fault.file} does not hold `{fault.right}` once")
        file.write_text(text.replace(fault.right, fault.wrong))
        answer = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", fault.tests],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": f"{copy}:{copy / 'protos' / 'gen'}"},
            capture_output=True,
            text=True,
            check=False,
        )
    lines = [line for line in answer.stdout.splitlines() if line.startswith("FAILED")]
    found = answer.returncode == 1 and bool(lines)
    print(f"{'caught ' if found else 'MISSED '} {fault.file}: {fault.meaning}")
    print(f"        {(lines or answer.stdout.splitlines()[-1:])[0][:150]}")
    return found


def main() -> int:
    """Try every fault; return the exit code."""
    found = [noticed(fault) for fault in FAULTS]
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
