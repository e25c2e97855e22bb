"""JSON lines on standard output, without personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from services.serving import request_id

REDACTED = "[redacted]"
_PERSONAL_KEYS = re.compile(
    r"(^|_)(identifier|identifiers|email|e_mail|phone|card|address|birth\w*|first_name|last_name|customer_name"
    r"|full_name|text|payload|request|response|answer|answers|query|token|password|secret)($|_)"
)
"""Keys that could hold what a customer wrote or is called; ``request_id`` and the like may stay."""
_HARMLESS_KEYS = frozenset({"request_id", "address", "listen_address", "token_count"})
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def configure(service: str, *, worker: int = -1, level: str = "info") -> None:
    """Send everything that this process logs, libraries included, to standard output.

    Args:
        service: Name of the service, on every line.
        worker: Index of the worker, -1 for the supervisor.
        level: Lines below it are dropped: debug, info, warning or error.
    """

    def add_origin(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        event["worker"] = worker
        if current := request_id.current():
            event["request_id"] = current
        return event

    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_origin,
        structlog.processors.format_exc_info,
        redact,
    ]
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace what could be personal: values of telling keys, e-mail addresses anywhere."""
    return _redacted(event)


def _redacted(event: MutableMapping[str, object]) -> dict[str, object]:
    return {
        key: REDACTED
        if _PERSONAL_KEYS.search(key) and key not in _HARMLESS_KEYS
        else _scrubbed(value)
        for key, value in event.items()
    }


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return _EMAIL.sub(REDACTED, value) if "@" in value else value
    if isinstance(value, dict):
        return _redacted(value)
    if isinstance(value, list | tuple):
        return [_scrubbed(each) for each in value]
    return value
