"""LinkedIn against the sandbox: connecting, posting, uploads, and what may go wrong on the way."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from parvis.networks.contract import (
    Account,
    AppRegistration,
    MediaFile,
    OAuthReturn,
    Part,
    Poll,
    Tokens,
    Visibility,
)
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Http
from parvis.networks.linkedin import media
from parvis.networks.linkedin.api import next_midnight
from parvis.networks.linkedin.permission import ORGANISATIONS
from parvis.networks.secret import Secret
from tests.networks.keeping import Kept
from tests.networks.linkedin_accounts import (
    APP,
    BACK,
    LINKEDIN,
    MEMBER,
    connect,
    member,
    organisation,
    post,
    prepare,
)
from tests.networks.loopback import Server
from tests.networks.media import draw_picture, picture_file
from tests.servers.sandbox import RunningSandbox

PART_OF_A_VIDEO = 4 * 1024 * 1024
POLL = Poll(options=("Roman", "Essai"), minutes=24 * 60)


@pytest.fixture
def long_video(filmed: Path, tmp_path: Path, video: MediaFile) -> MediaFile:
    """A video of three parts: what players leave unread is put behind the film."""
    path = tmp_path / "long.mp4"
    shutil.copy(filmed, path)
    with path.open("r+b") as file:
        file.truncate(2 * PART_OF_A_VIDEO + 1000)
    return replace(video, path=path, size=path.stat().st_size, alt="")


class TestConnecting:
    async def test_a_member_connects_without_any_organisation_scope(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        (found,) = await connect(http, sandbox, MEMBER)

        assert found.remote_id.startswith("urn:li:person:")
        assert found.display_name == "Librairie Ponts"
        assert found.way == "member"
        assert found.tokens.scopes == ("openid", "profile", "w_member_social")
        assert found.tokens.refresh is None
        assert found.tokens.lapses_at == found.tokens.expires_at
        assert Visibility.CONNECTIONS in found.traits.visibilities

    async def test_an_organisation_connects_beside_its_member(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        shop, events = await connect(http, sandbox, ORGANISATIONS)

        assert shop.remote_id.startswith("urn:li:person:")
        assert events.remote_id.startswith("urn:li:organization:")
        assert (events.handle, events.display_name) == ("ponts-events", "Librairie Ponts, events")
        assert events.traits.visibilities == (Visibility.PUBLIC,)
        assert events.tokens.refresh is not None

    async def test_a_code_that_is_not_good_is_refused(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        returned = OAuthReturn(code="stale", redirect_uri=BACK, code_verifier=Secret("verifier"))

        with pytest.raises(Refused) as refusal:
            await LINKEDIN.exchange(http, sandbox.origin("linkedin"), MEMBER, APP, returned)

        assert refusal.value.code == "code-refused"

    async def test_a_wrong_client_secret_is_the_apps_and_not_the_persons(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        with pytest.raises(Blocked) as blocked:
            await connect(http, sandbox, MEMBER, replace(APP, client_secret=Secret("wrong")))

        assert blocked.value.code == "bad-app"

    async def test_the_app_is_checked_before_anybody_signs_in(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        server = sandbox.origin("linkedin")
        (linkedin_app,) = LINKEDIN.developer_apps
        await LINKEDIN.check_app(http, server, linkedin_app, APP)

        wrong = replace(APP, client_secret=Secret("wrong"))
        with pytest.raises(Refused) as refusal:
            await LINKEDIN.check_app(http, server, linkedin_app, wrong)

        assert refusal.value.code == "bad-app"

    async def test_checking_tells_the_present_name(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        assert await LINKEDIN.check(http, await member(http, sandbox)) == "Librairie Ponts"
        assert await LINKEDIN.check(http, await organisation(http, sandbox)) == "ponts-events"

    async def test_tokens_are_in_no_repr(self, http: Http, sandbox: RunningSandbox) -> None:
        account = await organisation(http, sandbox)
        assert account.tokens.refresh is not None

        for token in (account.tokens.access, account.tokens.refresh):
            assert token.reveal() not in repr(account)


class TestRenewing:
    async def test_the_access_is_renewed_and_the_end_stays(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await organisation(http, sandbox)
        sandbox.advance(41 * 24 * 3600)

        first = await LINKEDIN.refresh(http, account, APP)
        renewed = replace(account, tokens=first)
        second = await LINKEDIN.refresh(http, renewed, APP)

        assert first.lapses_at == second.lapses_at == account.tokens.lapses_at
        assert await LINKEDIN.check(http, replace(account, tokens=second)) == "ponts-events"

    async def test_a_member_without_a_refresh_token_is_asked_to_reconnect(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        with pytest.raises(Reconnect):
            await LINKEDIN.refresh(http, await member(http, sandbox), APP)

    async def test_a_refresh_token_that_ended_asks_to_reconnect(
        self, http: Http, sandbox: RunningSandbox
    ) -> None:
        account = await organisation(http, sandbox)
        sandbox.advance(366 * 24 * 3600)

        with pytest.raises(Reconnect):
            await LINKEDIN.refresh(http, account, APP)

    @pytest.mark.parametrize("app", [None, replace(APP, client_secret=Secret("wrong"))])
    async def test_without_its_app_an_account_waits_for_the_owner(
        self, http: Http, sandbox: RunningSandbox, app: AppRegistration | None
    ) -> None:
        account = await organisation(http, sandbox)

        with pytest.raises(Blocked):
            await LINKEDIN.refresh(http, account, app)

    @pytest.mark.parametrize(
        ("fault", "error"), [("error-before", NotSent), ("html-error-page", NotSent)]
    )
    async def test_trouble_while_renewing_is_no_reason_to_reconnect(
        self, http: Http, sandbox: RunningSandbox, fault: str, error: type[NetworkError]
    ) -> None:
        account = await organisation(http, sandbox)
        sandbox.order("linkedin", fault, on="token")

        with pytest.raises(error):
            await LINKEDIN.refresh(http, account, APP)


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

    async def test_a_video_goes_up_in_parts_and_is_waited_for(
        self, http: Http, sandbox: RunningSandbox, long_video: MediaFile
    ) -> None:
        account = await organisation(http, sandbox)
        part = Part(text="Lecture", media=(long_video,))

        await LINKEDIN.publish(http, account, await prepare(http, account, part))

        (posted,) = sandbox.posts("linkedin")
        (medium,) = posted["media"]
        assert sandbox.medium("linkedin", medium["sha256"]) == long_video.path.read_bytes()
        assert _uploads(sandbox) == 3

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


class TestUploads:
    async def test_an_interrupted_video_goes_on_where_it_stopped(
        self, http: Http, sandbox: RunningSandbox, long_video: MediaFile
    ) -> None:
        account = await member(http, sandbox)
        part, progress = Part(text="Lecture", media=(long_video,)), Kept()
        # The first upload request begins the video; two parts follow, then the answer is lost.
        sandbox.order("linkedin", "error-before", on="upload", after=3)
        with pytest.raises(NotSent):
            await prepare(http, account, part, progress=progress)

        ready = await prepare(http, account, part, progress=progress)

        await LINKEDIN.publish(http, account, ready)
        (posted,) = sandbox.posts("linkedin")
        content = sandbox.medium("linkedin", posted["media"][0]["sha256"])
        assert content == long_video.path.read_bytes()
        assert _uploads(sandbox, status=200) == 3

    async def test_a_video_that_was_finished_unheard_is_not_finished_again(
        self, http: Http, sandbox: RunningSandbox, long_video: MediaFile
    ) -> None:
        account = await member(http, sandbox)
        part, progress = Part(text="Lecture", media=(long_video,)), Kept()
        sandbox.order("linkedin", "error-after", on="upload", after=4)
        with pytest.raises(NotSent):
            await prepare(http, account, part, progress=progress)

        ready = await prepare(http, account, part, progress=progress)

        await LINKEDIN.publish(http, account, ready)
        assert len(sandbox.posts("linkedin")) == 1

    async def test_images_already_there_are_not_sent_again(
        self, http: Http, sandbox: RunningSandbox, image: MediaFile
    ) -> None:
        account = await member(http, sandbox)
        part, progress = Part(text="Vitrine", media=(image,)), Kept()
        first = await prepare(http, account, part, progress=progress)

        second = await prepare(http, account, part, progress=progress)

        assert first.body == second.body
        assert _uploads(sandbox) == 1

    async def test_addresses_that_lapsed_are_asked_for_anew(
        self,
        http: Http,
        sandbox: RunningSandbox,
        long_video: MediaFile,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        account = await member(http, sandbox)
        part, progress = Part(text="Lecture", media=(long_video,)), Kept()
        sandbox.order("linkedin", "error-before", on="upload", after=2)
        with pytest.raises(NotSent):
            await prepare(http, account, part, progress=progress)
        monkeypatch.setattr(media, "_MARGIN", timedelta(hours=25))

        await prepare(http, account, part, progress=progress)

        assert _uploads(sandbox, status=200) == 1 + 3

    async def test_an_upload_that_linkedin_refuses_is_begun_anew(
        self, http: Http, sandbox: RunningSandbox, long_video: MediaFile
    ) -> None:
        account = await member(http, sandbox)
        part, progress = Part(text="Lecture", media=(long_video,)), Kept()
        sandbox.order("linkedin", "refuse", on="upload", after=2)
        with pytest.raises(NotSent) as lost:
            await prepare(http, account, part, progress=progress)
        assert lost.value.code == "upload-lost"

        await prepare(http, account, part, progress=progress)

        assert _uploads(sandbox, status=200) == 1 + 3

    async def test_an_image_that_is_gone_is_sent_again(
        self, http: Http, sandbox: RunningSandbox, image: MediaFile
    ) -> None:
        account = await member(http, sandbox)
        part, progress = Part(text="Vitrine", media=(image,)), Kept()
        await progress.keep("media 0", {"urn": "urn:li:image:gone"})
        with pytest.raises(NotSent) as lost:
            await prepare(http, account, part, progress=progress)
        assert lost.value.code == "upload-lost"

        await prepare(http, account, part, progress=progress)

        assert _uploads(sandbox) == 1

    async def test_slow_media_are_waited_for(
        self, http: Http, sandbox: RunningSandbox, image: MediaFile
    ) -> None:
        account = await member(http, sandbox)
        sandbox.order("linkedin", "slow-processing", on="processing", polls=2)

        ready = await prepare(http, account, Part(text="Vitrine", media=(image,)))

        assert (await LINKEDIN.publish(http, account, ready)).remote_id

    async def test_media_that_are_never_ready_are_tried_again_later(
        self,
        http: Http,
        sandbox: RunningSandbox,
        image: MediaFile,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(media, "PAUSES", (0.01, 0.01))
        account = await member(http, sandbox)
        sandbox.order("linkedin", "slow-processing", on="processing", polls=1000)

        with pytest.raises(NotSent) as trouble:
            await prepare(http, account, Part(text="Vitrine", media=(image,)))

        assert trouble.value.code == "processing"

    async def test_a_file_that_linkedin_cannot_use_is_refused(
        self, http: Http, sandbox: RunningSandbox, image: MediaFile
    ) -> None:
        account = await member(http, sandbox)
        image.path.write_bytes(b"no picture at all")

        with pytest.raises(Refused) as refusal:
            await prepare(http, account, Part(text="Vitrine", media=(image,)))

        assert refusal.value.code == "media-refused"


@pytest.mark.parametrize("kind", ["image", "video"])
async def test_media_go_to_linkedin_alone_whatever_an_answer_names(
    http: Http, server: Server, image: MediaFile, video: MediaFile, kind: str
) -> None:
    elsewhere = f"http://localhost:{server.port}/dms-uploads/1"
    parts = [{"uploadUrl": elsewhere, "firstByte": 0, "lastByte": video.size - 1}]
    granted = {kind: f"urn:li:{kind}:1", "uploadUrl": elsewhere, "uploadInstructions": parts}

    async def grant(_request: web.Request) -> web.Response:
        return web.json_response({"value": granted})

    server.answer = grant
    account = Account(
        network="linkedin",
        server=server.url,
        remote_id="urn:li:person:a",
        handle="Librairie Ponts",
        tokens=Tokens(access=Secret("access")),
        traits=LINKEDIN.usual_traits,
    )
    file = image if kind == "image" else replace(video, alt="")

    with pytest.raises(NotSent) as odd:
        await prepare(http, account, Part(text="Vitrine", media=(file,)))

    assert odd.value.code == "odd-answer"
    assert [request.method for request in server.requests] == ["POST"]


def _uploads(sandbox: RunningSandbox, status: int | None = None) -> int:
    return sum(
        1
        for call in sandbox.calls("linkedin")
        if call["method"] == "PUT" and status in (None, call["status"])
    )
