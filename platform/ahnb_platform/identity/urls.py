"""URLs of identity; the names that allauth looks up stand outside the namespace."""

from django.urls import URLPattern, URLResolver, include, path

from .views import address, factors, login, logout, sessions, sso, teams

factor_urls = [
    path("login/", login.AddressFirstView.as_view(), name="account_login"),
    path("logout/", logout.LeavingView.as_view(), name="account_logout"),
    path("factors/", factors.overview, name="mfa_index"),
    path("factors/app/add/", factors.AddApp.as_view(), name="mfa_activate_totp"),
    path("factors/app/remove/", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("factors/codes/", factors.ShowCodes.as_view(), name="mfa_view_recovery_codes"),
    path("factors/codes/new/", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("factors/keys/add/", factors.AddKey.as_view(), name="mfa_add_webauthn"),
    path(
        "factors/keys/<int:key_id>/remove/",
        factors.RemoveKey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("login/key/", factors.LoginByKey.as_view(), name="mfa_login_webauthn"),
    path("login/factor/", factors.SecondFactor.as_view(), name="mfa_authenticate"),
    path("confirm/", factors.ConfirmByPassword.as_view(), name="account_reauthenticate"),
    path("confirm/code/", factors.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
    path("confirm/key/", factors.ConfirmByKey.as_view(), name="mfa_reauthenticate_webauthn"),
]

sso_urls = [
    path("start/", sso.start, name="sso-start"),
    path("callback/", sso.callback, name="sso-callback"),
    path("answer/", sso.saml_answer, name="sso-answer"),
    path("finish/<slug:handle>/", sso.saml_finish, name="sso-finish"),
    path("metadata/", sso.saml_metadata, name="sso-metadata"),
]

team_urls = [
    path("", teams.entrance, name="team"),
    path("connection/", teams.edit_connection, name="connection"),
    path("connection/remove/", teams.remove_connection, name="connection-remove"),
    path("domains/", teams.domains, name="domains"),
    path("scim/", teams.scim, name="scim-token"),
]

pages: list[URLPattern | URLResolver] = [
    path("account/address/", address.change, name="address"),
    path("account/address/<str:signed>/", address.confirm, name="address-confirm"),
    path("account/sessions/", sessions.session_list, name="sessions"),
    path("account/sso/<uuid:connection_id>/", include(sso_urls)),
    path("teams/<slug:team_slug>/entrance/", include(team_urls)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include(factor_urls)),
    path("", include((pages, "identity"))),
]
