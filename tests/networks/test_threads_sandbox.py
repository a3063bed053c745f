"""Threads: publishing, looking up, measuring and deleting, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from parvis.networks.contract import MediaFile, Part, Poll, Prepared, Presence, Published, Secret
from parvis.networks.errors import (
    Blocked,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Call, Http
from parvis.networks.measures import Metric
from parvis.networks.traits import ReplySetting
from parvis.sandbox.threads import Threads as SandboxThreads
from tests.networks.media import MediaHost
from tests.networks.threads_desk import Desk, desk_in, now
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox, running_sandbox

EVENING = "Ce soir à 19 h : lecture de « La Place » 📚 https://example.org/lecture #lecture"
HOUR = 3600


@pytest.fixture(scope="module")
def module_threads() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(SandboxThreads,)) as running:
        yield running


@pytest.fixture
def desk(http: Http, module_threads: RunningSandbox) -> Desk:
    module_threads.reset()
    return desk_in(http, module_threads)


def as_old_as(prepared: Prepared, age: timedelta) -> Prepared:
    made_at = (now() - age).isoformat()
    return replace(prepared, body=prepared.body | {"made_at": made_at})


class TestPublishing:
    async def test_a_text_arrives_as_it_was_written(self, desk: Desk) -> None:
        receipt = await desk.post(EVENING)

        (post,) = desk.sandbox.posts("threads")
        assert (post["remote_id"], post["text"]) == (receipt.remote_id, EVENING)
        assert receipt.url == post["url"]
        assert receipt.published_at is not None

    async def test_an_image_is_fetched_with_its_description(
        self, desk: Desk, image: MediaFile, media_host: MediaHost
    ) -> None:
        await desk.post(Part(text=EVENING, media=(media_host.serve(image),)))

        (post,) = desk.sandbox.posts("threads")
        assert post["alts"] == [image.alt]
        sha256 = post["media"][0]["sha256"]
        assert desk.sandbox.medium("threads", sha256) == image.path.read_bytes()

    async def test_a_carousel_mixes_images_and_videos_in_their_order(
        self, desk: Desk, image: MediaFile, video: MediaFile, media_host: MediaHost
    ) -> None:
        desk.order("slow-processing", "processing", polls=1)
        media = (media_host.serve(image), media_host.serve(replace(video, alt="Charlie reads")))
        await desk.post(Part(text=EVENING, media=media))

        (post,) = desk.sandbox.posts("threads")
        assert post["alts"] == [image.alt, "Charlie reads"]
        assert [m["media_type"] for m in post["media"]] == ["image/jpeg", "video/mp4"]

    async def test_a_post_of_an_image_alone_needs_no_text(
        self, desk: Desk, image: MediaFile, media_host: MediaHost
    ) -> None:
        await desk.post(Part(text="", media=(media_host.serve(image),)))

        assert desk.texts() == [""]

    async def test_a_poll_has_its_options(self, desk: Desk) -> None:
        poll = Poll(options=("Samedi", "Dimanche 🌞", "Jamais"), minutes=24 * 60)

        await desk.post(Part(text="Quand ?", poll=poll))

        (post,) = desk.sandbox.posts("threads")
        assert post["extra"]["poll"]["options"] == list(poll.options)

    @pytest.mark.parametrize(
        ("setting", "audience"),
        [
            (ReplySetting.EVERYONE, "everyone"),
            (ReplySetting.FOLLOWED, "accounts_you_follow"),
            (ReplySetting.FOLLOWERS, "followers_only"),
            (ReplySetting.MENTIONED, "mentioned_only"),
        ],
    )
    async def test_those_may_answer_who_were_chosen(
        self, desk: Desk, setting: ReplySetting, audience: str
    ) -> None:
        await desk.post(Part(text=EVENING, reply_setting=setting))

        (post,) = desk.sandbox.posts("threads")
        assert post["extra"]["asked"]["reply_control"] == audience

    async def test_each_part_of_a_thread_answers_the_one_before(self, desk: Desk) -> None:
        receipts: list[Published] = []
        for text in ("1/3", "2/3", "3/3"):
            receipts.append(await desk.post(text, receipts))

        first, second, third = desk.sandbox.posts("threads")
        assert (first["parent"], second["parent"]) == ("", first["remote_id"])
        assert (third["parent"], third["root"]) == (second["remote_id"], first["remote_id"])

    async def test_a_first_comment_answers_the_first_part(self, desk: Desk) -> None:
        receipts = [await desk.post("1/2")]
        receipts.append(await desk.post("2/2", receipts))

        await desk.post(Part(text="https://example.org", is_comment=True), receipts)

        first, _, comment = desk.sandbox.posts("threads")
        assert comment["parent"] == first["remote_id"]

    async def test_preparing_publishes_nothing(self, desk: Desk) -> None:
        await desk.prepare(EVENING)

        assert desk.texts() == []

    async def test_what_is_prepared_holds_no_secret_and_no_public_address(
        self, desk: Desk, image: MediaFile, media_host: MediaHost
    ) -> None:
        served = media_host.serve(image)
        prepared = await desk.prepare(Part(text=EVENING, media=(served,)))

        kept = str((prepared.to_json(), desk.progress.steps))
        assert desk.account.tokens.access.reveal() not in kept
        assert served.public_url not in kept

    async def test_the_same_container_is_never_published_twice(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        await desk.publish(prepared)

        with pytest.raises(NotSent):
            await desk.publish(prepared)
        assert desk.texts() == [EVENING]

    async def test_a_receipt_without_its_address_is_a_receipt(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("error-before", "look-up")

        receipt = await desk.publish(prepared)

        assert desk.texts() == [EVENING]
        assert receipt.url == "https://www.threads.com/@ponts"


class TestPreparing:
    async def test_a_repeat_takes_the_container_that_was_made(self, desk: Desk) -> None:
        first = await desk.prepare(EVENING)
        second = await desk.prepare(EVENING)

        assert first.body == second.body
        assert len(desk.calls("container")) == 1

    async def test_slow_media_are_waited_for_in_the_next_call(
        self, desk: Desk, video: MediaFile, media_host: MediaHost
    ) -> None:
        desk.order("slow-processing", "processing", seconds=HOUR)
        part = Part(text=EVENING, media=(media_host.serve(video),))
        with pytest.raises(NotSent) as waiting:
            await desk.prepare(part)

        desk.sandbox.advance(HOUR + 1)
        await desk.publish(await desk.prepare(part))

        assert waiting.value.code == "processing"
        assert desk.texts() == [EVENING]
        assert len(desk.calls("container")) == 1

    async def test_a_carousel_that_was_interrupted_goes_on_where_it_was(
        self, desk: Desk, image: MediaFile, media_host: MediaHost
    ) -> None:
        part = Part(text=EVENING, media=(media_host.serve(image), media_host.serve(image)))
        desk.order("error-before", "container", after=1)
        with pytest.raises(NotSent):
            await desk.prepare(part)

        await desk.publish(await desk.prepare(part))

        # One that failed, and three that were made: two items and the carousel.
        assert len(desk.calls("container")) == 4
        assert len(desk.sandbox.posts("threads")[0]["media"]) == 2

    async def test_an_expired_container_is_made_anew(self, desk: Desk) -> None:
        expired = await desk.prepare(EVENING)
        desk.sandbox.advance(25 * HOUR)

        anew = await desk.prepare(EVENING)
        await desk.publish(anew)

        assert anew.body["creation_id"] != expired.body["creation_id"]
        assert desk.texts() == [EVENING]

    async def test_a_container_that_was_published_is_not_made_again(self, desk: Desk) -> None:
        await desk.publish(await desk.prepare(EVENING))

        with pytest.raises(Unknown) as published:
            await desk.prepare(EVENING)

        assert published.value.code == "published-already"

    async def test_an_address_that_cannot_be_reached_is_tried_again(
        self, desk: Desk, image: MediaFile, media_host: MediaHost
    ) -> None:
        nowhere = replace(image, public_url=media_host.serve(image).public_url + "x")

        with pytest.raises(NotSent) as trouble:
            await desk.prepare(Part(text=EVENING, media=(nowhere,)))

        assert trouble.value.code == "media-unreachable"

    async def test_a_video_that_cannot_be_reached_is_fetched_anew_later(
        self, desk: Desk, video: MediaFile, media_host: MediaHost
    ) -> None:
        served = media_host.serve(video)
        missing = replace(served, public_url=served.public_url + "x")
        with pytest.raises(NotSent) as trouble:
            await desk.prepare(Part(text=EVENING, media=(missing,)))

        await desk.publish(await desk.prepare(Part(text=EVENING, media=(served,))))

        assert trouble.value.code == "media-unreachable"
        assert desk.texts() == [EVENING]

    async def test_a_file_that_is_no_video_is_refused(
        self, desk: Desk, image: MediaFile, media_host: MediaHost
    ) -> None:
        disguised = replace(media_host.serve(image), media_type="video/mp4", seconds=3.0)

        with pytest.raises(Refused) as refusal:
            await desk.prepare(Part(text=EVENING, media=(disguised,)))

        assert refusal.value.code == "media-refused"

    async def test_media_without_a_public_address_are_refused_before_anything_is_sent(
        self, desk: Desk, image: MediaFile
    ) -> None:
        with pytest.raises(Refused) as refusal:
            await desk.prepare(Part(text=EVENING, media=(image,)))

        assert refusal.value.code == "no-public-address"
        assert desk.calls("container") == []

    async def test_too_steep_an_image_is_refused_before_anything_is_sent(
        self, desk: Desk, image: MediaFile
    ) -> None:
        steep = replace(image, width=2000, height=100)

        with pytest.raises(Refused) as refusal:
            await desk.prepare(Part(text=EVENING, media=(steep,)))

        assert refusal.value.code == "image-shape"

    async def test_a_text_that_threads_finds_too_long_is_refused(self, desk: Desk) -> None:
        desk.account = replace(desk.account, traits=replace(desk.account.traits, text_limit=9_000))

        with pytest.raises(Refused) as refusal:
            await desk.prepare("é" * 501)

        assert refusal.value.code == "too-long"
        assert desk.texts() == []

    async def test_a_sixth_link_is_refused_before_anything_is_sent(self, desk: Desk) -> None:
        with pytest.raises(Refused) as refusal:
            await desk.prepare(_links(6))

        assert refusal.value.code == "too-many-links"
        assert not [call for call in desk.sandbox.calls("threads") if call["method"] == "POST"]

    async def test_threads_itself_refuses_a_sixth_link(self, desk: Desk) -> None:
        lenient = replace(desk.account.traits, link_limit=None)
        desk.account = replace(desk.account, traits=lenient)

        with pytest.raises(Refused) as refusal:
            await desk.prepare(_links(6))

        assert refusal.value.code == "too-many-links"
        assert desk.texts() == []

    async def test_five_links_are_taken(self, desk: Desk) -> None:
        await desk.post(f"{_links(5)} {_links(5)}")

        assert desk.texts() == [f"{_links(5)} {_links(5)}"]


def _links(number: int) -> str:
    return " ".join(f"https://example.org/{each}" for each in range(number))


class TestQuotas:
    async def test_posts_and_replies_have_quotas_of_their_own(self, desk: Desk) -> None:
        parent = await desk.post("1")
        for number in range(249):
            await _publish_at_once(desk, str(number))

        with pytest.raises(SlowDown) as limit:
            await desk.post("One too many")
        await desk.post("An answer", [parent])

        assert limit.value.code == "daily-quota"
        assert "250 posts" in limit.value.sentence

    async def test_a_call_limit_says_until_when_to_wait(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("rate-limit", "publish", seconds=120)

        with pytest.raises(SlowDown) as limit:
            await desk.publish(prepared)

        assert limit.value.until is not None
        assert timedelta(seconds=90) < limit.value.until - now() <= timedelta(seconds=120)
        assert desk.texts() == []


class TestTheRace:
    async def test_a_finished_container_that_is_not_found_is_tried_again(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("container-race", "publish")

        with pytest.raises(NotSent) as race:
            await desk.publish(prepared)
        await desk.publish(prepared)

        assert not isinstance(race.value, PrepareAnew)
        assert race.value.code == "media-not-found"
        assert desk.texts() == [EVENING]

    async def test_one_that_is_not_found_for_minutes_is_made_anew(self, desk: Desk) -> None:
        prepared = as_old_as(await desk.prepare(EVENING), timedelta(minutes=6))
        desk.order("container-race", "publish")

        with pytest.raises(PrepareAnew):
            await desk.publish(prepared)

    async def test_one_that_was_published_is_not_made_anew(self, desk: Desk) -> None:
        prepared = as_old_as(await desk.prepare(EVENING), timedelta(minutes=6))
        desk.order("lose-answer", "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        with pytest.raises(Unknown) as published:
            await desk.publish(prepared)

        assert published.value.code == "published-already"
        assert desk.texts() == [EVENING]

    async def test_one_that_ends_today_is_not_sent(self, desk: Desk) -> None:
        prepared = as_old_as(await desk.prepare(EVENING), timedelta(hours=24))

        with pytest.raises(PrepareAnew):
            await desk.publish(prepared)

        assert desk.calls("publish") == []

    async def test_a_race_by_the_seed_is_outlived(self, desk: Desk) -> None:
        desk.sandbox.set_quirk("threads", "container-race", True)
        prepared = [await _prepared_apart(desk, str(number)) for number in range(12)]
        raced = []
        for each in prepared:
            try:
                await desk.publish(each)
            except NotSent:
                raced.append(each)

        desk.sandbox.advance(31)
        for each in raced:
            await desk.publish(each)

        assert raced
        assert sorted(desk.texts(), key=int) == [str(number) for number in range(12)]


class TestLookingUp:
    @pytest.mark.parametrize("fault", ["lose-answer", "error-after", "malformed", "empty-body"])
    async def test_a_post_whose_answer_is_lost_is_found(self, desk: Desk, fault: str) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order(fault, "publish")
        sent_at = now()

        with pytest.raises(Unknown):
            await desk.publish(prepared)
        found = await desk.look_up(prepared, sent_at)

        assert found.presence is Presence.PRESENT
        assert found.published is not None
        (post,) = desk.sandbox.posts("threads")
        assert (found.published.remote_id, found.published.url) == (post["remote_id"], post["url"])

    @pytest.mark.parametrize("fault", ["lose-request", "error-before", "html-error-page"])
    async def test_a_post_that_never_arrived_is_absent(self, desk: Desk, fault: str) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order(fault, "publish")
        sent_at = now()

        with pytest.raises(Unknown):
            await desk.publish(prepared)

        assert (await desk.look_up(prepared, sent_at)).presence is Presence.ABSENT
        await desk.publish(prepared)
        assert desk.texts() == [EVENING]

    async def test_a_reply_is_found_among_the_replies(self, desk: Desk) -> None:
        parent = await desk.post("Ce soir")
        prepared = await _prepared_apart(desk, "À 19 h", [parent])
        desk.order("lose-answer", "publish")
        sent_at = now()

        with pytest.raises(Unknown):
            await desk.publish(prepared)
        found = await desk.look_up(prepared, sent_at)

        assert found.published is not None
        assert found.published.remote_id == desk.sandbox.posts("threads")[1]["remote_id"]

    async def test_an_equal_text_an_hour_earlier_is_another_post(self, desk: Desk) -> None:
        earlier = await desk.post(EVENING)
        desk.sandbox.advance(HOUR)
        prepared = await _prepared_apart(desk, EVENING)
        desk.order("lose-answer", "publish")

        with pytest.raises(Unknown):
            await desk.publish(prepared)
        found = await desk.look_up(prepared, now() + timedelta(seconds=HOUR))

        assert found.published is not None
        assert found.published.remote_id != earlier.remote_id

    async def test_an_equal_text_is_told_apart_by_its_pictures(
        self, desk: Desk, image: MediaFile, media_host: MediaHost
    ) -> None:
        sent_at = now()
        await desk.post(EVENING)
        prepared = await _prepared_apart(desk, Part(text=EVENING, media=(media_host.serve(image),)))
        desk.order("lose-answer", "publish")

        with pytest.raises(Unknown):
            await desk.publish(prepared)
        found = await desk.look_up(prepared, sent_at)

        assert found.published is not None
        assert found.published.remote_id == desk.sandbox.posts("threads")[1]["remote_id"]

    async def test_equal_posts_of_the_same_minute_are_told_apart_by_those_that_are_known(
        self, desk: Desk
    ) -> None:
        sent_at = now()
        known = await desk.post(EVENING)
        prepared = await _prepared_apart(desk, EVENING)
        desk.order("lose-answer", "publish")
        with pytest.raises(Unknown):
            await desk.publish(prepared)

        unsure = await desk.look_up(prepared, sent_at)
        found = await desk.look_up(prepared, sent_at, frozenset({known.remote_id}))

        assert unsure.presence is Presence.CANNOT_TELL
        assert len(unsure.candidates) == 2
        assert found.presence is Presence.PRESENT

    async def test_a_published_post_that_is_not_listed_is_no_absence(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        sent_at = now()
        receipt = await desk.publish(prepared)
        await desk.network.delete(desk.http, desk.account, receipt.remote_id)

        found = await desk.look_up(prepared, sent_at)

        assert found.presence is Presence.CANNOT_TELL

    async def test_a_container_that_says_published_is_found_too(self, desk: Desk) -> None:
        desk.sandbox.set_quirk("threads", "published-has-no-status", False)
        prepared = await desk.prepare(EVENING)
        sent_at = now()
        receipt = await desk.publish(prepared)

        found = await desk.look_up(prepared, sent_at)

        assert found.published is not None
        assert found.published.remote_id == receipt.remote_id

    async def test_an_expired_container_is_absent_once_the_listing_says_so(
        self, desk: Desk
    ) -> None:
        prepared = await desk.prepare(EVENING)
        sent_at = now()
        desk.sandbox.advance(25 * HOUR)

        assert (await desk.look_up(prepared, sent_at)).presence is Presence.ABSENT
        assert any("me/threads" in path for path in desk.calls("look-up"))

    async def test_many_posts_since_are_read_to_the_end(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("lose-answer", "publish")
        sent_at = now()
        with pytest.raises(Unknown):
            await desk.publish(prepared)
        for number in range(120):
            await _publish_at_once(desk, str(number))

        assert (await desk.look_up(prepared, sent_at)).presence is Presence.PRESENT

    async def test_a_look_up_without_an_answer_claims_nothing(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("lose-answer", "look-up", times=None)

        with pytest.raises(NotSent):
            await desk.look_up(prepared, now())


class TestTokens:
    @pytest.mark.parametrize("fault", ["expired-token", "revoked-token"])
    async def test_a_dead_token_asks_for_a_person(self, desk: Desk, fault: str) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order(fault, "publish")

        with pytest.raises(Reconnect) as dead:
            await desk.publish(prepared)
        with pytest.raises(Reconnect):
            await desk.network.refresh(desk.http, desk.account, None)

        assert "connect the account again" in dead.value.sentence
        assert desk.texts() == []

    async def test_a_permission_that_was_not_given_asks_for_a_person(self, desk: Desk) -> None:
        given = desk.sandbox.token("threads", "ponts", ("threads_basic",))
        token = Secret(given["access_token"])
        desk.account = replace(desk.account, tokens=replace(desk.account.tokens, access=token))

        with pytest.raises(Reconnect) as lacking:
            await desk.prepare(EVENING)

        assert lacking.value.code == "scope-missing"

    async def test_a_retired_version_waits_for_the_owner(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("retired-version", "publish")

        with pytest.raises(Blocked) as retired:
            await desk.publish(prepared)

        assert retired.value.code == "version-retired"

    async def test_an_ordered_refusal_is_a_refusal(self, desk: Desk) -> None:
        prepared = await desk.prepare(EVENING)
        desk.order("refuse", "publish")

        with pytest.raises(Refused) as refusal:
            await desk.publish(prepared)

        assert "It was ordered so." in refusal.value.sentence


class TestMeasuring:
    async def test_the_audience_is_counted(self, desk: Desk) -> None:
        receipt = await desk.post(EVENING)
        desk.sandbox.advance(48 * HOUR)

        (metrics,) = await desk.network.read_metrics(desk.http, desk.account, [receipt.remote_id])

        assert set(metrics.counts) == {
            Metric.VIEWS,
            Metric.LIKES,
            Metric.REPLIES,
            Metric.REPOSTS,
            Metric.QUOTES,
            Metric.SHARES,
        }
        assert metrics.counts[Metric.VIEWS] > metrics.counts[Metric.LIKES] > 0

    async def test_a_retired_metric_costs_none_of_the_others(self, desk: Desk) -> None:
        receipt = await desk.post(EVENING)
        desk.order("retired-metric", "metrics", detail="shares", times=None)

        (metrics,) = await desk.network.read_metrics(desk.http, desk.account, [receipt.remote_id])

        assert Metric.SHARES not in metrics.counts
        assert Metric.VIEWS in metrics.counts

    async def test_a_deleted_post_is_known_to_be_gone(self, desk: Desk) -> None:
        kept, gone = await desk.post("1"), await desk.post("2")
        await desk.network.delete(desk.http, desk.account, gone.remote_id)

        read = await desk.network.read_metrics(
            desk.http, desk.account, [kept.remote_id, gone.remote_id]
        )

        assert [metrics.is_gone for metrics in read] == [False, True]

    async def test_an_account_that_may_not_measure_may_still_post(self, desk: Desk) -> None:
        receipt = await desk.post(EVENING)
        given = desk.sandbox.token("threads", "ponts", ("threads_basic",))
        token = Secret(given["access_token"])
        lacking = replace(desk.account, tokens=replace(desk.account.tokens, access=token))

        with pytest.raises(Refused) as refusal:
            await desk.network.read_metrics(desk.http, lacking, [receipt.remote_id])

        assert refusal.value.code == "no-permission"

    async def test_replies_are_read_oldest_first_and_to_the_end(self, desk: Desk) -> None:
        receipt = await desk.post(EVENING)
        desk.sandbox.advance(48 * HOUR)
        for number in range(30):
            await desk.post(f"Merci {number}", [receipt])

        page = await desk.network.read_replies(desk.http, desk.account, receipt.remote_id)
        replies = list(page.replies)
        while page.cursor:
            page = await desk.network.read_replies(
                desk.http, desk.account, receipt.remote_id, page.cursor
            )
            replies += page.replies

        moments = [reply.written_at for reply in replies]
        assert moments == sorted(moments)
        assert len({reply.remote_id for reply in replies}) == len(replies) > 30
        assert {reply.parent_id for reply in replies} == {receipt.remote_id}
        assert {"alice", "bob", "charlie"} & {reply.author_handle for reply in replies}

    async def test_a_hidden_reply_is_told_as_hidden(self, desk: Desk) -> None:
        receipt = await desk.post(EVENING)
        reply = await desk.post("Merci", [receipt])
        token = desk.account.tokens.access.reveal()
        hide = f"{desk.account.server}/v1.0/{reply.remote_id}/manage_reply"
        ask("POST", f"{hide}?hide=true&access_token={token}").confirmed()

        page = await desk.network.read_replies(desk.http, desk.account, receipt.remote_id)

        assert [each.is_hidden for each in page.replies] == [True]


async def test_a_deleted_post_is_gone_and_may_be_deleted_again(desk: Desk) -> None:
    receipt = await desk.post(EVENING)

    for _ in range(2):
        await desk.network.delete(desk.http, desk.account, receipt.remote_id)

    assert desk.texts() == []


async def test_no_secret_shows_in_what_is_metered(desk: Desk, http: Http) -> None:
    calls: list[Call] = []
    desk.http = http.metered(calls.append)

    await desk.post(EVENING)

    assert desk.account.tokens.access.reveal() not in repr(calls)
    assert "publish" in {call.purpose for call in calls}


async def _prepared_apart(
    desk: Desk, part: Part | str, follows: list[Published] | None = None
) -> Prepared:
    """With a progress of its own."""
    desk.progress = type(desk.progress)()
    return await desk.prepare(part, follows or [])


async def _publish_at_once(desk: Desk, text: str) -> None:
    """Not as Parvis does it, but as many others do."""
    await desk.http.post(
        f"{desk.account.server}/v1.0/me/threads",
        network="threads",
        purpose="test",
        form={
            "media_type": "TEXT",
            "text": text,
            "auto_publish_text": "true",
            "access_token": desk.account.tokens.access,
        },
    )
