"""A challenger beside the champion, over the wire: compared, and answering its share."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from ofone.recommendation.v1 import recommendation_service_pb2 as messages
from prometheus_client import REGISTRY

from services.recommendation.domain.share import CustomerShare
from tests.models import contrary_bundle, publish, small_bundle
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import Build, House, degradations, moment

CHAMPION, CHALLENGER = small_bundle().facts.version, contrary_bundle().facts.version
CUSTOMERS = [f"customers/c{number}" for number in range(24)]
SALT = "spring"
HALF = CustomerShare(0.5, SALT)
PATIENCE_SECONDS = 20.0

Answers = dict[str, messages.RecommendItemsResponse]


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"ofone_recommendation_{name}", labels) or 0.0


def comparisons(outcome: str) -> float:
    return counted("shadow_comparisons_total", outcome=outcome)


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def trial(build: Build, folder: Path, **settings: object) -> House:
    """Start the service with a challenger beside the champion, and one customer in two with a past.

    Every answer is compared unless told otherwise, and nobody is answered by the challenger.
    """
    publish(folder / "challenger", contrary_bundle())
    fields: dict[str, object] = {
        "challenger_dir": folder / "challenger",
        "challenger_salt": SALT,
        "shadow_share": 1.0,
    }
    return peopled(build(**(fields | settings)))


def peopled(house: House) -> House:
    house.embedding.hold(contrary_bundle())
    for number, name in enumerate(CUSTOMERS):
        days = range(10 + number, 100, 14) if number % 2 else ()
        house.profile.put(name, [(seconds_ago(days=each), ["tea-0", "soap-3"]) for each in days])
    return house


def answers(house: House) -> Answers:
    return {
        name: house.recommending.RecommendItems(
            messages.RecommendItemsRequest(customer=name, context=moment())
        )
        for name in CUSTOMERS
    }


def models(given: Answers) -> dict[str, str]:
    return {name: answer.model_version for name, answer in given.items()}


def expected_models(challenger: str) -> dict[str, str]:
    """Return who answers whom when the challenger has one half of the customers."""
    return {
        name: challenger if HALF.holds(name.removeprefix("customers/")) else CHAMPION
        for name in CUSTOMERS
    }


def test_answers_are_the_same_with_a_shadow_as_without(build: Build, tmp_path: Path) -> None:
    alone = answers(peopled(build()))
    before, sides = comparisons("compared"), ("champion", "challenger")
    timed = [counted("shadow_seconds_count", model=side) for side in sides]
    shared = counted("shadow_overlap_sum")
    house = trial(build, tmp_path)
    assert answers(house) == alone
    wait_for(lambda: comparisons("compared") == before + len(CUSTOMERS))
    assert [counted("shadow_seconds_count", model=side) for side in sides] == [
        count + len(CUSTOMERS) for count in timed
    ]
    # The two models think differently of what is popular: lists neither equal nor strangers.
    assert 0 < counted("shadow_overlap_sum") - shared < len(CUSTOMERS)


def test_decisions_are_compared_too(build: Build, tmp_path: Path) -> None:
    house = trial(build, tmp_path)
    house.create("everything")
    before = comparisons("compared")
    assert house.decide(CUSTOMERS[1]).model_version == CHAMPION
    wait_for(lambda: comparisons("compared") == before + 1)


def test_without_a_shadow_nothing_is_compared(build: Build, tmp_path: Path) -> None:
    house = trial(build, tmp_path, shadow_share=0.0)
    asked = house.embedding.challenger_trouble.calls
    answers(house)
    assert house.embedding.challenger_trouble.calls == asked


def test_a_share_of_the_customers_is_answered_by_the_challenger_also_after_a_restart(
    build: Build, tmp_path: Path
) -> None:
    first = models(answers(trial(build, tmp_path, challenger_share=0.5)))
    assert first == expected_models(CHALLENGER)
    assert set(first.values()) == {CHAMPION, CHALLENGER}
    assert models(answers(trial(build, tmp_path, challenger_share=0.5))) == first


def test_a_decision_names_the_model_that_made_it(build: Build, tmp_path: Path) -> None:
    house = trial(build, tmp_path, challenger_share=0.5)
    house.create("everything")
    for name, version in expected_models(CHALLENGER).items():
        decision = house.decide(name)
        assert decision.model_version == version
        request = messages.ExplainDecisionRequest(name=decision.name)
        assert house.recommending.ExplainDecision(request).decision.model_version == version


def test_where_embedding_does_not_hold_the_challenger_the_champion_answers_alone(
    build: Build, tmp_path: Path
) -> None:
    alone = answers(peopled(build()))
    instead = counted("challenger_answers_total", model="champion")
    unmatched = comparisons("unmatched")
    house = trial(build, tmp_path, challenger_share=0.5)
    house.embedding.hold(small_bundle(seed=3))
    assert answers(house) == alone
    its_customers = sum(each == CHALLENGER for each in expected_models(CHALLENGER).values())
    assert counted("challenger_answers_total", model="champion") == instead + its_customers
    others = len(CUSTOMERS) - its_customers
    wait_for(lambda: comparisons("unmatched") == unmatched + others)


def test_without_embedding_each_model_answers_its_customers_and_nothing_is_compared(
    build: Build, tmp_path: Path
) -> None:
    house = trial(build, tmp_path, challenger_share=0.5)
    house.embedding.trouble.away = True
    before = [comparisons(each) for each in ("compared", "failed", "dropped", "unmatched")]
    given = answers(house)
    assert models(given) == expected_models(CHALLENGER)
    assert {tuple(degradations(each)) for each in given.values()} == {("EMBEDDING_UNAVAILABLE",)}
    after = [comparisons(each) for each in ("compared", "failed", "dropped", "unmatched")]
    assert after == before


def test_a_shadow_that_fails_or_hangs_changes_no_answer(build: Build, tmp_path: Path) -> None:
    alone, failed = answers(peopled(build())), comparisons("failed")
    house = trial(build, tmp_path)
    house.embedding.challenger_trouble.away = True
    assert answers(house) == alone
    wait_for(lambda: comparisons("failed") == failed + len(CUSTOMERS))
    house.embedding.challenger_trouble.away = False
    house.embedding.challenger_trouble.delay_seconds = 1.0  # far longer than all answers take
    assert answers(house) == alone


def test_a_challenger_that_fails_in_embedding_gives_way_and_costs_the_champion_nothing(
    build: Build, tmp_path: Path
) -> None:
    alone = answers(peopled(build()))
    patience = {"breaker_failures": 2, "breaker_retry_ms": 60_000}
    house = trial(build, tmp_path, challenger_share=0.5, shadow_share=0.0, **patience)
    house.embedding.challenger_trouble.away = True
    given = answers(house)
    differing = [name for name in CUSTOMERS if given[name] != alone[name]]
    its_customers = [name for name, each in expected_models(CHALLENGER).items() if each != CHAMPION]
    assert differing == its_customers[:2]  # until its breaker opens
    for name in differing:
        assert given[name].model_version == CHALLENGER
        assert degradations(given[name]) == ["EMBEDDING_UNAVAILABLE"]


def test_a_broken_challenger_is_refused_and_the_champion_answers_everybody(
    build: Build, tmp_path: Path
) -> None:
    alone = answers(peopled(build()))
    labels = {"outcome": "refused", "reason": "BAD_DIGEST"}
    before = counted("challenger_loads_total", **labels)
    version = publish(tmp_path / "challenger", contrary_bundle())
    content = bytearray((version / "popularity.npy").read_bytes())
    content[-1] ^= 1
    (version / "popularity.npy").write_bytes(content)
    assert answers(trial(build, tmp_path, challenger_share=1.0)) == alone
    assert counted("challenger_loads_total", **labels) == before + 1


def test_a_challenger_that_is_the_champion_is_left_alone(build: Build, tmp_path: Path) -> None:
    publish(tmp_path / "twin", small_bundle())
    house = trial(build, tmp_path, challenger_dir=tmp_path / "twin", challenger_share=1.0)
    house.embedding.hold(small_bundle())
    asked = counted("challenger_answers_total", model="challenger")
    assert set(models(answers(house)).values()) == {CHAMPION}
    assert counted("challenger_answers_total", model="challenger") == asked
    assert house.embedding.challenger_trouble.calls == 0


def test_challengers_are_swapped_under_load_without_a_failed_answer(
    build: Build, tmp_path: Path
) -> None:
    others = [contrary_bundle(), small_bundle(seed=1), small_bundle(seed=2)]
    allowed = {CHAMPION, *(each.facts.version for each in others)}
    house = trial(build, tmp_path, challenger_share=0.5)
    alone = {name: each for name, each in answers(house).items() if each.model_version == CHAMPION}
    stopped, failures = threading.Event(), []
    seen: set[str] = set()

    def call() -> None:
        while not stopped.is_set():
            for name, answer in answers(house).items():
                seen.add(answer.model_version)
                if answer.model_version not in allowed or answer.degradations:
                    failures.append((name, answer))
                if name in alone and answer != alone[name]:
                    failures.append((name, answer))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", failures.append)
        threads = [threading.Thread(target=call) for _ in range(3)]
        for thread in threads:
            thread.start()
        for bundle in (*others, *others):
            seen.clear()
            publish(tmp_path / "challenger", bundle)
            house.embedding.hold(bundle)
            wait_for(partial(seen.__contains__, bundle.facts.version))
        stopped.set()
        for thread in threads:
            thread.join()
    assert failures == []
