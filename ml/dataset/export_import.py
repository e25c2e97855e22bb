"""From the profile service's export stream to a data set, resumable after a cut.

Chunks are written to ``<target>.partial`` as they come, each with the token that continues behind
it; a run that was cut goes on where it stopped. The folder is removed once the data set is whole.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn, TypeAlias

import grpc
import pandas as pd
from ofone.profile.v1 import profile_service_pb2 as messages
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from tqdm import tqdm

from ml.dataset.baskets import merge_lines
from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.folder import PARTIAL_SUFFIX, write_dataset
from ml.dataset.parquet import write_frame
from ml.dataset.rpc_reason import rpc_reason

PART_LINES = 200_000
"""Lines that are gathered before they are written: what a cut can lose, some seconds of work."""

_STATE_FILE = "state.json"
_COLUMNS = (
    "customer_id", "basket_id", "occurred_at", "item_id", "quantity", "unit_price", "store",
)  # fmt: skip


Bar: TypeAlias = "tqdm[NoReturn]"


class ExportCutError(Exception):
    """The stream broke off; what came is kept, and the same call goes on from there."""


class ExportEmptyError(ValueError):
    """There is nothing that may be learned from."""


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """Which purchases are wanted."""

    start_time: datetime | None = None
    """Only purchases at or after this time, aware."""
    end_time: datetime | None = None
    """Only purchases before this time, aware."""

    def request(self, resume_token: str) -> messages.ExportInteractionsRequest:
        """Return the request that continues behind ``resume_token``."""
        request = messages.ExportInteractionsRequest(resume_token=resume_token)
        if self.start_time is not None:
            request.start_time.FromDatetime(self.start_time)
        if self.end_time is not None:
            request.end_time.FromDatetime(self.end_time)
        return request


def import_export(
    channel: grpc.Channel,
    path: Path,
    *,
    query: ExportQuery | None = None,
    items: pd.DataFrame | None = None,
    progress: bool = False,
) -> Dataset:
    """Read every purchase that may be learned from, and write the dataset folder.

    Args:
        channel: To the profile service.
        path: The folder to write; a dataset folder that is there already is replaced.
        query: Which purchases; all when ``None``.
        items: The catalogue, as columns of ``items.parquet``; left out when ``None``.
        progress: Whether to show a progress bar.

    Returns:
        The data set that was written.

    Raises:
        ExportCutError: when the stream broke off; call again with the same arguments to go on.
        ExportEmptyError: when no purchase was exported.
        DatasetError: when what came breaks the rules of a data set.
    """
    wanted = query or ExportQuery()
    partial = path.with_name(f"{path.name}{PARTIAL_SUFFIX}")
    parts = _Parts(partial, wanted)
    with tqdm(desc="lines", initial=parts.line_count, mininterval=1, disable=not progress) as bar:
        _receive(channel, parts, wanted, bar)
    if parts.line_count == 0:
        shutil.rmtree(partial)
        raise ExportEmptyError("no purchase was exported: none is stored, or none may be used")
    about = Description("Profile export", dated=True, source="ofone.profile.v1.ExportInteractions")
    dataset = make_dataset(about, merge_lines(parts.read()), items=items)
    write_dataset(dataset, path)
    shutil.rmtree(partial)
    return dataset


class _Parts:
    """What was received so far, on disk; bound to the query it came from."""

    def __init__(self, path: Path, query: ExportQuery) -> None:
        self.path = path
        self._query = str(query)
        self.token, self._count, self.line_count = "", 0, 0
        state = self._state()
        if state.get("query") == self._query:
            self.token = str(state["token"])
            self._count = int(str(state["parts"]))
            self.line_count = int(str(state["lines"]))
        else:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)

    def _state(self) -> Mapping[str, object]:
        try:
            document = json.loads((self.path / _STATE_FILE).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def add(self, lines: list[messages.Interaction], token: str) -> None:
        """Keep lines, then the token behind them: a cut in between repeats, it loses nothing."""
        if lines:
            write_frame(_frame(lines), self._file(self._count))
            self._count += 1
            self.line_count += len(lines)
        self.token = token
        state = {
            "query": self._query,
            "token": token,
            "parts": self._count,
            "lines": self.line_count,
        }
        fresh = self.path / f"{_STATE_FILE}.new"
        fresh.write_text(json.dumps(state), encoding="utf-8")
        fresh.replace(self.path / _STATE_FILE)

    def read(self) -> pd.DataFrame:
        """Return all lines."""
        parts = [pd.read_parquet(self._file(number)) for number in range(self._count)]
        return pd.concat(parts, ignore_index=True)

    def _file(self, number: int) -> Path:
        return self.path / f"part-{number:06d}.parquet"


def _receive(channel: grpc.Channel, parts: _Parts, query: ExportQuery, bar: Bar) -> None:
    lines: list[messages.Interaction] = []
    token = parts.token
    try:
        for chunk in ProfileServiceStub(channel).ExportInteractions(query.request(token)):
            lines += chunk.interactions
            token = chunk.resume_token
            bar.update(len(chunk.interactions))
            if len(lines) >= PART_LINES:
                parts.add(lines, token)
                lines = []
    except grpc.RpcError as error:
        parts.add(lines, token)
        raise ExportCutError(
            f"the export broke off after {parts.line_count:,} lines ({rpc_reason(error)}); they "
            f"are kept in {parts.path}: run the same again to go on, or delete it to start over"
        ) from error
    parts.add(lines, token)


def _frame(lines: list[messages.Interaction]) -> pd.DataFrame:
    rows = [
        (
            each.customer_id,
            each.basket_id,
            each.occurred_at.ToMicroseconds(),
            each.item_id,
            each.quantity,
            each.unit_price if each.HasField("unit_price") else float("nan"),
            each.store,
        )
        for each in lines
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    frame["occurred_at"] = pd.to_datetime(frame["occurred_at"], unit="us", utc=True)
    texts = ("customer_id", "basket_id", "item_id", "store")
    frame["store"] = frame["store"].mask(frame["store"] == "")
    return frame.astype(dict.fromkeys(texts, "str"))
