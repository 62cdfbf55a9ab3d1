"""The sentences of a run, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from .changes import change_sentences
from .findings import finding_sentences
from .parts import Sentence, html_of, text_of
from .record import Record
from .results import headline_sentences, other_sentences
from .standing import standing_sentences
from .status import status_sentences


@dataclass(frozen=True)
class Words:
    """A paragraph, and what is worth knowing besides."""

    paragraph: Sequence[Sentence]
    also: Sequence[Sentence]

    @property
    def html(self) -> SafeString:
        return mark_safe(" ".join(map(html_of, self.paragraph)))  # noqa: S308 - escaped in parts

    @property
    def items(self) -> list[SafeString]:
        """The list below the paragraph, as HTML."""
        return [html_of(sentence) for sentence in self.also]

    @property
    def text(self) -> str:
        """All of it as plain text: the paragraph on one line, then one line for each item."""
        lines = [" ".join(map(text_of, self.paragraph))]
        return "\n".join([*lines, *(f"- {text_of(sentence)}" for sentence in self.also)])


def words_of(record: Record) -> Words:
    """The same record gives the same words."""
    changes = list(change_sentences(record))
    paragraph = _all(
        status_sentences(record),
        headline_sentences(record),
        standing_sentences(record),
        changes[:1],
    )
    also = _all(changes[1:], finding_sentences(record), other_sentences(record))
    return Words(paragraph, also)


def _all(*several: Iterable[Sentence]) -> list[Sentence]:
    return [sentence for sentences in several for sentence in sentences]
