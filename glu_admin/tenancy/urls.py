"""Home, first run, organisations, team and profile."""

from django.urls import path
from django.views.generic import RedirectView

from glu_admin.tenancy import sign_in_pages, team_pages, views

urlpatterns = [
    path("", views.home, name="home"),
    path("setup/", sign_in_pages.setup, name="setup"),
    path("invitations/<str:token>/", sign_in_pages.invitation, name="invitation"),
    path("profile/", views.profile, name="profile"),
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/add/", views.organisation_add, name="organisation_add"),
    path("o/<slug:organisation_slug>/settings/", views.organisation_settings, name="organisation_settings"),
    path("o/<slug:organisation_slug>/team/", team_pages.team, name="team"),
    path(  # as it was called before
        "o/<slug:organisation_slug>/members/",
        RedirectView.as_view(pattern_name="team", permanent=True, query_string=True),
        name="members",
    ),
    path("o/<slug:organisation_slug>/team/invite/", team_pages.invite_to_team, name="invite"),
    path(
        "o/<slug:organisation_slug>/team/invitations/<int:pk>/revoke/",
        team_pages.revoke_invitation,
        name="invite_revoke",
    ),
    path("o/<slug:organisation_slug>/team/<int:pk>/role/", team_pages.team_role, name="team_role"),
    path("o/<slug:organisation_slug>/team/<int:pk>/remove/", team_pages.team_remove, name="team_remove"),
    path("o/<slug:organisation_slug>/team/put-back/", team_pages.team_put_back, name="team_put_back"),
]
