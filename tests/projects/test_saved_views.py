"""Views that people keep: whose they are, who sees them, where they lead."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ahnb_platform.accounts.models import User
from ahnb_platform.errors import Invalid, Missing, NotAllowed
from projects import saved_views
from projects.models import Project, SavedView
from projects.queries import project_for_user, view_for_user, views_for_user
from tests.cast import client_of
from tests.sketches import sketch_project

from .reading import address, names_in


def seen_by(user: User) -> Project:
    return project_for_user(user, "vision", "digits")


def kept(user: User, name: str = "tuning", **fields: Any) -> SavedView:
    fields = {"address": "q=number+>+1"} | fields
    return saved_views.save_view(project=seen_by(user), by=user, name=name, **fields)


def test_a_view_is_its_owner_s_until_it_is_shared(digits: Project, alice: User, dana: User) -> None:
    view = kept(alice)
    assert views_for_user(alice, digits) == [view]
    assert views_for_user(dana, digits) == []
    with pytest.raises(Missing):
        view_for_user(dana, digits, view.pk)
    view.project = seen_by(alice)
    saved_views.share_view(view=view, by=alice, is_shared=True)
    assert view_for_user(dana, digits, view.pk) == view


def test_readers_keep_views_but_share_none(digits: Project, dana: User) -> None:
    view = kept(dana)
    with pytest.raises(NotAllowed):
        kept(dana, name="other", is_shared=True)
    with pytest.raises(NotAllowed):
        saved_views.share_view(
            view=view_for_user(dana, seen_by(dana), view.pk), by=dana, is_shared=True
        )


def test_the_same_name_replaces_one_s_own_alone(digits: Project, alice: User, bob: User) -> None:
    first, other = kept(alice), kept(bob)
    again = kept(alice, address="q=number+>+2")
    assert (again.pk, again.address) == (first.pk, "q=number+>+2")
    other.refresh_from_db()
    assert other.address == "q=number+>+1"


def test_others_views_are_changed_by_nobody_but_forgotten_by_owners(
    digits: Project, alice: User, bob: User, dana: User
) -> None:
    view = kept(bob, is_shared=True)
    for user in (alice, dana):
        with pytest.raises(NotAllowed):
            saved_views.share_view(
                view=view_for_user(user, seen_by(user), view.pk), by=user, is_shared=False
            )
    with pytest.raises(NotAllowed):
        saved_views.delete_view(view=view_for_user(dana, seen_by(dana), view.pk), by=dana)
    saved_views.delete_view(view=view_for_user(alice, seen_by(alice), view.pk), by=alice)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "a\nb"}, {"address": "q=" + "x" * 8000}])
def test_what_cannot_be_kept_is_refused(digits: Project, alice: User, fields: Any) -> None:
    with pytest.raises(Invalid):
        kept(alice, **fields)


def test_nobody_keeps_views_without_end(
    digits: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    SavedView.objects.bulk_create(
        SavedView(project=digits, owner=alice, name=f"view {number}")
        for number in range(saved_views.MOST_VIEWS)
    )
    with pytest.raises(Invalid):
        kept(alice)
    kept(alice, name="view 3")


def test_a_shared_view_shows_a_reader_the_same_runs(
    digits: Project, alice: User, dana: User
) -> None:
    sketch_project(digits, alice, count=6)
    query = {"q": "params.width > 4", "brush": "params.width:4..32", "order": "params.width"}
    here = client_of(alice)
    own = here.get(address(digits, **query))
    saved = here.post(
        address(digits, "views/"),
        {
            "name": "wide ones",
            "is_shared": "on",
            "address": f"{own.wsgi_request.GET.urlencode()}&cursor=x&evil=1",
        },
    )
    assert "evil" not in saved.url
    assert "cursor" not in saved.url
    view = SavedView.objects.get()
    led = client_of(dana).get(address(digits, f"views/{view.pk}/"))
    assert parse_qs(urlsplit(led.url).query) == {name: [value] for name, value in query.items()}
    shown = client_of(dana).get(led.url)
    assert names_in(shown) == names_in(own) == ["run-3", "run-4", "run-5"]
    for headers in ({}, {"HX-Request": "true"}):
        listed = client_of(dana).get(address(digits, "views/"), headers=headers).content.decode()
        assert "wide ones" in listed
        assert "of Alice" in listed


def test_picked_runs_narrow_the_table_and_can_be_taken_away(digits: Project, alice: User) -> None:
    sketch_project(digits, alice, count=6)
    here = client_of(alice)
    shown = here.get(address(digits, pick="2-3,5,x,9", order="number"))
    assert names_in(shown) == ["run-2", "run-3", "run-5"]
    assert "picked runs" in shown.content.decode()
    assert len(names_in(here.get(address(digits, pick="junk")))) == 6
