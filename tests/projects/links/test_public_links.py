"""Public links: who makes them, what they show without an account, and what they never show."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts import teams
from ahnb_platform.accounts.models import AuditEvent
from projects.links import limiting
from projects.links.models import PublicLink
from projects.links.people import masked
from projects.queries import project_for_user
from projects.saved_views import save_view
from runs.services import trash_run
from tests import cast

from .making import CANARY, LINKS, PARTS, made, path_of, seen

KINDS = ["run", "view", "comparison"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_shows_without_an_account(runs, alice, kind: str) -> None:
    path = path_of(kind, alice)
    answer = Client().get(path)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "shown-1" in text
    assert ("shown-2" in text) == (kind != "run")
    assert "0.25" not in text  # of the run that is not shown
    if kind == "run":
        assert "dense" in text
        points = Client().get(f"{path}series/?metric=val_loss").json()
        assert points["metrics"]["val_loss"]["total"] == 2
    else:
        drawn = Client().get(f"{path}curves/").json()
        assert [curve["name"] for curve in drawn["curves"]][:1] != []
        assert {curve["name"] for curve in drawn["curves"]} == {"shown-1", "shown-2", "shown-3"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [False, True])
def test_nothing_beside_it_is_in_any_answer(
    runs, digits, alice, bob, kind: str, names: bool
) -> None:
    path = path_of(kind, alice, **({"shows_people": "on"} if names else {}))
    for browser in (Client(), cast.client_of(alice), cast.client_of(bob)):
        for part in PARTS:
            answer = browser.get(f"{path}{part}")
            if answer.status_code == 404:
                continue
            text = answer.content.decode()
            if names:  # then who started it is shown, and nothing else of the canaries
                text = text.replace(f"Bob {CANARY}", "").replace(f"/home/{CANARY}/digits", "")
            assert CANARY not in text, (part, text[max(0, text.find(CANARY) - 200) :][:400])
            # Versions count the models of the project.
            assert not re.search(r"\bv\d+<", text), part
            for inside in ("vision", "digits", "alice", "bob@", f'"{digits.pk}-', "/runs/"):
                assert inside not in text.replace("/home/…/digits", ""), (part, inside)
            assert not any(str(run.id) in text for run in runs), part


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_on_it_leads_somewhere(runs, alice, kind: str) -> None:
    path = path_of(kind, alice)
    text = Client().get(path).content.decode()
    for address in re.findall(
        r'(?:href|action|hx-get|data-curves|data-drawn)="([^"#][^"]*)"', text
    ):
        if not address.startswith("/static/"):
            whole = address if address.startswith("/") else f"{path}{address}"
            assert Client().get(whole.replace("&amp;", "&")).status_code == 200, address


@pytest.mark.parametrize("kind", KINDS)
def test_its_headers_keep_the_address_to_itself(runs, alice, kind: str) -> None:
    path = path_of(kind, alice)
    for part in PARTS:
        answer = Client().get(f"{path}{part}")
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def expire(by, path: str) -> None:
    PublicLink.objects.update(expires_at=timezone.now())


def revoke(by, path: str) -> None:
    cast.client_of(by).post(f"{LINKS}{PublicLink.objects.get().pk}/revoke/")


def cut(by, path: str) -> None:
    PublicLink.objects.all().delete()


def test_wrong_past_and_revoked_ones_answer_alike(runs, alice) -> None:
    answers = []
    for end in (expire, revoke, cut):
        path = path_of("run", alice)
        end(alice, path)
        answers += [Client().get(f"{path}{part}") for part in PARTS]
        PublicLink.objects.all().delete()
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(rb"request-id\">\w+", b"", answer.content) for answer in answers}
    assert len(bodies) == 1
    told = {(name, value) for answer in answers for name, value in answer.items()}
    assert len([name for name, _ in told if name != "X-Request-ID"]) == len(answers[0].items()) - 1


def test_a_run_in_the_trash_is_shown_no_more(runs, alice) -> None:
    path = path_of("run", alice)
    trash_run(run=runs[0], by=alice)
    assert {Client().get(f"{path}{part}").status_code for part in PARTS} == {404}


def test_a_comparison_of_one_is_none(runs, alice) -> None:
    path = made(alice, runs="1,2")
    trash_run(run=runs[0], by=alice)
    assert Client().get(path).status_code == Client().get(f"{path}curves/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"runs": "1", "view": "1"},
        {"runs": "99"},
        {"runs": "1,99"},
        {"runs": "one"},
        {"runs": "9" * 30},
        {"runs": "1", "days": "91"},
        {"runs": "1", "days": "0"},
        {"runs": "1", "days": ""},
        {"runs": "1", "title": "x" * 101},
        {"view": "987654321"},
    ],
)
def test_what_cannot_be_shown_is_told_on_the_form(runs, alice, fields) -> None:
    answer = cast.client_of(alice).post(LINKS, {"days": "30", **fields})
    assert answer.status_code == 200
    assert "form-error" in answer.content.decode() or 'role="alert"' in answer.content.decode()
    assert not PublicLink.objects.exists()


def test_a_view_of_another_or_of_nobody_is_out_of_reach(runs, alice, bob, secret, charlie) -> None:
    theirs = save_view(project=seen(bob), by=bob, name="mine", address="")
    elsewhere = save_view(
        project=project_for_user(charlie, "other", "secret"), by=charlie, name="x", address=""
    )
    for view in (theirs, elsewhere):
        cast.client_of(alice).post(LINKS, {"days": "30", "view": str(view.pk)})
    assert not PublicLink.objects.exists()


def test_editors_list_and_revoke_them_and_readers_do_not(runs, alice, bob, dana) -> None:
    path = path_of("run", bob, title="For the paper")
    page = cast.client_of(alice).get(LINKS).content.decode()
    assert "For the paper" in page
    assert path not in page
    assert cast.client_of(dana).get(LINKS).status_code == 403
    link = PublicLink.objects.get()
    assert cast.client_of(dana).post(f"{LINKS}{link.pk}/revoke/").status_code == 403
    assert Client().get(path).status_code == 200
    cast.client_of(alice).post(f"{LINKS}{link.pk}/revoke/")
    assert Client().get(path).status_code == 404
    assert "For the paper" not in cast.client_of(alice).get(LINKS).content.decode()
    told = AuditEvent.objects.filter(action__startswith="link.").order_by("id")
    assert list(told.values_list("action", "actor_label")) == [
        ("link.made", bob.email),
        ("link.revoked", alice.email),
    ]


def test_it_belongs_to_the_project_not_to_its_maker(runs, vision, alice, bob) -> None:
    path = path_of("run", bob)
    teams.remove_member(team=vision, user=bob, by=alice)
    assert Client().get(path).status_code == 200
    assert timezone.now() + timedelta(days=31) > PublicLink.objects.get().expires_at


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("/runs/{run}/", "links/?runs=1"),
        ("{project}compare/?runs=1,2&base=2", "links/?runs=runs%3D1%252C2%26base%3D2"),
        ("{project}views/", "links/?view="),
    ],
)
def test_pages_lead_to_a_link_of_what_they_show(runs, alice, dana, page, wanted: str) -> None:
    save_view(project=seen(alice), by=alice, name="best", address="", is_shared=True)
    path = page.format(run=runs[0].id, project="/projects/vision/digits/")
    text = cast.client_of(alice).get(path).content.decode()
    assert wanted in text
    assert wanted not in cast.client_of(dana).get(path).content.decode()
    form = cast.client_of(alice).get("/projects/vision/digits/" + wanted.replace("?view=", ""))
    assert form.status_code == 200


def test_a_comparison_keeps_its_base(runs, alice) -> None:
    path = made(alice, runs="runs=1%2C2&base=2")
    text = Client().get(path).content.decode()
    assert re.search(r'is-base">\s*#2 shown-2', text)


def test_only_a_digest_is_stored(runs, alice) -> None:
    secret = path_of("run", alice).split("/")[2]
    assert len(secret) >= 43  # 256 bits
    with connection.cursor() as cursor:
        cursor.execute("SELECT l::text FROM links_publiclink l")
        assert secret not in cursor.fetchone()[0]
    assert secret not in repr(list(AuditEvent.objects.values()))


def test_who_asks_too_often_waits(runs, alice, monkeypatch) -> None:
    path = path_of("run", alice)
    monkeypatch.setattr(limiting, "MOST_ASKED", 3)
    limiting._asked.clear()
    answers = [Client().get(path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"]
    limiting._asked = {
        sender: (since - limiting.SECONDS, count)
        for sender, (since, count) in limiting._asked.items()
    }
    assert Client().get(path).status_code == 200


def test_a_faulty_view_shows_no_run(runs, alice) -> None:
    view = save_view(project=seen(alice), by=alice, name="bad", address="q=metrics. <")
    path = made(alice, view=str(view.pk))
    assert "No run is shown" in Client().get(path).content.decode()
    assert Client().get(f"{path}curves/").status_code == 404


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/alice/data", "/home/…/data"),
        ("/Users/Alice B/x", "/Users/… B/x"),
        (r"C:\Users\alice\x", r"C:\Users\…\x"),
        ("home/alice", "home/alice"),
    ],
)
def test_names_in_paths_are_taken_out(text: str, told: str) -> None:
    assert masked({"a": [text], "b": 1}) == {"a": [told], "b": 1}
