"""tweepy, the best-known client of X for Python, works with the sandbox unmodified.

It has its host written into its code, so its requests are led to the sandbox on their way out. It
knows no upload by the API v2, and the older one is not simulated: pictures are shown with xdk.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from tests.servers.sandbox import RunningSandbox

BACK = "https://127.0.0.1:8000/back"
SCOPES = ["tweet.read", "tweet.write", "users.read", "offline.access"]


class Detour(HTTPAdapter):
    """Sends what is meant for X's hosts to the sandbox."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        assert request.url is not None
        asked = urlsplit(request.url)
        request.url = f"{self._origin}{asked.path}" + (f"?{asked.query}" if asked.query else "")
        return super().send(request, **more)


def client_with(sandbox: RunningSandbox, token: str) -> tweepy.Client:
    client = tweepy.Client(token)
    client.session.mount("https://api.twitter.com", Detour(sandbox.origin("x")))
    return client


@pytest.fixture
def client(sandbox: RunningSandbox) -> tweepy.Client:
    return client_with(sandbox, sandbox.token("x", "ponts")["access_token"])


def create(client: tweepy.Client, text: str, **more: Any) -> str:
    return str(client.create_tweet(text=text, user_auth=False, **more).data["id"])


def test_signing_in_through_the_pages_gives_a_token(sandbox: RunningSandbox) -> None:
    handler = tweepy.OAuth2UserHandler(
        client_id="parvis-sandbox",
        redirect_uri=BACK,
        scope=SCOPES,
        client_secret="parvis-sandbox-secret",
    )
    handler.mount("https://api.twitter.com", Detour(sandbox.origin("x")))
    page = handler.get_authorization_url().replace("https://twitter.com", sandbox.origin("x"))

    token = handler.fetch_token(sandbox.consent(page, "ponts"))

    assert token["refresh_token"]
    me = client_with(sandbox, token["access_token"]).get_me(user_auth=False)
    assert me.data.username == "ponts"


def test_a_text_is_published_and_read_back_in_the_older_words(client: tweepy.Client) -> None:
    post_id = create(client, "Voir https://example.org/lecture")

    read = client.get_tweet(
        post_id,
        tweet_fields=["created_at", "entities", "public_metrics"],
        expansions=["author_id"],
        user_auth=False,
    )

    assert read.data.entities["urls"][0]["expanded_url"] == "https://example.org/lecture"
    assert read.data.public_metrics["retweet_count"] == 0
    assert read.data.data["edit_history_tweet_ids"] == [post_id]
    assert read.data.created_at.tzinfo is not None
    assert read.includes["users"][0].username == "ponts"


def test_a_poll_is_published_and_read_back(client: tweepy.Client) -> None:
    post_id = create(
        client, "Quand ?", poll_options=["Samedi", "Dimanche"], poll_duration_minutes=60
    )

    read = client.get_tweet(
        post_id,
        expansions=["attachments.poll_ids"],
        poll_fields=["duration_minutes", "end_datetime", "options", "voting_status"],
        user_auth=False,
    )

    poll = read.includes["polls"][0]
    assert [option["label"] for option in poll["options"]] == ["Samedi", "Dimanche"]
    assert (poll.voting_status, poll.duration_minutes) == ("open", 60)


def test_a_thread_is_a_chain_of_replies(client: tweepy.Client) -> None:
    first = create(client, "Un")
    second = create(client, "Deux", in_reply_to_tweet_id=first)

    read = client.get_tweet(
        second, tweet_fields=["conversation_id", "referenced_tweets"], user_auth=False
    )

    assert str(read.data.conversation_id) == first
    assert str(read.data.referenced_tweets[0].id) == first


def test_a_timeline_is_paged(client: tweepy.Client) -> None:
    ids = [create(client, f"Livre n° {number}") for number in range(7)]
    me = client.get_me(user_auth=False).data

    pages = tweepy.Paginator(client.get_users_tweets, me.id, max_results=5, user_auth=False)

    assert [str(tweet.id) for tweet in pages.flatten()] == ids[::-1]


def test_mentions_are_found(client: tweepy.Client) -> None:
    post_id = create(client, "Merci @alice")
    alice = client.get_user(username="alice", user_auth=False).data

    found = client.get_users_mentions(alice.id, user_auth=False)

    assert [str(tweet.id) for tweet in found.data] == [post_id]


def test_a_deleted_post_is_answered_with_an_error(client: tweepy.Client) -> None:
    post_id = create(client, "Bonjour")

    deleted = client.delete_tweet(post_id, user_auth=False)
    read = client.get_tweets([post_id], user_auth=False)

    assert deleted.data["deleted"] is True
    assert read.data is None
    assert read.errors[0]["resource_id"] == post_id


def test_what_is_too_long_is_refused(client: tweepy.Client) -> None:
    with pytest.raises(tweepy.BadRequest, match="too long"):
        create(client, "é" * 281)


def test_a_limit_tells_when_it_ends(sandbox: RunningSandbox, client: tweepy.Client) -> None:
    sandbox.order("x", "rate-limit", on="publish", seconds=600)

    with pytest.raises(tweepy.TooManyRequests) as refusal:
        create(client, "Bonjour")

    assert refusal.value.reset_time is not None


def test_a_dead_token_is_unauthorised(sandbox: RunningSandbox) -> None:
    with pytest.raises(tweepy.Unauthorized):
        client_with(sandbox, "no-token-of-anybody").get_me(user_auth=False)
