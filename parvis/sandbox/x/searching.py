"""The part of X's query language that asks for conversations: terms side by side, `OR` between,
a minus before what shall not be."""

from collections.abc import Callable

from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.records import Post

Wanted = Callable[[Post, SandboxNetwork], bool]


class BadQuery(Exception):
    """The text is what X says of it."""


def read(query: str) -> Wanted:
    if not query.strip():
        raise BadQuery("The `query` query parameter can not be empty")
    ways = [
        [_term(word) for word in way.split()]
        for way in query.replace("(", " ").replace(")", " ").split(" OR ")
    ]
    if not all(ways):
        raise BadQuery("There were errors processing your request: missing EOF at 'OR'")
    return lambda post, network: any(all(term(post, network) for term in way) for way in ways)


def _term(word: str) -> Wanted:
    if word.startswith("-") and len(word) > 1:
        refused = _term(word[1:])
        return lambda post, network: not refused(post, network)
    operator, colon, value = word.partition(":")
    if not colon:
        return lambda post, _network: word.strip('"').lower() in post.text.lower()
    if (operator, value) in _STATES:
        return _STATES[operator, value]
    if operator not in _OPERATORS or not value:
        raise BadQuery(f"Reference to invalid operator '{operator}'")
    return _OPERATORS[operator](value)


def _conversation(value: str) -> Wanted:
    return lambda post, _network: (post.root_id or post.id) == value


def _answers(value: str) -> Wanted:
    return lambda post, _network: post.parent_id == value


def _from(value: str) -> Wanted:
    return lambda post, network: (
        value.lower() in (post.author_id, network.person(post.author_id).handle.lower())
    )


_OPERATORS: dict[str, Callable[[str], Wanted]] = {
    "conversation_id": _conversation,
    "in_reply_to_tweet_id": _answers,
    "in_reply_to_status_id": _answers,
    "from": _from,
}
_STATES: dict[tuple[str, str], Wanted] = {
    ("is", "reply"): lambda post, _network: bool(post.parent_id),
    ("is", "retweet"): lambda _post, _network: False,
    ("is", "quote"): lambda _post, _network: False,
    ("has", "media"): lambda post, _network: bool(post.media_ids),
}
