"""A bundle as a folder: arrays, the ranker's text, and a manifest that vouches for every byte.

``ml.model.bundle_manifest`` states version and origin, and digest, shape and type of every file.
Reading checks all of it: what is not exactly what was written is refused, with a reason that a
metric can carry. Nothing here is ever unpickled.
"""

import dataclasses
import hashlib
import io
import json
import tempfile
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import (
    COLUMNS,
    LISTS,
    MATRICES,
    OPTIONAL_MATRICES,
    TEXTS,
    Bundle,
    BundleError,
    ModelFacts,
)
from ml.model.bundle_fit import check_fit
from ml.model.bundle_manifest import facts_in, read_manifest, write_manifest
from ml.model.drift import DriftReference
from ml.model.lists import RelatedLists
from ml.model.vocabulary import Vocabulary

RANKER = "ranker.txt"
DRIFT = "drift.json"
"""The reference of drift; a bundle may come without."""

MAX_FILE_BYTES = 8 * 2**30
"""A file larger than this is not read."""

_UNSIGNED_FACTS = {"version", "created", "metrics"}

_TYPES: dict[str, type[np.generic]] = {
    **dict.fromkeys(TEXTS, np.bytes_),
    **dict.fromkeys((*MATRICES, *OPTIONAL_MATRICES, *COLUMNS), np.float32),
    **{f"{name}_rows": np.int32 for name in LISTS},
    **{f"{name}_scores": np.float32 for name in LISTS},
}
"""Every array and what it holds. Serving computes in these: others give wrong or no answers."""


def content_version(bundle: Bundle) -> str:
    """Return the version that equal content shares: the data's day and eight digits of a digest.

    The digest spans every array, the ranker and the parameters; so a version vouches for them.
    """
    facts = dataclasses.asdict(bundle.facts)
    unsigned = {name: facts[name] for name in facts if name not in _UNSIGNED_FACTS}
    whole = hashlib.sha256(json.dumps(unsigned, sort_keys=True).encode())
    whole.update(bundle.ranker.encode())
    if bundle.drift is not None:
        whole.update(bundle.drift.to_json().encode())
    for name, array in sorted(_arrays(bundle).items()):
        whole.update(name.encode())
        whole.update(_encoded(array))
    day = np.datetime64(bundle.facts.as_of_seconds, "s").astype("datetime64[D]")
    return f"{str(day).replace('-', '')}-{whole.hexdigest()[:8]}"


def write_bundle(folder: Path, bundle: Bundle) -> None:
    """Write ``bundle`` as the new folder ``folder``, whole or not at all.

    Raises:
        FileExistsError: when the folder exists.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".bundle-") as temporary:
        draft = Path(temporary) / "bundle"
        draft.mkdir()
        files: dict[str, dict[str, Any]] = {}  # JSON
        for name, array in _arrays(bundle).items():
            content = _encoded(array)
            (draft / f"{name}.npy").write_bytes(content)
            files[f"{name}.npy"] = _file_facts(content) | {
                "shape": list(array.shape),
                "dtype": array.dtype.str,
            }
        for name, text in _texts(bundle).items():
            (draft / name).write_bytes(text.encode())
            files[name] = _file_facts(text.encode())
        write_manifest(draft, bundle.facts, files)
        draft.rename(folder)


def read_bundle(folder: Path) -> Bundle:
    """Read and check a bundle.

    Raises:
        BundleError: when anything differs from what the manifest promises, a number is not
            finite, or arrays do not fit each other.
    """
    manifest = read_manifest(folder)
    facts = facts_in(manifest)
    files = manifest["files"]
    optional = {f"{name}.npy" for name in OPTIONAL_MATRICES}
    names = [f"{name}.npy" for name in _TYPES] + [RANKER]
    names = [name for name in names if name in files or name not in optional]
    lacking = [name for name in names if name not in files]
    if lacking:
        raise BundleError("BAD_MANIFEST", f"the manifest does not list {', '.join(lacking)}")
    contents = {name: _checked_content(folder, name, files[name]) for name in names}
    arrays = {
        name.removesuffix(".npy"): _decoded(name, contents[name], files[name])
        for name in names
        if name != RANKER
    }
    bundle = _assembled(facts, arrays, contents[RANKER])
    if DRIFT in files:
        drift = _checked_content(folder, DRIFT, files[DRIFT])
        bundle = dataclasses.replace(bundle, drift=_drift(drift, bundle))
    check_fit(bundle)
    if content_version(bundle) != facts.version:
        raise BundleError("BAD_DIGEST", f"the content is not that of version {facts.version}")
    return bundle


def _arrays(bundle: Bundle) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "item_ids": _text_array(bundle.vocabulary.item_ids),
        "store_ids": _text_array(bundle.store_ids),
        "attribute_tokens": _text_array(bundle.attribute_tokens),
    }
    for name in (*MATRICES, *OPTIONAL_MATRICES, *COLUMNS):
        if (array := getattr(bundle, name)) is not None:
            arrays[name] = np.ascontiguousarray(array, "<f4")
    for name in LISTS:
        lists: RelatedLists = getattr(bundle, name)
        arrays[f"{name}_rows"] = np.ascontiguousarray(lists.rows, "<i4")
        arrays[f"{name}_scores"] = np.ascontiguousarray(lists.scores, "<f4")
    return arrays


def _texts(bundle: Bundle) -> dict[str, str]:
    texts = {RANKER: bundle.ranker}
    return texts if bundle.drift is None else texts | {DRIFT: bundle.drift.to_json()}


def _text_array(texts: tuple[str, ...]) -> NDArray[np.bytes_]:
    return np.array([text.encode() for text in texts], dtype=np.bytes_)


def _encoded(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _file_facts(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _checked_content(folder: Path, name: str, promised: dict[str, Any]) -> bytes:
    path = folder / name
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BundleError("BAD_SHAPE", f"{name} is larger than {MAX_FILE_BYTES} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise BundleError("MISSING_FILE", f"{name}: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != promised.get("sha256"):
        raise BundleError("BAD_DIGEST", f"{name} is not what the manifest vouches for")
    return content


def _decoded(name: str, content: bytes, promised: dict[str, Any]) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, TokenError, MemoryError) as error:  # what odd headers raise
        raise BundleError("BAD_SHAPE", f"{name} is not an array: {error}") from error
    if list(array.shape) != promised.get("shape") or array.dtype.str != promised.get("dtype"):
        found = f"{array.dtype.str}{list(array.shape)}"
        wanted = f"{promised.get('dtype')}{promised.get('shape')}"
        raise BundleError("BAD_SHAPE", f"{name} is {found}, the manifest says {wanted}")
    if array.dtype.type is not _TYPES[name.removesuffix(".npy")] or not array.dtype.isnative:
        raise BundleError("BAD_SHAPE", f"{name} holds {array.dtype}, which nothing here reads")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise BundleError("NOT_FINITE", f"{name} holds a number that is not finite")
    return array


def _drift(content: bytes, bundle: Bundle) -> DriftReference:
    try:
        return DriftReference.from_json(content.decode(), factors=bundle.item_factors.shape[1])
    except ValueError as error:
        raise BundleError("BAD_VALUE", f"{DRIFT}: {error}") from error


def _assembled(facts: ModelFacts, arrays: dict[str, NDArray[Any]], ranker: bytes) -> Bundle:
    try:
        texts = {name: tuple(text.decode() for text in arrays[name].tolist()) for name in TEXTS}
        vocabulary = Vocabulary(texts["item_ids"])
        trees = ranker.decode()
    except (UnicodeDecodeError, AttributeError, TypeError, ValueError) as error:
        raise BundleError(
            "BAD_VALUE", f"ids or the ranker are not what they must be: {error}"
        ) from error
    parts: dict[str, Any] = {name: arrays[name] for name in (*MATRICES, *COLUMNS)}
    parts |= {name: arrays.get(name) for name in OPTIONAL_MATRICES}
    parts |= {
        name: RelatedLists(arrays[f"{name}_rows"], arrays[f"{name}_scores"], len(vocabulary))
        for name in LISTS
    }
    return Bundle(
        facts=facts,
        vocabulary=vocabulary,
        store_ids=texts["store_ids"],
        attribute_tokens=texts["attribute_tokens"],
        ranker=trees,
        **parts,
    )
