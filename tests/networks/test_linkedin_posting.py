"""LinkedIn against the sandbox: posting, and what may go wrong on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parvis.networks.contract import (
    Account,
    Part,
    Visibility,
)
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Http
from parvis.networks.linkedin.api import next_midnight
from tests.networks.linkedin_accounts import (
    LINKEDIN,
    POLL,
    member,
    organisation,
    post,
    prepare,
)
from tests.networks.media import draw_picture, picture_file
from tests.servers.sandbox import RunningSandbox


class TestPosting:
    async def test_a_member_posts_and_everything_can_be_read(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        text = "Ce soir (19 h) : *lecture* #livres_anciens\n\\o/ a_b <3 {x} [y] ~ | @alice"

        receipt = await post(http, await member(http, sandbox), text)

        (posted,) = sandbox.posts("linkedin")
        assert posted["text"] == text
        assert posted["remote_id"] == receipt.remote_id
        assert posted["url"] == receipt.url

    async def test_an_organisation_posts_in_its_own_name(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        await post(http, await organisation(http, sandbox), "Bonjour")

        assert sandbox.posts("linkedin")[0]["author"] == "ponts-events"

    async def test_a_member_posts_to_connections_alone(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await member(http, sandbox)
        part = Part(text="Entre nous", visibility=Visibility.CONNECTIONS)

        await LINKEDIN.publish(http, account, await prepare(http, account, part))

        assert sandbox.posts("linkedin")[0]["extra"]["visibility"] == "CONNECTIONS"

    async def test_images_keep_their_order_and_their_descriptions(
        self, http: Http, sandbox: RunningSandbox, tmp_path: Path
    ) -> None:
        account = await member(http, sandbox)
        files = []
        for colour in ("teal", "olive", "plum"):
            path = tmp_path / f"{colour}.png"
            draw_picture(path, colour=colour)
            files.append(picture_file(path, alt=f"All {colour}"))
        part = Part(text="", media=tuple(files))

        await LINKEDIN.publish(http, account, await prepare(http, account, part))

        (posted,) = sandbox.posts("linkedin")
        assert posted["alts"] == ["All teal", "All olive", "All plum"]
        assert [sandbox.medium("linkedin", one["sha256"]) for one in posted["media"]] == [
            file.path.read_bytes() for file in files
        ]

    async def test_a_poll_is_asked(self, http: Http, sandbox: RunningSandbox) -> None:
        account = await member(http, sandbox)
        part = Part(text="Que lire ?\nDites-nous.", poll=POLL)

        await LINKEDIN.publish(http, account, await prepare(http, account, part))

        (posted,) = sandbox.posts("linkedin")
        assert posted["text"] == "Dites-nous."
        assert posted["extra"]["content"]["poll"]["question"] == "Que lire ?"
        assert posted["extra"]["poll"]["options"] == ["Roman", "Essai"]

    @pytest.mark.parametrize("kind", [member, organisation])
    async def test_a_first_comment_is_put_below_the_post_as_it_was_typed(
        self,
        http: Http,
        sandbox: RunningSandbox,
        kind: Callable[[Http, RunningSandbox], Awaitable[Account]],
    ) -> None:
        account = await kind(http, sandbox)
        receipt = await post(http, account, "Bonjour")
        comment = Part(text="Tout est (ici) : #livres", is_comment=True)

        ready = await prepare(http, account, comment, follows=(receipt,))
        below = await LINKEDIN.publish(http, account, ready)

        _, posted = sandbox.posts("linkedin")
        assert posted["text"] == "Tout est (ici) : #livres"
        assert posted["remote_id"] == below.remote_id
        assert receipt.remote_id.endswith(posted["parent"])

    async def test_a_text_of_3000_signs_is_taken_whatever_they_are(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        await post(http, await member(http, sandbox), "(" * 3000)

        assert sandbox.posts("linkedin")[0]["text"] == "(" * 3000

    async def test_a_text_that_is_too_long_is_refused_before_it_is_sent(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await member(http, sandbox)

        with pytest.raises(Refused) as refusal:
            await prepare(http, account, Part(text="📚" * 1501))

        assert refusal.value.code == "too-long"

    async def test_a_comment_that_is_too_long_is_refused_before_it_is_sent(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await member(http, sandbox)
        receipt = await post(http, account, "Bonjour")

        with pytest.raises(Refused) as refusal:
            await prepare(http, account, Part(text="x" * 1251, is_comment=True), follows=(receipt,))

        assert refusal.value.code == "too-long"

    async def test_an_equal_post_is_a_duplicate_of_the_first(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await member(http, sandbox)
        first = await post(http, account, "Bonjour")

        with pytest.raises(Duplicate) as refusal:
            await post(http, account, "Bonjour")

        assert refusal.value.remote_id == first.remote_id


class TestTrouble:
    @pytest.mark.parametrize(
        ("fault", "error", "code", "stored"),
        [
            ("refuse", Refused, "rejected", 0),
            ("lose-request", Unknown, "no-answer", 0),
            ("lose-answer", Unknown, "no-answer", 1),
            ("error-before", Unknown, "server-trouble", 0),
            ("error-after", Unknown, "server-trouble", 1),
            ("malformed", Unknown, "unreadable", 1),
            ("empty-body", Unknown, "unreadable", 1),
            ("html-error-page", Unknown, "server-trouble", 0),
            ("expired-token", Expired, "token-expired", 0),
            ("revoked-token", Reconnect, "token-revoked", 0),
            ("retired-version", Blocked, "version-retired", 0),
        ],
    )
    async def test_each_trouble_is_told_by_its_kind(
        self,
        http: Http,
        sandbox: RunningSandbox,
        fault: str,
        error: type[NetworkError],
        code: str,
        stored: int,
    ) -> None:
        account = await member(http, sandbox)
        sandbox.order("linkedin", fault, on="publish")

        with pytest.raises(error) as trouble:
            await post(http, account, "Bonjour")

        assert trouble.value.code == code
        assert len(sandbox.posts("linkedin")) == stored

    async def test_a_limit_lasts_until_midnight(self, http: Http, sandbox: RunningSandbox) -> None:
        account = await member(http, sandbox)
        sandbox.order("linkedin", "rate-limit", on="publish")

        with pytest.raises(SlowDown) as limit:
            await post(http, account, "Bonjour")

        assert limit.value.until == next_midnight(datetime.now(UTC))

    async def test_posting_without_permission_is_refused(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await member(http, sandbox)
        events = await organisation(http, sandbox)
        as_events = replace(events, tokens=account.tokens)

        with pytest.raises(Refused) as refusal:
            await post(http, as_events, "Bonjour")

        assert refusal.value.code == "no-permission"
