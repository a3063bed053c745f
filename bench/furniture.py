"""What lies about on a busy desk besides what it sends: drafts, pictures, tags, campaigns, slots.

Its amount grows with the history where a desk's own would, and every post carries some of it.
"""

from datetime import time
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from bench.rows import IN_TURN, last_key, multiply, tidy

if TYPE_CHECKING:
    from bench.desk import Desk

DRAFTS = 600
DELETED = 200
CAMPAIGNS = 40
TAGS = 80
SNIPPETS = 30
PICTURES = 2000
# Each of them is in many posts, and every hundredth looks like the one before.
POSTS_WITH_A_PICTURE = 3
POSTS_IN_A_CAMPAIGN = 4
POSTS_WITH_A_TAG = 2


def furnish(desk: "Desk") -> None:
    """After the history is there."""
    _set_slots(desk)
    _keep_snippets(desk)
    _draft(desk)
    _keep_pictures(desk)
    _sort(desk)
    index_words(desk)


def index_words(desk: "Desk") -> None:
    """The rows are written past the triggers that would."""
    with desk.connect() as session:
        session.execute("SELECT parvis_index_posts(ARRAY(SELECT id FROM compose_post))")
    tidy(desk)


def _set_slots(desk: "Desk") -> None:
    from parvis.schedule.models import Slot

    Slot.objects.bulk_create(
        Slot(account=account, weekday=weekday, time=time(hour, 30))
        for account in desk.accounts
        for weekday in range(5)
        for hour in (9, 12, 17)
    )


def _keep_snippets(desk: "Desk") -> None:
    from parvis.compose.models import Snippet

    Snippet.objects.bulk_create(
        Snippet(workspace=desk.workspace, name=f"Opening hours {number}", text="Open until seven.")
        for number in range(SNIPPETS)
    )


def _draft(desk: "Desk") -> None:
    """Half of them have a time planned; of the deleted ones as many."""
    from parvis.compose.models import Post, Variant

    draft = {
        "handed_over_at": "NULL",
        "text": "t.text || ' Draft ' || n",
        "planned_at": "CASE n %% 2 WHEN 0 THEN now() + n * interval '1 hour' END",
        "saved_at": "now() - n * interval '1 hour'",
    }
    first = last_key(Post) + 1
    multiply(Post, desk.template.post_id, DRAFTS, draft, {})
    multiply(Post, desk.template.post_id, DELETED, draft | {"deleted_at": "now()"}, {})
    given = {"accounts": [account.pk for account in desk.accounts]}
    said = {"post_id": f"{first} - 1 + n", "account_id": IN_TURN}
    multiply(Variant, desk.template.post.variants.get().pk, DRAFTS + DELETED, said, given)


def _keep_pictures(desk: "Desk") -> None:
    from parvis.compose.models import Media

    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
    Media.objects.bulk_create(_picture(desk, number) for number in range(PICTURES))
    _execute(
        """
        UPDATE compose_media SET likeness = (random() * 1.8e19 - 9e18)::numeric::bigint;
        UPDATE compose_media later SET likeness = earlier.likeness # 1 FROM compose_media earlier
        WHERE later.id % 100 = 0 AND earlier.id = later.id - 1;
        """
    )
    _execute(
        f"""
        INSERT INTO compose_postmedia (post_id, media_id, part, position, alt)
        SELECT post.id, first.id + post.id % {PICTURES}, 0, 0, 'The square in the morning.'
        FROM compose_post post, (SELECT min(id) AS id FROM compose_media) first
        WHERE post.id % {POSTS_WITH_A_PICTURE} = 0
        """
    )


def _picture(desk: "Desk", number: int) -> Any:
    from parvis.compose.models import Media

    return Media(
        workspace=desk.workspace,
        sha256=f"{number:064x}",
        name=f"square-{number}.jpg",
        media_type="image/jpeg",
        size=400_000,
        width=1600,
        height=1200,
        alt="" if number % 5 == 0 else "The square in the morning.",
    )


def _sort(desk: "Desk") -> None:
    """Into campaigns, and under tags."""
    from parvis.compose.models import Campaign, Tag

    Campaign.objects.bulk_create(
        Campaign(workspace=desk.workspace, name=f"Season {number}") for number in range(CAMPAIGNS)
    )
    Tag.objects.bulk_create(
        Tag(workspace=desk.workspace, name=f"shelf-{number}") for number in range(TAGS)
    )
    _execute(
        f"""
        UPDATE compose_post SET campaign_id = first.id + compose_post.id % {CAMPAIGNS}
        FROM (SELECT min(id) AS id FROM compose_campaign) first
        WHERE compose_post.id % {POSTS_IN_A_CAMPAIGN} = 0
        """
    )
    _execute(
        f"""
        INSERT INTO compose_post_tags (post_id, tag_id)
        SELECT post.id, first.id + post.id % {TAGS}
        FROM compose_post post, (SELECT min(id) AS id FROM compose_tag) first
        WHERE post.id % {POSTS_WITH_A_TAG} = 0
        """
    )


def _execute(statement: str) -> None:
    """What refers to what is right by construction, and words are indexed afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
