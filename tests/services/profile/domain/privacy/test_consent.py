"""Which statement holds, and what holds where nobody spoke."""

from itertools import permutations

import pytest

from services.profile.domain.privacy.consent import ConsentPolicy, Purpose, Statement, latest

SMS = Purpose.MARKETING_SMS


@pytest.mark.parametrize(
    ("statements", "denied"),
    [
        ([Statement(1, True, "app"), Statement(2, False, "app")], False),
        ([Statement(1, False, "app"), Statement(2, True, "app")], True),
        ([Statement(1, False, "web"), Statement(1, True, "app")], True),
        ([Statement(1, True, "app"), Statement(2, True, "app"), Statement(3, False, "a")], False),
    ],
)
def test_the_later_statement_holds_and_of_equals_the_refusal(
    statements: list[Statement], denied: bool
) -> None:
    for order in permutations(statements):
        assert latest((SMS, each) for each in order)[SMS].denied is denied


def test_purposes_do_not_meet() -> None:
    said = latest(
        [(SMS, Statement(1, False, "app")), (Purpose.MARKETING_PUSH, Statement(1, True, "app"))]
    )
    policy = ConsentPolicy(personalisation_default=True)
    assert policy.marketing(said) == (SMS,)
    assert policy.allows(Purpose.PERSONALISATION, said)


def test_nothing_but_personalisation_is_ever_assumed() -> None:
    for default in (True, False):
        policy = ConsentPolicy(personalisation_default=default)
        assert policy.marketing({}) == ()
        assert policy.allows(Purpose.PERSONALISATION, {}) is default
        others = set(Purpose) - {Purpose.PERSONALISATION}
        assert not any(policy.allows(purpose, {}) for purpose in others)
