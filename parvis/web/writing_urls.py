"""The addresses of what helps while one writes: snippets, completions, emoji."""

from django.urls import path

from parvis.web.views import snippets, writing

urlpatterns = [
    path("settings/snippets/", snippets.list_snippets, name="snippets"),
    path("settings/snippets/<int:snippet_id>/", snippets.change_snippet, name="snippet"),
    path(
        "settings/snippets/<int:snippet_id>/delete/",
        snippets.delete_snippet,
        name="snippet-delete",
    ),
    path("write/completions/", writing.complete, name="completions"),
    path("write/emoji/", writing.emoji, name="emoji"),
]
