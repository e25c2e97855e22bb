import json
from pathlib import Path

from ofone.profile.v1.persona_pb2 import Membership

from tests.services.console.conftest import Town, words
from tests.services.profile.domain.personas.test_membership import LEARNED

TEA = """\
name: tea-people
display_name: Tea people
description: Who never run out of tea.
rule: category_share('Tea') > 0.2
season:
  months: [11, 12]
  weight_outside: 0.5
"""


def write(folder: Path, text: str, name: str = "personas.yaml") -> str:
    file = folder / name
    file.write_text(text)
    return str(file)


def learn(town: Town, folder: Path) -> str:
    file = write(folder, LEARNED.to_json(), "learned.json")
    result = town.ofone("persona", "learned", file)
    assert result.exit_code == 0, result.output
    return words(result.output)


def test_a_persona_is_created_shown_and_forgotten(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, TEA)
    assert "personas/tea-people created" in town.ofone("persona", "write", file).output
    shown = words(town.ofone("persona", "show", "tea-people").output)
    assert "rule category_share('Tea') > 0.2" in shown
    assert "season November, December; else 50 %" in shown
    assert "origin written" in shown
    assert "personas/tea-people forgotten" in town.ofone("persona", "delete", "tea-people").output
    assert town.ofone("persona", "show", "tea-people").exit_code != 0


def test_the_same_file_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, TEA)
    town.ofone("persona", "write", file)
    assert "personas/tea-people unchanged" in town.ofone("persona", "write", file).output


def test_what_the_file_leaves_out_is_cleared(town: Town, tmp_path: Path) -> None:
    town.ofone("persona", "write", write(tmp_path, TEA))
    shorter = TEA.partition("season:")[0].replace("description: Who never run out of tea.\n", "")
    result = town.ofone("persona", "write", write(tmp_path, shorter))
    assert "personas/tea-people changed" in result.output
    shown = json.loads(town.ofone("persona", "show", "tea-people", "--json").output)
    assert not {"season", "description"} & set(shown)


def test_a_dry_run_writes_nothing(town: Town, tmp_path: Path) -> None:
    result = town.ofone("persona", "write", write(tmp_path, TEA), "--dry-run")
    assert "personas/tea-people created (dry run)" in result.output
    assert json.loads(town.ofone("persona", "list", "--json").output) == []


def test_a_mistake_in_a_rule_is_shown_with_its_line(town: Town, tmp_path: Path) -> None:
    broken = TEA.replace("category_share", "category_shear")
    result = town.ofone(
        "persona", "write", write(tmp_path, broken + "---\nname: b\nrule: 'true'\n")
    )
    assert result.exit_code == 1
    assert "personas/tea-people refused:" in result.stderr
    assert "line 4: rule" in result.stderr
    assert "CONDITION_UNKNOWN_FUNCTION" in result.stderr
    assert "display_name" in result.stderr  # what the second lacks is told too


def test_nothing_is_written_when_the_file_has_a_mistake(town: Town, tmp_path: Path) -> None:
    result = town.ofone("persona", "write", write(tmp_path, TEA + "---\nname: b\nruel: 'true'\n"))
    assert result.exit_code == 1
    assert "line 10: ruel: is not a field; did you mean rule? (UNKNOWN_FIELD)" in result.stderr
    assert json.loads(town.ofone("persona", "list", "--json").output) == []


def test_learned_personas_are_taken_as_training_wrote_them(town: Town, tmp_path: Path) -> None:
    shown = learn(town, tmp_path)
    assert "learned-tea" in shown
    assert "learned: 75 % of all customers" in shown
    refused = town.ofone("persona", "learned", write(tmp_path, TEA))
    assert refused.exit_code == 2
    assert "holds no learned personas" in words(refused.output)


def test_a_learned_persona_can_be_called_otherwise(town: Town, tmp_path: Path) -> None:
    learn(town, tmp_path)
    file = write(tmp_path, "name: learned-tea\ndisplay_name: Tea lovers\n")
    assert "personas/learned-tea changed" in town.ofone("persona", "write", file).output
    assert "Tea lovers" in learn(town, tmp_path)


def test_a_customer_is_shown_with_their_personas(town: Town) -> None:
    town.profile.customer.personas.extend(
        [
            Membership(persona="personas/tea-people", display_name="Tea people", probability=1),
            Membership(persona="personas/learned-1", display_name="Cat", probability=0.623),
            Membership(persona="personas/learned-2", display_name="Dog", probability=0.001),
        ]
    )
    assert "Personas: Tea people 100 %, Cat 62 %" in words(town.ofone("customer", "anna").output)
    assert "Dog" not in town.ofone("customer", "anna").output
