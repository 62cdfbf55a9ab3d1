"""URLs of identity; the names that allauth looks up stand outside the namespace."""

from django.urls import include, path

from .views import factors, sessions, teams

factor_urls = [
    path("factors/", factors.overview, name="mfa_index"),
    path("factors/app/add/", factors.AddApp.as_view(), name="mfa_activate_totp"),
    path("factors/app/remove/", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("factors/codes/", factors.ShowCodes.as_view(), name="mfa_view_recovery_codes"),
    path("factors/codes/new/", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("factors/keys/add/", factors.AddKey.as_view(), name="mfa_add_webauthn"),
    path(
        "factors/keys/<int:key_id>/remove/", factors.RemoveKey.as_view(), name="mfa_remove_webauthn"
    ),
    path("login/key/", factors.LoginByKey.as_view(), name="mfa_login_webauthn"),
    path("login/factor/", factors.SecondFactor.as_view(), name="mfa_authenticate"),
    path("confirm/", factors.ConfirmByPassword.as_view(), name="account_reauthenticate"),
    path("confirm/code/", factors.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
    path("confirm/key/", factors.ConfirmByKey.as_view(), name="mfa_reauthenticate_webauthn"),
]

pages = [
    path("account/sessions/", sessions.session_list, name="sessions"),
    path("teams/<slug:team_slug>/entrance/", teams.entrance, name="team"),
]

urlpatterns = [
    path("account/", include(factor_urls)),
    path("", include((pages, "identity"))),
]
