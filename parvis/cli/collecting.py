"""What a worker with the role of collecting does beside renewing tokens, room by room."""

from parvis.deliver.worker import Collecting
from parvis.engagement.collecting import follow_posts

COLLECTING: tuple[Collecting, ...] = (follow_posts,)
