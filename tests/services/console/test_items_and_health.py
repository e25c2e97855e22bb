import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ofone.embedding.v1.item_pb2 import Item
from rich.console import Console

from services.console.commands.health import follow
from services.console.rendering.health_tables import ServiceHealth, health_table
from tests.services.console.conftest import Town, words

ITEMS = [
    {"name": "tea", "display_name": "Green tea", "category": "Tea", "price": 3.5},
    {"name": "cup", "display_name": "Cup", "stock_quantity": 4},
]


def write(folder: Path, *items: object) -> str:
    file = folder / "items.jsonl"
    file.write_text("\n".join(json.dumps(item) for item in items))
    return str(file)


def test_items_are_written_shown_and_listed(town: Town, tmp_path: Path) -> None:
    assert "2 items written." in town.ofone("items", "write", write(tmp_path, *ITEMS)).output
    shown = words(town.ofone("items", "show", "tea").output)
    assert "what people call it Green tea category Tea price 3.50 in stock not kept" in shown
    assert "cup Cup 4" in words(town.ofone("items", "list").output)
    assert "Cup" not in town.ofone("items", "list", "--category", "Tea").output
    assert "More: --page next" in town.ofone("items", "list", "--max", "1").output


def test_items_are_written_from_yaml_as_well(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "items.yaml"
    file.write_text("- name: tea\n  display_name: Green tea\n- name: cup\n  display_name: Cup\n")
    assert town.ofone("items", "write", str(file)).exit_code == 0
    assert set(town.embedding.items) == {"items/tea", "items/cup"}


def test_an_item_that_is_refused_is_named_by_its_line(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, *ITEMS, {"name": "ink", "display_name": "Ink", "price": -1})
    result = town.ofone("items", "write", file)
    assert result.exit_code == 1
    assert "3 NEGATIVE price must be at least 0" in words(result.stderr)
    assert not town.embedding.items


def test_a_file_with_an_unreadable_item_is_not_sent(town: Town, tmp_path: Path) -> None:
    result = town.ofone("items", "write", write(tmp_path, *ITEMS, {"name": "ink", "price": "2"}))
    assert result.exit_code == 1
    assert "3 NOT_A_NUMBER price must be a number, is '2'" in words(result.stderr)
    assert not town.embedding.calls


def test_a_mistake_behind_a_thousand_good_items_keeps_all_of_them_unwritten(
    town: Town, tmp_path: Path
) -> None:
    good = [{"name": f"tea-{number}", "display_name": "Tea"} for number in range(1_000)]
    bad = {"name": "ink", "display_name": "Ink", "price": -1}
    result = town.ofone("items", "write", write(tmp_path, *good, bad))
    assert result.exit_code == 1
    assert "0 items written." in result.stdout
    assert "1001 NEGATIVE price must be at least 0" in words(result.stderr)
    assert not town.embedding.items


def test_more_items_than_one_call_takes_are_all_written(town: Town, tmp_path: Path) -> None:
    many = [{"name": f"tea-{number}", "display_name": "Tea"} for number in range(1_001)]
    assert "1,001 items written." in town.ofone("items", "write", write(tmp_path, *many)).stdout
    assert len(town.embedding.items) == 1_001


def test_ids_and_page_tokens_are_whole_in_a_narrow_window(town: Town) -> None:
    name = "christmas-pudding-with-brandy-and-almonds-large"
    town.embedding.items = {
        f"items/{each}": Item(name=f"items/{each}", display_name="Pudding " * 5, category="Feast")
        for each in (name, "tea")
    }
    town.embedding.next_page_token = "t" * 90
    shown = town.ofone("items", "list", "--max", "1", COLUMNS="80").output
    assert name in shown
    assert f"More: --page {'t' * 90}\n" in shown


def test_a_dry_run_writes_no_item(town: Town, tmp_path: Path) -> None:
    result = town.ofone("items", "write", write(tmp_path, *ITEMS), "--dry-run")
    assert "2 items would be written." in result.output
    assert not town.embedding.items


def test_similar_items_and_the_model_are_shown(town: Town) -> None:
    town.embedding.items = {
        name: Item(name=name, display_name=name[6:].title()) for name in ("items/tea", "items/cup")
    }
    assert "cup Cup 0.500" in words(town.ofone("similar", "tea").output)
    assert town.ofone("similar", "ink").exit_code == 1
    shown = words(town.ofone("model").output)
    assert "version 20260331-1" in shown
    assert "index exact, recall 100 %" in shown


def test_all_services_are_seen_to_serve(town: Town) -> None:
    result = town.ofone("health")
    assert result.exit_code == 0
    shown = words(result.output)
    for name in ("Profile", "Embedding", "Recommendation", "Offer"):
        assert f"{name}Service {town.address} SERVING" in shown
    assert "Model 20260331-1" in shown


def test_a_service_that_is_away_is_seen_and_told_by_the_exit_code(town: Town) -> None:
    result = town.ofone("--embedding", "127.0.0.1:1", "health", "--json")
    assert result.exit_code == 1
    answer = {each["service"].rpartition(".")[2]: each for each in json.loads(result.stdout)}
    assert answer["ProfileService"]["serving"] is True
    assert answer["EmbeddingService"]["serving"] is False
    assert "Connection refused" in answer["EmbeddingService"]["detail"]


def test_watching_shows_one_look_after_the_other() -> None:
    now = datetime(2026, 3, 31, tzinfo=UTC)
    looks = [
        health_table([ServiceHealth("x.Y", "here:1", serving=up, detail=detail)], None, now=now)
        for up, detail in ((False, "NOT SERVING"), (True, "SERVING"))
    ]
    console = Console(width=80, force_terminal=True, color_system=None)
    with console.capture() as captured:
        follow(console, looks)
    assert captured.get().index("NOT SERVING") < captured.get().rindex(" SERVING ")


def test_watching_for_programs_is_wrong_usage(town: Town) -> None:
    assert town.ofone("health", "--watch", "--json").exit_code == 2


def test_usage_is_explained_and_mistakes_in_it_have_a_code_of_their_own(town: Town) -> None:
    assert "Customers and offers" in town.ofone("--help").output
    assert town.ofone("--deadline", "0", "health").exit_code == 2
    assert town.ofone("nonsense").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("customer", "\udcff"),
        ("events", "buy", "anna", "tea", "\udcff"),
        ("--profile", "\udcff", "health"),
        ("offers", "anna", "--basket", "\udcff"),
    ],
)
def test_a_word_that_is_not_utf8_is_wrong_usage(town: Town, arguments: tuple[str, ...]) -> None:
    result = town.ofone(*arguments)
    assert result.exit_code == 2
    assert "is not valid UTF-8" in words(result.stderr)
