"""The process that reads one feed: `python -m parvis.intake.feed_child`, started by `feed_apart`.

Takes the document on standard input and answers in JSON. It loads little, for it is started often.
"""

import json
import resource
import sys
from dataclasses import asdict
from typing import Any

from parvis.intake.feed_reading import NoFeed, ReadFeed, read_feed

SECONDS = 15
MEMORY = 1024 * 1024 * 1024


def main(content_type: str, address: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    body = sys.stdin.buffer.read()
    try:
        told = _to_json(read_feed(body, content_type, address))
    except NoFeed as refused:
        told = {"refused": refused.code}
    sys.stdout.write(json.dumps(told))


def _to_json(feed: ReadFeed) -> dict[str, Any]:
    rest = feed.rest and feed.rest.total_seconds()
    entries = [
        {**asdict(entry), "published_at": entry.published_at and entry.published_at.isoformat()}
        for entry in feed.entries
    ]
    return {**asdict(feed), "rest": rest, "entries": entries}


if __name__ == "__main__":
    main(*sys.argv[1:])
