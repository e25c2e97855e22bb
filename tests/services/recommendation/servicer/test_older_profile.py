"""With a ``profile`` of the release before: what goes on, and what the runbook says does not."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceServicer
from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.serving.failures import Failure, Kind
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import Build, House, degradations, offered
from tests.services.recommendation.neighbours import FakeProfile

RUNBOOK = Path(__file__).parents[4] / "docs" / "runbook.md"
WEEKLY_TEA = [(seconds_ago(days=days), ["tea-0"]) for days in (15, 29, 43)]
NEW_METHODS = ("RecordAccess", "GetFactCatalogue", "ListErasures", "ConfirmErasure")


@pytest.fixture
def house(build: Build, monkeypatch: pytest.MonkeyPatch) -> House:
    """Give the service beside a ``profile`` that does not have the methods of this release."""
    for method in NEW_METHODS:
        monkeypatch.setattr(FakeProfile, method, getattr(ProfileServiceServicer, method))
    house = build()
    house.profile.put("customers/ada", WEEKLY_TEA)
    house.create("tea-week", categories=["tea"])
    return house


def test_decisions_are_made_with_an_older_profile(house: House) -> None:
    decision = house.decide()
    assert offered(decision) == ["tea-week"]
    assert degradations(decision) == []
    assert decision.personalised


def test_what_needs_a_newer_profile_fails_as_the_runbook_says(house: House) -> None:
    decision = house.decide()
    listing = messages.ListDecisionsRequest(parent="customers/ada")
    asking: dict[str, Callable[[], object]] = {
        "`ListDecisions`": lambda: house.recommending.ListDecisions(listing),
        "`ExplainDecision`": lambda: house.verdicts(decision),
        "a condition on facts": lambda: house.create("garden", audience="facts.garden == true"),
    }
    (said,) = re.findall(r"^In this release .+?\n\n", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL)
    for named, ask in asking.items():
        assert named in said
        with pytest.raises(Failure) as refusal:
            ask()
        assert refusal.value.kind is Kind.INTERNAL
