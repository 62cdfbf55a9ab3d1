"""Markdown that people write becomes HTML that can do no harm."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahnb_platform.web.marked import MOST_NESTED, marked, mentioned, plain

HERE = "/projects/vision/digits/"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("*a* **b** ~~c~~ `d`", "<em>a</em> <strong>b</strong> <s>c</s> <code>d</code>"),
        ("# Title", "<p><strong>Title</strong></p>"),
        ("3. three", '<ol start="3">'),
        ("> said", "<blockquote>"),
        ("```python\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>"),
        ("|a|b|\n|-:|-|\n|1|2|", "<td>1</td>"),
        ("[paper](https://example.org/a?b=1)", 'href="https://example.org/a?b=1"'),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
    ],
)
def test_what_people_write_is_shown_as_they_mean_it(text: str, html: str) -> None:
    assert html in marked(text)


def test_runs_that_are_mentioned_become_links() -> None:
    html = marked("As #12 and #13, but not other/letters#4.", HERE, {12})
    assert f'<a href="{HERE}runs/12/"' in html
    assert "#13" in html
    assert "runs/13" not in html
    assert '<a href="/projects/other/letters/runs/4/"' in html


@pytest.mark.parametrize(
    "text", ["`#12`", "[see #12](https://example.org)", "a#12", "&#12;", "x/#12", "##12", "#12a"]
)
def test_what_is_no_mention_stays(text: str) -> None:
    assert "runs/12" not in marked(text, HERE, {12})


def test_without_a_project_nothing_is_linked() -> None:
    assert "<a" not in marked("#12 and a/b#3", "", {12})


def test_the_numbers_that_need_a_look() -> None:
    assert mentioned(["#1 and #22", "a/b#3", "no#4"]) == {1, 22}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        '[x](https://a "onmouseover=alert(1)")',
        '[x](https://a"onmouseover="alert(1))',
        "[x]: javascript:alert(1)\n\n[x]",
        '```"onload=alert(1)\nx\n```',
        "<svg><animate onbegin=alert(1)>",
        "<a href='x' style='position:fixed'>x</a>",
        "|a|\n|:-:|\n|<style>*{}</style>|",
        "\x00<script>",
        "<!--><script>alert(1)</script>-->",
        "<details open ontoggle=alert(1)>",
    ],
)
def test_hostile_text_does_nothing(text: str) -> None:
    html = marked(text, HERE, {1})
    tags = re.findall(r"<(/?[a-z]+)", html)
    assert not {"script", "img", "svg", "style", "iframe", "details", "animate"} & set(tags)
    for attributes in re.findall(r"<[a-z]+([^>]*)>", html):
        assert not re.search(r"\b(on\w+|style|src)\s*=", re.sub(r'"[^"]*"', '""', attributes))
    for target in re.findall(r'href="([^"]*)"', html):
        assert re.match(r"https?://|mailto:|/", target), target


@given(st.text(alphabet="#12[]()<>*_`!|\n -ab&;:/\\\"'", max_size=200))
def test_only_allowed_tags_come_out(text: str) -> None:
    html = marked(text, HERE, {1, 2, 12})
    for tag in re.findall(r"<([^>]*)>", html):
        name = tag.strip("/").split()[0]
        assert re.fullmatch(r"p|br|hr|em|strong|s|a|code|pre|blockquote|ul|ol|li|t[a-z]+", name)


def test_nothing_is_left_out_however_deep_it_lies() -> None:
    assert "the end" in marked(">" * (MOST_NESTED + 50) + "the end")
    assert "the end" in marked("".join(f"{'  ' * n}- x\n" for n in range(90)) + "the end")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("**Spike** after #1,\n\n- see [it](https://a.b)", "Spike after #1, see it"),
        ("# A\n```\nx = 1\n```\n> b `c`", "A x = 1 b c"),
        ("<b>", "<b>"),
        ("x" * 99, "x" * 29 + "…"),
        ("", ""),
    ],
)
def test_a_label_is_one_line_without_marks(text: str, line: str) -> None:
    assert plain(text, 30) == line
