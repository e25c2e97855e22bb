from services.console.rendering.failures import failure_text, violation_text
from services.serving.failures import Failure, FieldViolation, Kind, invalid


def test_every_broken_rule_has_a_line_of_its_own() -> None:
    failure = invalid(
        [FieldViolation("a", "NEGATIVE", "must be at least 0"), FieldViolation("b", "X", "no")]
    )
    assert failure_text(failure).plain.splitlines() == [
        "Refused:",
        "  a: must be at least 0 (NEGATIVE)",
        "  b: no (X)",
    ]


def test_a_service_that_is_away_comes_with_a_hint() -> None:
    failure = Failure(Kind.UNAVAILABLE, "UNAVAILABLE", "connection refused")
    assert failure_text(failure).plain.splitlines() == [
        "UNAVAILABLE connection refused",
        "Is the service running, and ready? `ofone health` says.",
    ]


def test_a_mistake_in_an_expression_is_pointed_at_as_the_service_does() -> None:
    message = "line 1, column 4: unexpected >\na >> b\n   ^"
    violation = FieldViolation("audience", "CONDITION_SYNTAX", message)
    assert violation_text(violation, line=3).plain.splitlines() == [
        "  line 3: audience: line 1, column 4: unexpected >",
        "      a >> b",
        "         ^ (CONDITION_SYNTAX)",
    ]
