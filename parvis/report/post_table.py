"""Posts as rows of a table, to be read elsewhere."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from itertools import chain
from typing import IO
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from parvis.compose.models import Post, Variant
from parvis.deliver.models import Delivery
from parvis.intake.formulas import guarded

COLUMNS = (
    "number",
    "text",
    "thread",
    "first comment",
    "content warning",
    "accounts",
    "states",
    "links",
    "date",
    "time",
    "zone",
    "campaign",
    "tags",
    "language",
    "author",
)
_AT_ONCE = 500


def write_table(posts: QuerySet[Post], zone: ZoneInfo, into: IO[bytes]) -> None:
    """CSV in UTF-8 with its mark, which spreadsheets ask for, the oldest post first. An apostrophe
    stands before what a spreadsheet would run."""
    told = (_row(post, zone) for post in _in_batches(_told(posts)))
    write_rows(chain([COLUMNS], told), into)


def write_rows(rows: Iterable[Sequence[str]], into: IO[bytes]) -> None:
    text = TextIOWrapper(into, encoding="utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    text.detach()


def _in_batches(posts: QuerySet[Post]) -> Iterator[Post]:
    last, batch = 0, list(posts.order_by("pk")[:_AT_ONCE])
    while batch:
        yield from batch
        last = batch[-1].pk
        batch = list(posts.filter(pk__gt=last).order_by("pk")[:_AT_ONCE])


def _told(posts: QuerySet[Post]) -> QuerySet[Post]:
    deliveries = Delivery.objects.select_related("account").only(
        "post_id", "state", "receipts", "account__network", "account__handle", "account__is_sandbox"
    )
    return posts.select_related("campaign", "author").prefetch_related(
        "tags",
        Prefetch("variants", Variant.objects.select_related("account")),
        Prefetch("deliveries", deliveries),
    )


def _row(post: Post, zone: ZoneInfo) -> Sequence[str]:
    at = post.planned_at.astimezone(zone) if post.planned_at else None
    deliveries = list(post.deliveries.all())
    return (
        str(post.pk),
        post.text,
        "\n\n".join(post.thread),
        post.first_comment,
        post.content_warning,
        ", ".join(str(variant.account) for variant in post.variants.all()),
        ", ".join(f"{each.account}: {each.state}" for each in deliveries) or "draft",
        " ".join(each.link for each in deliveries if each.link),
        f"{at:%Y-%m-%d}" if at else "",
        f"{at:%H:%M}" if at else "",
        str(zone) if at else "",
        post.campaign.name if post.campaign else "",
        ", ".join(tag.name for tag in post.tags.all()),
        post.language,
        post.author.name if post.author else "",
    )
