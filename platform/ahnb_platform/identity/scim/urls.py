"""URLs of SCIM: without a slash at the end, as providers call them."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    path("scim/v2/Users", views.PeopleView.as_view()),
    path("scim/v2/Users/<uuid:person_id>", views.PersonView.as_view()),
    path("scim/v2/Groups", views.GroupsView.as_view()),
    path("scim/v2/Groups/<uuid:group_id>", views.GroupView.as_view()),
    path("scim/v2/ServiceProviderConfig", views.ConfigurationView.as_view()),
    path("scim/v2/ResourceTypes", views.KindsView.as_view()),
    path("scim/v2/Schemas", views.SchemasView.as_view()),
    re_path("^scim(?:/|$)", views.NothingView.as_view()),
]
