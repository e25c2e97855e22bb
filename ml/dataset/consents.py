"""Who allows profiling, where a data set tells it: an optional file beside the purchases.

``consents.parquet`` has the columns ``customer_id`` (string) and ``profiling`` (boolean). Nothing
is learned from it and the data set's digest leaves it out: it tells apart for whom a model is good.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa

from ml.dataset.parquet import write_frame
from ml.dataset.violations import DatasetError, Violation

CONSENTS_FILE = "consents.parquet"
_COLUMNS = ("customer_id", "profiling")


def read_consents(folder: Path) -> dict[str, bool] | None:
    """Return whether each customer allows profiling; ``None`` where the folder does not tell.

    Raises:
        DatasetError: when the file is no table of exactly these columns, or names somebody twice.
    """
    path = folder / CONSENTS_FILE
    if not path.exists():
        return None
    try:
        frame = pd.read_parquet(path)
    except (pa.ArrowException, OSError) as error:
        raise _broken("", f"is not a readable Parquet file: {error}") from None
    if sorted(map(str, frame.columns)) != sorted(_COLUMNS):
        raise _broken("", f"must have the columns {' and '.join(_COLUMNS)}")
    if not pd.api.types.is_bool_dtype(frame["profiling"]) or frame["profiling"].isna().any():
        raise _broken("profiling", f"must be true or false, is {frame['profiling'].dtype}")
    if pd.api.types.infer_dtype(frame["customer_id"], skipna=False) != "string":
        raise _broken("customer_id", "must be strings")
    repeated = int(frame["customer_id"].duplicated().sum())
    if repeated:
        raise _broken("customer_id", "must name a customer once", repeated)
    return dict(zip(frame["customer_id"], frame["profiling"].astype(bool).tolist(), strict=True))


def write_consents(consents: Mapping[str, bool], folder: Path) -> None:
    """Write who allows profiling into an existing folder."""
    names, values = list(consents), list(consents.values())
    frame = pd.DataFrame({"customer_id": pd.array(names, dtype="str"), "profiling": values})
    write_frame(frame.astype({"profiling": bool}), folder / CONSENTS_FILE)


def _broken(column: str, rule: str, row_count: int = 0) -> DatasetError:
    return DatasetError([Violation(CONSENTS_FILE, column, rule, row_count)])
