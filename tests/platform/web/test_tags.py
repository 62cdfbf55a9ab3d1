"""Tags that every template has."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import escape

from ahnb_platform.web.formats import shape
from ahnb_platform.web.templatetags import ahnb
from runs.pages.table import Cell

ATTACK = '"><script>alert(1)</script>'


def rendered(text: str, **context: Any) -> str:
    return Template(text).render(Context(context))


def test_time_says_utc_on_hover() -> None:
    moment = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    shown = rendered("{% when moment %}", moment=moment)
    assert 'title="2020-01-02 03:04:05 UTC"' in shown
    assert 'datetime="2020-01-02T03:04:05+00:00"' in shown


def test_a_missing_time_is_a_dash() -> None:
    assert rendered("{% when moment %}", moment=None) == "–"


def test_measures_keep_all_digits_beside_the_short_ones() -> None:
    shown = rendered("{% measure value %}", value=0.123456789)
    assert 'value="0.123456789"' in shown
    assert ">0.1235<" in shown


def test_cells_of_a_table_mark_numbers_and_the_best() -> None:
    number = Cell(0.123456789, is_number=True, is_best=True, is_param=False, name="")
    shown = rendered("{% cell it %}", it=number)
    assert (
        shown
        == '<td class="num best"><data value="0.123456789" title="0.123456789">0.1235</data></td>'
    )
    missing = replace(number, value=None, is_best=False, is_param=True)
    assert rendered("{% cell it %}", it=missing).startswith('<td class="num"><span')
    text = replace(missing, value=ATTACK, is_number=False)
    assert rendered("{% cell it %}", it=text) == f"<td>{escape(ATTACK)}</td>"


def test_status_repeats_its_colour_in_a_word() -> None:
    assert rendered("{% status name %}", name="failed").endswith("failed</span>")


def test_hostile_names_stay_text() -> None:
    for text in ("{% icon it it %}", "{% status it %}", "{{ it|given }}"):
        assert "<script>" not in rendered(text, it=ATTACK)


def test_query_changes_one_parameter_and_keeps_the_others() -> None:
    request = RequestFactory().get("/?q=a&brush=b&brush=c&cursor=d")
    shown = rendered("{% query order='x' cursor='' %}", request=request)
    assert shown == "?q=a&amp;brush=b&amp;brush=c&amp;order=x"


def test_a_curve_breaks_where_a_value_is_missing() -> None:
    assert len(ahnb.polylines([1, 2, None, 3, 4], 72, 20)) == 2
    assert rendered("{% sparkline values %}", values=[1, 2, None, 3, 4]).count("<polyline") == 2


def test_a_curve_of_equal_values_is_level() -> None:
    [line] = ahnb.polylines([0.5, 0.5, 0.5], 72, 20)
    assert {y for _, y in line} == {10}


def test_one_value_is_no_curve() -> None:
    assert rendered("{% sparkline values %}", values=[1.0]) == ""


def test_leaves_are_dotted_paths_of_what_says_something() -> None:
    tree = {"x": {"shape": [2, None], "note": ""}, "n": 0}
    assert ahnb.leaves(tree) == [("x.shape.0", 2), ("n", 0)]


def test_shapes_read_as_in_python() -> None:
    assert shape([None, 64]) == "(None, 64)"
    assert shape([10]) == "(10,)"
    assert shape([[None, 2], [None, 3]]) == "(None, 2), (None, 3)"
