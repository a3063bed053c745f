"""Which fields a request asks for, and in which of X's two vocabularies.

X renamed its tweets to posts in the description of its API: who asks with `post.fields` is answered
in the new words, who asks with `tweet.fields` (tweepy) or names neither in the old ones. In the new
ones the author, and what is answered, come with an expansion alone: named as fields they are passed
over without a word. No document says so; third parties have seen it on the network (2026-09).
"""

from dataclasses import dataclass

from aiohttp import web

from parvis.sandbox.network import Answered
from parvis.sandbox.x import problems

_SHARED = frozenset(
    [
        "article",
        "attachments",
        "card_uri",
        "community_id",
        "context_annotations",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "entities",
        "geo",
        "id",
        "lang",
        "media_metadata",
        "non_public_metrics",
        "organic_metrics",
        "paid_partnership",
        "possibly_sensitive",
        "promoted_metrics",
        "public_metrics",
        "reply_settings",
        "scopes",
        "source",
        "text",
        "withheld",
    ]
)
_MEDIA = frozenset(
    [
        "alt_text",
        "duration_ms",
        "height",
        "media_key",
        "non_public_metrics",
        "organic_metrics",
        "preview_image_url",
        "promoted_metrics",
        "public_metrics",
        "type",
        "url",
        "variants",
        "width",
    ]
)
_USER = frozenset(
    [
        "affiliation",
        "confirmed_email",
        "connection_status",
        "created_at",
        "description",
        "entities",
        "id",
        "is_identity_verified",
        "location",
        "most_recent_post_id",
        "most_recent_tweet_id",
        "name",
        "parody",
        "pinned_post_id",
        "pinned_tweet_id",
        "profile_banner_url",
        "profile_image_url",
        "protected",
        "public_metrics",
        "receives_your_dm",
        "subscribes_to_you",
        "subscription",
        "subscription_type",
        "url",
        "username",
        "verified",
        "verified_followers_count",
        "verified_type",
        "withheld",
    ]
)
_POLL = frozenset(["duration_minutes", "end_datetime", "id", "options", "voting_status"])
_PLACE = frozenset(
    ["contained_within", "country", "country_code", "full_name", "geo", "id", "name", "place_type"]
)
_EXPANSIONS = frozenset(
    [
        "article.cover_media",
        "article.media_entities",
        "attachments.media_keys",
        "attachments.media_source_tweet",
        "attachments.poll_ids",
        "author_id",
        "edit_history_post_ids",
        "edit_history_tweet_ids",
        "entities.mentions.username",
        "entities.note.mentions.username",
        "geo.place_id",
        "in_reply_to_user_id",
        "referenced_posts",
        "referenced_posts.author_id",
        "referenced_tweets",
        "referenced_tweets.id",
        "referenced_tweets.id.author_id",
        "username",
        "affiliation",
        "most_recent_post_id",
        "pinned_post_id",
        "most_recent_tweet_id",
        "pinned_tweet_id",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    references: str
    history: str
    reposts: str
    note: str
    included: str


NEW = Words(
    references="referenced_posts",
    history="edit_history_post_ids",
    reposts="repost_count",
    note="note_post",
    included="posts",
)
OLD = Words(
    references="referenced_tweets",
    history="edit_history_tweet_ids",
    reposts="retweet_count",
    note="note_tweet",
    included="tweets",
)
_OF_EXPANSIONS = frozenset({"author_id", "in_reply_to_user_id", "username"})
_OWN_TO_ONE = {
    "post.fields": frozenset({NEW.note, "article_title"}),
    "tweet.fields": frozenset({OLD.references, OLD.history, OLD.note}) | _OF_EXPANSIONS,
}
_IGNORED = frozenset({NEW.references, NEW.history}) | _OF_EXPANSIONS
FIELD_PARAMETERS = frozenset(
    {
        "post.fields",
        "tweet.fields",
        "media.fields",
        "user.fields",
        "poll.fields",
        "place.fields",
        "expansions",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    post: frozenset[str]
    media: frozenset[str]
    user: frozenset[str]
    poll: frozenset[str]
    expansions: frozenset[str]
    words: Words


def read_fields(request: web.Request) -> Fields:
    """Ends with X's 400 when one of them is not known."""
    name = "post.fields" if "post.fields" in request.query else "tweet.fields"
    ignored = _IGNORED if name == "post.fields" else frozenset()
    _listed(request, "place.fields", _PLACE)
    return Fields(
        post=_listed(request, name, _SHARED | _OWN_TO_ONE[name], ignored=ignored),
        media=_listed(request, "media.fields", _MEDIA),
        user=_listed(request, "user.fields", _USER),
        poll=_listed(request, "poll.fields", _POLL),
        expansions=_listed(request, "expansions", _EXPANSIONS),
        words=NEW if name == "post.fields" else OLD,
    )


def refuse_unknown(request: web.Request, *known: str) -> None:
    """X refuses a parameter that it does not know."""
    for name in request.query:
        if name not in known and name not in FIELD_PARAMETERS:
            listed = ",".join(sorted(known))
            message = f"The query parameter [{name}] is not one of [{listed}]"
            raise Answered(problems.invalid(name, request.query[name], message))


def _listed(
    request: web.Request, name: str, known: frozenset[str], *, ignored: frozenset[str] = frozenset()
) -> frozenset[str]:
    named = frozenset(word for word in request.query.get(name, "").split(",") if word) - ignored
    for word in sorted(named - known):
        message = (
            f"The `{name}` query parameter value [{word}] is not one of [{','.join(sorted(known))}]"
        )
        raise Answered(problems.invalid(name, word, message))
    return named
