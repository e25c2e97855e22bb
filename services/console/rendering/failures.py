"""Refused calls: the reason, the sentence, and each broken rule on a line of its own."""

from rich.text import Text

from services.serving.failures import Failure, FieldViolation, Kind

_HINTS = {
    Kind.UNAVAILABLE: "Is the service running, and ready? `ofone health` says.",
    Kind.LATE: "The call took too long; `--deadline` gives it more time.",
    Kind.STALE: "Somebody else changed it first: look at it again, then repeat.",
    Kind.EXHAUSTED: "The service is busy: wait a moment, then repeat.",
}


def failure_text(failure: Failure, *, subject: str = "") -> Text:
    """Return a failure as people read it.

    Args:
        failure: What a call ended with.
        subject: What was being done, such as the name of an offer; empty to leave it out.
    """
    text = Text()
    if subject:
        text.append(f"{subject}: ", style="bold")
    if failure.violations:
        text.append("Refused:", style="bold red")
        for violation in failure.violations:
            text.append("\n").append(violation_text(violation))
    else:
        text.append(f"{failure.reason} ", style="bold red").append(failure.message)
    if failure.kind in _HINTS:
        text.append(f"\n{_HINTS[failure.kind]}", style="dim")
    return text


def violation_text(violation: FieldViolation, *, line: int = 0) -> Text:
    """Return a broken rule, such as ``line 4: audience: … (SYNTAX)``.

    Args:
        violation: The rule.
        line: The line of the file that it speaks of; 0 for none.
    """
    text = Text("  ")
    if line:
        text.append(f"line {line}: ", style="bold")
    if violation.field:
        text.append(violation.field, style="cyan").append(": ")
    text.append(violation.message.rstrip().replace("\n", "\n      "))
    text.append(f" ({violation.rule})", style="dim")
    return text
