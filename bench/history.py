"""A desk that has been at work for years: what it published, what comes, and what waits."""

from typing import Any

from django.db import connection, transaction

from bench.desk import Desk
from bench.rows import IN_TURN, add_posts, multiply, tidy
from parvis.config.database import close_connections

# A busy desk: with 50 accounts, ten posts a day on each.
A_DAY = 500
COMING = 1000
DUE_NOW = 200
TO_DECIDE = 10
IN_ONE_STATEMENT = 100_000


def plan_ahead(desk: Desk) -> None:
    """What is there at every size: two days of posts to come, some due now, some to decide."""
    moment = "now() + interval '1 hour' + n * interval '170 seconds'"
    _add(desk, COMING, moment)
    _add(desk, DUE_NOW, "now() - n * interval '0.1 seconds'")
    held = {"state": "'held'", "reason_code": "'too-late'"}
    _add(desk, TO_DECIDE, "now() - n * interval '1 hour'", **held)


def lengthen_history(desk: Desk, deliveries: int) -> None:
    """Until so many deliveries are there, the newest published a quarter of an hour ago."""
    from parvis.deliver.models import Delivery

    while (missing := deliveries - Delivery.objects.count()) > 0:
        _publish(desk, min(missing, IN_ONE_STATEMENT))
    tidy(desk)


def kept_aside(desk: Desk, name: str) -> str:
    """A copy of the desk's database as it is now, under another name on the same server."""
    close_connections()
    with desk.connect_to("postgres") as session:
        copied = 'CREATE DATABASE "{}" TEMPLATE "{}" STRATEGY file_copy'
        session.execute(copied.format(name, connection.settings_dict["NAME"]))
    return name


def use_database(name: str) -> None:
    """From now on this process reads and writes that one."""
    close_connections()
    connection.settings_dict["NAME"] = name


def _publish(desk: Desk, deliveries: int) -> None:
    """Before what is there already."""
    with transaction.atomic(), connection.cursor() as cursor:
        # What refers to what is right by construction, and to check it takes longer than to write.
        cursor.execute("SET LOCAL session_replication_role = replica")
        moment = (
            f"now() - interval '15 minutes' - (n + {_published()}) * interval '1 day' / {A_DAY}"
        )
        before = _add(
            desk,
            deliveries,
            moment,
            state="'published'",
            settled_at=f"{moment} + interval '0.4 seconds'",
            tries="1",
            fence="1",
            worker="'desk:4711:1793264400'",
            prepared="jsonb_build_object('0', %(request)s::jsonb)",
            receipts="jsonb_build_array(%(receipt)s::jsonb)",
        )
        _attempt(before)


def _add(desk: Desk, deliveries: int, moment: str, **delivery: str) -> int:
    """Each with its post and its variant. Answers the key of the post before the first."""
    from parvis.compose.models import Variant

    before = add_posts(
        desk,
        deliveries,
        {"due_at": moment, "ready_at": moment, "created_at": f"{moment} - interval '2 days'"}
        | delivery,
        {
            "text": "t.text || ' ' || n",
            "planned_at": moment,
            "handed_over_at": f"{moment} - interval '2 days'",
            "created_at": f"{moment} - interval '3 days'",
            "saved_at": f"{moment} - interval '2 days'",
        },
        request=_REQUEST,
        receipt=_RECEIPT,
    )
    template = desk.template.post.variants.get()
    given = {"accounts": [account.pk for account in desk.accounts]}
    multiply(
        Variant,
        template.pk,
        deliveries,
        {"post_id": f"{before} + n", "account_id": IN_TURN},
        given,
    )
    return before


def _attempt(before: int) -> None:
    """One for each published delivery, as a courier writes it."""
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS, {"before": before, "answer": _RECEIPT})


def _published() -> int:
    from parvis.deliver.models import Delivery

    found: Any = Delivery.objects.filter(state="published").count()
    return int(found)


_RECEIPT = (
    '{"remote_id": "113000000000004711", "url": '
    '"https://social.example.org/@ponts/113000000000004711", '
    '"published_at": "2026-11-21T09:00:00+00:00", "reference": {}}'
)
_REQUEST = (
    '{"key": "7b1e5f54-6d3e-4d53-9a51-7a3c5f1f0f6e", "text": "The square reopens on Saturday: '
    "forty second-hand booksellers, music at noon, and coffee for whoever brings a book to "
    'exchange.", "body": {"status": "The square reopens on Saturday: forty second-hand '
    'booksellers, music at noon, and coffee for whoever brings a book to exchange.", '
    '"visibility": "public", "language": "en"}}'
)
_ATTEMPTS = """
INSERT INTO deliver_attempt
    (delivery_id, part, number, fence, worker, request, started_at, finished_at, outcome, code,
     answer)
SELECT id, 0, 1, 1, worker, prepared->'0', settled_at - interval '0.3 seconds', settled_at,
       'published', '', %(answer)s::jsonb
FROM deliver_delivery WHERE post_id > %(before)s AND state = 'published'
"""
