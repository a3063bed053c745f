"""What the first page reads stays little, however long the history is."""

from datetime import timedelta

import pytest
from django.db import connection

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.report.today import today_of
from tests.cast import scheduled

pytestmark = pytest.mark.django_db

PAST = 3000


def test_a_day_is_read_without_its_history(ponts: Account) -> None:
    publish_long_ago(scheduled(ponts))
    scheduled(ponts, text="Out today", in_=timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE deliver_delivery")
    for statement in asked(ponts):
        assert "Seq Scan on deliver_delivery" not in statement


def test_what_waits_to_be_tried_again_comes_when_it_will(ponts: Account) -> None:
    first = scheduled(ponts, text="Waits", in_=timedelta(hours=1))
    scheduled(ponts, text="Does not wait", in_=timedelta(hours=2))
    later = database_now() + timedelta(hours=3)
    Delivery.objects.filter(pk=first.pk).update(ready_at=later)
    coming = today_of(ponts.workspace).coming
    assert [going.text for going in coming] == ["Does not wait", "Waits"]
    assert coming[1].at == later


def publish_long_ago(template: Delivery) -> None:
    """Many, each a day before the one before."""
    moment = database_now() - timedelta(days=1)
    Delivery.objects.filter(pk=template.pk).update(state=State.CANCELLED)
    template.refresh_from_db()
    copies = []
    for number in range(PAST):
        template.pk = None
        template.state = State.CANCELLED if number % 2 else State.REFUSED
        template.set_aside_at = template.due_at = template.settled_at = moment
        copies.append(Delivery(**{f.attname: getattr(template, f.attname) for f in fields()}))
        moment -= timedelta(hours=12)
    Delivery.objects.bulk_create(copies)


def fields():
    return [field for field in Delivery._meta.concrete_fields if not field.primary_key]


def asked(ponts: Account) -> list[str]:
    """The plan of every statement about deliveries."""
    heard = []

    def hear(execute, sql, params, many, context):
        heard.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        today_of(ponts.workspace)
    return [plan_of(*statement) for statement in heard if "deliver_delivery" in statement[0]]


def plan_of(sql: str, params: tuple[object, ...]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())
