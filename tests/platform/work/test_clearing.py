"""What has expired is cleared away, and only that."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ahnb_platform.accounts import clearing
from ahnb_platform.accounts.links import make_login_link, open_link
from ahnb_platform.accounts.models import CacheRow, LoginLink, User
from ahnb_platform.identity.models import Session
from ahnb_platform.work.models import TaskState
from ahnb_platform.work.schedule import USUAL
from ahnb_platform.work.worker import Worker

from ... import cast

pytestmark = pytest.mark.django_db


def test_worker_clears_sessions_links_and_cache_that_have_expired(alice: User) -> None:
    cast.client_of(alice)
    past = timezone.now() - timedelta(days=31)
    Session.objects.create(session_key="old", session_data="", expire_date=past)
    kept = make_login_link(user=alice).rstrip("/").rpartition("/")[2]
    make_login_link(user=alice)
    LoginLink.objects.filter(pk=LoginLink.objects.latest("pk").pk).update(expires_at=past)
    CacheRow.objects.create(cache_key="old", value="", expires=past)
    CacheRow.objects.create(cache_key="new", value="", expires=timezone.now() + timedelta(days=1))
    assert Worker().run_once()
    assert not Session.objects.filter(session_key="old").exists()
    assert Session.objects.count() == 1
    assert open_link(kept).user == alice
    assert LoginLink.objects.count() == 1
    assert list(CacheRow.objects.values_list("cache_key", flat=True)) == ["new"]
    assert not TaskState.objects.exclude(failure="").exists()
    assert {"clear-sessions", "clear-login-links", "clear-cache"} <= set(USUAL.tasks)


def test_link_that_was_used_lately_is_kept_to_be_looked_at(alice: User) -> None:
    make_login_link(user=alice)
    LoginLink.objects.update(used_at=timezone.now() - timedelta(days=29))
    assert not clearing.clear_links()
    assert LoginLink.objects.exists()


def test_one_step_deletes_some_and_says_that_there_are_more() -> None:
    past = timezone.now() - timedelta(hours=1)
    rows = [CacheRow(cache_key=str(n), value="", expires=past) for n in range(clearing.AT_ONCE + 1)]
    CacheRow.objects.bulk_create(rows)
    assert clearing.clear_cache()
    assert CacheRow.objects.count() == 1
    assert not clearing.clear_cache()
    assert not CacheRow.objects.exists()
