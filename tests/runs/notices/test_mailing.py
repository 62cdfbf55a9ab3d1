"""Who chose it gets a mail: plain, with a safe subject (S22), and ended by one click."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts import teams
from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.notices import hooks
from runs.notices.kinds import Kind
from runs.notices.mailing import LAST_TRY, safe_subject, send_mails
from runs.notices.models import Mail, MailChoice
from runs.notices.watching import find_events

from ...sketches import sketch_run
from .sink import MailSink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings) -> Iterator[MailSink]:
    """The configured mail server."""
    server = MailSink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 5
    yield server
    server.close()


@pytest.fixture
def wanting(digits: Project, dana: User) -> User:
    """dana wants to know of runs that fail."""
    hooks.choose_mails(user=dana, project=digits, kinds=[Kind.FAILED])
    find_events()
    return dana


def fail(project: Project, by: User, **fields: object) -> None:
    sketch_run(project, by, status="failed", **fields)
    find_events()


def test_mail_says_what_happened_and_how_to_end_mails(
    sink: MailSink, wanting: User, digits: Project, alice: User
) -> None:
    fail(digits, alice, name="wide")
    sketch_run(digits, alice)
    find_events()
    assert not send_mails()
    [mail] = sink.mails
    assert mail["To"] == "dana@example.org"
    assert mail["Subject"].strip().startswith("[AHNB] vision/digits#1 “wide” failed")
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert "http://127.0.0.1:8765/runs/" in text
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    send_mails()
    assert len(sink.mails) == 1
    path = mail["List-Unsubscribe"].strip("<>").partition("8765")[2]
    assert path in text
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    assert MailChoice.objects.get().kinds == [Kind.FAILED]
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailChoice.objects.get().kinds == []
    fail(digits, alice)
    send_mails()
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    "name",
    ["a\r\nBcc: eve@example.org", "b\nX: y", "\u202egnp.exe", "c\x1b[31m", "d" * 2000, "\u2028e"],
)
def test_subject_is_one_safe_line(name: str) -> None:
    subject = safe_subject(name)
    assert subject.startswith("[AHNB] ")
    assert len(subject) <= 150
    assert subject.isprintable()


def test_name_of_a_run_writes_no_header(
    sink: MailSink, wanting: User, digits: Project, alice: User
) -> None:
    sketch_run(digits, alice, status="running", name="wide")
    fail(digits, alice)
    mail = Mail.objects.select_related("notice").get()
    mail.notice.data["run"]["name"] = "x\r\nBcc: eve@example.org\r\n\r\nforged"
    mail.notice.save()
    send_mails()
    [got] = sink.mails
    assert got["Bcc"] is None
    assert got["To"] == "dana@example.org"


def test_link_that_somebody_changed_ends_nothing(wanting: User, digits: Project) -> None:
    for signed in ("nothing", "WzEsMV0:1abc:xyz"):
        assert Client().post(f"/unsubscribe/{signed}/").status_code == 404
    assert MailChoice.objects.get().kinds == [Kind.FAILED]


def test_who_was_taken_out_since_is_told_nothing(
    sink: MailSink, wanting: User, digits: Project, alice: User
) -> None:
    fail(digits, alice)
    teams.remove_member(team=digits.team, user=wanting, by=alice)
    send_mails()
    assert sink.mails == []
    assert not Mail.objects.filter(due_at__isnull=False).exists()


def test_mail_that_was_refused_comes_again_and_is_given_up_in_the_end(
    sink: MailSink, wanting: User, digits: Project, alice: User
) -> None:
    sink.refuses = True
    fail(digits, alice)
    send_mails()
    row = Mail.objects.get()
    assert row.attempts == 1
    assert row.due_at > timezone.now()
    Mail.objects.update(attempts=LAST_TRY - 1, due_at=timezone.now())
    send_mails()
    assert Mail.objects.get().due_at is None
    assert sink.mails == []


def test_without_a_mail_server_nothing_is_written_down(
    wanting: User, digits: Project, alice: User
) -> None:
    fail(digits, alice)
    assert not Mail.objects.exists()
    assert not send_mails()


def test_people_choose_on_the_page(digits: Project, dana: User, client_of) -> None:
    page = f"{digits.get_absolute_url()}notices/"
    assert "knows no mail server" in client_of(dana).get(page).content.decode()
    client_of(dana).post(page, {"kinds": ["run.lost", "run.failed"]})
    assert hooks.chosen_mails(dana, digits) == [Kind.FAILED, Kind.LOST]
    client_of(dana).post(page, {})
    assert hooks.chosen_mails(dana, digits) == []
