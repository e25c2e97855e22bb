"""The page about personas says what the code does."""

import re
from pathlib import Path

import pytest
import yaml

from services.conditions.cel_conditions import CelConditions
from services.conditions.source_text import TYPE_NAMES
from services.profile.domain.personas.membership import VOCABULARY
from tests.services.profile.desk import serving
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.profile.servicer.test_persona_service import tea_drinker

PAGE = (Path(__file__).parents[4] / "docs" / "personas.md").read_text()
EXAMPLES = re.findall(r"```cel\n(.*?)\n```", PAGE, re.DOTALL)


def written() -> list[dict[str, str]]:
    found = re.search(r"```yaml\n(.*?)\n```", PAGE, re.DOTALL)
    assert found is not None
    personas: list[dict[str, str]] = yaml.safe_load(found[1])
    return personas


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 3
    assert len(written()) >= 2


@pytest.mark.parametrize("rule", [*EXAMPLES, *(each["rule"] for each in written())])
def test_every_example_is_a_rule_that_is_taken(rule: str) -> None:
    CelConditions(VOCABULARY).check(rule)


def test_the_call_that_the_page_shows_tells_who_a_customer_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL)
    with serving(MemoryProfileStore()) as desk:
        name = tea_drinker(desk)
        code = code.replace("127.0.0.1:7401", desk.address)
        code = re.sub(r"customers/\w+", name, code)
        capsys.readouterr()
        exec(compile(code, "docs/personas.md", "exec"), {})
    assert "Tea people: 100%" in capsys.readouterr().out


def test_the_page_names_every_word_with_its_type_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)(?:\('\w+'\))?` \| (\w+) \|", PAGE, re.MULTILINE)
    fields = {
        f"{variable}.{field}": TYPE_NAMES[kind]
        for variable, fields in VOCABULARY.variables.items()
        for field, kind in fields.items()
    }
    assert dict(rows) == fields | dict.fromkeys(VOCABULARY.tables, "double")
