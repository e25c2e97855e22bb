"""How MLflow is reached: quietly, and with its failures told as sentences.

Importing it takes seconds, so that happens when it is opened.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}

_SQLITE = "sqlite:///"

_UNREACHABLE = "Max retries exceeded"
"""What MLflow's client says, in many words, when nobody answers."""


class RegistryError(Exception):
    """MLflow is away, or does not hold what was asked for; the message says which."""


def opened(tracking_uri: str) -> "MlflowClient":
    """Return a client of a server or of an SQLite file, which is made where it is not there yet.

    Raises:
        RegistryError: when it cannot be reached.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with sentences(tracking_uri):
        from mlflow.tracking import MlflowClient  # noqa: PLC0415  # slow to import

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.ERROR)
        folder = sqlite_folder(tracking_uri)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        client = MlflowClient(tracking_uri, tracking_uri)
        client.search_experiments(max_results=1)
        return client


def sqlite_folder(tracking_uri: str) -> Path | None:
    """Return the folder of an SQLite registry's file; ``None`` for a server."""
    if not tracking_uri.startswith(_SQLITE):
        return None
    return Path(tracking_uri.removeprefix(_SQLITE)).resolve().parent


@contextmanager
def sentences(tracking_uri: str) -> Iterator[None]:
    """Turn failures of MLflow, and of the database under it, into sentences of ours."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  # slow to import
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # slow to import

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if _UNREACHABLE in reason:
            raise RegistryError(f"MLflow at {tracking_uri} cannot be reached") from error
        raise RegistryError(f"MLflow at {tracking_uri}: {reason}") from error
