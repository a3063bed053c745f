"""Instagram: connecting, publishing, looking up, measuring, deleting, in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from parvis.networks.contract import (
    AppRegistration,
    Connected,
    MediaFile,
    OAuthReturn,
    Part,
    Presence,
    Secret,
    Way,
)
from parvis.networks.errors import (
    Blocked,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.graph.login import META_APP
from parvis.networks.http import Call, Http
from parvis.networks.instagram import Instagram
from parvis.networks.instagram.api import FACEBOOK_LOGIN, INSTAGRAM_LOGIN
from parvis.networks.instagram.permission import BY_PAGE, DIRECT
from parvis.networks.instagram.traits import traits_of
from parvis.networks.measures import Metric
from parvis.networks.traits import Format
from parvis.sandbox.instagram import Instagram as SandboxInstagram
from tests.networks.grounds import account_of
from tests.networks.media import MediaHost, draw_picture, picture_file, video_file
from tests.networks.meta_desk import NO_PAUSES, Desk, desk_in, now
from tests.servers.sandbox import RunningSandbox, running_sandbox

EVENING = "Ce soir à 19 h : lecture de « La Place » 📚 #lecture"
RETURN = "http://127.0.0.1:8000/connect/return"
HOUR = 3600


@pytest.fixture(scope="module")
def module_instagram() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(SandboxInstagram,)) as running:
        yield running


@pytest.fixture
def instagram(module_instagram: RunningSandbox) -> RunningSandbox:
    module_instagram.reset()
    return module_instagram


@pytest.fixture
def desk(http: Http, instagram: RunningSandbox) -> Desk:
    network = Instagram(pauses=NO_PAUSES)
    traits = traits_of(INSTAGRAM_LOGIN)
    return desk_in(http, instagram, network, way=INSTAGRAM_LOGIN, traits=traits)


@pytest.fixture
def shown(image: MediaFile, media_host: MediaHost) -> MediaFile:
    """The picture of the shop window at its public address."""
    return media_host.serve(image)


@pytest.fixture
def filmed_reading(filmed: Path, media_host: MediaHost) -> MediaFile:
    return media_host.serve(video_file(filmed, alt=""))


async def connect(
    http: Http, instagram: RunningSandbox, way: Way, network: Instagram | None = None
) -> tuple[Connected, ...]:
    network, origin = network or Instagram(), instagram.origin("instagram")
    told = instagram.told("instagram")["apps"][0]
    app = AppRegistration(client_id=told["client_id"], client_secret=Secret(told["client_secret"]))
    location = instagram.consent(network.authorise_url(origin, way, app, RETURN, "s", "c"))
    code = location.split("code=")[1].split("&")[0]
    returned = OAuthReturn(code=code, redirect_uri=RETURN, code_verifier=Secret("v"))
    return await network.exchange(http, origin, way, app, returned)


class TestConnecting:
    @pytest.mark.parametrize("wrapped", [True, False])
    async def test_signing_in_at_instagram_connects_one_account(
        self, http: Http, instagram: RunningSandbox, wrapped: bool
    ) -> None:
        instagram.set_quirk("instagram", "wrapped", on=wrapped)

        (found,) = await connect(http, instagram, DIRECT)

        assert (found.handle, found.display_name) == ("ponts", "Librairie Ponts")
        assert found.way == INSTAGRAM_LOGIN
        assert found.tokens.expires_at is not None
        assert found.tokens.expires_at > now() + timedelta(days=59)
        assert set(found.tokens.scopes) == set(DIRECT.scopes)

    async def test_through_a_page_every_linked_account_is_connected(
        self, http: Http, instagram: RunningSandbox
    ) -> None:
        found = await connect(http, instagram, BY_PAGE)

        assert [each.handle for each in found] == ["ponts", "ponts_events"]
        assert {each.way for each in found} == {FACEBOOK_LOGIN}
        assert found[0].tokens.expires_at is None

    async def test_both_ways_lead_to_the_same_account(
        self, http: Http, instagram: RunningSandbox
    ) -> None:
        (direct,) = await connect(http, instagram, DIRECT)
        by_page = await connect(http, instagram, BY_PAGE)

        assert direct.remote_id == by_page[0].remote_id

    async def test_pages_without_a_professional_account_are_told(
        self, http: Http, instagram: RunningSandbox
    ) -> None:
        people = instagram.sandbox.networks["instagram"].shelf.people
        for person in people:
            people.put(replace(person, managed_by=""))

        with pytest.raises(Refused) as refusal:
            await connect(http, instagram, BY_PAGE)

        assert refusal.value.code == "no-professional-account"

    async def test_less_than_posting_needs_is_refused(
        self, http: Http, instagram: RunningSandbox
    ) -> None:
        with pytest.raises(Refused) as refusal:
            await connect(http, instagram, replace(DIRECT, scopes=DIRECT.scopes[:1]))

        assert refusal.value.code == "scope-missing"

    async def test_a_token_is_renewed_before_it_expires(
        self, http: Http, instagram: RunningSandbox
    ) -> None:
        (found,) = await connect(http, instagram, DIRECT)
        account = account_of(found)
        instagram.advance(50 * 24 * HOUR)

        renewed = await Instagram().refresh(http, account, None)
        instagram.advance(30 * 24 * HOUR)
        fresh = replace(account, tokens=renewed)

        assert renewed.access.reveal() != found.tokens.access.reveal()
        assert renewed.scopes == found.tokens.scopes
        assert await Instagram().check(http, fresh) == "ponts"

    async def test_a_token_that_lapsed_is_renewed_by_the_person_alone(
        self, http: Http, instagram: RunningSandbox
    ) -> None:
        (found,) = await connect(http, instagram, DIRECT)
        instagram.advance(61 * 24 * HOUR)

        with pytest.raises(Reconnect):
            await Instagram().refresh(http, account_of(found), None)

    async def test_the_owners_meta_app_is_checked(
        self, http: Http, instagram: RunningSandbox
    ) -> None:
        wrong = AppRegistration(client_id="other", client_secret=Secret("other"))

        with pytest.raises(Refused) as refusal:
            await Instagram().check_app(http, instagram.origin("instagram"), META_APP, wrong)

        assert refusal.value.code == "bad-app"


class TestPublishing:
    async def test_a_picture_is_fetched_with_its_description(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        receipt = await desk.post(Part(text=EVENING, media=(shown,)))

        (post,) = desk.posts
        assert (post["remote_id"], post["text"]) == (receipt.remote_id, EVENING)
        assert post["alts"] == [shown.alt]
        assert desk.files(post) == [shown.path.read_bytes()]
        assert receipt.url == post["url"]
        assert receipt.published_at is not None

    async def test_a_carousel_mixes_pictures_and_videos_in_their_order(
        self, desk: Desk, shown: MediaFile, filmed_reading: MediaFile
    ) -> None:
        desk.order("slow-processing", "processing", polls=2)

        await desk.post(Part(text=EVENING, media=(shown, filmed_reading)))

        (post,) = desk.posts
        assert [one["media_type"] for one in post["media"]] == ["image/jpeg", "video/mp4"]
        assert desk.files(post) == [shown.path.read_bytes(), filmed_reading.path.read_bytes()]

    async def test_a_story_is_a_story(self, desk: Desk, shown: MediaFile) -> None:
        bare = replace(shown, alt="")

        await desk.post(Part(text="", media=(bare,), format=Format.STORY))

        (post,) = desk.posts
        assert post["extra"]["format"] == "story"

    async def test_containers_are_kept_over_a_death(
        self, desk: Desk, shown: MediaFile, filmed_reading: MediaFile
    ) -> None:
        part = Part(text=EVENING, media=(shown, filmed_reading))
        desk.order("lose-request", "container", after=2)
        with pytest.raises(NotSent):
            await desk.prepare(part)

        first = await desk.prepare(part)
        second = await desk.prepare(part)

        assert first.body == second.body
        assert len(desk.calls("POST", "/media")) == 4

    async def test_a_video_that_takes_long_is_asked_for_again(
        self, desk: Desk, filmed_reading: MediaFile
    ) -> None:
        part = Part(text=EVENING, media=(filmed_reading,))
        desk.order("slow-processing", "processing", polls=50)
        with pytest.raises(NotSent) as trouble:
            await desk.prepare(part)
        assert trouble.value.code == "processing"

        for _ in range(20):
            try:
                await desk.publish(await desk.prepare(part))
                break
            except NotSent:
                continue

        assert len(desk.posts) == 1
        assert len(desk.calls("POST", "/media")) == 1

    async def test_an_expired_container_is_made_anew(self, desk: Desk, shown: MediaFile) -> None:
        part = Part(text=EVENING, media=(shown,))
        prepared = await desk.prepare(part)
        desk.sandbox.advance(25 * HOUR)
        with pytest.raises(PrepareAnew):
            await desk.publish(prepared)

        await desk.publish(await desk.prepare(part))

        assert len(desk.posts) == 1

    async def test_a_finished_container_may_not_be_there_yet(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(shown,)))
        desk.order("container-race", "publish")
        with pytest.raises(NotSent):
            await desk.publish(prepared)
        assert desk.posts == []

        await desk.publish(prepared)

        assert len(desk.posts) == 1

    async def test_a_container_is_never_published_twice(self, desk: Desk, shown: MediaFile) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(shown,)))
        await desk.publish(prepared)

        with pytest.raises(Unknown) as trouble:
            await desk.publish(prepared)

        assert trouble.value.code == "published-already"
        assert len(desk.posts) == 1

    async def test_media_that_cannot_be_fetched_are_tried_again(
        self, desk: Desk, image: MediaFile
    ) -> None:
        lost = replace(image, public_url="http://127.0.0.1:9/gone.jpg")

        with pytest.raises(NotSent) as trouble:
            await desk.prepare(Part(text=EVENING, media=(lost,)))

        assert trouble.value.code == "media-unreachable"
        assert "gone.jpg" not in str(trouble.value)

    async def test_a_video_that_is_none_is_refused_with_instagrams_reason(
        self, desk: Desk, tmp_path: Path, media_host: MediaHost
    ) -> None:
        path = tmp_path / "no-video.mp4"
        path.write_bytes(b"no video at all")

        with pytest.raises(Refused) as refusal:
            await desk.prepare(
                Part(text=EVENING, media=(media_host.serve(video_file(path, alt="")),))
            )

        assert refusal.value.code == "media-refused"
        assert "Unsupported video format" in refusal.value.sentence

    async def test_a_picture_of_another_shape_is_refused(
        self, desk: Desk, tmp_path: Path, media_host: MediaHost
    ) -> None:
        """As when its size was told wrongly: the last look here has let it through."""
        path = tmp_path / "tall.jpg"
        draw_picture(path, size=(200, 600))

        with pytest.raises(Refused) as refusal:
            await desk.prepare(Part(text=EVENING, media=(media_host.serve(picture_file(path)),)))

        assert refusal.value.code == "media-refused"

    async def test_a_used_up_quota_is_seen_before_anything_is_made(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        desk.quirk("quota-of-one")
        await desk.post(Part(text=EVENING, media=(shown,)))

        with pytest.raises(SlowDown) as limit:
            await desk.post(Part(text="Encore", media=(shown,)))

        assert limit.value.code == "publishing-limit"
        assert len(desk.calls("POST", "/media")) == 1

    @pytest.mark.parametrize(
        ("detail", "kind"),
        [
            ("", Refused),
            ("spam", Refused),
            ("restricted", Blocked),
            ("quota", SlowDown),
            ("builder", PrepareAnew),
            ("permission", Reconnect),
        ],
    )
    async def test_each_refusal_is_understood(
        self, desk: Desk, shown: MediaFile, detail: str, kind: type[Exception]
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(shown,)))
        desk.order("refuse", "publish", detail=detail)

        with pytest.raises(kind):
            await desk.publish(prepared)

        assert desk.posts == []

    async def test_a_refusal_of_what_is_out_is_not_believed(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(shown,)))
        desk.order("lose-answer", "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)
        desk.order("refuse", "publish")

        with pytest.raises(Unknown):
            await desk.publish(prepared)

    async def test_the_address_of_the_media_reaches_no_meter(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        calls: list[Call] = []
        desk.http = desk.http.metered(calls.append)

        await desk.post(Part(text=EVENING, media=(shown,)))

        assert shown.public_url not in repr(calls)


class TestLookingUp:
    @pytest.mark.parametrize("fault", ["lose-answer", "error-after", "malformed"])
    async def test_what_is_out_is_found_by_its_container(
        self, desk: Desk, shown: MediaFile, fault: str
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(shown,)))
        desk.order(fault, "publish")
        sent_at = now()
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        found = await desk.look_up(prepared, sent_at)

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        assert found.published.remote_id == desk.posts[0]["remote_id"]

    async def test_a_container_that_still_waits_was_not_published(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        part = Part(text=EVENING, media=(shown,))
        await desk.post(part)
        desk.progress.steps.clear()
        prepared = await desk.prepare(part)

        assert (await desk.look_up(prepared, now())).presence is Presence.ABSENT

    async def test_an_equal_caption_an_hour_earlier_is_not_ours(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        part = Part(text=EVENING, media=(shown,))
        await desk.post(part)
        desk.sandbox.advance(HOUR)
        desk.progress.steps.clear()
        prepared = await desk.prepare(part)
        desk.order("lose-answer", "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        found = await desk.look_up(prepared, desk.sandbox.now())

        assert found.published is not None
        assert found.published.remote_id == desk.posts[1]["remote_id"]

    async def test_a_container_that_is_denied_proves_no_absence(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(shown,)))
        desk.quirk("hides-containers")

        before = await desk.look_up(prepared, now())
        await desk.publish(prepared)
        after = await desk.look_up(prepared, now())

        assert (before.presence, after.presence) == (Presence.CANNOT_TELL, Presence.PRESENT)

    async def test_an_expired_container_that_is_nowhere_is_absent(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        prepared = await desk.prepare(Part(text=EVENING, media=(shown,)))
        sent_at = now()
        desk.sandbox.advance(25 * HOUR)

        assert (await desk.look_up(prepared, sent_at)).presence is Presence.ABSENT

    @pytest.mark.parametrize(
        ("fault", "presence"),
        [("lose-answer", Presence.PRESENT), ("lose-request", Presence.ABSENT)],
    )
    async def test_a_comment_is_found_by_its_text(
        self, desk: Desk, shown: MediaFile, fault: str, presence: Presence
    ) -> None:
        post = await desk.post(Part(text=EVENING, media=(shown,)))
        prepared = await desk.prepare(Part(text="Entrée libre", is_comment=True), (post,))
        desk.order(fault, "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        assert (await desk.look_up(prepared, now())).presence is presence

    async def test_an_equal_comment_of_somebody_else_is_not_ours(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        sent_at = now()
        post = await desk.post(Part(text=EVENING, media=(shown,)))
        desk.sandbox.advance(40 * HOUR)
        theirs = desk.sandbox.answers_to("instagram", post.remote_id)[0]
        prepared = await desk.prepare(Part(text=theirs["text"], is_comment=True), (post,))

        assert (await desk.look_up(prepared, sent_at)).presence is Presence.ABSENT


class TestAfterwards:
    async def test_figures_that_this_kind_does_not_have_leave_the_others(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        receipt = await desk.post(Part(text=EVENING, media=(shown,)))
        desk.sandbox.advance(24 * HOUR)

        (figures,) = await desk.network.read_metrics(desk.http, desk.account, [receipt.remote_id])

        assert figures.counts[Metric.VIEWS] > 0
        assert {Metric.REACH, Metric.LIKES, Metric.SAVES, Metric.ENGAGEMENTS} <= set(figures.counts)
        assert Metric.SHARES not in figures.counts

    async def test_a_retired_figure_leaves_the_others(self, desk: Desk, shown: MediaFile) -> None:
        receipt = await desk.post(Part(text=EVENING, media=(shown,)))
        desk.sandbox.advance(24 * HOUR)
        desk.order("retired-metric", "metrics", detail="views", times=None)

        (figures,) = await desk.network.read_metrics(desk.http, desk.account, [receipt.remote_id])

        assert Metric.VIEWS not in figures.counts
        assert figures.counts[Metric.REACH] > 0

    async def test_comments_are_read_with_who_wrote_them(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        post = await desk.post(Part(text=EVENING, media=(shown,)))
        desk.sandbox.advance(40 * HOUR)

        replies = (await desk.network.read_replies(desk.http, desk.account, post.remote_id)).replies

        assert replies
        assert {reply.author_handle for reply in replies} <= {"alice", "bob", "charlie"}
        assert [reply.written_at for reply in replies] == sorted(
            reply.written_at for reply in replies
        )

    async def test_through_a_page_a_post_can_be_deleted_twice(
        self, http: Http, instagram: RunningSandbox, shown: MediaFile
    ) -> None:
        network = Instagram(pauses=NO_PAUSES)
        found = await connect(http, instagram, BY_PAGE, network)
        desk = Desk(http, instagram, account_of(found[0]), network)
        post = await desk.post(Part(text=EVENING, media=(shown,)))

        for _ in range(2):
            await network.delete(http, desk.account, post.remote_id)
        (figures,) = await network.read_metrics(http, desk.account, [post.remote_id])

        assert desk.posts == []
        assert figures.is_gone

    async def test_at_instagram_itself_deleting_is_refused_and_nothing_is_asked(
        self, desk: Desk, shown: MediaFile
    ) -> None:
        post = await desk.post(Part(text=EVENING, media=(shown,)))

        with pytest.raises(Refused) as refusal:
            await desk.network.delete(desk.http, desk.account, post.remote_id)

        assert refusal.value.code == "no-delete"
        assert len(desk.posts) == 1
