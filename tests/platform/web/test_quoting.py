"""Numbers and tables as they are quoted: to the place that is known, and harmless in any text."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ahnb_platform.web.quoting import (
    Cell,
    latex,
    like_others,
    markdown,
    place_of,
    single,
    with_spread,
)

FINITE = some.floats(allow_nan=False, allow_infinity=False)
SPREADS = some.floats(min_value=1e-200, max_value=1e200)


@pytest.mark.parametrize(
    ("mean", "spread", "quoted"),
    [
        (0.94862, 0.0041, "0.949 ± 0.004"),
        (0.94862, 0.0014, "0.9486 ± 0.0014"),
        (0.94862, 0.00195, "0.949 ± 0.002"),
        (12345.6, 300, "12300 ± 300"),
        (12345.6, 1500, "12300 ± 1500"),
        (-0.5, 0.25, "-0.5 ± 0.2"),
        (1.5e-12, 2e-13, "1.5e-12 ± 2e-13"),
        (0.94862, None, "0.9486"),
        (0.94862, 0.0, "0.9486"),
        (None, None, "–"),
        (0, None, "0"),
        (0.0, 1e-9, "0 ± 1.0e-9"),
        (1e-12, 1e-8, "0 ± 1.0e-8"),
        (-0.004, 0.2, "0 ± 0.2"),
        (1e30, None, "1.000e30"),
    ],
)
def test_a_mean_is_given_to_the_place_of_its_spread(
    mean: float | None, spread: float | None, quoted: str
) -> None:
    assert with_spread(mean, spread) == quoted


def test_one_of_several_repeats_is_given_to_the_place_of_their_spread() -> None:
    assert like_others(0.94862, 0.0041) == "0.949"
    assert like_others(0.94862, None) == like_others(0.94862, 0.0) == "0.9486"
    assert like_others(None, 0.1) == like_others(float("nan"), 0.1) == "–"


@given(FINITE.filter(lambda value: abs(value) < 1e300))
def test_a_single_number_reads_back_to_four_digits(value: float) -> None:
    back = float(single(value))
    assert math.isclose(back, value, rel_tol=5.1e-4)


@given(FINITE.filter(lambda value: abs(value) < 1e200), SPREADS)
def test_a_quoted_mean_reads_back_within_half_a_unit_of_its_place(
    mean: float, spread: float
) -> None:
    text, _, around = with_spread(mean, spread).partition(" ± ")
    unit = 10.0 ** place_of(spread)
    assert abs(float(text) - mean) <= 0.5001 * unit + abs(mean) * 1e-15
    assert abs(float(around) - spread) <= 0.5001 * unit
    digits = re.sub(r"e.*|\.", "", around).strip("0") or "0"
    assert len(digits) <= 2


def test_numbers_lead_to_where_they_come_from() -> None:
    rows = [
        [Cell("wide", "https://a.example/r/1/"), Cell("0.9486", "https://a.example/r/1/", True)]
    ]
    tex = latex(["run", "val_acc"], rows, ["vision/digits"])
    assert r"\href{https://a.example/r/1/}{$0.9486$}" in tex
    assert r"run & val\_acc \\" in tex
    assert r"\begin{tabular}{lr}" in tex
    assert tex.startswith("% vision/digits\n")
    text = markdown(["run", "val_acc"], rows, ["vision/digits"])
    assert "| [wide](<https://a.example/r/1/>) | [0.9486](<https://a.example/r/1/>) |" in text
    assert "| --- | ---: |" in text


def test_exponents_are_mathematics_in_latex() -> None:
    tex = latex(["x"], [[Cell("1.5e-12 ± 2e-13", is_number=True)], [Cell("–", is_number=True)]], [])
    assert r"$1.5 \times 10^{-12} \pm 2 \times 10^{-13}$" in tex
    assert "\n-- \\\\" in tex


HOSTILE = [
    r"\input{/etc/passwd}",
    r"\write18{rm}",
    "50% & $x_1$ #2 {a} ~ ^",
    "a|b",
    "](javascript:alert(1))",
    "<script>alert(1)</script>",
    "two\nlines\n\\end{tabular}",
    "`code` *bold* [link](x)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_texts(text: str) -> None:
    rows = [[Cell(text, f"https://a.example/?q={text}"), Cell("1", is_number=True)]]
    tex = latex([text], rows, [text])
    body = tex.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    own = re.sub(
        r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textquotedblright)\{\}|\\[{}$&#_%]|\\href|\\\\|\\midrule|\$1\$",
        "",
        body,
    )
    assert "\\" not in own
    assert body.count("tabular}") == 0
    assert all(line.startswith("%") for line in tex.splitlines()[:2])
    lines = markdown([text], rows, [text]).splitlines()
    assert len(lines) == 5
    shown = re.sub(r"\\.", "", lines[2])
    assert shown.count("|") == 3
    assert not re.search(r"[<>](?!https|\))", shown.replace("](<", "").replace(">)", ""))
