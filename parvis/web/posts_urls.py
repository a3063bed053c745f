"""The addresses of posts, of what they are sorted by, and of campaigns."""

from django.urls import path

from parvis.web.views import campaigns, many_posts, post_words, posts

urlpatterns = [
    path("posts/", posts.list_posts, name="posts"),
    path("posts/change/", many_posts.change_many, name="posts-change"),
    path("posts/changed/", many_posts.show_done, name="posts-done"),
    path("posts/sorted/", post_words.list_words, name="posts-sorted"),
    path("posts/tags/<int:tag_id>/", post_words.change_tag, name="tag"),
    path("posts/tags/<int:tag_id>/delete/", post_words.delete_tag, name="tag-delete"),
    path("posts/searches/", post_words.keep, name="view-keep"),
    path("posts/searches/<int:view_id>/", post_words.rename_view, name="view"),
    path("posts/searches/<int:view_id>/delete/", post_words.delete_view, name="view-delete"),
    path("posts/<int:post_id>/", posts.show_post, name="post"),
    path("posts/<int:post_id>/take-back/", posts.take_back, name="post-take-back"),
    path("posts/<int:post_id>/move/", posts.move, name="post-move"),
    path("posts/<int:post_id>/delete/", posts.delete, name="post-delete"),
    path("posts/<int:post_id>/restore/", posts.restore, name="post-restore"),
    path("posts/<int:post_id>/duplicate/", posts.duplicate, name="post-duplicate"),
    path("campaigns/", campaigns.list_campaigns, name="campaigns"),
    path("campaigns/start/", campaigns.start, name="campaign-start"),
    path("campaigns/<int:campaign_id>/", campaigns.show_campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/change/", campaigns.change, name="campaign-change"),
    path("campaigns/<int:campaign_id>/end/", campaigns.end, name="campaign-end"),
    path("campaigns/<int:campaign_id>/reopen/", campaigns.reopen, name="campaign-reopen"),
]
