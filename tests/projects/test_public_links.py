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
from projects.models import Project
from projects.queries import project_for_user
from projects.saved_views import save_view
from runs.linting.muting import mute_rule
from runs.models import Run
from runs.notes import add_note
from runs.services import trash_run
from tests import cast
from tests.sketches import send_events, sketch_run

LINKS = "/projects/vision/digits/links/"
MADE = re.compile(r"http://testserver(/public/[\w-]+/)")
# What belongs to others or stays inside: none of it may stand in any public answer.
CANARY = "zanzibar"
PARTS = ("", "charts/", "marks/", "series/?metric=loss&metric=val_loss", "curves/", "drawn/")


@pytest.fixture
def runs(digits: Project, vision, alice, bob) -> list[Run]:
    """Four runs, of which the first three will be shown; canaries lie all around."""
    found = []
    for number in range(1, 5):
        name = f"shown-{number}" if number < 4 else f"{CANARY}-run"
        params = {"width": 2**number, "data": f"/home/{CANARY}/digits", "seed": number}
        run = sketch_run(
            digits, bob, name=name, val_loss=(1.0, 1 / number), params=params, group=f"{CANARY}-g"
        )
        dense = {"name": "dense", "class": "Dense", "output_shape": [None, number], "parameters": 9}
        layers = [dense]
        secrets = {"host": f"{CANARY}-host", "git": {"commit": CANARY}, "user": CANARY}
        finding = {"id": "LOSS01", "severity": "error", "text": f"{CANARY} found", "step": 1}
        code = {"files": {"train.py": f"# {CANARY}"}}
        send_events(
            run,
            ("model", {"name": "m", "layers": layers}),
            ("environment", secrets),
            ("code", code),
            ("finding", finding),
        )
        add_note(run=run, by=bob, text=f"{CANARY} note, see #4", step=1)
        Run.objects.filter(id=run.id).update(notes=f"{CANARY} remark", status_reason=CANARY)
        found.append(run)
    bob.name = f"Bob {CANARY}"
    bob.save()
    digits.name, digits.description = f"Digits {CANARY}", CANARY
    digits.save()
    vision.name = f"Vision {CANARY}"
    vision.save()
    mute_rule(project=seen(alice), rule="DATA01", by=alice, reason=CANARY)
    cast.make_project(vision, f"{CANARY}-project", alice)
    return found


@pytest.fixture(autouse=True)
def fresh_minute() -> None:
    limiting._asked.clear()


def seen(by) -> Project:
    return project_for_user(by, "vision", "digits")


def made(by, **fields) -> str:
    """The path of a link that the form makes."""
    answer = cast.client_of(by).post(LINKS, {"days": "30", **fields})
    found = MADE.search(answer.content.decode())
    assert found is not None, answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    return found[1]


def path_of(kind: str, by, **fields) -> str:
    if kind == "view":
        address = "q=number < 4&cols=params.width&cols=user&cols=version"
        view = save_view(project=seen(by), by=by, name="ours", address=address)
        return made(by, view=str(view.pk), **fields)
    return made(by, runs={"run": "1", "comparison": "1,2,3"}[kind], **fields)


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


def view_of(by, address: str) -> str:
    view = save_view(project=seen(by), by=by, name="drawn", address=address)
    return made(by, view=str(view.pk))


def test_a_view_draws_the_runs_and_columns_of_its_table_and_no_others(runs, alice) -> None:
    asked = "cols=params.width&cols=metrics.val_loss.min&cols=user&cols=version&cols=tags"
    others = "&axes=params.seed&axes=params.width&x=params.seed&colour=group&mark=version"
    path = view_of(alice, f"q=number > 1 and number < 4&order=-number&{asked}{others}")
    assert 'id="scatter"' in Client().get(path).content.decode()
    data = Client().get(f"{path}drawn/").json()
    assert data["runs"] == {
        "number": [1, 2],
        "name": ["shown-3", "shown-2"],
        "status": data["runs"]["status"],
    }
    assert {one["key"]: one["values"] for one in data["columns"]} == {
        "params.width": [8, 4],
        "metrics.val_loss.min": [pytest.approx(1 / 3), 0.5],
    }
    assert (data["x"], data["y"]) == ("params.width", "metrics.val_loss.min")
    assert (data["parallel"], data["colour"], data["mark"]) == (["params.width"], "", "")


def test_home_folders_are_cut_out_of_what_is_drawn(runs, alice) -> None:
    path = view_of(alice, "q=number < 4&cols=params.data&cols=metrics.val_loss")
    [data, _] = Client().get(f"{path}drawn/").json()["columns"]
    assert data["categories"] == ["/home/…/digits"]


def test_nothing_is_drawn_of_one_column_or_of_a_filter_that_cannot_be_read(runs, alice) -> None:
    for address in ("q=number < 4&cols=params.width", "q=((&cols=params.width&cols=params.seed"):
        path = view_of(alice, address)
        assert 'id="scatter"' not in Client().get(path).content.decode()
        assert Client().get(f"{path}drawn/").status_code == 404
