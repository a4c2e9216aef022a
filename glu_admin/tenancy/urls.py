"""Home, first run, organisations, members and profile."""

from django.urls import path

from glu_admin.tenancy import entrance, member_pages, views

urlpatterns = [
    path("", views.home, name="home"),
    path("setup/", entrance.setup, name="setup"),
    path("invitations/<str:token>/", entrance.invitation, name="invitation"),
    path("profile/", views.profile, name="profile"),
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/add/", views.organisation_add, name="organisation_add"),
    path("o/<slug:organisation_slug>/settings/", views.organisation_settings, name="organisation_settings"),
    path("o/<slug:organisation_slug>/members/", member_pages.members, name="members"),
    path("o/<slug:organisation_slug>/members/invite/", member_pages.invite_member, name="invite"),
    path(
        "o/<slug:organisation_slug>/members/invitations/<int:pk>/revoke/",
        member_pages.revoke_invitation,
        name="invite_revoke",
    ),
    path("o/<slug:organisation_slug>/members/<int:pk>/role/", member_pages.member_role, name="member_role"),
    path("o/<slug:organisation_slug>/members/<int:pk>/remove/", member_pages.member_remove, name="member_remove"),
    path("o/<slug:organisation_slug>/members/put-back/", member_pages.member_put_back, name="member_put_back"),
]
