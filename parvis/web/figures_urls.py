"""The addresses of how posts fare, and of how they are followed."""

from django.urls import path

from parvis.web.views import figures

urlpatterns = [
    path("posts/<int:post_id>/read-figures/", figures.read_figures, name="post-read-figures"),
    path("settings/figures/", figures.show_following, name="settings-figures"),
    path("settings/figures/days/", figures.change_days, name="figures-days"),
    path("settings/figures/<int:account_id>/pace/", figures.change_pace, name="figures-pace"),
]
