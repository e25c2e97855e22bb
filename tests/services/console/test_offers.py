import json
from pathlib import Path

from ofone.recommendation.v1.offer_pb2 import OFFER_STATE_ACTIVE, Offer

from tests.services.console.conftest import Town, words

TEA = """\
name: tea-week
display_name: A week of tea
items: [tea, items/cup]
variants:
  - variant_id: evening
    benefit: {percent_off: 15}
    condition: context.hour >= 17
  - variant_id: standard
    benefit: {points: 200}
audience: traits.basket_count >= 3
start_time: 2026-03-31
exposure_cap: {max_impressions: 3, window_days: 7}
cool_down_days: 7
"""


def write(folder: Path, text: str) -> str:
    file = folder / "offers.yaml"
    file.write_text(text)
    return str(file)


def test_a_new_offer_is_created_as_the_file_says(town: Town, tmp_path: Path) -> None:
    result = town.ofone("offer", "write", write(tmp_path, TEA))
    assert result.exit_code == 0
    assert "offers/tea-week created" in result.output
    stored = town.offers.offers["offers/tea-week"]
    assert list(stored.items) == ["items/tea", "items/cup"]
    assert stored.variants[0].benefit.percent_off == 15
    assert stored.variants[1].benefit.points == 200
    assert stored.start_time.seconds == 1_774_915_200


def test_the_same_file_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, TEA)
    town.ofone("offer", "write", file)
    assert "offers/tea-week unchanged" in town.ofone("offer", "write", file).output
    assert len(town.offers.calls) == 1


def test_a_changed_offer_is_updated_whole_with_its_etag(town: Town, tmp_path: Path) -> None:
    town.ofone("offer", "write", write(tmp_path, TEA))
    etag = town.offers.offers["offers/tea-week"].etag
    shorter = TEA.replace("cool_down_days: 7\n", "")
    result = town.ofone("offer", "write", write(tmp_path, shorter))
    assert "offers/tea-week changed" in result.output
    request = town.offers.calls[-1]
    assert request.offer.etag == etag
    assert "cool_down_days" in request.update_mask.paths
    assert not {"state", "etag", "name"} & set(request.update_mask.paths)
    assert town.offers.offers["offers/tea-week"].cool_down_days == 0


def test_a_stale_etag_in_the_file_is_refused(town: Town, tmp_path: Path) -> None:
    town.ofone("offer", "write", write(tmp_path, TEA))
    result = town.ofone("offer", "write", write(tmp_path, TEA + "etag: old\n"))
    assert result.exit_code == 1
    assert "offers/tea-week: STALE_ETAG" in words(result.stderr)


def test_a_dry_run_writes_nothing(town: Town, tmp_path: Path) -> None:
    result = town.ofone("offer", "write", write(tmp_path, TEA), "--dry-run")
    assert "offers/tea-week created (dry run)" in result.output
    assert not town.offers.offers


def test_a_mistake_in_an_audience_is_shown_with_a_caret(town: Town, tmp_path: Path) -> None:
    other = "---\nname: soap\ndisplay_name: Soap\n"
    broken = TEA.replace(">= 3", ">> 3")
    result = town.ofone("offer", "write", write(tmp_path, broken + other))
    assert result.exit_code == 1
    lines = [line.rstrip() for line in result.stderr.splitlines()]
    assert lines[1] == "  line 10: audience: line 1, column 22: unexpected >"
    expression, caret = lines[2:4]
    assert expression.strip() == "traits.basket_count >> 3"
    assert expression[caret.index("^") :] == "> 3"
    assert caret.endswith("^ (CONDITION_SYNTAX)")
    assert "offers/soap created" in result.stdout  # the others are written


def test_nothing_is_written_when_the_file_has_a_mistake(town: Town, tmp_path: Path) -> None:
    text = TEA + "---\n- name: soap\n  wieght: 2\n  items: [12]\n- display_name: nameless\n"
    result = town.ofone("offer", "write", write(tmp_path, text))
    assert result.exit_code == 1
    shown = words(result.stderr)
    assert "line 16: wieght: is not a field; did you mean weight? (UNKNOWN_FIELD)" in shown
    assert "line 17: items[0]: must be text; put 12 in quotes (NOT_TEXT)" in shown
    assert "line 18: name: must not be empty (REQUIRED)" in shown
    assert not town.offers.calls


def test_a_service_that_is_away_ends_the_writing_and_refuses_nothing(
    town: Town, tmp_path: Path
) -> None:
    town.offers.away = True
    result = town.ofone("offer", "write", write(tmp_path, TEA + "---\nname: soap\n"))
    assert result.exit_code == 1
    assert result.stderr.count("AWAY") == 1
    assert "Is the service running" in result.stderr
    assert not town.offers.calls


def test_offers_are_listed_over_all_pages(town: Town) -> None:
    town.offers.offers = {
        f"offers/{name}": Offer(name=f"offers/{name}", state=OFFER_STATE_ACTIVE)
        for name in ("soap", "tea")
    }
    shown = words(town.ofone("offer", "list").output)
    assert "soap the whole shop always active tea the whole shop always active" in shown
    answer = json.loads(town.ofone("offer", "list", "--json").stdout)
    assert [each["name"] for each in answer] == ["offers/soap", "offers/tea"]


def test_an_offer_is_shown_and_archived(town: Town, tmp_path: Path) -> None:
    town.ofone("offer", "write", write(tmp_path, TEA))
    shown = words(town.ofone("offer", "show", "tea-week").output)
    assert "evening: 15 % off, when context.hour >= 17 standard: 200 points" in shown
    assert "shown at most 3 times in 7 days" in shown
    assert "in force from 2026-03-31 00:00" in shown
    assert "offers/tea-week archived" in town.ofone("offer", "archive", "tea-week").output
    assert "tea-week" not in town.ofone("offer", "list").output
    assert "tea-week" in town.ofone("offer", "list", "--archived").output


def test_an_archived_offer_is_not_said_to_be_as_the_file_wants_it(
    town: Town, tmp_path: Path
) -> None:
    file = write(tmp_path, TEA)
    town.ofone("offer", "write", file)
    town.ofone("offer", "archive", "tea-week")
    again = town.ofone("offer", "write", file)
    assert again.exit_code == 1
    assert "archived, for good" in words(again.output)


def test_what_is_shown_as_json_can_be_written_again(town: Town, tmp_path: Path) -> None:
    town.ofone("offer", "write", write(tmp_path, TEA))
    shown = town.ofone("offer", "show", "tea-week", "--json").stdout
    result = town.ofone("offer", "write", write(tmp_path, shown))
    assert "offers/tea-week unchanged" in result.output


def test_a_name_that_looks_like_a_style_is_printed_as_it_stands(town: Town, tmp_path: Path) -> None:
    text = TEA.replace("tea-week", '"[/red]tea"').replace(">= 3", ">> 3")
    result = town.ofone("offer", "write", write(tmp_path, text))
    assert result.exit_code == 1
    assert "[/red]tea refused:" in result.stderr


def test_a_file_without_offers_says_so(town: Town, tmp_path: Path) -> None:
    assert "The file holds no offers." in town.ofone("offer", "write", write(tmp_path, "")).stdout
