"""Parts that pages put their own content into."""

from typing import Any

from django.forms import CharField, Form
from django.template import Context, Template
from django.utils.html import escape

ATTACK = '"><script>alert(1)</script>'


def rendered(text: str, **context: Any) -> str:
    return Template(text).render(Context(context))


def test_a_listing_has_its_heads_and_rows() -> None:
    row = '<tr><th scope="row">a</th><td data-label="Runs">1</td><td></td></tr>'
    shown = rendered(
        '{% listing "Things" "Name, Runs, Actions" numbers="Runs" %}' + row + "{% endlisting %}"
    )
    assert 'aria-label="Things"' in shown
    assert '<th scope="col">Name</th>' in shown
    assert '<th scope="col" class="num">Runs</th>' in shown
    assert '<span class="visually-hidden">Actions</span>' in shown
    assert row in shown


def test_a_listing_without_rows_says_so_over_its_whole_width() -> None:
    shown = rendered(
        '{% listing "Things" "Name, Since" empty="None yet." %}'
        "{% for one in none %}<tr></tr>{% endfor %}{% endlisting %}",
        none=[],
    )
    assert '<td class="text-secondary" colspan="2">None yet.</td>' in shown
    assert shown.count("<tr>") == 2


def test_rows_of_a_listing_stay_escaped_and_are_not_escaped_twice() -> None:
    shown = rendered(
        '{% listing "Things" "Name" %}<tr><th>{{ it }}</th></tr>{% endlisting %}', it=ATTACK
    )
    assert f"<th>{escape(ATTACK)}</th>" in shown


class Named(Form):
    name = CharField()


def test_a_card_of_a_form_tells_the_errors_of_that_form() -> None:
    page, other = Named({"name": "x"}), Named({"name": "x"})
    page.add_error(None, "Of the page.")
    other.add_error(None, "Of the other.")
    text = '{% form_card "New" address="/there/" form=other %}<i></i>{% endform_card %}'
    shown = rendered(text, form=page, other=other, csrf_token="secret")
    assert "Of the other." in shown
    assert "Of the page." not in shown
    assert 'action="/there/"' in shown
    assert 'value="secret"' in shown
    assert "Of the page." in rendered("{% form_card %}<i></i>{% endform_card %}", form=page)


def test_a_card_of_a_form_leaves_the_page_as_it_was() -> None:
    text = "{% form_card 'New' %}<i></i>{% endform_card %}{{ title }}"
    assert rendered(text, title="of the page").endswith("of the page")


def test_an_act_says_aloud_what_it_is_done_to() -> None:
    text = '{% act "/end/" "Revoke" "x" of=name end=7 %}'
    shown = rendered(text, name=ATTACK, csrf_token="secret")
    assert f'aria-label="Revoke {escape(ATTACK)}"' in shown
    assert 'name="end" value="7"' in shown
    assert 'value="secret"' in shown
    assert "aria-label" not in rendered('{% act "/end/" "End it" %}')


def test_a_secret_to_copy_comes_with_what_belongs_to_it() -> None:
    filled = 'title="Copy it" words="Once." code=code more="Set it:" more_code=more only'
    text = f'{{% include "components/_copy_once.html" with {filled} %}}'
    shown = rendered(text, code="ahnb_secret", more="AHNB_API_KEY=ahnb_secret")
    assert shown.count("data-copy ") == 2
    assert 'role="alert"' in shown
    assert rendered(text, code="ahnb_secret", more="").count("data-copy ") == 1
