"""The addresses of tables of posts."""

from django.urls import path

from parvis.web.views import importing

urlpatterns = [
    path("posts/import/", importing.bring, name="import"),
    path("posts/import/template.csv", importing.start_from, name="import-template"),
    path("posts/import/<int:table_id>/", importing.show, name="import-table"),
    path("posts/import/<int:table_id>/take/", importing.take, name="import-take"),
    path(
        "posts/import/<int:table_id>/put-away/", importing.put_away_or_back, name="import-put-away"
    ),
    path("posts/import/<int:table_id>/rows/<int:number>/", importing.change_row, name="import-row"),
]
