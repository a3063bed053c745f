"""The entities of the API, as the serializers in app/serializers/rest make them."""

from datetime import datetime
from typing import Any

from parvis.sandbox.mastodon import wording
from parvis.sandbox.mastodon.server import Server
from parvis.sandbox.pages import media_url
from parvis.sandbox.records import App, Json, Media, Person, Post, Token

LANGUAGE = "en"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def account(server: Server, person: Person) -> Json:
    page = server.profile_of(person)
    picture = f"{server.origin}/avatars/original/missing.png"
    return {
        "id": person.id,
        "username": person.handle.split("@")[0],
        "acct": person.handle,
        "display_name": person.name,
        "locked": False,
        "bot": False,
        "discoverable": True,
        "group": False,
        "created_at": "2026-01-05T00:00:00.000Z",
        "note": "",
        "url": page,
        "uri": page,
        "avatar": picture,
        "avatar_static": picture,
        "header": picture,
        "header_static": picture,
        "followers_count": 0 if not person.is_owner else 40,
        "following_count": 0,
        "statuses_count": len(server.shelf.posts.by(person.id)),
        "last_status_at": None,
        "emojis": [],
        "fields": [],
    }


def own_account(server: Server, person: Person) -> Json:
    source = {
        "privacy": server.dialect.usual_visibility,
        "sensitive": False,
        "language": LANGUAGE,
        "note": "",
        "fields": [],
        "follow_requests_count": 0,
    }
    return account(server, person) | {"source": source}


def status(server: Server, post: Post, reader: Token | None) -> Json:
    is_own = reader is not None and reader.person_id == post.author_id
    return (
        _basics(server, post)
        | {"content": html(server, post.text)}
        | _counts(server, post)
        | _attached(server, post)
        | ({} if reader is None else _relations(is_own))
    )


def deleted(server: Server, post: Post) -> Json:
    """With the source in the content's place."""
    return _basics(server, post) | {"text": post.text} | _attached(server, post)


def html(server: Server, text: str) -> str:
    return wording.to_html(text, server.origin, server.profile_named)


def _basics(server: Server, post: Post) -> Json:
    author = server.person(post.author_id)
    parent = server.shelf.posts.living(post.parent_id)
    page = server.permalink(post)
    return {
        "id": post.id,
        "created_at": moment(post.created_at),
        # Null once the parent is deleted (dependent: :nullify).
        "in_reply_to_id": parent.id if parent else None,
        "in_reply_to_account_id": parent.author_id if parent else None,
        "sensitive": bool(post.extra.get("sensitive")),
        "spoiler_text": str(post.extra.get("warning", "")),
        "visibility": post.extra.get("visibility", "public"),
        "language": post.extra.get("language"),
        "uri": page,
        "url": page,
        "edited_at": post.extra.get("edited_at"),
        "reblog": None,
        "application": {"name": post.extra.get("application", ""), "website": None},
        "account": account(server, author),
    }


def _counts(server: Server, post: Post) -> Json:
    counts = server.counts(post)
    return {
        "replies_count": counts.replies,
        "reblogs_count": counts.reposts,
        "favourites_count": counts.likes,
        "quotes_count": counts.quotes,
    }


def _relations(is_own: bool) -> Json:
    mine = {"favourited": False, "reblogged": False, "muted": False, "bookmarked": False}
    return mine | {"filtered": []} | ({"pinned": False} if is_own else {})


def _attached(server: Server, post: Post) -> Json:
    return {
        "media_attachments": [
            media(server, found)
            for media_id in post.media_ids
            if (found := server.shelf.media.get(media_id))
        ],
        "mentions": [_mention(server, name) for name in _known(server, post.text)],
        "tags": [
            {"name": tag.lower(), "url": f"{server.origin}/tags/{tag}"}
            for tag in wording.tags_in(post.text)
        ],
        "emojis": [],
        "card": None,
        "poll": poll(server, post),
    }


def _known(server: Server, text: str) -> list[Person]:
    named = (
        server.person_named(name.removesuffix(f"@{server.domain}"))
        for name in wording.mentions_in(text)
    )
    return [person for person in named if person is not None]


def _mention(server: Server, person: Person) -> Json:
    return {
        "id": person.id,
        "username": person.handle.split("@")[0],
        "acct": person.handle,
        "url": server.profile_of(person),
    }


def media(server: Server, kept: Media, *, is_ready: bool = True) -> Json:
    url = media_url(server, kept) if is_ready else None
    return {
        "id": kept.id,
        "type": kept.extra["type"],
        "url": url,
        "preview_url": url,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": kept.extra["meta"],
        "description": kept.alt or None,
        "blurhash": None,
    }


def poll(server: Server, post: Post) -> Json | None:
    kept = post.extra.get("poll")
    if not kept:
        return None
    votes = server.votes(post, len(kept["options"]))
    pairs = zip(kept["options"], votes, strict=True)
    ends_at = datetime.fromisoformat(kept["ends_at"])
    return {
        "id": kept["id"],
        "expires_at": moment(ends_at),
        "expired": ends_at <= server.clock.now(),
        "multiple": kept["multiple"],
        "votes_count": sum(votes),
        "voters_count": sum(votes),
        "voted": False,
        "own_votes": [],
        "options": [{"title": title, "votes_count": count} for title, count in pairs],
        "emojis": [],
    }


def kept_version(post: Post, at: str) -> Json:
    """What a status says now, as its history keeps it."""
    return {
        "text": post.text,
        "warning": post.extra.get("warning", ""),
        "sensitive": post.extra.get("sensitive", False),
        "media_ids": list(post.media_ids),
        "poll": post.extra.get("poll") or {},
        "at": at,
    }


def version(server: Server, post: Post, kept: Json) -> Json:
    """One entry of a status's history, from what `kept_version` made."""
    attached = [found for one in kept["media_ids"] if (found := server.shelf.media.get(one))]
    options = kept.get("poll", {}).get("options", ())
    return {
        "content": html(server, kept["text"]),
        "spoiler_text": kept["warning"],
        "sensitive": kept["sensitive"],
        "created_at": kept["at"],
        "account": account(server, server.person(post.author_id)),
        "media_attachments": [media(server, one) for one in attached],
        "emojis": [],
        **({"poll": {"options": [{"title": title} for title in options]}} if options else {}),
    }


def application(app: App) -> dict[str, Any]:
    return {
        "id": str(app.extra["number"]),
        "name": app.name,
        "website": app.extra.get("website") or None,
        "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": "",
    }
