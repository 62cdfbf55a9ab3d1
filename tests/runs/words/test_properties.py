"""Of any record: the same words each time, and nothing that the record does not hold."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.models import Project
from runs.metrics import Summary
from runs.metrics.records import State
from runs.models import Run
from runs.pages.delivery import Delivery
from runs.pages.overview import Objective
from runs.pages.words.assemble import words_of
from runs.pages.words.parts import Part, short
from runs.pages.words.record import Facts, Record, Standing

TAGS = {"a", "code", "strong", "s", "q", "data", "time"}
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=y>', "{{ 7*7 }}", "\u202e\x1b[31m"]
DIFFERENCE = "/runs/5/difference/"

texts = st.one_of(st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(HOSTILE))
counts = st.integers(0, 3000)
values = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.3, 0.300001, 1.0, 0.0])
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(-9, 10**39), values, texts)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
trees = st.dictionaries(
    st.one_of(texts, st.sampled_from(["fit", "epochs", "seed", "optimizer", "width"])),
    st.one_of(anything, st.fixed_dictionaries({"epochs": st.integers(0, 9)})),
    max_size=4,
)
hashes = st.sampled_from(["", "a", "b"])
layers = st.fixed_dictionaries(
    {"class": st.sampled_from(["Dense", "Conv2D", 3]), "parameters": st.sampled_from([1, 2, None])}
)
documents = st.fixed_dictionaries(
    {
        "model": st.fixed_dictionaries(
            {},
            optional={
                "parameters": anything,
                "trainable_parameters": counts,
                "layer_count": anything,
                "layers": st.one_of(anything, st.lists(layers, max_size=5)),
            },
        ),
        "data": st.fixed_dictionaries({}, optional={"samples": anything, "form": hashes}),
        "code": st.fixed_dictionaries(
            {},
            optional={
                "kind": anything,
                "path": anything,
                "has_diff": anything,
                "is_newer": st.booleans(),
                "warnings": st.one_of(anything, st.lists(st.sampled_from(["order", "edited"]))),
            },
        ),
        "environment": st.fixed_dictionaries(
            {},
            optional={
                "dirty": anything,
                "has_no_seed": st.booleans(),
                "backend": anything,
                "seed": anything,
                "packages": st.one_of(anything, st.dictionaries(texts, texts, max_size=3)),
                "packages_digest": hashes,
            },
        ),
    }
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    number = draw(st.integers(1, 9))
    return Facts(
        number=number,
        name=draw(texts),
        address=f"/runs/{number}/",
        params=draw(trees),
        model_version=draw(st.sampled_from([None, 1, 2])),
        architecture=draw(hashes),
        data_hash=draw(hashes),
        code_hash=draw(hashes),
        commit=draw(hashes),
        documents=draw(documents),
        value=draw(st.one_of(st.none(), values)),
    )


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    unit = draw(st.sampled_from(["epoch", "step", "time"]))
    count = draw(st.integers(1, 50))
    if draw(st.booleans()):
        some = sorted(draw(st.lists(values, min_size=3, max_size=3)))
        last, steps = draw(st.sampled_from(some)), draw(st.lists(counts, min_size=3, max_size=3))
        bad = draw(st.integers(0, count - 1))
        return Summary(unit, last, some[1], some[0], some[2], count, bad, max(steps), *steps[:2])
    return Summary(unit, None, None, None, None, count, count, None, None, None)


@st.composite
def records(draw: st.DrawFn) -> Record:
    started = datetime(2026, 1, 2, tzinfo=UTC)
    run = Run(project_id=1, id=uuid.UUID(int=7), number=5, started_at=started, params=draw(trees))
    run.status_reason = draw(texts)
    run.finished_at = draw(st.sampled_from([None, started, started + timedelta(seconds=90)]))
    run.last_seen_at = started + timedelta(seconds=draw(counts))
    run.project = Project(objective_metric=draw(st.sampled_from(["", "loss"])))
    names = st.one_of(texts, st.sampled_from(["loss", "val_loss", "system/cpu"]))
    run.metrics = draw(st.dictionaries(names, summaries(), max_size=5))
    attempts = draw(st.sampled_from([{0: 0}, {0: 0, 1: 40}, {0: 0, 1: 40, 2: 1000}]))
    run.state = State(run.last_seen_at, 1, draw(counts), attempts, {})
    metric = st.sampled_from(["loss", "val_loss", *run.metrics])
    objective = st.builds(Objective, metric, st.sampled_from(["min", "max"]))
    place = draw(st.integers(1, 4))
    standing = Standing(place, place + draw(st.integers(0, 4)), draw(st.integers(0, 2)), place == 1)
    lost = st.lists(st.tuples(texts, st.sampled_from(["", "3"])), max_size=5)
    return Record(
        run=run,
        status=draw(
            st.sampled_from(["running", "lost", "finished", "failed", "interrupted", "preempted"])
        ),
        objective=draw(st.one_of(st.none(), objective)),
        facts=draw(facts()),
        delivery=Delivery(draw(st.one_of(st.none(), counts)), 1, draw(counts), draw(lost), [], []),
        standing=draw(st.sampled_from([None, standing])),
        previous=draw(st.one_of(st.none(), facts())),
        best=draw(st.one_of(st.none(), facts())),
        difference=DIFFERENCE,
    )


always = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def parts_of(record: Record) -> Iterator[Part]:
    words = words_of(record)
    for sentence in [*words.paragraph, *words.also]:
        yield from (part for part in sentence if isinstance(part, Part))


@always
@given(records())
def test_the_same_record_gives_the_same_words(record: Record) -> None:
    first = words_of(record)
    again = words_of(copy.deepcopy(record))
    assert (first.text, first.html, first.items) == (again.text, again.html, again.items)


@always
@given(records())
def test_every_number_name_and_link_is_in_the_record(record: Record) -> None:
    known = {record.best.value if record.best else None}
    for one in record.run.metrics.values():
        known |= {one.min, one.max, one.last}
    others = [other for other in (record.previous, record.best) if other]
    links = {other.address for other in others} | {""}
    links |= {f"{DIFFERENCE}?to={other.number}" for other in others}
    names = {short(name, 80) for name in record.run.metrics} | names_in(record)
    for part in parts_of(record):
        if part.kind == "number":
            assert part.exact in known
        elif part.kind == "link":
            assert str(part.exact).partition("#")[0] in links
        elif part.kind == "name":
            assert part.text in names


def names_in(record: Record) -> set[str]:
    """Parameters, packages and what else has a name in the facts."""
    found = {"backend", "python", "seed", record.objective.metric if record.objective else ""}
    for one in (record.facts, record.previous, record.best):
        if one is not None:
            found |= set(paths(one.params)) | set(
                paths(one.document("environment")["packages"])
                if isinstance(one.document("environment").get("packages"), dict)
                else ()
            )
            found.add(str(one.document("code").get("path")))
    return {short(name, 80) for name in found}


def paths(tree: Any, prefix: str = "") -> Iterator[str]:
    for key, part in tree.items():
        yield f"{prefix}{key}"
        if isinstance(part, dict):
            yield from paths(part, f"{prefix}{key}.")


@always
@given(records())
def test_a_record_of_nothing_but_its_status_says_no_more(record: Record) -> None:
    run = copy.copy(record.run)
    run.metrics, run.params, run.status_reason = {}, {}, ""
    run.state = State(run.last_seen_at, 1, 0, {0: 0}, {})
    bare = Record(
        run=run,
        status=record.status,
        objective=None,
        facts=Facts(5, "x", "/"),
        delivery=Delivery(None, 0, 0, [], [], []),
        previous=record.previous and Facts(1, "y", "/", params=record.previous.params),
    )
    said = words_of(bare)
    assert said.also == []
    allowed = r"(Training|No sign|Finished|Failed|Interrupted|Preempted|The training|Against)"
    for sentence in said.paragraph:
        assert re.match(allowed, str(sentence[0]))
    # With no parameter here nor there, there is nothing to compare.
    if not (record.previous and record.previous.params):
        assert "Against" not in said.text


@always
@given(records())
def test_no_rank_without_standing_and_no_comparison_without_a_run(record: Record) -> None:
    text = words_of(record).text
    if record.standing is None or record.standing.of < 2:
        assert "runs with" not in text.replace(*quoted(record))
    kinds = [part.exact for part in parts_of(record) if part.kind == "link"]
    if record.previous is None and record.best is None:
        assert not [link for link in kinds if link != "#code"]


def quoted(record: Record) -> tuple[str, str]:
    return record.run.status_reason or "\0", ""


class Reader(HTMLParser):
    """Collects tags and text of a page's piece."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open.append(tag)
        assert {name for name, _ in attrs} <= {"href", "value", "title", "datetime"}
        if tag == "q":
            self.text += "“"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "q":
            self.text += "”"

    def handle_data(self, data: str) -> None:
        self.text += data


@always
@given(records())
def test_hostile_text_shows_as_text(record: Record) -> None:
    words = words_of(record)
    for html, sentence in zip(
        [words.html, *words.items],
        [[part for one in words.paragraph for part in [*one, " "]][:-1], *words.also],
        strict=True,
    ):
        reader = Reader()
        reader.feed(html)
        reader.close()
        assert reader.tags <= TAGS
        assert not reader.open
        if not any(isinstance(part, Part) and part.kind == "time" for part in sentence):
            plain = "".join(
                part
                if isinstance(part, str)
                else f"“{part.text}”"
                if part.kind == "reason"
                else part.text
                for part in sentence
            )
            assert reader.text == plain
