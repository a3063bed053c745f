"""What the first page reads stays little, however long the history is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.db.models import Model

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.report.today import today_of
from tests.cast import scheduled

pytestmark = pytest.mark.django_db

PAST = 3000

Row = TypeVar("Row", bound=Model)


def test_a_day_is_read_without_its_history(ponts: Account) -> None:
    publish_long_ago(scheduled(ponts))
    scheduled(ponts, text="Out today", in_=timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert max(looked_at(statement) for statement in asked(ponts)) < PAST / 10


def test_what_waits_to_be_tried_again_comes_when_it_will(ponts: Account) -> None:
    first = scheduled(ponts, text="Waits", in_=timedelta(hours=1))
    scheduled(ponts, text="Does not wait", in_=timedelta(hours=2))
    later = database_now() + timedelta(hours=3)
    Delivery.objects.filter(pk=first.pk).update(ready_at=later)
    coming = today_of(ponts.workspace).coming
    assert [going.text for going in coming] == ["Does not wait", "Waits"]
    assert coming[1].at == later


def publish_long_ago(template: Delivery) -> None:
    """Many posts, each hours before the one after it."""
    moment = database_now() - timedelta(days=2)
    moments = [moment - number * timedelta(hours=3) for number in range(PAST)]
    posts = Post.objects.bulk_create([copy_of(template.post) for _ in moments])
    Delivery.objects.bulk_create(
        copy_of(template, post_id=post.pk, state=State.PUBLISHED, due_at=at, settled_at=at)
        for post, at in zip(posts, moments, strict=True)
    )
    template.delete()


def copy_of(row: Row, **changed: object) -> Row:
    kept = {
        f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.generated
    }
    return type(row)(**{**kept, "id": None, **changed})


def asked(ponts: Account) -> list[tuple[str, Any]]:
    """Every statement about deliveries."""
    heard: list[tuple[str, Any]] = []

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        today_of(ponts.workspace)
    return [statement for statement in heard if "deliver_delivery" in statement[0]]


def looked_at(statement: tuple[str, Any]) -> int:
    """How many rows PostgreSQL took into its hands, those that it put away included."""
    sql, params = statement
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        [(plans,)] = cursor.fetchall()
    return max(rows_of(plans[0]["Plan"]))


def rows_of(node: dict[str, Any]) -> Iterator[int]:
    yield int(node["Actual Rows"]) + int(node.get("Rows Removed by Filter", 0))
    for below in node.get("Plans", ()):
        yield from rows_of(below)
