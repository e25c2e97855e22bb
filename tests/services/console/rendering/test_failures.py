from services.console.rendering.failures import failure_text, violation_text
from services.serving.failures import Failure, FieldViolation, Kind, invalid

MISTAKE = FieldViolation("audience", "CEL_SYNTAX", "unexpected '>' at column 4")


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


def test_a_mistake_in_an_expression_is_pointed_at() -> None:
    assert violation_text(MISTAKE, line=3, expression="a >> b").plain.splitlines() == [
        "  line 3: audience: unexpected '>' at column 4 (CEL_SYNTAX)",
        "      a >> b",
        "         ^",
    ]


def test_a_message_that_points_itself_is_left_as_it_is() -> None:
    pointing = FieldViolation("audience", "CEL_SYNTAX", "1:4: unexpected\n| a >> b\n| ...^")
    lines = violation_text(pointing, expression="a >> b").plain.splitlines()
    assert lines[1:] == ["      | a >> b", "      | ...^ (CEL_SYNTAX)"]


def test_a_position_outside_the_expression_points_nowhere() -> None:
    for message in ("at column 99", "9:1: what", "somewhere"):
        violation = FieldViolation("audience", "CEL_SYNTAX", message)
        assert len(violation_text(violation, expression="a").plain.splitlines()) == 1
