"""The page about offers says what the code does."""

import re
from pathlib import Path

import pytest
from ofone.profile.v1.fact_pb2 import FactKind

from ml.model.life_stages.sign_file import SHIPPED, read_sign_table
from services.conditions.cel_conditions import CelConditions
from services.conditions.source_text import FUNCTIONS, METHODS, TYPE_NAMES
from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.domain.facts.keys import ValueKind
from services.recommendation.adapters.fact_conditions import TYPES
from services.recommendation.domain.condition import vocabulary
from services.recommendation.domain.verdict import Verdict

PAGE = (Path(__file__).parents[3] / "docs" / "offers.md").read_text()
TYPE_OF = {kind: TYPES[FactKind.Value(f"FACT_KIND_{kind.name}")] for kind in ValueKind}
VOCABULARY = vocabulary(
    (stage.name for stage in read_sign_table(SHIPPED).stages),
    {each.name: TYPE_OF[each.kind] for each in load_catalogue(None).keys.values()},
)
EXAMPLES = re.findall(r"```cel\n(.*?)\n```", PAGE, re.DOTALL)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_condition_that_is_taken(example: str) -> None:
    CelConditions(VOCABULARY).check(example)


def test_the_page_names_every_field_with_its_type_and_no_other() -> None:
    listed = {
        name: row.split("|")[2].strip()
        for row in PAGE.splitlines()
        for name in re.findall(r"`([a-z]+\.[a-z_]+)`", row.split("|")[1] if "|" in row else "")
    }
    declared = {
        f"{variable}.{field}": TYPE_NAMES[kind]
        for variable, fields in VOCABULARY.variables.items()
        for field, kind in fields.items()
    }
    assert listed == declared


def test_the_page_names_every_table() -> None:
    assert re.findall(r"^\| `([a-z]+)\('", PAGE, re.MULTILINE) == list(VOCABULARY.tables)


def test_the_page_names_every_function() -> None:
    assert all(f"`{name}`" in PAGE for name in (*FUNCTIONS, *METHODS))


def test_the_mistake_that_the_page_shows_is_the_one_that_is_made() -> None:
    shown = re.search(r"```text\noffer\.audience: (.*?)\n```", PAGE, re.DOTALL)
    assert shown is not None
    with pytest.raises(Exception, match="basket_cont") as mistake:
        CelConditions(VOCABULARY).check("traits.basket_cont > 3")
    assert str(mistake.value) == shown[1]


def test_verdicts_on_the_page_exist() -> None:
    for name in ("NO_FITTING_ITEM", "JUST_BOUGHT", "BELOW_THRESHOLD", "TOO_SIMILAR", "OUTRANKED"):
        assert name in Verdict.__members__
        assert f"`{name}`" in PAGE
