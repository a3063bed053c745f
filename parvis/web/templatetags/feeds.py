"""What other pages show of feeds."""

from django import template

from parvis.people.models import Workspace
from parvis.report.feeds import FeedLine, Origin, origin_of, troubled_feeds

register = template.Library()


@register.simple_tag
def feed_origin(post_id: int) -> Origin | None:
    """Where a post came from; None where it was written here."""
    return origin_of(post_id)


@register.simple_tag
def feeds_in_trouble(workspace: Workspace) -> list[FeedLine]:
    return troubled_feeds(workspace)
