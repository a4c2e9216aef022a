"""The key's own pages, under an organisation."""

from django.urls import path

from glu_admin.keys import views

urlpatterns = [
    path("", views.key_page, name="key"),
    path("set/", views.key_set, name="key_set"),
    path("remove/", views.key_remove, name="key_remove"),
    path("pause/", views.key_pause, name="key_pause"),
    path("resume/", views.key_resume, name="key_resume"),
]
