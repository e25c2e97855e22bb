"""Page tokens belong to one query and survive no damage."""

import base64

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
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
POSITIONS = st.lists(TEXTS | st.integers(-(2**63) + 1, 2**63 - 1), max_size=4)


def token_of(payload: bytes) -> str:
    """Return a token of ``QUERY`` whose position somebody replaced."""
    token = encode_token([], query=QUERY)
    digest = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[: -len(b"[]")]
    return base64.urlsafe_b64encode(digest + payload).decode().rstrip("=")


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
        (token_of(b"[" * 3_000), "damaged"),
        (token_of(rb'["\ud800"]'), "damaged"),
        (token_of(b'"a"'), "damaged"),
        (token_of(rb'["\u0000"]'), "damaged"),
        (token_of(b"[true]"), "damaged"),
        (token_of(b"[9223372036854775808]"), "damaged"),
        (token_of(b"[NaN]"), "damaged"),
        (token_of(b"[[1]]"), "damaged"),
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
