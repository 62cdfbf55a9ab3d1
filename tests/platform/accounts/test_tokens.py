"""API tokens: issue, verify, revoke."""

import hashlib
import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from ahnb_platform.accounts import tokens
from ahnb_platform.accounts.models import ApiToken, AuditEvent, User
from ahnb_platform.errors import Invalid, Missing
from projects.models import Project

BOTH = ["read", "runs:write"]


def issue(user: User, **fields) -> tuple[ApiToken, str]:
    return tokens.issue_token(**{"user": user, "name": "t", "scopes": BOTH, "by": user, **fields})


def forget() -> None:
    """Let pass the time in which a process trusts what it verified."""
    time.sleep(tokens.TRUSTED_SECONDS + 0.05)


def test_only_a_digest_is_stored(alice: User) -> None:
    token, text = issue(alice)
    assert re.fullmatch(r"ahnb_[0-9a-z]+_[0-9a-f]{64}", text)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert bytes(row.pop("digest")) == hashlib.sha256(text.encode()).digest()
    assert text.rpartition("_")[2] not in repr(row)


def test_the_text_verifies_with_its_user(alice: User, django_assert_max_num_queries) -> None:
    token, text = issue(alice)
    found = tokens.verify_token(text)
    assert found == token
    assert found is not None
    forget()
    with django_assert_max_num_queries(1):
        again = tokens.verify_token(text)
        assert again is not None
        assert again.user.email == "alice@example.org"


def test_a_second_look_asks_nothing_of_the_database(alice: User, django_assert_num_queries) -> None:
    _, text = issue(alice)
    tokens.verify_token(text)
    with django_assert_num_queries(0):
        assert tokens.verify_token(text) is not None


def test_other_texts_are_nobody(alice: User) -> None:
    _, text = issue(alice)
    changed = text[:-1] + ("0" if text[-1] != "0" else "1")
    for wrong in (
        "",
        "ahnb",
        text[:-1],
        text + "0",
        changed,
        text.upper(),
        f" {text}",
        f"{text}\n",
    ):
        assert tokens.verify_token(wrong) is None


def test_the_prefix_of_another_token_does_not_help(alice: User, charlie: User) -> None:
    _, mine = issue(alice)
    _, his = issue(charlie)
    mixed = "_".join([*mine.split("_")[:2], his.split("_")[2]])
    assert tokens.verify_token(mixed) is None


def test_an_expired_token_is_nobody(alice: User) -> None:
    token, text = issue(alice, expires_at=timezone.now() + timedelta(hours=1))
    assert tokens.verify_token(text) is not None
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    forget()
    assert tokens.verify_token(text) is None


def test_a_token_that_expires_while_trusted_is_nobody(alice: User) -> None:
    _, text = issue(alice, expires_at=timezone.now() + timedelta(seconds=0.2))
    assert tokens.verify_token(text) is not None
    time.sleep(0.25)
    assert tokens.verify_token(text) is None


def test_a_revoked_token_is_nobody_at_once(alice: User) -> None:
    token, text = issue(alice)
    assert tokens.verify_token(text) is not None
    tokens.revoke_token(token=token, by=alice)
    assert tokens.verify_token(text) is None


def test_a_token_revoked_by_another_process_is_nobody_within_a_second(alice: User) -> None:
    token, text = issue(alice)
    assert tokens.verify_token(text) is not None
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    assert tokens.TRUSTED_SECONDS < 1
    forget()
    assert tokens.verify_token(text) is None


def test_somebody_not_active_has_no_token(alice: User) -> None:
    _, text = issue(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert tokens.verify_token(text) is None


def test_its_use_is_noted_once_in_ten_minutes(alice: User) -> None:
    token, text = issue(alice)
    tokens.verify_token(text)
    token.refresh_from_db()
    assert token.last_used_at is not None
    ApiToken.objects.filter(pk=token.pk).update(
        last_used_at=timezone.now() - tokens.USED_EVERY - timedelta(seconds=1)
    )
    forget()
    tokens.verify_token(text)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)


def test_a_token_may_be_bound_to_a_project_its_user_sees(digits: Project, dana: User) -> None:
    token, _ = issue(dana, project=digits)
    assert token.project == digits


def test_a_token_is_never_bound_to_another_teams_project(secret: Project, dana: User) -> None:
    with pytest.raises(Missing):
        issue(dana, project=secret)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "a\x00"},
        {"name": "x" * 101},
        {"scopes": []},
        {"scopes": ["read", "everything"]},
        {"expires_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_bad_wishes_are_refused(alice: User, fields: dict) -> None:
    with pytest.raises(Invalid):
        issue(alice, **fields)


def test_issuing_and_revoking_are_recorded_without_the_secret(alice: User) -> None:
    token, text = issue(alice)
    tokens.revoke_token(token=token, by=alice)
    tokens.revoke_token(token=token, by=alice)
    events = AuditEvent.objects.filter(action__startswith="token.").order_by("id")
    assert [event.action for event in events] == ["token.issued", "token.revoked"]
    assert text.rpartition("_")[2] not in repr(list(events.values()))
