"""The addresses of the composer."""

from django.urls import path

from parvis.web.views import compose, media

urlpatterns = [
    path("write/", compose.write, name="compose-new"),
    path("write/<int:post_id>/", compose.write, name="compose"),
    path("write/keep/", compose.keep, name="draft-save"),
    path("write/findings/", compose.find, name="draft-findings"),
    path("write/schedule/", compose.schedule, name="draft-schedule"),
    path("write/next/", compose.schedule_next, name="draft-next"),
    path("write/publish/", compose.publish, name="draft-publish"),
    path("write/discard/", compose.discard, name="draft-discard"),
    path("write/restore/", compose.restore, name="draft-restore"),
    path("write/versions/use/", compose.use_version, name="draft-version-use"),
    path("write/versions/keep/", compose.keep_version, name="draft-version-keep"),
    path("media/", media.upload, name="media-upload"),
    path("media/open/<str:signed>/<str:name>", media.show_to_network, name="public-media"),
    path("media/<str:sha256>/", media.show, name="media-file"),
    path("media/<str:sha256>/still/", media.show_still, name="media-still"),
]
