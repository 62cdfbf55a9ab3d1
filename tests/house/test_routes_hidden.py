"""What a caller may not see answers exactly as what does not exist, on every route."""

from typing import Any

import pytest

from ahnb_platform.accounts import invitations
from ahnb_platform.accounts.models import Role
from projects.queries import project_for_user
from projects.services import share_project

from .. import cast
from .routes.answers import fingerprint, told
from .routes.bodies import API_RUN, PROJECT
from .routes.table import API_LINES, LINES, Line, by_route, route_of
from .routes.world import NO_ID, World, offers_of, public_link_of, service_of, undone

# Whoever holds the secret may: these routes ask for nothing else.
SECRET_ROUTES = ("/account/link/", "/account/invitation/", "/public/", "/unsubscribe/")
# Words of the server itself, the same for everybody who is logged in.
NOBODYS_ROUTES = ("/findings/rules/",)
OBJECT_LINES = [
    line
    for line in LINES
    if line.arguments and not line.route.startswith((*SECRET_ROUTES, *NOBODYS_ROUTES))
]
WORKING_LINES = [line for line in OBJECT_LINES if line.succeeds]
NESTED_LINES = [
    line
    for line in WORKING_LINES
    if {"share_id", "user_id", "invitation_id", "service_id", "link_id", "offer_id"}
    & {*line.arguments}
]
# The client makes the ids of runs, so that one which is taken must be told: 409, see below.
PUT_RUN = f"PUT {API_RUN}/"
BY_LINE = {str(line): line for line in LINES}


def test_table_hides_every_object_from_strangers() -> None:
    assert [line for line in WORKING_LINES if line.stated("stranger") != "404"] == []


@pytest.mark.parametrize("lines", by_route(OBJECT_LINES), ids=route_of)
def test_stranger_cannot_tell_a_real_object_from_a_missing_one(
    world: World, lines: list[Line]
) -> None:
    for line in lines:
        with undone():
            seen = fingerprint(world.call(line, "stranger"))
        for argument in line.arguments:
            with undone():
                answer = world.call(line, "stranger", **{argument: world.missing[argument]})
            assert fingerprint(answer) == seen, (line, argument)


@pytest.mark.parametrize("line", WORKING_LINES, ids=str)
def test_foreign_id_is_missing_below_ones_own_objects(world: World, line: Line) -> None:
    for argument in line.arguments:
        if (str(line), argument) == (PUT_RUN, "run_id"):
            continue
        with undone():
            foreign = world.call(line, "owner", **{argument: world.foreign[argument]})
        with undone():
            missing = world.call(line, "owner", **{argument: world.missing[argument]})
        assert told(missing) == "404", argument
        assert fingerprint(foreign) == fingerprint(missing), argument


@pytest.mark.parametrize("line", NESTED_LINES, ids=str)
def test_ones_own_id_is_missing_below_the_wrong_parent(world: World, line: Line) -> None:
    """Of another team and project of the owner, so that only the parent is wrong."""
    owner, member = world.people["owner"], cast.make_person("frank@example.org")
    hearing = cast.make_team("hearing", owner, readers=[member])
    speech = cast.make_project(hearing, "speech", owner)
    share = share_project(project=speech, by=owner, role=Role.READER, user=world.people["stranger"])
    email = "ivan@example.org"
    invited, _ = invitations.invite(team=hearing, email=email, role=Role.READER, by=owner)
    with undone():
        ids = {"share_id": share.pk, "user_id": member.pk, "invitation_id": invited.pk}
        ids |= service_of(hearing, owner) | offers_of(speech, owner)
        seen = project_for_user(owner, "hearing", "speech")
        ids |= {"link_id": public_link_of(seen, cast.make_run(speech, owner), owner)["link_id"]}
        misplaced = world.call(line, "owner", **ids)
    missing = world.call(line, "owner", **dict.fromkeys(ids, NO_ID))
    assert told(misplaced) == "404"
    assert fingerprint(misplaced) == fingerprint(missing)


@pytest.mark.parametrize("line", [line for line in WORKING_LINES if line.is_api], ids=str)
def test_token_of_another_project_cannot_tell_either(world: World, line: Line) -> None:
    letters = cast.make_project(world.digits.team, "letters", world.people["owner"])
    token = world.new_token(project=letters)
    seen = fingerprint(world.call_api(line, token))
    assert seen[0] == 404
    for argument in line.arguments:
        answer = world.call_api(line, token, **{argument: world.missing[argument]})
        assert fingerprint(answer) == seen, argument


@pytest.mark.parametrize("line", [line for line in API_LINES if line.succeeds], ids=str)
def test_token_of_the_project_opens_it(world: World, line: Line) -> None:
    answer = world.call_api(line, world.new_token(project=world.digits))
    is_making = str(line) == "POST /api/v1/projects/"
    assert told(answer) == ("403" if is_making else line.stated("owner"))


def test_taken_id_of_a_run_says_nothing_of_its_place(world: World) -> None:
    line = BY_LINE[PUT_RUN]
    answer = world.call(line, "owner", run_id=world.foreign["run_id"])
    assert answer.status_code == 409
    assert answer.json()["code"] == "run-id-taken"
    for word in ("other", "secret", "charlie", str(world.foreign["run_id"])):
        assert word not in answer.content.decode().replace("another", "")


@pytest.mark.parametrize(
    ("name", "foreign", "missing"),
    [
        ("POST /projects/new/", {"team": "other"}, {"team": "nothing"}),
        ("POST /tokens/", {"project": "{secret.pk}"}, {"project": str(NO_ID)}),
        (f"POST {PROJECT}/bulk/", {"run": "{foreign[run_id]}"}, {"run": "{missing[run_id]}"}),
    ],
)
def test_form_cannot_name_a_foreign_object(
    world: World, name: str, foreign: dict[str, str], missing: dict[str, str]
) -> None:
    answers = []
    for fields in (foreign, missing):
        filled = {field: value.format(**vars(world)) for field, value in fields.items()}
        with undone():
            form = world.form(BY_LINE[name], "owner", **filled)
            answers.append(world.call_page(BY_LINE[name], world.browser("owner"), form))
    assert fingerprint(answers[0]) == fingerprint(answers[1])


@pytest.mark.parametrize("name", ["POST /api/v1/projects/", PUT_RUN])
def test_document_cannot_name_a_foreign_project(world: World, name: str) -> None:
    answers: list[Any] = []
    for path in ("other/secret", "other/letters", "nothing/letters"):
        with undone():
            answers.append(
                world.call_api(
                    BY_LINE[name], world.token("owner"), {"project": path}, run_id=cast.uuid7()
                )
            )
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({fingerprint(answer)[3] for answer in answers}) == 1


def test_shared_project_opens_to_its_guest_alone(world: World) -> None:
    """The stranger of the other tests is one for lack of a share, not for another reason."""
    line = BY_LINE[f"GET {PROJECT}/"]
    alice, charlie = world.people["owner"], world.people["stranger"]
    assert told(world.call(line, "stranger")) == "404"
    share_project(project=world.digits, by=alice, role=Role.READER, user=charlie)
    assert told(world.call(line, "stranger")) == "200"
