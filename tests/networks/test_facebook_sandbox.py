"""Facebook Pages: connecting, publishing, looking up, measuring, deleting, in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from parvis.networks.contract import (
    AppRegistration,
    MediaFile,
    OAuthReturn,
    Part,
    Presence,
    Secret,
)
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.facebook import Facebook
from parvis.networks.facebook.permission import NEEDED, WAY
from parvis.networks.facebook.traits import TRAITS
from parvis.networks.graph.login import META_APP
from parvis.networks.http import Http, Slice
from parvis.networks.measures import Metric
from parvis.networks.traits import Format
from parvis.sandbox.facebook import Facebook as SandboxFacebook
from parvis.sandbox.facebook.uploads import CHUNK
from tests.networks.media import draw_picture, film, picture_file, video_file
from tests.networks.meta_desk import NO_PAUSES, Desk, desk_in, now
from tests.servers.sandbox import RunningSandbox, running_sandbox

EVENING = "Ce soir à 19 h : lecture de « La Place » 📚 https://example.org/lecture #lecture"
RETURN = "http://127.0.0.1:8000/connect/return"
HOUR = 3600


@pytest.fixture(scope="module")
def module_facebook() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(SandboxFacebook,)) as running:
        yield running


@pytest.fixture
def facebook(module_facebook: RunningSandbox) -> RunningSandbox:
    module_facebook.reset()
    return module_facebook


@pytest.fixture
def desk(http: Http, facebook: RunningSandbox) -> Desk:
    network = Facebook(pauses=NO_PAUSES)
    return desk_in(http, facebook, network, way="facebook-login", traits=TRAITS)


@pytest.fixture(scope="session")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Longer than a few of the chunks that Facebook asks for: what follows the film is padding
    in an MP4 box of its own."""
    path = tmp_path_factory.mktemp("films") / "long-reading.mp4"
    film(path)
    padding = 3 * CHUNK
    with path.open("ab") as file:
        file.write((padding + 8).to_bytes(4, "big") + b"free" + bytes(padding))
    return path


def app_of(facebook: RunningSandbox) -> AppRegistration:
    told = facebook.told("facebook")["apps"][0]
    return AppRegistration(client_id=told["client_id"], client_secret=Secret(told["client_secret"]))


def code_from(facebook: RunningSandbox, scopes: tuple[str, ...] = WAY.scopes) -> str:
    way = replace(WAY, scopes=scopes)
    url = Facebook().authorise_url(
        facebook.origin("facebook"), way, app_of(facebook), RETURN, "s", "c"
    )
    location = facebook.consent(url)
    return location.split("code=")[1].split("&")[0].split("#")[0]


async def send_first_bytes(desk: Desk, film: Path, number: int) -> None:
    """What arrives when a connection breaks in the middle of a video."""
    kept = desk.progress.read("video")
    assert kept is not None
    answer = await desk.http.post(
        f"{desk.account.server}/video-upload/v26.0/{kept['video_id']}",
        network="facebook",
        purpose="test",
        headers={
            "Authorization": f"OAuth {desk.account.tokens.access.reveal()}",
            "offset": "0",
            "file_size": str(film.stat().st_size),
        },
        body=Slice(film, 0, number),
    )
    assert answer.ok


class TestConnecting:
    async def exchange(self, http: Http, facebook: RunningSandbox, code: str) -> object:
        returned = OAuthReturn(code=code, redirect_uri=RETURN, code_verifier=Secret("v"))
        origin = facebook.origin("facebook")
        return await Facebook().exchange(http, origin, WAY, app_of(facebook), returned)

    async def test_every_page_of_the_person_is_an_account(
        self, http: Http, facebook: RunningSandbox
    ) -> None:
        found = await self.exchange(http, facebook, code_from(facebook))

        assert isinstance(found, tuple)
        assert [each.handle for each in found] == ["ponts", "ponts.events"]
        assert found[0].display_name == "Librairie Ponts"
        assert set(found[0].tokens.scopes) == set(WAY.scopes)

    async def test_a_page_token_has_no_end(self, http: Http, facebook: RunningSandbox) -> None:
        found = await self.exchange(http, facebook, code_from(facebook))
        assert isinstance(found, tuple)

        facebook.advance(100 * 24 * HOUR)
        token = facebook.sandbox.networks["facebook"].shelf.tokens.get(
            found[0].tokens.access.reveal()
        )

        assert found[0].tokens.expires_at is None
        assert token is not None
        assert token.expires_at is None

    async def test_a_code_is_good_once(self, http: Http, facebook: RunningSandbox) -> None:
        code = code_from(facebook)
        await self.exchange(http, facebook, code)

        with pytest.raises(Refused) as refusal:
            await self.exchange(http, facebook, code)

        assert refusal.value.code == "code-refused"

    async def test_less_than_posting_needs_is_refused_by_name(
        self, http: Http, facebook: RunningSandbox
    ) -> None:
        with pytest.raises(Refused) as refusal:
            await self.exchange(http, facebook, code_from(facebook, NEEDED[:2]))

        assert refusal.value.code == "scope-missing"
        assert "pages_manage_posts" in refusal.value.sentence

    async def test_what_posting_can_do_without_may_be_declined(
        self, http: Http, facebook: RunningSandbox
    ) -> None:
        assert await self.exchange(http, facebook, code_from(facebook, NEEDED))

    async def test_a_person_without_a_page_is_told_so(
        self, http: Http, facebook: RunningSandbox
    ) -> None:
        people = facebook.sandbox.networks["facebook"].shelf.people
        for page in people:
            people.put(replace(page, managed_by=""))

        with pytest.raises(Refused) as refusal:
            await self.exchange(http, facebook, code_from(facebook))

        assert refusal.value.code == "no-page"

    async def test_the_owners_app_is_checked(self, http: Http, facebook: RunningSandbox) -> None:
        origin, app = facebook.origin("facebook"), app_of(facebook)
        await Facebook().check_app(http, origin, META_APP, app)

        for wrong in (
            replace(app, client_secret=Secret("other")),
            replace(app, client_id="other"),
        ):
            with pytest.raises(Refused) as refusal:
                await Facebook().check_app(http, origin, META_APP, wrong)
            assert refusal.value.code == "bad-app"


class TestPublishing:
    async def test_photos_arrive_in_their_order_with_their_descriptions(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        images = []
        for colour in ("teal", "maroon"):
            path = tmp_path / f"{colour}.jpg"
            draw_picture(path, colour=colour)
            images.append(picture_file(path, alt=f"A {colour} wall"))

        receipt = await desk.post(Part(text=EVENING, media=tuple(images)))

        (post,) = desk.posts
        assert post["remote_id"] == receipt.remote_id
        assert post["alts"] == ["A teal wall", "A maroon wall"]
        assert desk.files(post) == [image.path.read_bytes() for image in images]

    async def test_a_photo_that_was_uploaded_is_not_uploaded_again(
        self, desk: Desk, image: MediaFile
    ) -> None:
        part = Part(text=EVENING, media=(image,))
        first = await desk.prepare(part)

        second = await desk.prepare(part)

        assert first.body == second.body
        assert len(desk.calls("POST", "/photos")) == 1

    async def test_a_photo_that_facebook_threw_away_is_uploaded_anew(
        self, desk: Desk, image: MediaFile
    ) -> None:
        part = Part(text=EVENING, media=(image,))
        await desk.prepare(part)
        desk.sandbox.advance(25 * HOUR)

        await desk.publish(await desk.prepare(part))

        assert len(desk.calls("POST", "/photos")) == 2
        assert len(desk.posts) == 1

    async def test_a_video_arrives_in_the_chunks_that_are_asked_for(
        self, desk: Desk, long_film: Path
    ) -> None:
        receipt = await desk.post(Part(text=EVENING, media=(video_file(long_film, alt=""),)))

        (post,) = desk.posts
        assert post["remote_id"] == receipt.remote_id
        assert desk.files(post) == [long_film.read_bytes()]
        assert len(desk.calls("POST", "/videos")) == 1 + 4 + 1
        assert receipt.url.endswith(f"/videos/{receipt.remote_id}/")

    async def test_a_broken_upload_goes_on_where_it_stopped(
        self, desk: Desk, long_film: Path
    ) -> None:
        part = Part(text=EVENING, media=(video_file(long_film, alt=""),))
        desk.order("lose-request", "upload", after=3)
        with pytest.raises(NotSent):
            await desk.prepare(part)

        await desk.publish(await desk.prepare(part))

        assert desk.files(desk.posts[0]) == [long_film.read_bytes()]
        assert len(desk.calls("POST", "/videos")) == 1 + 4 + 1 + 1

    async def test_a_chunk_whose_answer_was_lost_is_not_sent_twice(
        self, desk: Desk, long_film: Path
    ) -> None:
        part = Part(text=EVENING, media=(video_file(long_film, alt=""),))
        desk.order("lose-answer", "upload", after=2)
        with pytest.raises(NotSent):
            await desk.prepare(part)

        await desk.publish(await desk.prepare(part))

        assert desk.files(desk.posts[0]) == [long_film.read_bytes()]
        assert len(desk.calls("POST", "/videos")) == 1 + 4 + 1 + 1

    async def test_a_reel_arrives(self, desk: Desk, filmed: Path) -> None:
        part = Part(text=EVENING, media=(video_file(filmed, alt=""),), format=Format.REEL)

        receipt = await desk.post(part)

        (post,) = desk.posts
        assert (post["remote_id"], post["extra"]["kind"]) == (receipt.remote_id, "reel")
        assert receipt.url.endswith(f"/reel/{receipt.remote_id}/")

    async def test_a_reel_whose_upload_broke_goes_on(self, desk: Desk, filmed: Path) -> None:
        part = Part(text=EVENING, media=(video_file(filmed, alt=""),), format=Format.REEL)
        desk.order("lose-answer", "upload", after=1)
        with pytest.raises(NotSent):
            await desk.prepare(part)

        await desk.publish(await desk.prepare(part))

        assert desk.files(desk.posts[0]) == [filmed.read_bytes()]
        assert len(desk.calls("POST", "/video_reels")) == 2

    @pytest.mark.parametrize("arrived", [0, 1000])
    async def test_a_reel_goes_on_from_the_bytes_that_arrived(
        self, desk: Desk, filmed: Path, arrived: int
    ) -> None:
        part = Part(text=EVENING, media=(video_file(filmed, alt=""),), format=Format.REEL)
        desk.order("lose-request", "upload", after=1)
        with pytest.raises(NotSent):
            await desk.prepare(part)
        if arrived:
            await send_first_bytes(desk, filmed, arrived)

        await desk.publish(await desk.prepare(part))

        assert desk.files(desk.posts[0]) == [filmed.read_bytes()]
        assert len(desk.calls("POST", "/video_reels")) == 2

    @pytest.mark.parametrize("kind", ["photo", "video"])
    async def test_a_story_arrives(
        self, desk: Desk, image: MediaFile, filmed: Path, kind: str
    ) -> None:
        media = image if kind == "photo" else video_file(filmed, alt="")

        receipt = await desk.post(Part(text="", media=(media,), format=Format.STORY))

        (post,) = desk.posts
        assert post["remote_id"] == receipt.remote_id
        assert post["extra"]["kind"] == f"{kind}-story"

    async def test_a_video_that_is_still_worked_on_is_not_called_published(
        self, desk: Desk, filmed: Path
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(video_file(filmed, alt=""),)))
        desk.order("slow-processing", "processing", seconds=60)
        sent_at = now()
        with pytest.raises(Unknown) as trouble:
            await desk.publish(prepared)

        with pytest.raises(NotSent):
            await desk.look_up(prepared, sent_at)
        desk.sandbox.advance(61)
        found = await desk.look_up(prepared, sent_at)

        assert trouble.value.code == "processing"
        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == desk.posts[0]["remote_id"]

    async def test_a_video_that_is_none_is_refused(self, desk: Desk, tmp_path: Path) -> None:
        path = tmp_path / "no-video.mp4"
        path.write_bytes(b"no video at all")
        prepared = await desk.prepare(Part(text=EVENING, media=(video_file(path, alt=""),)))

        with pytest.raises(Refused):
            await desk.publish(prepared)

        assert desk.posts == []

    async def test_a_comment_with_media_is_refused(self, desk: Desk, image: MediaFile) -> None:
        post = await desk.post(EVENING)

        with pytest.raises(Refused):
            await desk.post(Part(text="Bis", media=(image,), is_comment=True), (post,))

    @pytest.mark.parametrize(
        ("detail", "kind"),
        [
            ("", Refused),
            ("duplicate", Duplicate),
            ("spam", Refused),
            ("permission", Reconnect),
            ("blocked", Blocked),
        ],
    )
    async def test_each_refusal_is_understood(
        self, desk: Desk, detail: str, kind: type[Exception]
    ) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("refuse", "publish", detail=detail)

        with pytest.raises(kind):
            await desk.publish(prepared)

        assert desk.posts == []

    async def test_an_equal_text_may_be_refused_as_such(self, desk: Desk) -> None:
        desk.quirk("duplicate-guard")
        await desk.post(EVENING)

        with pytest.raises(Duplicate):
            await desk.post(EVENING)

    async def test_a_retired_version_stops_everything(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("retired-version", "publish")

        with pytest.raises(Blocked) as trouble:
            await desk.publish(prepared)

        assert trouble.value.code == "version-retired"

    async def test_a_limit_says_until_when(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("rate-limit", "publish", seconds=300)

        with pytest.raises(SlowDown) as limit:
            await desk.publish(prepared)

        assert limit.value.until is not None
        assert abs(limit.value.until - now() - timedelta(minutes=5)) < timedelta(seconds=90)


class TestLookingUp:
    async def test_a_photo_that_was_posted_under_a_server_error_is_found(
        self, desk: Desk, image: MediaFile
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(image,)))
        desk.order("error-after", "publish")
        sent_at = now()
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        found = await desk.look_up(prepared, sent_at)

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == desk.posts[0]["remote_id"]

    async def test_an_equal_text_an_hour_earlier_is_not_ours(self, desk: Desk) -> None:
        await desk.post(EVENING)
        desk.sandbox.advance(HOUR)
        prepared = await desk.prepare(EVENING)
        desk.order("lose-request", "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        found = await desk.look_up(prepared, desk.sandbox.now())

        assert found.presence is Presence.ABSENT

    async def test_two_equal_posts_are_for_a_person_to_tell_unless_one_is_known(
        self, desk: Desk
    ) -> None:
        sent_at = now()
        first = await desk.post(EVENING)
        prepared = await desk.prepare(EVENING)
        second = await desk.publish(prepared)

        assert (await desk.look_up(prepared, sent_at)).presence is Presence.CANNOT_TELL
        found = await desk.look_up(prepared, sent_at, frozenset({first.remote_id}))

        assert found.published is not None
        assert found.published.remote_id == second.remote_id

    async def test_a_comment_is_found_among_those_of_others(self, desk: Desk) -> None:
        post = await desk.post(EVENING)
        desk.sandbox.advance(30 * HOUR)
        prepared = await desk.prepare(Part(text="Entrée libre", is_comment=True), (post,))
        desk.order("lose-answer", "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        found = await desk.look_up(prepared, desk.sandbox.now())

        assert found.presence is Presence.PRESENT

    async def test_a_comment_that_was_lost_is_absent(self, desk: Desk) -> None:
        post = await desk.post(EVENING)
        prepared = await desk.prepare(Part(text="Entrée libre", is_comment=True), (post,))

        assert (await desk.look_up(prepared, now())).presence is Presence.ABSENT

    @pytest.mark.parametrize(
        ("fault", "presence"),
        [("lose-answer", Presence.PRESENT), ("lose-request", Presence.ABSENT)],
    )
    async def test_the_fate_of_a_reel_is_known_by_its_id(
        self, desk: Desk, filmed: Path, fault: str, presence: Presence
    ) -> None:
        part = Part(text=EVENING, media=(video_file(filmed, alt=""),), format=Format.REEL)
        prepared = await desk.prepare(part)
        desk.order(fault, "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        assert (await desk.look_up(prepared, now())).presence is presence

    async def test_a_story_is_found_by_its_photo(self, desk: Desk, image: MediaFile) -> None:
        await desk.post(Part(text="", media=(image,), format=Format.STORY))
        desk.progress.steps.clear()
        prepared = await desk.prepare(Part(text="", media=(image,), format=Format.STORY))

        before = await desk.look_up(prepared, now())
        await desk.publish(prepared)
        after = await desk.look_up(prepared, now())

        assert (before.presence, after.presence) == (Presence.ABSENT, Presence.PRESENT)

    async def test_stories_that_are_not_archived_prove_nothing(
        self, desk: Desk, image: MediaFile
    ) -> None:
        desk.sandbox.set_quirk("facebook", "story-archive", on=False)
        prepared = await desk.prepare(Part(text="", media=(image,), format=Format.STORY))

        assert (await desk.look_up(prepared, now())).presence is Presence.CANNOT_TELL


class TestAfterwards:
    async def test_a_retired_figure_leaves_the_others(self, desk: Desk) -> None:
        receipt = await desk.post(EVENING)
        desk.sandbox.advance(24 * HOUR)
        desk.order("retired-metric", "metrics", detail="post_media_view", times=None)

        (figures,) = await desk.network.read_metrics(desk.http, desk.account, [receipt.remote_id])

        assert Metric.VIEWS not in figures.counts
        assert figures.counts[Metric.REACH] > 0
        assert figures.counts[Metric.REACTIONS] > 0

    async def test_figures_of_all_kinds_are_read_in_their_order(
        self, desk: Desk, filmed: Path
    ) -> None:
        post = await desk.post(EVENING)
        comment = await desk.post(Part(text="Bis", is_comment=True), (post,))
        reel = await desk.post(
            Part(text="Un", media=(video_file(filmed, alt=""),), format=Format.REEL)
        )
        desk.sandbox.advance(24 * HOUR)
        ids = [comment.remote_id, reel.remote_id, post.remote_id]

        read = await desk.network.read_metrics(desk.http, desk.account, ids)

        assert [each.remote_id for each in read] == ids
        assert Metric.LIKES in read[0].counts
        assert read[1].counts[Metric.VIDEO_VIEWS] > 0
        assert read[2].counts[Metric.VIEWS] > 0

    async def test_fifty_posts_are_read_at_once(self, desk: Desk) -> None:
        ids = [(await desk.post(f"Soirée {number}")).remote_id for number in range(5)]
        before = len(desk.sandbox.calls("facebook"))

        await desk.network.read_metrics(desk.http, desk.account, ids)

        assert len(desk.sandbox.calls("facebook")) - before == 2

    async def test_a_deleted_post_is_gone_and_the_others_are_read(self, desk: Desk) -> None:
        gone, kept = await desk.post("Un"), await desk.post("Deux")
        await desk.network.delete(desk.http, desk.account, gone.remote_id)

        first, second = await desk.network.read_metrics(
            desk.http, desk.account, [gone.remote_id, kept.remote_id]
        )

        assert first.is_gone
        assert not second.is_gone
        assert Metric.REACTIONS in second.counts

    async def test_figures_without_the_right_to_insights_are_the_public_ones(
        self, http: Http, facebook: RunningSandbox
    ) -> None:
        desk = desk_in(
            http, facebook, Facebook(), way="facebook-login", traits=TRAITS, scopes=NEEDED
        )
        receipt = await desk.post(EVENING)

        (figures,) = await desk.network.read_metrics(http, desk.account, [receipt.remote_id])

        assert Metric.REACTIONS in figures.counts
        assert Metric.VIEWS not in figures.counts

    async def test_comments_are_read_page_by_page(self, desk: Desk) -> None:
        post = await desk.post(EVENING)
        own = [await desk.post(Part(text=f"{n}", is_comment=True), (post,)) for n in range(60)]

        first = await desk.network.read_replies(desk.http, desk.account, post.remote_id)
        rest = await desk.network.read_replies(
            desk.http, desk.account, post.remote_id, first.cursor
        )

        assert first.cursor is not None
        assert rest.cursor is None
        assert [reply.remote_id for reply in (*first.replies, *rest.replies)] == [
            each.remote_id for each in own
        ]

    async def test_the_audiences_comments_tell_who_wrote_them(self, desk: Desk) -> None:
        post = await desk.post(EVENING)
        desk.sandbox.advance(40 * HOUR)

        replies = (await desk.network.read_replies(desk.http, desk.account, post.remote_id)).replies

        assert replies
        assert {reply.author_name for reply in replies} <= {"Alice", "Bob", "Charlie"}
        assert {reply.parent_id for reply in replies} == {post.remote_id}

    async def test_comments_of_a_deleted_post_are_refused(self, desk: Desk) -> None:
        post = await desk.post(EVENING)
        await desk.network.delete(desk.http, desk.account, post.remote_id)

        with pytest.raises(Refused) as refusal:
            await desk.network.read_replies(desk.http, desk.account, post.remote_id)

        assert refusal.value.code == "post-gone"

    async def test_deleting_twice_is_a_success(self, desk: Desk) -> None:
        post = await desk.post(EVENING)

        for _ in range(2):
            await desk.network.delete(desk.http, desk.account, post.remote_id)

        assert desk.posts == []
