"""The addresses of the media library."""

from django.urls import path

from parvis.web.views import cropping, library, picking

urlpatterns = [
    path("library/", library.list_media, name="library"),
    path("library/choose/", picking.choose, name="library-choose"),
    path("library/<int:media_id>/", library.show_media, name="library-item"),
    path("library/<int:media_id>/describe/", library.describe_media, name="library-describe"),
    path("library/<int:media_id>/delete/", library.delete_media, name="library-delete"),
    path("library/<int:media_id>/download/", library.download, name="library-download"),
    path("library/<int:media_id>/write/", picking.write_with, name="library-write"),
    path("library/<int:media_id>/crop/", cropping.crop, name="library-crop"),
    path("write/library/", picking.keep_and_choose, name="draft-choose"),
    path("write/crop/", cropping.keep_and_crop, name="draft-crop"),
]
