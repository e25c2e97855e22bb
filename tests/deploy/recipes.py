"""Image recipes, read line by line: what they copy, and how a build chooses among stages."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.manifests import ROOT

IMAGES = ROOT / "deploy" / "images"


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a recipe."""

    word: str
    rest: str


def steps(path: Path) -> list[Step]:
    """Return the instructions of a recipe, continued lines joined, comments left out."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        Step(word, rest)
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())
    ]


def copied(path: Path, arguments: dict[str, str]) -> set[str]:
    """Return what a build with these arguments takes from the checkout, lock included."""
    known = dict(arguments)
    stages: dict[str, set[str]] = {}
    taken: set[str] = set()
    base = stage = ""
    for step in steps(path):
        rest = re.sub(r"\$\{(\w+)\}", lambda match: known.get(match[1], match[0]), step.rest)
        if step.word == "ARG" and "=" in rest:
            name, _, default = rest.partition("=")
            known.setdefault(name, default.strip('"'))
        elif step.word == "FROM":
            base, _, stage = rest.partition(" AS ")
            taken = set(stages.get(base, set()))
            stages[stage] = taken
        elif step.word in ("COPY", "ADD"):
            origin = re.match(r"--from=(\S+) ", rest)
            if origin:
                taken |= stages[origin[1]]
            else:
                taken |= set(rest.split()[:-1])
    return stages[stage]
