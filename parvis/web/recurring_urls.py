"""The addresses of posts that come back."""

from django.urls import path

from parvis.web.views import recurring

urlpatterns = [
    path("recurring/", recurring.list_series, name="recurring"),
    path("recurring/new/<int:post_id>/", recurring.begin, name="series-begin"),
    path("recurring/<int:series_id>/", recurring.show_series, name="series"),
    path("recurring/<int:series_id>/change/", recurring.change, name="series-change"),
    path("recurring/<int:series_id>/skip/", recurring.skip, name="series-skip"),
    path("recurring/<int:series_id>/put-back/", recurring.put_back, name="series-put-back"),
    path("recurring/<int:series_id>/end/", recurring.end, name="series-end"),
    path("recurring/turns/<int:occurrence_id>/use/", recurring.use_for, name="turn-use"),
]
