"""URLs of public links: their pages, and where editors make and revoke them."""

from django.urls import path

from . import manage, public

app_name = "links"
urlpatterns = [
    path("public/<slug:public_secret>/", public.page, name="page"),
    path("public/<slug:public_secret>/charts/", public.charts, name="charts"),
    path("public/<slug:public_secret>/marks/", public.marks, name="marks"),
    path("public/<slug:public_secret>/series/", public.series, name="series"),
    path("public/<slug:public_secret>/curves/", public.curves, name="curves"),
    path("public/<slug:public_secret>/drawn/", public.drawn, name="drawn"),
    path("projects/<slug:team_slug>/<slug:project_slug>/links/", manage.links, name="links"),
    path(
        "projects/<slug:team_slug>/<slug:project_slug>/links/<int:link_id>/revoke/",
        manage.revoke,
        name="revoke",
    ),
]
