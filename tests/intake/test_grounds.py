"""What must be known of a workspace is found without reading all of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parvis.compose.models import Post
from parvis.intake.grounds import grounds_for
from parvis.people.models import Workspace

pytestmark = pytest.mark.django_db


def many_posts(workspace: Workspace, number: int) -> None:
    Post.objects.bulk_create(
        Post(workspace=workspace, text=f"Post {n} of many.") for n in range(number)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE compose_post")


def posts_read(workspace: Workspace, text: str) -> str:
    """How PostgreSQL looks the text up, as it was carried out."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        grounds_for(workspace, [{"text": text}])
    (statement,) = (each["sql"] for each in asked if '"compose_post"."text" IN' in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_whether_a_text_was_said_is_found_by_an_index(workspace: Workspace) -> None:
    many_posts(workspace, 3000)
    plan = posts_read(workspace, "Post 7 of many.")
    assert "post_by_text" in plan
    assert "Seq Scan" not in plan
    assert "Rows Removed by Filter" not in plan


def test_what_was_said_is_found_whatever_its_length(workspace: Workspace) -> None:
    long = "The square reopens. " * 4000
    post = Post.objects.create(workspace=workspace, text=long)
    Post.objects.create(workspace=workspace, text="")
    said = grounds_for(workspace, [{"text": long}, {"text": "Never said."}, {}]).said
    assert said == {(long, None): post.pk}
