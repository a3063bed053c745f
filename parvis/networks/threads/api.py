"""Threads' Graph API: where it is, and what only Threads answers.

Beside the faults that all of Meta's Graph APIs share, Threads has subcodes of its own, in the
4279000s. Meta publishes no list of them.
"""

import re

from parvis.networks.answer import Answer
from parvis.networks.contract import Account
from parvis.networks.errors import NetworkError, NotSent, Refused
from parvis.networks.graph import Fault, GraphApi, failure, is_missing, read_fault
from parvis.networks.hosts import beside
from parvis.networks.http import Http

NETWORK = "threads"
LABEL = "Threads"
SERVER = "https://graph.threads.net"
# documentation/threads/get-started/get-access-tokens-and-permissions (2026-08). Older pages and
# the sample app say threads.net and www.threads.net, which lead there.
SITE = "https://threads.com"

_GLANCE_SECONDS = 4.0
_NO_SUCH_RESOURCE = 24
_MEDIA_NOT_FOUND = 4279009
# Seen by another client on 2026-08-06: “Topic Tag Not Permitted”, and no container is made.
_TOPIC_NOT_PERMITTED = 4279071
# documentation/threads/posts, "Links": since 2025-12-22, five different links at most. Where in
# the error this word stands is not shown there, so it is looked for in all of it.
_TOO_MANY_LINKS = "LINK_LIMIT_EXCEEDED"
# “Param text must be at most 500 characters long” [from memory].
_TOO_LONG = re.compile(r"(?i)\btext\b.*\bat most \d+ characters")


class ThreadsApi(GraphApi):
    async def glance(
        self, http: Http, account: Account, path: str, *, fields: str, purpose: str
    ) -> Answer:
        """A look that fits in beside the request that publishes."""
        return await http.get(
            self.url(account.server, path),
            network=self.network,
            purpose=purpose,
            query={"fields": fields, "access_token": account.tokens.access},
            seconds=_GLANCE_SECONDS,
        )

    def failure(self, answer: Answer) -> NetworkError:
        fault = read_fault(answer)
        if fault is None or answer.is_unclear:
            return failure(answer, LABEL)
        if is_media_not_found(fault):
            return _media_not_found()
        if fault.subcode == _TOPIC_NOT_PERMITTED:
            return _topic_not_permitted()
        if _TOO_MANY_LINKS in answer.body.decode(errors="replace"):
            return _too_many_links()
        if _TOO_LONG.search(fault.message):
            return _too_long()
        return failure(answer, LABEL)


API = ThreadsApi(network=NETWORK, label=LABEL, api="threads")


def site_of(server: str) -> str:
    """Where a person signs in. Any other server than Meta's own serves its pages itself."""
    return beside(server, SERVER, SITE)


def is_gone(fault: Fault | None) -> bool:
    return is_missing(fault) or (fault is not None and fault.code == _NO_SUCH_RESOURCE)


def is_media_not_found(fault: Fault) -> bool:
    """The well-known race: a container that is FINISHED, and is not found when it is published
    (gitroomhq/postiz-app pull request 2047, trypostit/trypost pull requests 280 and 352)."""
    return (fault.code, fault.subcode) == (_NO_SUCH_RESOURCE, _MEDIA_NOT_FOUND)


def _media_not_found() -> NotSent:
    return NotSent(
        "media-not-found",
        f"{LABEL} does not find yet what was prepared. Nothing was posted; it is tried again in a "
        "while.",
    )


def _topic_not_permitted() -> Refused:
    return Refused(
        "topic-not-permitted",
        f"{LABEL} does not permit the first hashtag as a topic. Nothing was posted; take the "
        "hashtag out, or write another one before it.",
    )


def _too_long() -> Refused:
    return Refused("too-long", f"{LABEL} finds the text too long. Nothing was posted; shorten it.")


def _too_many_links() -> Refused:
    return Refused(
        "too-many-links",
        f"{LABEL} takes at most five different links in one post. Nothing was posted; take some "
        "out.",
        limit=5,
    )
