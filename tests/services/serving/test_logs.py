"""JSON lines on standard output, without personal data."""

import io
import json
import logging
from collections.abc import Iterator

import grpc
import pytest
import structlog

from services.serving import logs, request_id
from services.serving.access_log import AccessLog


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before, level


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_says_when_who_and_for_which_request(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("profile", worker=1)
    request_id.accept("till-7")
    structlog.get_logger().warning("slow", milliseconds=31)
    request_id.accept("")
    (line,) = lines(capsys)

    assert line.pop("timestamp")
    assert line == {
        "level": "warning",
        "event": "slow",
        "service": "profile",
        "worker": 1,
        "request_id": "till-7",
        "milliseconds": 31,
    }


def test_what_could_be_personal_is_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("profile")
    structlog.get_logger().info(
        "merged",
        identifier="4711",
        customer_email="x",
        free_text="I am ill",
        nested={"card_number": "1", "count": 2},
        note="from anna.maria@example.org, twice",
        listed=["b@c.de"],
        kind="loyalty",
    )
    (line,) = lines(capsys)

    assert line["identifier"] == line["customer_email"] == line["free_text"] == logs.REDACTED
    assert line["nested"] == {"card_number": logs.REDACTED, "count": 2}
    assert line["note"] == f"from {logs.REDACTED}, twice"
    assert line["listed"] == [logs.REDACTED]
    assert line["kind"] == "loyalty"


def test_a_traceback_is_logged_without_values_of_variables_or_addresses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("profile")
    card = "4711-0815"
    try:
        raise ValueError("no such customer: a@b.de")
    except ValueError as error:
        structlog.get_logger().error("call failed", exc_info=error)
    (line,) = lines(capsys)

    assert "ValueError: no such customer" in str(line["exception"])
    assert "a@b.de" not in str(line)
    assert card not in str(line)


def test_libraries_log_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("profile")
    logging.getLogger("some.library").warning("about %s", "a@b.de")
    (line,) = lines(capsys)

    assert (line["event"], line["level"]) == (f"about {logs.REDACTED}", "warning")
    assert line["service"] == "profile"


def test_lines_below_the_level_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("profile", level="warning")
    structlog.get_logger().info("nothing")

    assert lines(capsys) == []


def test_the_access_log_writes_one_line_of_json_per_call() -> None:
    stream = io.StringIO()
    log = AccessLog(stream, service="echo", worker=0)
    log.add("/a.B/C", grpc.StatusCode.NOT_FOUND, 0.0123, ids=("till-7", "web"))
    log.close()
    line = json.loads(stream.getvalue())

    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "call",
        "service": "echo",
        "worker": 0,
        "method": "/a.B/C",
        "code": "NOT_FOUND",
        "milliseconds": 12.3,
        "request_id": "till-7",
        "caller": "web",
    }
