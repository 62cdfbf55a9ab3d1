"""A form whose texts were changed by somebody else while it was open: both are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django import forms
from django.http import QueryDict

from ..edits import Overtaken

AnyForm = TypeVar("AnyForm", bound=forms.Form)


@dataclass(frozen=True)
class Meanwhile:
    """What a field is stored as by now."""

    text: str


def with_both(
    kind: type[AnyForm], sent: QueryDict, stored: Mapping[str, str], overtaken: Overtaken
) -> AnyForm:
    """The form as it was sent, with what is stored beside the fields that both changed.

    Args:
        stored: the texts of all fields as they are now; they replace those that the sender left.
    """
    data = sent.copy()
    for name in set(stored) - overtaken.own:
        data[name] = stored[name]
    form = kind(data)
    for name in overtaken.contested:
        form.fields[name].meanwhile = Meanwhile(stored[name])  # type: ignore[attr-defined]
    form.add_error(None, overtaken.detail)
    return form
