"""What of a record tells that two runs began, or ended, with the very same things.

Each is a hash, or "" where the record does not prove anything: a generator has no fingerprint, and
a file that was changed after the program had begun may not be what ran.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from .identity import hash_of

HASH = re.compile(r"[0-9A-Za-z_:.+/=-]{1,64}")
PARTS = ("x", "y", "sample_weight")


def facts_of(kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """What a document of this kind says of the run's identity, by the column of `Run`."""
    if kind == "environment":
        return {
            "weights_hash": _told(_mapped(document.get("weights")).get("hash")),
            "commit": _told(_mapped(document.get("git")).get("commit")),
            "rerun_of": _run_id(document.get("rerun_of")),
        }
    if kind == "summary":
        return {"trained_hash": _told(_mapped(document.get("weights")).get("hash"))}
    if kind == "data":
        return {"data_hash": data_signature(document)}
    return {"code_hash": code_signature(document)} if kind == "code" else {}


def data_signature(document: Mapping[str, Any]) -> str:
    """The hash of all that `fit` was given, by the fingerprints of its arrays.

    "" unless every part has one.
    """
    prints = _mapped(document.get("fingerprints"))
    parts = {name: document[name] for name in PARTS if name in document}
    parts["validation"] = {
        name: part for name, part in _mapped(document.get("validation")).items() if name in PARTS
    }
    proofs = {path: _proof(prints.get(path)) for path in {*_leaves(parts, ""), *prints}}
    if not proofs or None in proofs.values():
        return ""
    return hash_of(proofs)


def code_signature(document: Mapping[str, Any]) -> str:
    """The hash of a script with its modules, or of the cells that had run when the run began.

    A cell counts once, where it ran last.
    """
    modules = [_mapped(module) for module in _listed(document.get("modules"))]
    files = [document, *modules] if document.get("kind") == "script" else modules
    named = {
        str(file.get("name") or file.get("path")) if place else "__main__": file.get("sha256")
        for place, file in enumerate(files, document.get("kind") != "script")
    }
    cells = _cells(document) if document.get("kind") == "notebook" else []
    is_whole = not document.get("more_modules") and not document.get("more_cells")
    is_as_it_ran = not any(file.get("is_newer") for file in files)
    known = [*named.values(), *cells]
    if not known or not is_whole or not is_as_it_ran or not all(map(_told, known)):
        return ""
    return hash_of([named, cells])


def _cells(document: Mapping[str, Any]) -> list[Any]:
    """The hashes of the cells up to the one in which the run began."""
    began_in = document.get("began_in")
    cells = [_mapped(cell) for cell in _listed(document.get("cells"))]
    last: dict[Any, None] = {}
    for cell in cells:
        source = _told(cell.get("sha256"))
        last.pop(source, None)
        last[source] = None
        if began_in is not None and cell.get("seq") == began_in:
            break
    return list(last)


def _leaves(structure: Any, path: str) -> Iterator[str]:
    """The paths of arrays and data sets in what the client says of their form."""
    if isinstance(structure, Mapping) and isinstance(structure.get("type"), str):
        if not structure["type"].endswith("NoneType"):
            yield path
        return
    named = structure.items() if isinstance(structure, Mapping) else enumerate(_listed(structure))
    for key, part in named:
        yield from _leaves(part, f"{path}.{key}" if path else str(key))


def _proof(fingerprint: Any) -> Any:
    """What of a fingerprint no other data has; None for nothing."""
    known = _mapped(fingerprint)
    if told := _told(known.get("hash")):
        return told
    if tensors := _listed(known.get("tensors")):
        proofs = [_proof(tensor) for tensor in tensors]
        return None if None in proofs else proofs
    files = [_mapped(file) for file in _listed(known.get("files"))]
    proofs = [[file.get(name) for name in ("path", "bytes", "changed_at")] for file in files]
    return proofs if proofs and all(None not in proof for proof in proofs) else None


def _told(value: Any) -> str:
    """A hash as the record gives it; "" for what is none."""
    return value if isinstance(value, str) and HASH.fullmatch(value) else ""


def _run_id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
