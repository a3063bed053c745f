"""The addresses of feeds, their rules and their entries."""

from django.urls import path

from parvis.web.views import feeds

urlpatterns = [
    path("feeds/", feeds.list_feeds, name="feeds"),
    path("feeds/find/", feeds.find, name="feed-find"),
    path("feeds/<int:feed_id>/", feeds.show_feed, name="feed"),
    path("feeds/<int:feed_id>/rule/", feeds.change_rule, name="feed-rule"),
    path("feeds/<int:feed_id>/look/", feeds.look, name="feed-look"),
    path("feeds/<int:feed_id>/pause/", feeds.pause, name="feed-pause"),
    path("feeds/<int:feed_id>/resume/", feeds.resume, name="feed-resume"),
    path("feeds/<int:feed_id>/delete/", feeds.delete, name="feed-delete"),
    path("feeds/<int:feed_id>/restore/", feeds.restore, name="feed-restore"),
    path("feeds/<int:feed_id>/put-aside/", feeds.put_aside, name="feed-put-aside"),
    path(
        "feeds/<int:feed_id>/entries/<int:entry_id>/draft/",
        feeds.draft_entry,
        name="feed-entry-draft",
    ),
    path(
        "feeds/<int:feed_id>/entries/<int:entry_id>/leave-out/",
        feeds.leave_entry_out,
        name="feed-entry-leave-out",
    ),
]
