"""Times as people write them."""

from datetime import UTC, date, datetime, time

from google.protobuf.timestamp_pb2 import Timestamp

FORM = "a time such as 2026-03-31, 2026-03-31T18:30 or 2026-03-31T18:30:00+02:00"
"""What is understood; a time without a zone is UTC, a date is its first moment."""


def read_moment(value: object) -> Timestamp:
    """Return the moment that an ISO 8601 text, a date or a datetime stands for.

    Raises:
        ValueError: when it is none of them, or not a time that exists.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"must be {FORM}") from None
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError(f"must be {FORM}")  # noqa: TRY004  # one exception for all mistakes
    moment = Timestamp()
    try:
        moment.FromDatetime(value if value.tzinfo else value.replace(tzinfo=UTC))
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999 of UTC") from None
    return moment
