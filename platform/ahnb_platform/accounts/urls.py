"""URLs of the pages for people, teams and tokens.

allauth's own list is not included: what is not here does not exist. The names that it looks up
(`account_…`) stand outside the namespace.
"""

from django.urls import include, path

from .views import audit, entrance, invitations, members, profile, services, teams, tokens

entrance_urls = [
    path("password/change/", entrance.change_password, name="account_change_password"),
    path("password/set/", entrance.set_password, name="account_set_password"),
    path("password/reset/", entrance.forgotten_password, name="account_reset_password"),
]

pages = [
    path("account/", profile.profile, name="profile"),
    path("account/link/<slug:secret>/", entrance.one_time_link, name="link"),
    path("account/invitation/<slug:invitation_secret>/", invitations.accept, name="invitation"),
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("teams/", teams.team_list, name="teams"),
    path("teams/new/", teams.new_team, name="team-new"),
    path("teams/<slug:team_slug>/", members.member_list, name="team"),
    path(
        "teams/<slug:team_slug>/members/<int:user_id>/role/",
        members.change_role,
        name="member-role",
    ),
    path(
        "teams/<slug:team_slug>/members/<int:user_id>/remove/",
        members.remove,
        name="member-remove",
    ),
    path(
        "teams/<slug:team_slug>/members/<int:user_id>/link/",
        members.make_link,
        name="member-link",
    ),
    path(
        "teams/<slug:team_slug>/invitations/<int:invitation_id>/revoke/",
        invitations.revoke,
        name="invitation-revoke",
    ),
    path("teams/<slug:team_slug>/services/", services.service_list, name="services"),
    path("teams/<slug:team_slug>/services/<int:service_id>/", services.service, name="service"),
    path(
        "teams/<slug:team_slug>/services/<int:service_id>/role/",
        services.change_service_role,
        name="service-role",
    ),
    path(
        "teams/<slug:team_slug>/services/<int:service_id>/deactivate/",
        services.deactivate,
        name="service-deactivate",
    ),
    path(
        "teams/<slug:team_slug>/services/<int:service_id>/tokens/<int:service_token_id>/revoke/",
        services.revoke_service_token,
        name="service-token-revoke",
    ),
    path("teams/<slug:team_slug>/settings/", teams.team_settings, name="team-settings"),
    path("teams/<slug:team_slug>/archive/", teams.archive, name="team-archive"),
    path("teams/<slug:team_slug>/restore/", teams.restore, name="team-restore"),
    path("teams/<slug:team_slug>/audit/", audit.team_audit, name="team-audit"),
    path(
        "teams/<slug:team_slug>/audit.csv",
        audit.team_file,
        {"ending": "csv"},
        name="team-audit-csv",
    ),
    path(
        "teams/<slug:team_slug>/audit.jsonl",
        audit.team_file,
        {"ending": "jsonl"},
        name="team-audit-jsonl",
    ),
    path("audit/", audit.server_audit, name="audit"),
    path("audit.csv", audit.server_file, {"ending": "csv"}, name="audit-csv"),
    path("audit.jsonl", audit.server_file, {"ending": "jsonl"}, name="audit-jsonl"),
]

urlpatterns = [
    path("account/", include(entrance_urls)),
    path("", include((pages, "accounts"))),
]
