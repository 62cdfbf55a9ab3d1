"""A quote as text, LaTeX, Markdown and JSON. What people named is escaped, and never computed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ahnb_platform.web.quoting import (
    markdown_link,
    markdown_text,
    tex_link,
    tex_number,
    tex_text,
)

Document = Mapping[str, Any]


def as_text(document: Document) -> str:
    """Three lines: the value, where it comes from, and the link."""
    named = f"{document['metric']} = {_value(document)}"
    told = ", ".join(filter(None, (named, document["words"], document["where"])))
    return "\n".join([_line(told), _line(_origin(document)), _quoted(document)])


def as_latex(document: Document) -> str:
    """A phrase for a sentence, with the exact value in a comment above it."""
    name = rf"\texttt{{{tex_text(document['metric'])}}}"
    return "\n".join(
        [
            f"% exactly {document['exact']}",
            *(f"% {_line(remark)}" for remark in document["remarks"]),
            "% needs \\usepackage{hyperref}",
            f"{name}~= {_tex_value(document['rounded'])} ({_told(document, tex_text, tex_link)})",
        ]
    )


def as_markdown(document: Document) -> str:
    """A phrase for a sentence."""
    named = f"{markdown_text(document['metric'])} = {markdown_text(_value(document))}"
    return f"{named} ({_told(document, markdown_text, markdown_link)})"


def as_json(document: Document) -> str:
    """All of it."""
    return json.dumps(document, indent=2, ensure_ascii=False)


FORMS: dict[str, tuple[str, Callable[[Document], str]]] = {
    "latex": ("LaTeX", as_latex),
    "markdown": ("Markdown", as_markdown),
    "text": ("Text", as_text),
    "json": ("JSON", as_json),
}


def _told(
    document: Document, escaped: Callable[[str], str], linked: Callable[[str, str], str]
) -> str:
    """Where the value comes from, with links to the run and to the quote."""
    run = document["run"]
    number = escaped(f"#{run['number']} {run['name']}")
    parts = [
        escaped(", ".join(filter(None, (document["words"], document["where"])))),
        f"run {linked(run['url'], number)} of {escaped(run['project'])}",
        *map(escaped, _version_and_commit(document)),
        linked(_link(document), f"quoted {document['quoted_at'][:10]}"),
    ]
    return "; ".join(filter(None, parts))


def _value(document: Document) -> str:
    """Rounded, and exactly where that differs."""
    short, exact = document["rounded"], document["exact"]
    if short is None:
        return "no finite value"
    return short if short == exact else f"{short} (exactly {exact})"


def _tex_value(rounded: str | None) -> str:
    if rounded is None:
        return "no finite value"
    words = {"NaN": r"\mathrm{NaN}", "Infinity": r"\infty", "-Infinity": r"-\infty"}
    return f"${words[rounded]}$" if rounded in words else tex_number(rounded)


def _origin(document: Document) -> str:
    run = document["run"]
    told = f"run #{run['number']} {run['name']} of {run['project']}, {run['status']}"
    return "; ".join([told, *_version_and_commit(document), *document["remarks"]])


def _version_and_commit(document: Document) -> list[str]:
    version, commit = document["model_version"], document["commit"]
    state = {True: " with uncommitted changes", False: "", None: ""}[document["dirty"]]
    return [
        f"model v{version}" if version else "model not recorded",
        f"commit {commit[:12]}{state}" if commit else "commit not recorded",
    ]


def _quoted(document: Document) -> str:
    moment = document["quoted_at"][:16].replace("T", " ")
    return f"quoted {moment} UTC, {_link(document)}"


def _link(document: Document) -> str:
    """Of the quote itself, where it is recorded; else of the value."""
    link: str = (document.get("quote") or document)["url"]
    return link


def _line(text: str) -> str:
    return " ".join(text.split())
