"""What a worker with the role of collecting does beside renewing tokens, room by room."""

from parvis.deliver.worker import Collecting
from parvis.engagement.collecting import count_followers, follow_posts
from parvis.intake.ending import end_tables
from parvis.intake.feed_keeping import keep_feeds
from parvis.intake.series_keeping import keep_recurring

COLLECTING: tuple[Collecting, ...] = (
    follow_posts,
    count_followers,
    end_tables,
    keep_feeds,
    keep_recurring,
)
