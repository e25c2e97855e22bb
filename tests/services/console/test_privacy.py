"""A customer gets everything that is held, is forgotten when they mean it, and sees who looked."""

import json
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2, privacy_pb2
from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1.recommendation_service_pb2 import (
    ExplainDecisionResponse,
    ListDecisionsRequest,
)

from tests.services.console.conftest import Town, words

NOON = Timestamp(seconds=1_774_958_400)  # 31 March 2026, 12:00 UTC


def hold(town: Town) -> None:
    """Let both services hold something of everything about Anna."""
    consent = customer_pb2.Consent(
        purpose=customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL,
        state=customer_pb2.CONSENT_STATE_DENIED,
        source="app",
        stated_at=NOON,
    )
    event = event_pb2.Event(
        source="till",
        event_id="e-1",
        type=event_pb2.EVENT_TYPE_PURCHASE,
        occurred_at=NOON,
        lines=[event_pb2.EventLine(item="items/tea", quantity=2)],
    )
    record = privacy_pb2.HeldRecord
    town.profile.held = [
        record(customer=town.profile.customer),
        record(event=privacy_pb2.HeldEvent(event=event, store_time=NOON)),
        record(statement=privacy_pb2.ConsentStatement(consent=consent, store_time=NOON)),
        record(access=privacy_pb2.Access(method="GetCustomer", caller="till", access_time=NOON)),
        record(
            household=privacy_pb2.HeldHousehold(
                household="households/elm",
                told_time=NOON,
                left_time=NOON,
                actor="console",
                reason="moved out",
            )
        ),
        record(household=privacy_pb2.HeldHousehold(household="households/oak", told_time=NOON)),
        record(
            probable_link=privacy_pb2.HeldProbableLink(
                match_probability=0.97, why="same postcode", store_time=NOON
            )
        ),
    ]
    decision = decision_pb2.Decision(
        name="decisions/d1", customer="customers/anna", create_time=NOON, model_version="m-7"
    )
    considered = decision_pb2.ConsideredOffer(
        offer="offers/tea-week", verdict=decision_pb2.VERDICT_EXPOSURE_CAP, detail="shown 3 times"
    )
    town.recommendation.explained = ExplainDecisionResponse(
        decision=decision, considered=[considered]
    )


def test_an_export_holds_every_record_and_every_decision_for_programs(
    town: Town, tmp_path: Path
) -> None:
    hold(town)
    folder = tmp_path / "anna"
    result = town.ofone("export", "--card", "4711", "--out", str(folder))
    assert result.exit_code == 0
    assert "7 records and 1 decision are" in words(result.output)
    lines = [json.loads(line) for line in (folder / "profile.jsonl").read_text().splitlines()]
    kinds = [kind for line in lines for kind in line]
    assert kinds == [
        *("customer", "event", "statement", "access"),
        *("household", "household", "probable_link"),
    ]
    assert lines[1]["event"]["event"]["event_id"] == "e-1"
    (decision,) = map(json.loads, (folder / "decisions.jsonl").read_text().splitlines())
    assert decision["considered"][0]["detail"] == "shown 3 times"


def test_an_export_looks_at_all_decisions_under_a_name_at_once(town: Town, tmp_path: Path) -> None:
    town.profile.customer.former_names.append("customers/ann")
    hold(town)
    assert town.ofone("export", "anna", "--out", str(tmp_path / "anna")).exit_code == 0
    assert town.recommendation.calls == [
        ListDecisionsRequest(parent=name, page_size=200, with_considered=True)
        for name in ("customers/anna", "customers/ann")
    ]


def test_no_export_lacks_why_something_was_offered(town: Town, tmp_path: Path) -> None:
    hold(town)
    town.recommendation.is_old = True
    result = town.ofone("export", "anna", "--out", str(tmp_path / "anna"))
    assert result.exit_code == 1
    assert "recommendation is older than this console" in words(result.output)
    assert not (tmp_path / "anna").exists()


def test_its_page_says_the_same_in_words(town: Town, tmp_path: Path) -> None:
    hold(town)
    folder = tmp_path / "anna"
    assert town.ofone("export", "anna", "--out", str(folder)).exit_code == 0
    page = words((folder / "page.md").read_text())
    assert "What is held about customers/anna" in page
    assert "bought 2 x tea" in page
    assert "e-mail no app" in page
    assert "till GetCustomer" in page
    noon = "2026-03-31 12:00"
    assert f"households/elm {noon} {noon} console: moved out households/oak {noon} ```" in page
    assert "97 % same postcode" in page
    assert "What was offered, and why: decisions/d1" in page
    assert "shown 3 times" in page


def test_only_the_owner_may_read_an_export(town: Town, tmp_path: Path) -> None:
    hold(town)
    folder = tmp_path / "anna"
    town.ofone("export", "anna", "--out", str(folder))
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_an_export_overwrites_nothing(town: Town, tmp_path: Path) -> None:
    hold(town)
    (tmp_path / "letter").write_text("to keep")
    result = town.ofone("export", "anna", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "is not empty" in words(result.output)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_an_export_of_nobody_leaves_no_folder(town: Town, tmp_path: Path) -> None:
    result = town.ofone("export", "nobody", "--out", str(tmp_path / "nobody"))
    assert result.exit_code == 1
    assert not (tmp_path / "nobody").exists()


def test_erasing_shows_what_would_go_and_asks(town: Town) -> None:
    result = town.ofone("erase", "anna")  # nobody answers
    assert result.exit_code == 1
    assert "profile events 1,204" in words(result.output)
    assert [request.validate_only for request in town.profile.decided] == [True]


def test_with_yes_somebody_is_forgotten_without_a_question(town: Town) -> None:
    result = town.ofone("erase", "anna", "--yes")
    assert result.exit_code == 0
    assert [request.validate_only for request in town.profile.decided] == [False]
    assert "waits for recommendation, training" in words(result.output)


def test_a_finished_erasure_says_from_which_model_on_nothing_is_known(town: Town) -> None:
    erasure = town.profile.erasure
    erasure.state = privacy_pb2.ERASURE_STATE_DONE
    erasure.model_version = "20260401-2"
    erasure.done_time.CopyFrom(NOON)
    del erasure.pending_holders[:]
    shown = words(town.ofone("erasure", "e1").output)
    assert "done everywhere on 2026-03-31 12:00 UTC" in shown
    assert "Models from version 20260401-2 on learned nothing from them." in shown


def test_everybody_who_looked_is_listed_over_all_pages(town: Town) -> None:
    town.profile.looked = [
        privacy_pb2.Access(method="GetCustomer", caller=caller, access_time=NOON)
        for caller in ("till", "console")
    ]
    shown = words(town.ofone("accesses", "anna").output)
    assert "12:00 till GetCustomer" in shown
    assert "12:00 console GetCustomer" in shown
    town.profile.looked = []
    assert "Nobody has looked." in town.ofone("accesses", "anna").output
