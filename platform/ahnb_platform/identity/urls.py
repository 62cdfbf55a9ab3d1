"""URLs of identity."""

from django.urls import include, path

from .views import sessions

pages = [
    path("account/sessions/", sessions.session_list, name="sessions"),
]

urlpatterns = [path("", include((pages, "identity")))]
