"""Meta's Postman collection of the Threads API, request by request.

fbsamples/threads_api, postman/threads-api.postman_collection.json (2026-01): each request with the
parameters that Meta gives it, and the names that the example of its answer has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLLECTION = Path(__file__).parents[3] / "shared/data/threads/threads-api.postman_collection.json"
BACK = "http://127.0.0.1:8000/connect/return"

POST_FIELDS = (
    "id,media_product_type,media_type,media_url,gif_url,permalink,owner,username,text,timestamp,"
    "shortcode,thumbnail_url,children,is_quote_post,quoted_post,reposted_post,has_replies,alt_text,"
    "link_attachment_url,poll_attachment{option_a,option_b,option_c,option_d,"
    "option_a_votes_percentage,option_b_votes_percentage,option_c_votes_percentage,"
    "option_d_votes_percentage,expiration_timestamp},location_id,topic_tag,is_verified,"
    "profile_picture_url"
)
REPLY_FIELDS = (
    "id,text,timestamp,media_product_type,media_type,media_url,gif_url,permalink,shortcode,"
    "thumbnail_url,username,children,is_quote_post,quoted_post,reposted_post,alt_text,"
    "link_attachment_url,has_replies,is_reply,is_reply_owned_by_me,root_post,replied_to,"
    "hide_status,reply_audience,poll_attachment{option_a,option_b,option_c,option_d,"
    "option_a_votes_percentage,option_b_votes_percentage,option_c_votes_percentage,"
    "option_d_votes_percentage,expiration_timestamp},location_id,topic_tag,is_verified,"
    "profile_picture_url"
)
PROFILE_FIELDS = (
    "id,username,name,is_verified,threads_profile_picture_url,threads_biography,"
    "recently_searched_keywords,is_eligible_for_geo_gating"
)
QUOTA_FIELDS = (
    "quota_usage,config,reply_quota_usage,reply_config,delete_quota_usage,delete_config,"
    "location_search_quota_usage,location_search_config"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`sent` is what the collection sends, `ready` what it holds ready to be sent as well.
    `answers` are names that Meta's example of the answer has."""

    name: str
    method: str
    path: str
    sent: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    answers: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """Of those in `ready`, what the documentation asks for all the same."""


_SHARED = ("reply_control", "reply_to_id", "topic_tag", "location_id", "text_entities")
_MEDIA = (*_SHARED, "is_spoiler_media")
_PAGED = ("since", "until", "before", "after")
REQUESTS = (
    Request(
        name="Exchange the Code For a Token",
        method="POST",
        path="/oauth/access_token",
        sent=("client_id", "client_secret", "code", "grant_type", "redirect_uri"),
        answers=("access_token", "user_id"),
    ),
    Request(
        name="Get Long-Lived Access Token",
        method="GET",
        path="/access_token",
        sent=("grant_type", "client_secret"),
        answers=("access_token", "token_type", "expires_in"),
    ),
    Request(
        name="Refresh Access Token",
        method="GET",
        path="/refresh_access_token",
        sent=("grant_type",),
        answers=("access_token", "token_type", "expires_in"),
    ),
    Request(
        name="Get App Access Token",
        method="GET",
        path="/oauth/access_token",
        sent=("grant_type", "client_id", "client_secret"),
        answers=("access_token", "token_type"),
    ),
    Request(
        name="1.1 Create Text Container",
        method="POST",
        path="/me/threads",
        sent=("text", "media_type", "auto_publish_text"),
        ready=(
            *_SHARED,
            "link_attachment",
            "poll_attachment",
            "text_attachment",
            "gif_attachment",
            "is_ghost_post",
        ),
        answers=("id",),
    ),
    Request(
        name="1.2 Create Image Container",
        method="POST",
        path="/me/threads",
        sent=("text", "media_type", "image_url", "alt_text"),
        ready=_MEDIA,
        answers=("id",),
    ),
    Request(
        name="1.3 Create Video Container",
        method="POST",
        path="/me/threads",
        sent=("text", "media_type", "video_url", "alt_text"),
        ready=_MEDIA,
        answers=("id",),
    ),
    Request(
        name="2. Publish Threads Post",
        method="POST",
        path="/me/threads_publish",
        sent=("creation_id",),
        answers=("id",),
    ),
    Request(
        name="1.1 Create an Image Item Container",
        method="POST",
        path="/me/threads",
        sent=("media_type", "image_url", "is_carousel_item", "alt_text"),
        answers=("id",),
    ),
    Request(
        name="1.2 Create a Video Item Container",
        method="POST",
        path="/me/threads",
        sent=("media_type", "video_url", "is_carousel_item", "alt_text"),
        answers=("id",),
    ),
    Request(
        name="2. Create a Carousel Container",
        method="POST",
        path="/me/threads",
        sent=("media_type", "children", "text"),
        ready=_MEDIA,
        answers=("id",),
    ),
    Request(
        name="3. Publish a Carousel Container",
        method="POST",
        path="/me/threads_publish",
        sent=("creation_id",),
        answers=("id",),
    ),
    Request(
        name="1. Create Media Container",
        method="POST",
        path="/me/threads",
        sent=("text", "media_type", "quote_post_id"),
        ready=("reply_control", "reply_to_id", "alt_text"),
        answers=("id",),
    ),
    Request(
        name="2. Publish Threads Quote Post",
        method="POST",
        path="/me/threads_publish",
        sent=("creation_id",),
        answers=("id",),
    ),
    Request(
        name="Get App-Scoped User's Profile Information",
        method="GET",
        path="/me",
        sent=("fields",),
        answers=("id", "username", "name"),
    ),
    Request(
        name="Get Threads Post Details",
        method="GET",
        path="/{thread_id}",
        sent=("fields",),
        answers=(
            "id",
            "media_product_type",
            "media_type",
            "permalink",
            "owner",
            "username",
            "text",
            "timestamp",
            "shortcode",
            "is_quote_post",
            "has_replies",
        ),
    ),
    Request(
        name="Get a List of All a User's Threads",
        method="GET",
        path="/me/threads",
        sent=("fields", "limit"),
        ready=_PAGED,
        answers=("data", "paging"),
    ),
    Request(
        name="Get Threads Replies",
        method="GET",
        path="/{thread_id}/replies",
        sent=("fields", "reverse"),
        answers=("data", "paging"),
    ),
    Request(
        name="Get Threads Conversations",
        method="GET",
        path="/{thread_id}/conversation",
        sent=("fields", "reverse"),
        answers=("data", "paging"),
    ),
    Request(
        name="Hide Replies",
        method="POST",
        path="/{reply_thread_id}/manage_reply",
        sent=("hide",),
        answers=("success",),
    ),
    Request(
        name="Respond to Replies",
        method="POST",
        path="/me/threads",
        sent=("media_type", "text", "reply_to_id"),
        answers=("id",),
    ),
    Request(
        name="Control Who Can Reply",
        method="POST",
        path="/me/threads",
        sent=("media_type", "text", "reply_control"),
        answers=("id",),
    ),
    Request(
        name="Get a List of All a User's Replies",
        method="GET",
        path="/me/replies",
        sent=("fields", "limit"),
        ready=_PAGED,
        answers=("data", "paging"),
    ),
    Request(
        name="Delete Threads Post",
        method="DELETE",
        path="/{thread_id}",
        answers=("success", "deleted_id"),
    ),
    Request(
        name="Get Post Insights",
        method="GET",
        path="/{thread_id}/insights",
        sent=("metric",),
        answers=("data",),
    ),
    Request(
        name="Get Account Insights",
        method="GET",
        path="/me/threads_insights",
        sent=("metric",),
        ready=("breakdown",),
        needs=("breakdown",),
        answers=("data",),
    ),
    Request(
        name="Check Container's Publishing Status",
        method="GET",
        path="/{container_id}/",
        sent=("fields",),
        answers=("id", "status"),
    ),
    Request(
        name="Retrieve Publishing Quota Limit",
        method="GET",
        path="/me/threads_publishing_limit",
        sent=("fields",),
        answers=("data",),
    ),
    Request(
        name="Debug Access Token",
        method="GET",
        path="/debug_token",
        sent=("input_token",),
        answers=("data",),
    ),
)
# What Parvis has no use for, and the sandbox does not serve.
NOT_SERVED = {
    "Repost Threads Post",
    "Search for Locations",
    "Retrieve Threads Location",
    "Get Public Threads User's Profile Information",
    "Retrieve a List of a Public Profile's Threads",
    "Search for Threads Posts",
    "Get Mentioned Threads Posts",
    "Embed a Threads Post",
}
KINDS = {
    "1.1 Create Text Container": "TEXT",
    "1.2 Create Image Container": "IMAGE",
    "1.3 Create Video Container": "VIDEO",
    "1.1 Create an Image Item Container": "IMAGE",
    "1.2 Create a Video Item Container": "VIDEO",
    "2. Create a Carousel Container": "CAROUSEL",
}
GRANTS = {
    "Exchange the Code For a Token": "authorization_code",
    "Get Long-Lived Access Token": "th_exchange_token",
    "Refresh Access Token": "th_refresh_token",
    "Get App Access Token": "client_credentials",
}
FIELDS = {
    "/me": PROFILE_FIELDS,
    "/me/threads": POST_FIELDS,
    "/{thread_id}": POST_FIELDS,
    "/me/replies": REPLY_FIELDS,
    "/{thread_id}/replies": REPLY_FIELDS,
    "/{thread_id}/conversation": REPLY_FIELDS,
    "/{container_id}/": "id,status,error_message",
    "/me/threads_publishing_limit": QUOTA_FIELDS,
}
WITHOUT_TOKEN = {"Exchange the Code For a Token", "Get App Access Token"}
# As the collection writes them.
WRITTEN = {
    "redirect_uri": BACK,
    "text": "This is a test post.",
    "alt_text": "An example image.",
    "auto_publish_text": "true",
    "is_carousel_item": "true",
    "is_ghost_post": "true",
    "is_spoiler_media": "true",
    "reply_control": "everyone",
    "topic_tag": "ThreadsAPI",
    "location_id": "41",
    "link_attachment": "https://developers.facebook.com/",
    "poll_attachment": (
        '{"option_a":"first","option_b":"second","option_c":"third","option_d":"fourth"}'
    ),
    "text_entities": '[{"entity_type": "SPOILER","offset": 0,"length": 4}]',
    "text_attachment": '{"plaintext":"this is a text attachment"}',
    "gif_attachment": '{"gif_id":"16185153483944881729","provider":"TENOR"}',
    "reverse": "false",
    "hide": "true",
    "limit": "50",
    "since": "2025-01-01",
    "until": "2037-02-01",
    "breakdown": "country",
}


def collected() -> dict[str, Request]:
    """What the collection itself holds; nothing where it does not lie beside the repository."""
    if not COLLECTION.exists():
        return {}
    return {
        request.name: request for request in _walked(json.loads(COLLECTION.read_text())["item"])
    }


def _walked(items: list[dict[str, Any]]) -> Iterator[Request]:
    for item in items:
        if "item" in item:
            yield from _walked(item["item"])
            continue
        asked = item["request"]
        query = asked["url"].get("query") or []
        yield Request(
            name=item["name"],
            method=asked["method"],
            path=_path(asked["url"]["raw"]),
            sent=tuple(each["key"] for each in query if not each.get("disabled")),
            ready=tuple(each["key"] for each in query if each.get("disabled")),
            answers=(),
        )


def _path(raw: str) -> str:
    path = raw.removeprefix("{{api_host}}").partition("?")[0]
    return path.replace("{{", "{").replace("}}", "}")
