"""What differs between two runs, by kind, each with a link to the whole difference.

Of each kind something is said only where both records tell it: two equal hashes prove that a thing
is the same, two different ones that it is not, and one that is missing proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web.formats import counted, given, number

from ...differences.layers import difference
from ...params import text_of
from ..compare.tables import same
from ..telling import importance
from .parts import Part, Sentence, link, listed, name, old, strong
from .record import Facts, Record, whole
from .standing import run_link

MOST_PARAMS = 4
MOST_PACKAGES = 3
COMMIT_DIGITS = 9
# What only follows from other layers is not told.
CHANGES_OF_LAYERS = ("added", "removed", "changed", "moved")
MISSING = object()


@dataclass(frozen=True)
class Kind:
    """A kind of things in which runs differ.

    Attributes:
        place: the part of the page of a difference that shows them.
        differences: what differs from the first to the second; nothing where nothing does, or
            where that is not known.
        is_same: whether both records prove that it is the same.
    """

    label: str
    place: str
    differences: Callable[[Facts, Facts], Sentence]
    is_same: Callable[[Facts, Facts], bool]


def change_sentences(record: Record) -> Iterator[Sentence]:
    """Against the previous run of the person, and against the best, once each."""
    previous, best = record.previous, record.best
    if previous and best and previous.number == best.number:
        yield from _against(
            record, previous, "the previous run of the same person and the best so far"
        )
        return
    if previous:
        yield from _against(record, previous, "the previous run of the same person")
    if best:
        yield from _against(record, best, "the best run so far")


def _against(record: Record, other: Facts, role: str) -> Iterator[Sentence]:
    """One sentence; none where nothing can be set beside each other."""
    address = f"{record.difference}?to={other.number}"
    changed: list[Sentence] = []
    alike: list[str] = []
    for kind in KINDS:
        if difference := kind.differences(other, record.facts):
            label = link(kind.label, f"{address}#{kind.place}")
            changed.append([label, " ", *difference])
        elif kind.is_same(other, record.facts):
            alike.append(kind.label)
    same_kinds = listed([[label] for label in alike])
    if changed:
        told = _joined(changed)
        rest = ["; the same ", *same_kinds] if alike else []
        yield ["Against ", run_link(other), f", {role}: ", *told, *rest, "."]
    elif alike:
        verb = "are" if len(alike) > 1 or alike[0].endswith("s") else "is"
        subject = ["Against ", run_link(other), f", {role}, the ", *same_kinds]
        yield [*subject, f" {verb} the same, and no ", link("difference", address), " is recorded."]


def _joined(clauses: list[Sentence]) -> Sentence:
    parts: list[Part | str] = []
    for place, clause in enumerate(clauses):
        parts += ["; ", *clause] if place else clause
    return parts


# Parameters


def param_differences(before: Facts, after: Facts) -> Sentence:
    """The most telling parameters that differ, and how many more do."""
    found = sorted(differing(before.params, after.params), key=lambda one: importance(one[0]))
    items = [_param(*one) for one in found[:MOST_PARAMS]]
    if more := len(found) - len(items):
        items.append([f"{number(more)} more"])
    return listed(items)


def differing(
    before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Each leaf that is not the same, by its path in the order of names; `MISSING` for none."""
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key, MISSING), after.get(key, MISSING)
        path = f"{prefix}{key}"
        if _is_part(was, now) and _is_part(now, was):
            yield from differing(_below(was), _below(now), f"{path}.")
        elif not same(was, now):
            yield path, was, now


def _is_part(value: Any, other: Any) -> bool:
    """Whether to look into `value`: a tree, or nothing where the other run has a tree."""
    if value is MISSING:
        return isinstance(other, Mapping) and bool(other)
    return isinstance(value, Mapping) and bool(value)


def _below(value: Any) -> Mapping[str, Any]:
    return {} if value is MISSING else value


def _param(path: str, was: Any, now: Any) -> Sentence:
    if was is MISSING:
        return [name(path), " added as ", strong(_written(now))]
    if now is MISSING:
        return [name(path), " left out (", old(_written(was)), ")"]
    texts = _written(was), _written(now)
    # What looks alike when shortened is not shown as a change to itself.
    if texts[0] == texts[1]:
        texts = text_of(was), text_of(now)
    if old(texts[0]).text == strong(texts[1]).text:
        return [name(path), " changed"]
    return [name(path), " ", old(texts[0]), " → ", strong(texts[1])]


def _written(value: Any) -> str:
    return given(value) if not isinstance(value, list) else given(value[:32])


# Model


def model_differences(before: Facts, after: Facts) -> Sentence:
    """Another architecture with its version and layers; or the same, trained in other parts."""
    was, now = before.document("model"), after.document("model")
    if before.architecture and before.architecture == after.architecture:
        trained = [whole(one.get("trainable_parameters")) for one in (was, now)]
        if None in trained or trained[0] == trained[1]:
            return []
        return [f"with {number(trained[1])} trainable parameters instead of {number(trained[0])}"]
    if not (before.architecture and after.architecture):
        return []
    details = [*_layer_words(was, now), *_size_words(was, now)]
    told = f" ({', '.join(details)})" if details else ""
    versions = f"v{after.model_version} instead of v{before.model_version}"
    is_numbered = before.model_version and after.model_version
    return [f"{versions if is_numbered else 'of another architecture'}{told}"]


def _layer_words(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """The layers that differ; of models too large to be set beside each other their number."""
    if not isinstance(was.get("layers"), list) or not isinstance(now.get("layers"), list):
        counts = [whole(one.get("layer_count")) for one in (was, now)]
        if None not in counts and counts[0] != counts[1]:
            yield f"{counted(counts[1] or 0, 'layer')} instead of {number(counts[0])}"
        return
    layers = [[one for one in model["layers"] if isinstance(one, Mapping)] for model in (was, now)]
    counts_of = difference(*layers).counts()
    told = [(counts_of[verb], verb) for verb in CHANGES_OF_LAYERS if counts_of[verb]]
    for place, (count, verb) in enumerate(told):
        yield f"{number(count) if place else counted(count, 'layer')} {verb}"


def _size_words(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    before, after = whole(was.get("parameters")), whole(now.get("parameters"))
    if before is None or after is None:
        return
    if before == after:
        yield "as many parameters"
    else:
        word = "more" if after > before else "fewer"
        yield counted(abs(after - before), f"{word} parameter")


def _same_model(before: Facts, after: Facts) -> bool:
    return bool(before.architecture) and before.architecture == after.architecture


# Data


def data_differences(before: Facts, after: Facts) -> Sentence:
    """Other data by their signatures, their number or their form."""
    was, now = before.document("data"), after.document("data")
    counts = [whole(one.get("samples")) for one in (was, now)]
    if None not in counts and counts[0] != counts[1]:
        return [f"with {counted(counts[1] or 0, 'sample')} instead of {number(counts[0])}"]
    if before.data_hash and after.data_hash:
        return ["other than there"] if before.data_hash != after.data_hash else []
    forms = [one.get("form") for one in (was, now)]
    return ["of another form"] if all(forms) and forms[0] != forms[1] else []


def _same_data(before: Facts, after: Facts) -> bool:
    return bool(before.data_hash) and before.data_hash == after.data_hash


# Code


def code_differences(before: Facts, after: Facts) -> Sentence:
    """Commit, uncommitted changes, and what was recorded of script or cells."""
    items: list[Sentence] = []
    if before.commit and after.commit and before.commit != after.commit:
        commits = [one.commit[:COMMIT_DIGITS] for one in (after, before)]
        items.append(["commit ", strong(commits[0]), " instead of ", old(commits[1])])
    dirty = [_is_dirty(one) for one in (before, after)]
    if None not in dirty and dirty[0] != dirty[1]:
        items.append([f"{'with' if dirty[1] else 'without'} uncommitted changes"])
    if before.code_hash and after.code_hash and before.code_hash != after.code_hash:
        kind = after.document("code").get("kind")
        what = {"notebook": "other cells", "script": "another script or module"}
        items.append([what.get(kind, "other") if isinstance(kind, str) else "other"])
    return listed(items)


def _is_dirty(facts: Facts) -> bool | None:
    dirty = facts.document("environment").get("dirty")
    return dirty if isinstance(dirty, bool) else None


def _same_code(before: Facts, after: Facts) -> bool:
    return bool(before.code_hash) and before.code_hash == after.code_hash


# Packages and surroundings


def package_differences(before: Facts, after: Facts) -> Sentence:
    """Packages that came, went or have another version."""
    was, now = _packages(before), _packages(after)
    if was is None or now is None:
        digests = [one.document("environment").get("packages_digest") for one in (before, after)]
        return ["other than there"] if all(digests) and digests[0] != digests[1] else []
    found = list(differing(was, now))
    # What was updated is what may change results; then what came and went.
    found.sort(key=lambda one: MISSING in one[1:])
    items = [_param(*one) for one in found[:MOST_PACKAGES]]
    if more := len(found) - len(items):
        items.append([f"{number(more)} more"])
    return listed(items)


def _packages(facts: Facts) -> Mapping[str, Any] | None:
    packages = facts.document("environment").get("packages")
    return packages if isinstance(packages, Mapping) and packages else None


def _same_packages(before: Facts, after: Facts) -> bool:
    was, now = _packages(before), _packages(after)
    return was is not None and now is not None and was == now


def surrounding_differences(before: Facts, after: Facts) -> Sentence:
    """Backend, Python and seed, where both are known."""
    was, now = before.document("environment"), after.document("environment")
    return listed(
        [key, " ", old(given(was[key])), " → ", strong(given(now[key]))]
        for key in ("backend", "python", "seed")
        if _is_told(was.get(key)) and _is_told(now.get(key)) and not same(was[key], now[key])
    )


def _is_told(value: Any) -> bool:
    return isinstance(value, str | int) and value != ""


def _same_params(before: Facts, after: Facts) -> bool:
    return bool(before.params or after.params)


def _never(_before: Facts, _after: Facts) -> bool:
    return False


KINDS = (
    Kind("parameters", "compare-params", param_differences, _same_params),
    Kind("model", "difference-layers", model_differences, _same_model),
    Kind("data", "compare-data", data_differences, _same_data),
    Kind("code", "difference-code", code_differences, _same_code),
    Kind("packages", "compare-packages", package_differences, _same_packages),
    Kind("environment", "compare-environment", surrounding_differences, _never),
)
