"""Events reach a webhook signed; what does not arrive comes again for a day."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from ahnb_platform.accounts.models import AuditEvent, User
from ahnb_platform.errors import Conflict, Invalid, Missing, NotAllowed
from ahnb_platform.outgoing.sending import Sender
from projects.models import Project
from runs.notices import hooks, signing
from runs.notices.delivering import GIVEN_UP_AFTER, body_of, deliver, note
from runs.notices.kinds import Kind
from runs.notices.models import Delivery, Notice, Webhook
from runs.notices.watching import find_events

from ...security.test_ssrf import Place
from ...sketches import sketch_run
from .conftest import BAD, GOOD

pytestmark = pytest.mark.django_db


def due(row: Delivery) -> Delivery:
    row.refresh_from_db()
    return row


def test_event_arrives_signed_and_documented(
    hook: Webhook, place: Place, sender: Sender, digits: Project, alice: User
) -> None:
    run = sketch_run(digits, alice, name="<!channel> & co")
    find_events()
    assert not deliver(sender)
    [(path, headers, body)] = place.got
    told = json.loads(body)
    assert path == "/hook"
    assert set(told) == {"id", "at", "text", "kind", "project", "run"}
    assert told["kind"] == Kind.FINISHED
    assert told["project"] == {
        "path": "vision/digits",
        "name": "Digits",
        "url": f"http://127.0.0.1:8765{digits.get_absolute_url()}",
    }
    assert told["run"]["id"] == str(run.id)
    assert told["run"]["status"] == "finished"
    assert told["run"]["url"].startswith("http")
    assert told["text"].startswith(f"vision/digits#{run.number} “&lt;!channel&gt; &amp; co”")
    assert told["id"] == str(Notice.objects.get().pk)
    at, _, made = headers["X-AHNB-Signature"].partition(",v1=")
    key, signed = signing.secret_of(hook).encode(), f"{at.removeprefix('t=')}.".encode() + body
    assert made == hmac.new(key, signed, hashlib.sha256).hexdigest()
    row = Delivery.objects.get()
    assert headers["X-AHNB-Delivery"] == str(row.pk)
    assert (row.status, row.arrived, row.attempts, row.due_at) == (204, True, 1, None)
    deliver(sender)
    assert len(place.got) == 1


def test_what_did_not_arrive_comes_again_under_the_same_id(
    hook: Webhook, place: Place, sender: Sender, digits: Project, alice: User
) -> None:
    place.status = 503
    sketch_run(digits, alice)
    find_events()
    deliver(sender)
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.arrived) == (503, 1, False)
    assert row.due_at > timezone.now()
    deliver(sender)
    assert len(place.got) == 1
    place.status = 200
    Delivery.objects.update(due_at=timezone.now())
    deliver(sender)
    assert due(row).arrived
    first, second = place.got
    assert first[2] == second[2]
    assert first[1]["X-AHNB-Delivery"] == second[1]["X-AHNB-Delivery"] == str(row.pk)


def test_webhook_that_fails_for_a_day_is_paused_and_its_owners_can_see_it(
    hook: Webhook, digits: Project, alice: User, client_of
) -> None:
    sketch_run(digits, alice)
    sketch_run(digits, alice)
    find_events()
    row, other = Delivery.objects.all()
    note(row, BAD)
    waits = []
    for _ in range(6):
        note(row, BAD)
        waits.append(row.due_at - row.tried_at)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=1)
    row.first_tried_at = timezone.now() - GIVEN_UP_AFTER
    note(row, BAD)
    hook.refresh_from_db()
    assert hook.paused_at is not None
    assert due(row).due_at is None
    assert due(other).due_at is None
    assert AuditEvent.objects.filter(action="webhook.paused").exists()
    assert (
        "Nothing arrived for 24 hours"
        in client_of(alice).get(hook.get_absolute_url()).content.decode()
    )
    sketch_run(digits, alice)
    find_events()
    assert Delivery.objects.count() == 2
    hooks.resume_hook(hook=hook, by=alice)
    find_events()
    sketch_run(digits, alice)
    find_events()
    assert Delivery.objects.filter(due_at__isnull=False).count() == 1


def test_test_is_sent_once_and_not_too_often(
    hook: Webhook, place: Place, sender: Sender, alice: User
) -> None:
    place.status = 500
    hooks.send_test(hook=hook, by=alice)
    deliver(sender)
    [(_, _, body)] = place.got
    assert json.loads(body)["kind"] == "test"
    assert Delivery.objects.get().due_at is None
    for _ in range(hooks.TESTS_A_MINUTE - 1):
        hooks.send_test(hook=hook, by=alice)
    with pytest.raises(Conflict):
        hooks.send_test(hook=hook, by=alice)


def test_secret_is_shown_once_and_stored_nowhere(digits: Project, alice: User, client_of) -> None:
    browser = client_of(alice)
    form = {"url": "https://example.org/hook", "kinds": ["run.failed"]}
    page = browser.post(f"{digits.get_absolute_url()}webhooks/", form).content.decode()
    hook = Webhook.objects.get()
    secret = signing.secret_of(hook)
    assert secret in page
    assert secret not in browser.get(hook.get_absolute_url()).content.decode()
    assert secret.removeprefix("whsec_").encode() not in bytes(hook.salt)
    renewed = browser.post(f"{hook.get_absolute_url()}act/", {"act": "renew"}).content.decode()
    hook.refresh_from_db()
    assert signing.secret_of(hook) != secret
    assert signing.secret_of(hook) in renewed
    assert not AuditEvent.objects.filter(data__icontains="whsec").exists()


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://127.0.0.1/", "https://169.254.169.254/latest", "x"]
)
def test_address_inside_the_network_is_refused_when_it_is_typed(
    digits: Project, alice: User, url: str, client_of
) -> None:
    with pytest.raises(Invalid):
        hooks.add_hook(place=digits, by=alice, url=url, kinds=["run.failed"])
    form = {"url": url, "kinds": ["run.failed"]}
    answer = client_of(alice).post(f"{digits.get_absolute_url()}webhooks/", form)
    assert answer.status_code == 200
    assert not Webhook.objects.exists()


def test_answer_of_the_other_side_is_neither_stored_nor_shown(
    hook: Webhook, place: Place, sender: Sender, alice: User, client_of
) -> None:
    place.status = 500
    hooks.send_test(hook=hook, by=alice)
    deliver(sender)
    page = client_of(alice).get(hook.get_absolute_url()).content.decode()
    assert "500" in page
    assert "SECRET-OF-THE-ANSWER" not in page
    assert "SECRET" not in str(Delivery.objects.values().get())


def test_owners_alone_handle_webhooks(hook: Webhook, bob: User, charlie: User, alice: User) -> None:
    assert hooks.hook_for_owner(alice, hook.pk) == hook
    with pytest.raises(NotAllowed):
        hooks.hook_for_owner(bob, hook.pk)
    with pytest.raises(Missing):
        hooks.hook_for_owner(charlie, hook.pk)


def test_delivery_can_be_sent_again_by_hand(
    hook: Webhook, place: Place, sender: Sender, digits: Project, alice: User, client_of
) -> None:
    sketch_run(digits, alice)
    find_events()
    deliver(sender)
    row = Delivery.objects.get()
    act = f"{hook.get_absolute_url()}act/"
    client_of(alice).post(act, {"act": "again", "delivery": str(row.pk)})
    deliver(sender)
    assert len({headers["X-AHNB-Delivery"] for _, headers, _ in place.got}) == 1
    assert len(place.got) == 2
    assert client_of(alice).post(act, {"act": "again", "delivery": "x"}).status_code == 404


def test_delivery_that_was_deleted_meanwhile_is_not_brought_back(
    hook: Webhook, digits: Project, alice: User
) -> None:
    hooks.send_test(hook=hook, by=alice)
    row = Delivery.objects.select_related("webhook").get()
    assert json.loads(body_of(row))["id"] == str(row.pk)
    Delivery.objects.all().delete()
    note(row, GOOD)
    assert not Delivery.objects.exists()
