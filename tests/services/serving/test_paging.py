"""Page tokens belong to one query and survive no damage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.serving.failures import Failure
from services.serving.paging import (
    MAX_TOKEN_CHARACTERS,
    damaged_token,
    decode_token,
    encode_token,
    page_size,
)

QUERY = ("items", "category", 7)
POSITIONS = st.lists(st.text(max_size=20) | st.integers(-(2**53), 2**53), max_size=4)


@given(POSITIONS)
def test_a_token_brings_its_position_back(position: list[str | int | float]) -> None:
    token = encode_token(position, query=QUERY)

    assert decode_token(token, query=QUERY) == position
    assert token.isascii()


def test_the_empty_token_is_the_first_page() -> None:
    assert decode_token("", query=QUERY) is None


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (encode_token(["a"], query=("other",)), "another query"),
        (encode_token(["a"], query=QUERY)[:-3], "damaged"),
        ("not a token", "damaged"),
        ("ü", "damaged"),
        ("A", "damaged"),
        ("A" * (MAX_TOKEN_CHARACTERS + 1), "damaged"),
    ],
)
def test_a_strange_token_is_refused_by_field_and_rule(token: str, why: str) -> None:
    with pytest.raises(Failure) as caught:
        decode_token(token, query=QUERY)

    (violation,) = caught.value.violations
    assert (violation.field, violation.rule) == ("page_token", "BAD_PAGE_TOKEN")
    assert why in violation.message


def test_a_token_of_another_field_is_refused_by_that_field() -> None:
    for broken in ("ü", encode_token(["a"], query=("other",))):
        with pytest.raises(Failure) as caught:
            decode_token(broken, query=QUERY, field="resume_token")
        assert [each.field for each in caught.value.violations] == ["resume_token"]
    assert damaged_token("resume_token").violations[0].field == "resume_token"


def test_page_sizes_are_bounded() -> None:
    assert [page_size(asked, default=50, most=200) for asked in (0, 7, 200, 10**9)] == [
        50,
        7,
        200,
        200,
    ]
    with pytest.raises(Failure, match="page_size"):
        page_size(-1, default=50, most=200)
