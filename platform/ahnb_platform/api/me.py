"""Who the token is."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from ahnb_platform.accounts.access import teams_for_user
from ahnb_platform.accounts.models import Role, Scope

from .answers import answer
from .permissions import ANY_TOKEN
from .schemas import MOMENT, NULLABLE_MOMENT, Schema, describe, of, ref
from .views import ApiView

COMPONENTS: dict[str, Schema] = {
    "Me": of(
        user=of(name={"type": "string"}, email={"type": "string"}),
        teams={
            "type": "array",
            "items": of(
                slug={"type": "string"},
                name={"type": "string"},
                role={"type": "string", "enum": Role.labels},
            ),
        },
        token=of(
            name={"type": "string"},
            prefix={"type": "string"},
            scopes={"type": "array", "items": {"type": "string", "enum": Scope.values}},
            project={"type": "string", "nullable": True},
            created_at=MOMENT,
            expires_at=NULLABLE_MOMENT,
        ),
    )
}


class Me(ApiView):
    """`/me/`."""

    rights: ClassVar = {"GET": ANY_TOKEN}

    @describe("me", {200: ref("Me")})
    def get(self, request: Request) -> HttpResponse:
        """The person, the teams and the token of the call."""
        token, person = self.token, self.person
        project = token.project
        return answer(
            {
                "user": {"name": person.get_full_name(), "email": person.email},
                "teams": [
                    {"slug": team.slug, "name": team.name, "role": Role(team.role).label}
                    for team in teams_for_user(person)
                ],
                "token": {
                    "name": token.name,
                    "prefix": token.prefix,
                    "scopes": token.scopes,
                    "project": project.path if project else None,
                    "created_at": token.created_at,
                    "expires_at": token.expires_at,
                },
            }
        )
