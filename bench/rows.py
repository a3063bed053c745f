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

# Every account in turn.
IN_TURN = "(%(accounts)s::bigint[])[1 + n %% cardinality(%(accounts)s::bigint[])]"


def schedule_due(desk: "Desk", posts: int) -> datetime:
    """So many posts, all due at the same moment, which is answered and is still to come."""
    return _scheduled(desk, posts, "%(first)s", ahead=timedelta(seconds=2 + posts / 1000))


def schedule_apart(desk: "Desk", posts: int, apart: timedelta) -> datetime:
    """So many posts, one after the other, never in step with the clock that looks for them.
    Answers when the first is due."""
    moment = "%(first)s + (n - 1 + (n > 1)::int * random() / 2) * %(apart)s"
    return _scheduled(desk, posts, moment, ahead=timedelta(seconds=3), apart=apart)


def add_posts(
    desk: "Desk", posts: int, delivery: Expressions, post: Expressions | None = None, **given: Any
) -> int:
    """Posts 1 … n, each with a delivery whose columns are the template's but for those given as
    SQL expressions over `n`. Answers the key of the post before the first."""
    from parvis.compose.models import Post
    from parvis.deliver.models import Delivery

    given["accounts"] = [account.pk for account in desk.accounts]
    with transaction.atomic():
        before = last_key(Post)
        numbered = {"id": f"{before} + n"}
        multiply(Post, desk.template.post_id, posts, {**numbered, **(post or {})}, given)
        linked = {
            "post_id": f"{before} + n",
            "account_id": IN_TURN,
            "keys": "jsonb_build_array(gen_random_uuid()::text)",
        }
        multiply(Delivery, desk.template.pk, posts, {**linked, **delivery}, given)
        _move_sequence(Post)
    return before


def multiply(
    model: type[models.Model],
    template: int,
    times: int,
    expressions: Expressions,
    given: Mapping[str, Any],
) -> None:
    """`times` rows like the one with the key `template`, which the expressions know as `t`."""
    written = (field for field in model._meta.concrete_fields if not field.generated)
    columns_of = (str(field.column) for field in written)
    names = [name for name in columns_of if name != "id" or "id" in expressions]
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


def _scheduled(
    desk: "Desk", posts: int, moment: str, *, ahead: timedelta, **given: Any
) -> datetime:
    """Tried again, further ahead, on a machine where filling the tables takes so long that there
    would be no time left to tidy them. No worker sees the rows before."""
    from parvis.deliver.verbs import database_now

    forget_deliveries(desk)
    tidy(desk)
    for span in (ahead, 4 * ahead, 16 * ahead):
        with transaction.atomic():
            first = database_now() + span
            add_posts(desk, posts, {"due_at": moment, "ready_at": moment}, first=first, **given)
            _ready_when_due()
            in_time = database_now() < first - span / 2
            transaction.set_rollback(not in_time)
        if in_time:
            break
    _know_new_rows(desk)
    if database_now() >= first:
        raise AssertionError("filling the desk took so long that the posts are due already")
    desk.network.forget()
    return first


def _know_new_rows(desk: "Desk") -> None:
    """As autovacuum lets the planner know, and without a checkpoint in the midst of a round."""
    with desk.connect() as session:
        session.execute("ANALYZE compose_post, deliver_delivery")
        session.execute("CHECKPOINT")


def _ready_when_due() -> None:
    """A moment with chance in it was drawn twice."""
    from parvis.deliver.models import Delivery

    apart = Delivery.objects.exclude(ready_at=models.F("due_at"))
    apart.update(ready_at=models.F("due_at"))


def last_key(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {model._meta.db_table}")
        (last,) = cursor.fetchone()
    return int(last)


def _move_sequence(model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
