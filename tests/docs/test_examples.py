"""The examples answer as a person hopes: also when there is nothing to say, or all is wrong."""

import functools
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1.decision_pb2 import Decision, OfferedOffer, Reason
from ofone.recommendation.v1.recommendation_service_pb2 import SelectOffersResponse
from ofone.recommendation.v1.recommendation_service_pb2_grpc import (
    RecommendationServiceServicer,
    add_RecommendationServiceServicer_to_server,
)

from services.serving.application import Application, Service
from services.serving.bootstrap import running
from services.serving.failures import FieldViolation, invalid

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    "python": (sys.executable, "docs/examples/select_offers.py"),
    "node": ("node", "docs/examples/select_offers.mjs"),
}
TEA = OfferedOffer(
    display_name="A week of tea",
    item="items/tea",
    score=0.42,
    reasons=[Reason(kind=decision_pb2.REASON_KIND_DUE)],
)
LACKING = [decision_pb2.DEGRADATION_MODEL_UNAVAILABLE]
DECISIONS = {
    "empty": Decision(name="decisions/1", customer="customers/anna"),
    "full": Decision(name="decisions/2", offers=[TEA], degradations=LACKING),
}

Ask = Callable[..., "subprocess.CompletedProcess[str]"]


class FakeRecommendation(RecommendationServiceServicer):
    """Has an answer for two cards, and refuses any other."""

    def SelectOffers(self, request: Any, context: Any) -> SelectOffersResponse:  # noqa: N802
        if request.identifier.value not in DECISIONS:
            raise invalid([FieldViolation("identifier.value", "REQUIRED", "must be a known card")])
        return SelectOffersResponse(decision=DECISIONS[request.identifier.value])


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    servicer = FakeRecommendation()  # type: ignore[abstract]  # only this one is called
    add = functools.partial(add_RecommendationServiceServicer_to_server, servicer)
    service = Service("ofone.recommendation.v1.RecommendationService", add)
    with running(Application("town", (service,))) as server:
        assert server.wait_ready()
        yield server.address


@pytest.fixture(params=["python", "node"])
def ask(request: pytest.FixtureRequest) -> Ask:
    command = EXAMPLES[request.param]
    if request.param == "node" and not (shutil.which("node") and (ROOT / "node_modules").is_dir()):
        pytest.skip("Node.js and its packages are not installed")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        words = (*command, *arguments)
        return subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )

    return run


def test_an_example_prints_offers_reasons_and_what_was_lacking(ask: Ask, target: str) -> None:
    assert ask(target, "LOYALTY_CARD", "full").stdout.splitlines() == [
        "decisions/2 for somebody new",
        "  degraded: MODEL_UNAVAILABLE",
        "  A week of tea: items/tea, 0.420 (DUE)",
    ]


def test_an_example_says_that_nothing_fits(ask: Ask, target: str) -> None:
    told = ask(target, "LOYALTY_CARD", "empty").stdout
    assert told.splitlines() == ["decisions/1 for customers/anna", "  nothing fits now"]


def test_an_example_names_the_fields_of_a_refused_call(ask: Ask, target: str) -> None:
    answer = ask(target, "LOYALTY_CARD", "1")
    first, *fields = answer.stderr.splitlines()
    assert answer.returncode == 1
    assert first.startswith("INVALID_ARGUMENT: ")
    assert fields == ["  identifier.value: must be a known card"]


def test_an_example_used_wrongly_says_how_to_use_it(ask: Ask) -> None:
    answer = ask("127.0.0.1:7403")
    assert answer.returncode == 1
    [line] = answer.stderr.splitlines()
    assert line.startswith("usage: ")
