"""Makes the compiled model of a record again, in a process of its own: `python -m …rebuild.model`.

Reads `{model, code, trust}` from standard input, writes `{checks, error}` to standard output.
"""

import ast
import contextlib
import copy
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .arguments import without_unasked
from .cells import program_cells
from .lambdas import in_words, lend_names, with_class
from .names import without_numbers

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)
Check = dict[str, Any]


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    # Libraries print as they load; the answer is the only thing on standard output.
    with contextlib.redirect_stdout(sys.stderr):
        answer = answer_to(request)
    json.dump(answer, sys.stdout)


def answer_to(request: Mapping[str, Any]) -> dict[str, Any]:
    """Make the model that is asked for, and compare; whatever goes wrong is an answer too."""
    try:
        with _own_code(request["code"] if request["trust"] else None) as own:
            checks = _checks(request["model"], own, trust=request["trust"])
            return {"checks": list(checks), "error": ""}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return {"checks": [], "error": _in_words(error)}


def _in_words(error: Exception) -> str:
    """Keras puts the whole configuration before the reason."""
    reason = str(error).rpartition("Exception encountered: ")[2]
    return f"{type(error).__name__}: {reason}"[:1_000]


def _checks(recorded: Mapping[str, Any], own: dict[str, Any], *, trust: bool) -> Iterator[Check]:
    """Compare the model that is made again with what was recorded of the first one."""
    from keras import saving

    from ahnb_client.capture.model import model_document

    config = copy.deepcopy(recorded["config"])  # Keras takes it apart
    if trust:
        lend_names(vars(sys.modules["__main__"]))
        config = with_class(without_unasked(config, own))
    model = saving.deserialize_keras_object(config, custom_objects=own, safe_mode=not trust)
    found = json.loads(json.dumps(model_document(model)))
    plain = without_numbers(recorded), without_numbers(found)
    for name, compared in _COMPARED.items():
        holds = compared(plain[0]) == compared(plain[1])
        yield _check(name, compared(recorded), compared(found), holds=holds)
    configs = [document["config"] for document in plain]
    told = _told(*(map(in_words, configs) if trust else configs))
    yield _check("configuration", "as recorded", told, holds=told == "as recorded")


def _check(name: str, recorded: Any, found: Any, *, holds: bool) -> Check:
    return {"name": name, "holds": holds, "recorded": recorded, "found": found}


def _told(recorded: Any, found: Any) -> str:
    """Where two configurations differ first, as a path."""
    path = first_difference(recorded, found)
    return "as recorded" if path is None else f"another value at {path or 'the top'}"


def first_difference(one: Any, other: Any, path: str = "") -> str | None:
    """Return the path of the first value that differs, None where all are equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(key, one.get(key), other.get(key)) for key in dict.fromkeys([*one, *other])]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(str(k), *both) for k, both in enumerate(zip(one, other, strict=True))]
    else:
        return None if one == other else path
    for key, mine, theirs in pairs:
        place = first_difference(mine, theirs, f"{path}.{key}" if path else key)
        if place is not None:
            return place
    return None


def _layers(document: Mapping[str, Any]) -> list[Any]:
    columns = ("name", "class", "output_shape", "parameters")
    return [[layer.get(column) for column in columns] for layer in document.get("layers") or []]


def _optimizer(document: Mapping[str, Any]) -> Any:
    return (document.get("compile") or {}).get("optimizer_config")


_COMPARED: dict[str, Any] = {
    "class": lambda document: document.get("class"),
    "parameters": lambda document: document.get("parameters"),
    "trainable parameters": lambda document: document.get("trainable_parameters"),
    "layers": _layers,
    "edges": lambda document: document.get("edges"),
    "loss": lambda document: (document.get("compile") or {}).get("loss"),
    "optimizer": _optimizer,
}


@contextlib.contextmanager
def _own_code(code: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Let the recorded modules be found; gives what the script itself defines, by name."""
    if not code:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="ahnb-verify-") as name:
        write_files(code, Path(name))
        sys.path.insert(0, name)
        script = code.get("path")
        if script:
            sys.path.insert(0, str((Path(name) / script).parent))
        yield _defined(_program_of(code))


def write_files(code: Mapping[str, Any], folder: Path) -> list[str]:
    """Write the recorded script and modules into `folder`; gives the paths of those written.

    A path that leads out of the folder is not written.
    """
    written = []
    for file in (code, *(code.get("modules") or [])):
        path, source = file.get("path"), file.get("source")
        if not isinstance(path, str) or not isinstance(source, str):
            continue
        target = (folder / path).resolve()
        if target.is_relative_to(folder.resolve()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, encoding="utf-8")
            written.append(path)
    return written


def _program_of(code: Mapping[str, Any]) -> str:
    """The script, or the cells that are Python."""
    script = [code["source"]] if isinstance(code.get("source"), str) else []
    found = script or program_cells(code)[0]
    return "\n".join(text for text in found if _parses(text))


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _defined(source: str) -> dict[str, Any]:
    """Take over imports, classes and functions of the script, without running the rest of it."""
    tree = ast.parse(source)
    kept = [node for node in tree.body if isinstance(node, _DEFINITIONS) or _is_constant(node)]
    module = ast.Module(body=kept, type_ignores=[])
    namespace = vars(sys.modules["__main__"])
    exec(compile(module, "<recorded script>", "exec"), namespace)  # noqa: S102 - trusted by a person
    names = {node.name for node in kept if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    return {name: namespace[name] for name in names}


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
        return False
    try:
        ast.literal_eval(node.value)
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    main()
