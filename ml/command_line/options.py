"""The options that commands share, each declared once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

RESULTS = Path("build/evaluation")

DEFAULT_NAME = "ofone"

DEFAULT_TRACKING_URI = "sqlite:///build/mlflow/mlflow.db"


class ProtocolName(StrEnum):
    """How the future is hidden."""

    CALENDAR = "calendar"
    LAST_BASKET = "last-basket"


class EngineName(StrEnum):
    """What counts."""

    MACHINE = "machine"
    SPARK = "spark"


DatasetFolder = Annotated[Path, typer.Argument(help="A dataset folder.")]
OutFolder = Annotated[Path, typer.Option("--out", help="The dataset folder to write.")]
Name = Annotated[str, typer.Option(help="Name of the registered model.")]
NewName = Annotated[
    str | None,
    typer.Option("--name", help="Name of the registered model; default: the configuration's."),
]
TrackingUri = Annotated[
    str, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow: a server or sqlite:///FILE.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="TOML: the fields of TrainingConfig.")
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="spark: more data than this machine holds.")
]
Fast = Annotated[bool, typer.Option("--fast", help="Fewer factors and customers: for a look.")]

AskedBy = Annotated[
    ProtocolName | None, typer.Option("--protocol", help="Default: calendar where there are dates.")
]
ResultsFolder = Annotated[Path, typer.Option("--out", help="The folder of the results.")]
Watch = Annotated[
    bool, typer.Option("--watch", help="Follow the alias, every 10 s, until stopped.")
]
