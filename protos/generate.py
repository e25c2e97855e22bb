"""Generate Python code from the contracts, or prove that what is checked in is what they give.

Usage: ``python protos/generate.py [--check]``.
"""

import argparse
import filecmp
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
GENERATED = PROTOS / "gen"


def generate(out: Path) -> None:
    """Write messages, stubs and their types for every contract below ``out``."""
    sources = sorted(str(path.relative_to(PROTOS)) for path in (PROTOS / "ofone").rglob("*.proto"))
    plugins = Path(sys.executable).parent
    arguments = [
        "protoc",
        f"--proto_path={PROTOS}",
        f"--proto_path={resources.files('grpc_tools') / '_proto'}",
        f"--plugin=protoc-gen-mypy={plugins / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={plugins / 'protoc-gen-mypy_grpc'}",
        f"--python_out={out}",
        f"--grpc_python_out={out}",
        f"--mypy_out=quiet:{out}",
        f"--mypy_grpc_out=quiet:{out}",
        *sources,
    ]
    if protoc.main(arguments) != 0:
        raise SystemExit("protoc refused the contracts")
    for stub in out.rglob("*_pb2_grpc.py*"):
        if not stub.name.partition("_pb2")[0].endswith("_service"):
            stub.unlink()  # contracts without a service get an empty one


def differences(left: Path, right: Path) -> list[str]:
    """Return the relative paths that are not the same below both folders, sorted."""
    paths = {
        path.relative_to(root)
        for root in (left, right)
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return sorted(
        str(path)
        for path in paths
        if not (left / path).is_file()
        or not (right / path).is_file()
        or not filecmp.cmp(left / path, right / path, shallow=False)
    )


def main() -> int:
    """Generate in place, or with ``--check`` compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    if not parser.parse_args().check:
        GENERATED.mkdir(exist_ok=True)
        generate(GENERATED)
        return 0
    with tempfile.TemporaryDirectory() as fresh:
        generate(Path(fresh))
        stale = differences(Path(fresh), GENERATED)
    for path in stale:
        sys.stderr.write(f"generated code differs from the contracts: protos/gen/{path}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
