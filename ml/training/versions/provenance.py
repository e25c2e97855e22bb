"""What made a model: code version, environment, and the configuration as flat parameters."""

import dataclasses
import hashlib
import os
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

CODE_VERSION_VARIABLE = "OFONE_CODE_VERSION"
"""Set in images, which hold no repository."""

CODE = Path(__file__).parents[2]
"""The package ``ml``: whatever of it changes may change what is learned."""


def code_version() -> str:
    """Return the commit of the running code, with ``+changes`` when files of ``CODE`` differ."""
    told = os.environ.get(CODE_VERSION_VARIABLE)
    if told:
        return told
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return metadata.version("ofone")
    return f"{commit}+changes" if _git("status", "--porcelain", "--", ".") else commit


def code_digest() -> str:
    """Return the sha256 of the learning code itself, whether it is committed or not."""
    running = hashlib.sha256()
    for each in sorted(CODE.rglob("*.py")):
        running.update(f"|{each.relative_to(CODE).as_posix()}|".encode())
        running.update(each.read_bytes())
    return running.hexdigest()


def environment() -> str:
    """Return the installed distributions, ``name==version`` a line, sorted."""
    found = {f"{each.metadata['Name']}=={each.version}" for each in metadata.distributions()}
    return "\n".join(sorted(found, key=str.casefold)) + "\n"


def flat_parameters(config: Any, prefix: str = "") -> dict[str, str]:
    """Return the fields of a dataclass, nested ones under ``outer.inner``."""
    found: dict[str, str] = {}
    for each in dataclasses.fields(config):
        value = getattr(config, each.name)
        if dataclasses.is_dataclass(value):
            found |= flat_parameters(value, f"{prefix}{each.name}.")
        else:
            found[f"{prefix}{each.name}"] = str(value)
    return found


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603  # fixed arguments
            ["git", *arguments],  # noqa: S607  # git of the path
            cwd=CODE,
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
