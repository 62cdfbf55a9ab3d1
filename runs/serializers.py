"""What the calls of runs take and give: the forms that read bodies, and the schema of answers."""

from ahnb_platform.api.fields import Choice, Integer, ListOf, Moment, Number, Object, OrNull, Text
from ahnb_platform.api.schemas import NULLABLE_MOMENT, USER, Schema, listing, of, ref
from projects.models import Mode

from .freezing import LONGEST_REASON
from .ingest.numbers import LARGEST_STEP
from .linting.documents import COMPONENTS as FINDINGS
from .linting.models import LONGEST_RULE
from .linting.muting import LONGEST_REASON as LONGEST_MUTE_REASON
from .models import Artifact, Status
from .names import LONGEST_CHARACTERS, clean_name
from .quotes.values import PARTS
from .services import LONGEST_NOTES, MOST_TAGS

NAME = Text(LONGEST_CHARACTERS, check=clean_name, shortest=1)
NAME_OR_EMPTY = Text(LONGEST_CHARACTERS, check=clean_name)
TAGS = ListOf(NAME, MOST_TAGS)
NOTES = Text(LONGEST_NOTES)
OBJECTIVE = Object({"metric": NAME, "mode": Choice(Mode.values)}, required=("metric", "mode"))

START = Object(
    {
        "project": Text(127, shortest=3),
        "name": NAME_OR_EMPTY,
        "group": NAME_OR_EMPTY,
        "tags": TAGS,
        "notes": NOTES,
        "started_at": OrNull(Moment()),
        "objective": OrNull(OBJECTIVE),
        "resume": Choice(("allow", "never")),
    },
    required=("project",),
)
EDIT = Object({"name": NAME, "group": NAME_OR_EMPTY, "tags": TAGS, "notes": NOTES})
NOTE = Object(
    {"text": Text(LONGEST_NOTES, shortest=1), "step": OrNull(Integer(0, LARGEST_STEP))},
    required=("text",),
)

QUOTE = Object(
    {"metric": NAME, "part": Choice(PARTS), "step": OrNull(Number(0))},
    required=("metric",),
)
MUTE = Object(
    {
        "rule": Text(LONGEST_RULE, shortest=1),
        "run": OrNull(Text(36, shortest=32)),
        "reason": Text(LONGEST_MUTE_REASON, shortest=1),
    },
    required=("rule", "reason"),
)
FREEZE = Object({"reason": Text(LONGEST_REASON)})
UNFREEZE = Object({"reason": Text(LONGEST_REASON, shortest=1)}, required=("reason",))

_NUMBER: Schema = {"type": "number", "nullable": True}
_VALUE: Schema = {
    "oneOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]
}
_LARGE: Schema = {"type": "object", "additionalProperties": True, "nullable": True}
_COUNT: Schema = {"type": "integer"}
_TEXT: Schema = {"type": "string"}
_PAIR: Schema = {"type": "array", "items": _VALUE, "minItems": 2, "maxItems": 2}

_SUMMARY_FIELDS: dict[str, Schema] = {
    "id": {"type": "string", "format": "uuid"},
    "number": {"type": "integer", "minimum": 1},
    "project": {"type": "string"},
    "name": {"type": "string"},
    "group": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "status": {"type": "string", "enum": [*Status.values, "lost"]},
    "status_reason": {"type": "string"},
    "user": USER,
    "created_at": {"type": "string", "format": "date-time"},
    "started_at": {"type": "string", "format": "date-time"},
    "finished_at": NULLABLE_MOMENT,
    "last_seen_at": {"type": "string", "format": "date-time"},
    "frozen_at": NULLABLE_MOMENT,
    "objective": {**OBJECTIVE.schema(), "nullable": True},
    "params": {"type": "object", "additionalProperties": True},
    "configuration": {"type": "string"},
    "model_version": {"type": "integer", "nullable": True},
    "identity": {
        "type": "object",
        "additionalProperties": {"type": "string", "nullable": True},
    },
    "metrics": {"type": "object", "additionalProperties": ref("MetricSummary")},
}
_RUN_FIELDS: dict[str, Schema] = {
    **_SUMMARY_FIELDS,
    "notes": {"type": "string"},
    "model": _LARGE,
    "environment": _LARGE,
    "attempt": {"type": "integer", "minimum": 0},
}

COMPONENTS: dict[str, Schema] = {
    **FINDINGS,
    "MetricSummary": of(
        last=_NUMBER,
        first=_NUMBER,
        min=_NUMBER,
        max=_NUMBER,
        count={"type": "integer"},
        nonfinite={"type": "integer"},
        last_step=_NUMBER,
        min_step=_NUMBER,
        max_step=_NUMBER,
        unit={"type": "string", "enum": ["step", "epoch", "time"]},
    ),
    "RunSummary": of(**_SUMMARY_FIELDS),
    "Run": of(**_RUN_FIELDS),
    "RunInWords": of(**_RUN_FIELDS, words={"type": "string"}),
    "Runs": listing(ref("RunSummary"), hints={"type": "array", "items": ref("Hint")}),
    "Hint": of(
        pointer={"type": "string", "enum": ["q", "order"]},
        code={"type": "string"},
        detail={"type": "string"},
        position={"type": "integer", "minimum": 0},
    ),
    "Note": of(
        id={"type": "string", "format": "uuid"},
        text={"type": "string"},
        step={"type": "integer", "nullable": True},
        user=USER,
        created_at={"type": "string", "format": "date-time"},
    ),
    "Quote": {
        "type": "object",
        "required": ["metric", "part", "value", "exact", "rounded", "unit", "step", "run", "quote"],
        "properties": {
            **dict.fromkeys(("metric", "part", "mode", "words", "unit", "where", "url"), _TEXT),
            **{key: {**_TEXT, "nullable": True} for key in ("exact", "rounded", "commit")},
            "value": {**_VALUE, "nullable": True},
            "step": _NUMBER,
            **dict.fromkeys(("version", "points", "nonfinite", "attempts"), _COUNT),
            "model_version": {"type": "integer", "nullable": True},
            "dirty": {"type": "boolean", "nullable": True},
            "quoted_at": {"type": "string", "format": "date-time"},
            "remarks": {"type": "array", "items": _TEXT},
            "run": {"type": "object", "additionalProperties": True},
            "quote": {"type": "object", "additionalProperties": True, "nullable": True},
            "forms": {"type": "object", "additionalProperties": _TEXT},
        },
    },
    "Media": {"type": "object", "additionalProperties": True},
    "Artifact": of(
        id={"type": "string", "format": "uuid"},
        name={"type": "string"},
        version={"type": "integer", "minimum": 1},
        step={"type": "integer", "nullable": True},
        kind={"type": "string", "enum": list(Artifact.KINDS)},
        content_type={"type": "string"},
        bytes={"type": "integer", "minimum": 0},
        sha256={"type": "string"},
        user=USER,
        created_at={"type": "string", "format": "date-time"},
    ),
    "Receipt": of(
        acked={"type": "integer", "minimum": 0},
        duplicate={"type": "boolean"},
        rejected={"type": "array", "items": ref("Fault")},
    ),
    "Series": {
        "type": "object",
        "required": ["unit", "total", "exact", "x", "min", "max", "first", "last", "nonfinite"],
        "properties": {
            "unit": {"type": "string", "nullable": True},
            "total": {"type": "integer"},
            "exact": {"type": "boolean"},
            "x": {"type": "array", "items": {"type": "number"}},
            "min": {"type": "array", "items": _NUMBER},
            "max": {"type": "array", "items": _NUMBER},
            "first": {**_PAIR, "nullable": True},
            "last": {**_PAIR, "nullable": True},
            "nonfinite": {"type": "array", "items": _PAIR},
            "nonfinite_total": {"type": "integer"},
            "t": {"type": "array", "items": {"type": "number"}},
        },
    },
}

_INTEGERS: Schema = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": LARGEST_STEP},
}
_FLOATS: Schema = {"type": "array", "items": {"type": "number"}}
_STEP: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_STEP}
BATCH: Schema = {
    "type": "object",
    "required": ["writer", "seq"],
    "properties": {
        "writer": {"type": "string", "format": "uuid"},
        "seq": {"type": "integer", "minimum": 1, "maximum": LARGEST_STEP},
        "attempt": {"type": "integer", "minimum": 0},
        "axes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "unit": {"type": "string", "enum": ["step", "epoch", "time"]},
                    "start": _STEP,
                    "stride": _STEP,
                    "count": {"type": "integer", "minimum": 0},
                    "steps": _INTEGERS,
                    "at_step": _INTEGERS,
                    "times": _FLOATS,
                    "t0": {"type": "number"},
                    "dt_ms": _FLOATS,
                },
            },
        },
        "metrics": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["axis", "v"],
                "properties": {
                    "axis": {"type": "integer", "minimum": 0},
                    "v": {"type": "array", "items": {**_VALUE, "nullable": True}},
                },
            },
        },
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "pattern": "^[a-z0-9_.-]{1,40}$"},
                    "at": {"type": "number"},
                    "data": {},
                },
            },
        },
    },
}
