"""Makes many deliveries after one that was scheduled as a person's is: one statement, however many.

Only what differs is said; every other column, also one that a later version adds, is the
template's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction

if TYPE_CHECKING:
    from bench.desk import Desk

Expressions = Mapping[str, str]


def schedule_due(desk: "Desk", posts: int, accounts: int | None = None) -> datetime:
    """So many posts, all due at the same moment, which is answered and is still to come. Every
    account in turn."""
    from parvis.deliver.verbs import database_now

    forget_deliveries(desk)
    due_at = database_now() + timedelta(seconds=3 + posts / 5000)
    each = f"(%(accounts)s::bigint[])[1 + n %% {accounts or len(desk.accounts)}]"
    add_posts(
        desk,
        posts,
        {"account_id": each, "due_at": "%(due_at)s", "ready_at": "%(due_at)s"},
        due_at=due_at,
    )
    tidy(desk)
    if database_now() >= due_at:
        raise AssertionError("filling the desk took so long that the posts are due already")
    return due_at


def add_posts(desk: "Desk", posts: int, delivery: Expressions, **given: Any) -> None:
    """Posts 1 … n, each with a delivery whose columns are the template's but for those given as
    SQL expressions over `n`."""
    from parvis.compose.models import Post
    from parvis.deliver.models import Delivery

    given["accounts"] = [account.pk for account in desk.accounts]
    with transaction.atomic():
        first = _next_key(Post)
        multiply(Post, desk.template.post_id, posts, {"id": f"{first} + n"}, given)
        linked = {"post_id": f"{first} + n", "keys": "jsonb_build_array(gen_random_uuid()::text)"}
        multiply(Delivery, desk.template.pk, posts, {**linked, **delivery}, given)
        _reserve_keys(Post)


def multiply(
    model: type[models.Model],
    template: int,
    times: int,
    expressions: Expressions,
    given: Mapping[str, Any],
) -> None:
    """`times` rows like the one with the key `template`."""
    names = [field.column for field in model._meta.concrete_fields]
    names = [name for name in names if name != "id" or "id" in expressions]
    values = [expressions.get(name, f't."{name}"') for name in names]
    table, columns = model._meta.db_table, ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} "
            f"FROM {table} t, generate_series(1, {times}) n WHERE t.id = {template}",
            given,
        )


def forget_deliveries(desk: "Desk") -> None:
    """All but the template; so every round begins with the same tables."""
    from parvis.compose.models import Post
    from parvis.deliver.models import Delivery

    Delivery.objects.exclude(pk=desk.template.pk).delete()
    Post.objects.exclude(pk=desk.template.post_id).delete()


def tidy(desk: "Desk") -> None:
    """What autovacuum does in its own time, and the checkpoint that another round would pay for."""
    with desk.connect() as session:
        session.execute("VACUUM ANALYZE")
        session.execute("CHECKPOINT")


def _next_key(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {model._meta.db_table}")
        (last,) = cursor.fetchone()
    return int(last)


def _reserve_keys(model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
