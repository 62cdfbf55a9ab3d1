"""OpenID Connect against a real provider: who comes in, and what is kept out."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client

from ahnb_platform.accounts import people
from ahnb_platform.accounts.models import AuditEvent, Membership, Role, Team, User
from ahnb_platform.identity.factors.services import set_policy
from ahnb_platform.identity.models import Connection, ExternalIdentity
from ahnb_platform.identity.sso import connections
from tests import cast
from tests.cast import is_in

from ..clock import code_of

SENT = ("state", "nonce", "code_challenge", "client_id", "redirect_uri")


def begin(client: Client, connection: Connection, target: str = "") -> str:
    """The address at the provider to which the browser is sent."""
    answer = client.get(f"/account/sso/{connection.pk}/start/", {"next": target})
    assert answer.status_code == 302
    return answer["Location"]


def come_back(client: Client, url: str) -> Any:
    """Follow the browser to the provider and back to the callback."""
    answer = requests.get(url, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return client.get(f"{parts.path}?{parts.query}")


def log_in(client: Client, connection: Connection, target: str = "") -> Any:
    return come_back(client, begin(client, connection, target))


def reason() -> str:
    return AuditEvent.objects.get(action="sso.refused").data["reason"]


def test_a_new_person_becomes_a_reader_of_the_team(connection: Connection) -> None:
    client = Client()
    answer = log_in(client, connection, "/teams/vision/")
    assert (answer.status_code, answer["Location"]) == (302, "/teams/vision/")
    eve = User.objects.get(email="eve@example.com")
    assert (eve.name, eve.home_team, eve.has_usable_password()) == ("Eve", connection.team, False)
    assert Membership.objects.get(user=eve).role == Role.READER
    assert client.get("/teams/vision/").status_code == 200
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"sso.login", "sso.joined", "person.added", "member.added", "account.login"} <= actions


def test_the_way_there_carries_state_nonce_and_a_hashed_verifier(connection: Connection) -> None:
    url = begin(Client(), connection)
    query = dict(part.split("=", 1) for part in urlsplit(url).query.split("&"))
    assert all(query[name] for name in SENT)
    assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")


def test_coming_again_is_the_same_person(connection: Connection, provider: Any) -> None:
    log_in(Client(), connection)
    provider.says(email="eve.new@example.com")
    client = Client()
    log_in(client, connection)
    assert is_in(client)
    assert User.objects.filter(email__startswith="eve").count() == 1


def test_an_account_of_the_domain_is_joined(connection: Connection) -> None:
    eve = cast.make_person("eve@example.com")
    client = Client()
    log_in(client, connection)
    assert client.session["_auth_user_id"] == str(eve.pk)


def test_an_account_of_another_domain_is_never_joined(
    connection: Connection, provider: Any, charlie: User
) -> None:
    provider.says(email="charlie@example.org")
    client = Client()
    assert log_in(client, connection).status_code == 403
    assert not is_in(client)
    assert reason() == "foreign-domain"
    assert not ExternalIdentity.objects.exists()


def test_a_domain_that_another_connection_captured_is_foreign(
    connection: Connection, provider: Any, other: Team, charlie: User, approved: Any
) -> None:
    fields = {"kind": "oidc", "name": "Other", "issuer": provider.issuer, "client_id": "ahnb"}
    theirs, _ = connections.save_connection(team=other, by=charlie, secret="x", **fields)
    approved(theirs, "example.net")
    provider.says(email="eve@example.net")
    assert log_in(Client(), connection).status_code == 403
    assert reason() == "foreign-domain"


def test_a_claimed_domain_opens_nothing_before_the_operator_approves(
    vision: Team, alice: User, provider: Any
) -> None:
    fields = {"kind": "oidc", "name": "Example", "issuer": provider.issuer, "client_id": "ahnb"}
    found, _ = connections.save_connection(team=vision, by=alice, secret="x", **fields)
    connections.claim_domain(team=vision, by=alice, name="example.com")
    assert Client().get(f"/account/sso/{found.pk}/start/").status_code == 404


def test_another_issuer_must_be_approved_again(connection: Connection, alice: User) -> None:
    _, withdrawn = connections.save_connection(
        team=connection.team, by=alice, issuer="https://evil.example"
    )
    assert withdrawn
    assert Client().get(f"/account/sso/{connection.pk}/start/").status_code == 404


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ({"signed_by": "another key"}, "token-invalid"),
        ({"signed_by": "nobody"}, "token-invalid"),
        ({"signed_by": "shared secret"}, "token-invalid"),
        ({"nonce": "of somebody else"}, "wrong-nonce"),
        ({"issuer": "http://127.0.0.1:1"}, "wrong-issuer"),
    ],
)
def test_an_answer_that_does_not_hold_logs_nobody_in(
    connection: Connection, provider: Any, behaviour: dict[str, str], code: str
) -> None:
    client = Client()
    url = begin(client, connection)
    provider.behaves(**behaviour)
    assert come_back(client, url).status_code == 403
    assert not is_in(client)
    assert reason() == code


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": ["another client"]}, "token-invalid"),
        ({"aud": ["ahnb", "another"], "azp": "another"}, "token-invalid"),
        ({"iss": "https://evil.example"}, "token-invalid"),
        ({"exp": 1_600_000_000}, "token-invalid"),
        ({"email_verified": False}, "email-unverified"),
        ({"email_verified": "false"}, "email-unverified"),
        ({"email_verified": None}, "email-unverified"),
        ({"email": "eve@example.org"}, "foreign-domain"),
        ({"email": "eve@sub.example.com"}, "foreign-domain"),
        ({"email": "eve@evil.example@example.com"}, "foreign-domain"),
        ({"email": ""}, "foreign-domain"),
        ({"email": ["eve@example.com"]}, "foreign-domain"),
    ],
)
def test_claims_that_do_not_fit_log_nobody_in(
    connection: Connection, provider: Any, claims: dict[str, Any], code: str
) -> None:
    provider.says(**{"email": "eve@example.com", **claims})
    client = Client()
    assert log_in(client, connection).status_code == 403
    assert not is_in(client)
    assert reason() == code
    assert not User.objects.filter(name="Eve").exists()


def test_a_code_is_good_once(connection: Connection) -> None:
    client = Client()
    url = begin(client, connection)
    answer = requests.get(url, allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    assert client.get(f"{parts.path}?{parts.query}").status_code == 302
    # The same answer again, in this browser and in one that another login waits in.
    again = Client()
    begin(again, connection)
    for browser in (Client(), again):
        assert browser.get(f"{parts.path}?{parts.query}").status_code == 403
        assert not is_in(browser)


def test_a_spent_code_with_a_state_that_fits_brings_no_token(connection: Connection) -> None:
    first, second = Client(), Client()
    spent = requests.get(begin(first, connection), allow_redirects=False, timeout=10)
    parts = urlsplit(spent.headers["Location"])
    first.get(f"{parts.path}?{parts.query}")
    begin(second, connection)
    state = second.session["sso_asked"]["state"]
    code = dict(part.split("=", 1) for part in parts.query.split("&"))["code"]
    answer = second.get(parts.path, {"code": code, "state": state})
    assert answer.status_code == 403
    assert reason() == "provider-unreachable"


def test_a_provider_that_refuses_or_is_away_logs_nobody_in(
    connection: Connection, provider: Any
) -> None:
    client = Client()
    begin(client, connection)
    state = client.session["sso_asked"]["state"]
    path = f"/account/sso/{connection.pk}/callback/"
    assert client.get(path, {"error": "access_denied", "state": state}).status_code == 403
    Connection.objects.update(issuer="http://127.0.0.1:1")
    assert Client().get(f"/account/sso/{connection.pk}/start/").status_code == 403


def test_the_address_may_come_on_asking_but_only_of_the_same_person(
    connection: Connection, provider: Any
) -> None:
    asked = {"sub": "u-1", "email": "eve@example.com", "email_verified": True}
    provider.behaves(claims={"sub": "u-1"}, asked=asked)
    client = Client()
    log_in(client, connection)
    assert is_in(client)
    provider.behaves(claims={"sub": "u-2"}, asked=asked)
    assert log_in(Client(), connection).status_code == 403


def test_groups_give_roles_at_each_login(
    connection: Connection, provider: Any, alice: User
) -> None:
    roles = {"researchers": Role.EDITOR, "heads": Role.OWNER}
    connections.save_connection(team=connection.team, by=alice, group_roles=roles)
    for groups, role in ((["researchers"], Role.EDITOR), (["x", "heads"], Role.OWNER), ([], 1)):
        provider.says(email="eve@example.com", groups=groups)
        log_in(Client(), connection)
        assert Membership.objects.get(user__email="eve@example.com").role == role


def test_the_last_owner_stays_one_whatever_the_provider_says(
    connection: Connection, provider: Any, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(email="eve@example.com")
    connections.save_connection(team=connection.team, by=None, group_roles={"x": Role.EDITOR})
    provider.says(email="eve@example.com", groups=[])
    client = Client()
    log_in(client, connection)
    assert is_in(client)
    assert Membership.objects.get(user=alice).role == Role.OWNER


def test_a_superuser_is_never_joined(connection: Connection) -> None:
    people.make_superuser(user=cast.make_person("eve@example.com"), by=None)
    client = Client()
    assert log_in(client, connection).status_code == 403
    assert not is_in(client)
    assert reason() == "superuser"


def test_somebody_deactivated_stays_out(connection: Connection) -> None:
    eve = cast.make_person("eve@example.com")
    User.objects.filter(pk=eve.pk).update(is_active=False)
    assert log_in(Client(), connection).status_code == 403
    assert reason() == "inactive"


def test_an_address_that_somebody_else_had_before_is_not_handed_on(
    connection: Connection, provider: Any
) -> None:
    log_in(Client(), connection)
    provider.says(sub="u-2", email="eve@example.com")
    client = Client()
    assert log_in(client, connection).status_code == 403
    assert not is_in(client)
    assert reason() == "address-reused"


def test_an_answer_in_a_browser_that_did_not_ask_logs_nobody_in(connection: Connection) -> None:
    victim, attacker = Client(), Client()
    answer = requests.get(begin(attacker, connection), allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    assert victim.get(f"{parts.path}?{parts.query}").status_code == 403
    assert not is_in(victim)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_next_stays_here_on_the_way_over_the_provider(connection: Connection, target: str) -> None:
    assert log_in(Client(), connection, target)["Location"] == "/"


@pytest.mark.parametrize("methods", [None, 7, ["client_secret_post"], ["client_secret_basic"]])
def test_the_secret_is_shown_in_the_way_that_the_provider_names(
    connection: Connection, provider: Any, methods: Any
) -> None:
    provider.behaves(more={"token_endpoint_auth_methods_supported": methods})
    client = Client()
    log_in(client, connection)
    assert is_in(client)


def test_the_secret_lies_encrypted(connection: Connection) -> None:
    stored = Connection.objects.get().locked_secret
    assert stored
    assert "the client's secret" not in stored


def test_a_second_factor_here_is_asked_for_after_the_provider(connection: Connection) -> None:
    client = Client()
    log_in(client, connection)
    page = client.get("/account/factors/app/add/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    client.post("/account/factors/app/add/", {"code": code_of(secret)})
    assert log_in(Client(), connection)["Location"] == "/account/login/factor/"


def test_a_team_that_asks_for_a_factor_leaves_it_to_its_provider(
    connection: Connection, alice: User
) -> None:
    set_policy(team=connection.team, by=alice, requires_second_factor=True)
    client = Client()
    log_in(client, connection)
    assert client.get("/teams/vision/").status_code == 200
    eve = User.objects.get(email="eve@example.com")
    assert cast.client_of(eve).get("/teams/vision/")["Location"] == "/account/factors/"
