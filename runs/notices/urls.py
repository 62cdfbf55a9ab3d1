"""URLs of notices."""

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("projects/<slug:team_slug>/<slug:project_slug>/notices/", views.notices, name="notices"),
    path(
        "projects/<slug:team_slug>/<slug:project_slug>/webhooks/",
        views.project_webhooks,
        name="project-webhooks",
    ),
    path("teams/<slug:team_slug>/webhooks/", views.team_webhooks, name="team-webhooks"),
    path("webhooks/<int:webhook_id>/", views.webhook, name="webhook"),
    path("webhooks/<int:webhook_id>/act/", views.act, name="act"),
    path("unsubscribe/<str:signed>/", views.unsubscribe, name="unsubscribe"),
]
