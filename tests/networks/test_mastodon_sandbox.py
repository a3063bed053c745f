"""Mastodon, and GoToSocial's ways, against the sandbox: publishing, media, threads, look-ups."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import pytest
import pytest_asyncio
from PIL import Image as Picture

from parvis.networks.contract import MediaFile, Part, Poll, Presence, Visibility
from parvis.networks.errors import NotSent, PrepareAnew, Refused, SlowDown, Unknown
from parvis.networks.http import Http
from parvis.networks.text import count
from tests.networks.keeping import Kept
from tests.networks.mastodon_desk import Desk, with_media
from tests.servers.sandbox import RunningSandbox

EVENING = "Ce soir : lecture avec @alice@example.org 📚 https://example.org/lecture #lecture"
# Each one sign to a reader.
DECOMPOSED = "e\u0301 👩\u200d👩\u200d👧\u200d👦"
HOUR, DAY = 3600, 24 * 3600


@pytest_asyncio.fixture
async def desk(http: Http, sandbox: RunningSandbox) -> Desk:
    desk = Desk(http, sandbox)
    await desk.connect()
    return desk


@pytest_asyncio.fixture
async def gotosocial(http: Http, sandbox: RunningSandbox) -> Desk:
    sandbox.set_quirk("mastodon", "gotosocial", True)
    desk = Desk(http, sandbox)
    await desk.connect()
    return desk


def animation(path: Path, size: tuple[int, int] = (60, 40)) -> MediaFile:
    frames = [Picture.new("RGB", size, colour) for colour in ("teal", "navy")]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200)
    return MediaFile(
        path=path,
        media_type="image/gif",
        size=path.stat().st_size,
        width=size[0],
        height=size[1],
        alt="Pages that turn",
        is_animated=True,
    )


def now() -> datetime:
    return datetime.now(UTC)


class TestKeys:
    async def test_the_key_holds_for_an_hour_and_no_longer(self, desk: Desk) -> None:
        sent = await desk.prepare(Part(text=EVENING))
        first = await desk.publish(sent)
        desk.sandbox.advance(HOUR - 60)
        within = await desk.publish(sent)
        desk.sandbox.advance(120)
        after = await desk.publish(sent)

        assert within.remote_id == first.remote_id != after.remote_id
        assert desk.account.traits.native_key_seconds == HOUR

    async def test_uploads_that_a_lost_post_shows_lead_to_it(
        self, desk: Desk, image: MediaFile
    ) -> None:
        """Long after the key has lapsed, the server refuses to show the same uploads twice."""
        sent = await desk.prepare(with_media(EVENING, image))
        desk.order("lose-answer")
        with pytest.raises(Unknown):
            await desk.publish(sent)
        desk.sandbox.advance(2 * HOUR)

        found = await desk.publish(sent)

        assert [post["remote_id"] for post in desk.posts()] == [found.remote_id]

    async def test_when_it_cannot_be_told_who_shows_the_uploads_nothing_is_claimed(
        self, desk: Desk, image: MediaFile
    ) -> None:
        sent = await desk.prepare(with_media(EVENING, image))
        await desk.publish(sent)
        desk.sandbox.advance(2 * HOUR)
        desk.order("lose-answer", on="look-up", times=None)

        with pytest.raises(Unknown) as doubt:
            await desk.publish(sent)

        assert doubt.value.code == "media-taken"


class TestMedia:
    async def test_a_video_is_waited_for_and_arrives_with_its_description(
        self, desk: Desk, video: MediaFile
    ) -> None:
        desk.order("slow-processing", on="processing", polls=2)

        await desk.post(with_media("La lecture", video))

        (post,) = desk.posts()
        assert post["alts"] == [video.alt]
        sha256 = post["media"][0]["sha256"]
        assert desk.sandbox.medium("mastodon", sha256) == video.path.read_bytes()

    async def test_a_video_that_takes_long_is_asked_for_again_and_not_sent_again(
        self, desk: Desk, video: MediaFile
    ) -> None:
        progress = Kept()
        desk.order("slow-processing", on="processing", polls=5)
        with pytest.raises(NotSent) as waiting:
            await desk.prepare(with_media("La lecture", video), progress=progress)

        sent = await desk.prepare(with_media("La lecture", video), progress=progress)

        assert waiting.value.code == "processing"
        assert desk.calls("upload") == 1
        await desk.publish(sent)
        assert len(desk.posts()) == 1

    async def test_an_upload_that_was_thrown_away_meanwhile_is_sent_anew(
        self, desk: Desk, image: MediaFile
    ) -> None:
        progress = Kept()
        await desk.prepare(with_media(EVENING, image), progress=progress)
        desk.sandbox.advance(DAY)

        await desk.publish(await desk.prepare(with_media(EVENING, image), progress=progress))

        assert desk.calls("upload") == 2
        assert desk.posts()[0]["alts"] == [image.alt]

    async def test_a_post_whose_uploads_were_thrown_away_is_to_be_prepared_anew(
        self, desk: Desk, image: MediaFile
    ) -> None:
        sent = await desk.prepare(with_media(EVENING, image))
        desk.sandbox.advance(DAY)

        with pytest.raises(PrepareAnew) as anew:
            await desk.publish(sent)

        assert anew.value.code == "media-expired"
        assert desk.posts() == []

    async def test_a_second_image_that_fails_does_not_lose_the_first(
        self, desk: Desk, image: MediaFile
    ) -> None:
        progress = Kept()
        desk.order("html-error-page", on="upload", after=1)
        with pytest.raises(NotSent):
            await desk.prepare(with_media(EVENING, image, image), progress=progress)

        sent = await desk.prepare(with_media(EVENING, image, image), progress=progress)

        assert desk.calls("upload") == 3
        assert len(set(sent.body["media_ids"])) == 2

    async def test_an_animation_keeps_moving(self, desk: Desk, tmp_path: Path) -> None:
        gif = animation(tmp_path / "pages.gif")

        await desk.post(with_media("Les pages", gif))

        (post,) = desk.posts()
        assert post["media"][0]["media_type"] == "image/gif"
        assert desk.sandbox.medium("mastodon", post["media"][0]["sha256"]) == gif.path.read_bytes()

    async def test_an_animation_that_the_server_finds_too_large_is_refused(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """It does not state this limit."""
        with pytest.raises(Refused) as refusal:
            await desk.prepare(with_media("Les pages", animation(tmp_path / "a.gif", (1400, 800))))

        assert refusal.value.code == "media-refused"
        assert "1400x800 images are not supported" in refusal.value.sentence

    async def test_a_video_with_too_many_frames_a_second_is_refused(
        self, desk: Desk, video: MediaFile, tmp_path: Path
    ) -> None:
        """The limit is stated, but how many frames a file has is not known here."""
        path = tmp_path / "fast.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=144)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            still = av.VideoFrame.from_image(Picture.new("RGB", (64, 48), "teal"))
            for number in range(20):
                still.pts, still.time_base = number, Fraction(1, 144)
                container.mux(stream.encode(still))
            container.mux(stream.encode(None))

        with pytest.raises(Refused) as refusal:
            await desk.prepare(with_media("Vite", replace(video, path=path)))

        assert refusal.value.code == "media-refused"
        assert "144fps videos are not supported" in refusal.value.sentence

    async def test_a_file_that_is_no_image_is_refused_by_the_server(
        self, desk: Desk, image: MediaFile, tmp_path: Path
    ) -> None:
        broken = tmp_path / "broken.jpg"
        broken.write_bytes(b"no picture at all")

        with pytest.raises(Refused) as refusal:
            await desk.prepare(with_media(EVENING, replace(image, path=broken)))

        assert refusal.value.code == "media-refused"

    async def test_a_limit_on_uploads_says_until_when(self, desk: Desk, image: MediaFile) -> None:
        desk.order("rate-limit", on="upload", seconds=120)

        with pytest.raises(SlowDown) as limit:
            await desk.prepare(with_media(EVENING, image))

        assert limit.value.until is not None
        assert timedelta(seconds=100) < limit.value.until - now() <= timedelta(seconds=120)


class TestPolls:
    async def test_a_poll_arrives_with_its_options_and_its_end(self, desk: Desk) -> None:
        poll = Poll(options=("Samedi", "Dimanche"), minutes=90, multiple_choice=True)

        await desk.post(Part(text="Quand ?", poll=poll))

        (post,) = desk.posts()
        kept = post["extra"]["poll"]
        assert (kept["options"], kept["multiple"]) == (["Samedi", "Dimanche"], True)
        lasts = datetime.fromisoformat(kept["ends_at"]) - datetime.fromisoformat(post["created_at"])
        assert abs(lasts - timedelta(minutes=90)) < timedelta(seconds=1)

    async def test_a_lost_poll_is_found_and_another_one_is_not_it(self, desk: Desk) -> None:
        other = Poll(options=("Samedi", "Lundi"), minutes=90)
        await desk.post(Part(text="Quand ?", poll=other))
        poll = Poll(options=("Samedi", "Dimanche"), minutes=90)
        sent = await desk.prepare(Part(text="Quand ?", poll=poll))
        sent_at = now()

        before = await desk.look_up(sent, sent_at)
        desk.order("lose-answer")
        with pytest.raises(Unknown):
            await desk.publish(sent)
        after = await desk.look_up(sent, sent_at)

        assert before.presence is Presence.ABSENT
        assert after.published is not None
        assert after.published.remote_id == desk.posts()[-1]["remote_id"]

    async def test_the_server_states_how_long_a_poll_may_be(self, desk: Desk) -> None:
        poll = Poll(options=("x" * 51, "y"), minutes=90)

        with pytest.raises(Refused):
            await desk.prepare(Part(text="Quand ?", poll=poll))


class TestThreads:
    async def test_each_part_answers_the_one_before_as_visibly_as_chosen(self, desk: Desk) -> None:
        receipts = []
        for text in ("Un", "Deux", "Trois"):
            part = Part(text=text, visibility=Visibility.PUBLIC)
            receipts.append(await desk.post(part, follows=tuple(receipts)))

        ids = [receipt.remote_id for receipt in receipts]
        assert [post["parent"] for post in desk.posts()] == ["", ids[0], ids[1]]
        assert {post["extra"]["visibility"] for post in desk.posts()} == {"public"}

    async def test_a_part_whose_parent_was_deleted_is_refused(self, desk: Desk) -> None:
        first = await desk.post("Un")
        second = await desk.prepare(Part(text="Deux"), follows=[first])
        desk.sandbox.take_down("mastodon", first.remote_id)

        with pytest.raises(Refused) as refusal:
            await desk.publish(second)

        assert refusal.value.code == "parent-gone"

    async def test_equal_words_below_another_post_are_not_the_lost_part(self, desk: Desk) -> None:
        one, other = await desk.post("Un"), await desk.post("Un autre")
        await desk.post("Suite", follows=[other])
        sent = await desk.prepare(Part(text="Suite"), follows=[one])

        assert (await desk.look_up(sent, now())).presence is Presence.ABSENT


class TestLookUp:
    @pytest.mark.parametrize("fault", ["lose-answer", "error-after", "malformed", "empty-body"])
    async def test_a_post_with_a_warning_is_found_whatever_became_of_the_answer(
        self, desk: Desk, fault: str
    ) -> None:
        part = Part(text=EVENING, content_warning="Fin du livre", language="fr")
        sent = await desk.prepare(part)
        sent_at = now()
        desk.order(fault)
        with pytest.raises(Unknown):
            await desk.publish(sent)

        found = await desk.look_up(sent, sent_at)

        assert found.published is not None
        (post,) = desk.posts()
        assert (post["remote_id"], post["extra"]["warning"]) == (
            found.published.remote_id,
            "Fin du livre",
        )

    async def test_a_lost_post_that_its_author_edited_at_once_is_found(self, desk: Desk) -> None:
        sent = await desk.prepare(Part(text=EVENING))
        sent_at = now()
        desk.order("lose-answer")
        with pytest.raises(Unknown):
            await desk.publish(sent)
        (post,) = desk.posts()
        desk.edit(post["remote_id"], status="Demain soir, finalement")

        found = await desk.look_up(sent, sent_at)

        assert found.presence is Presence.PRESENT

    async def test_another_post_that_was_edited_into_the_same_words_is_not_it(
        self, desk: Desk
    ) -> None:
        other = await desk.post("Autre chose")
        desk.edit(other.remote_id, status=EVENING)
        sent = await desk.prepare(Part(text=EVENING))

        assert (await desk.look_up(sent, now())).presence is Presence.ABSENT

    async def test_an_equal_post_known_to_be_another_is_left_aside(self, desk: Desk) -> None:
        other = await desk.post(EVENING)
        sent = await desk.prepare(Part(text=EVENING))
        looked = await desk.look_up(sent, now())

        assert looked.published is not None
        assert looked.published.remote_id == other.remote_id

        found = await desk.look_up(sent, now(), frozenset({other.remote_id}))
        assert found.presence is Presence.ABSENT


class TestGoToSocial:
    async def test_its_own_limits_are_read(self, gotosocial: Desk) -> None:
        traits = gotosocial.account.traits

        assert (traits.text_limit, traits.image_limit) == (5000, 6)
        assert traits.poll is not None
        assert traits.poll.most_options == 6
        assert traits.native_key_seconds == 0

    async def test_a_text_is_as_long_there_as_it_counts(self, gotosocial: Desk) -> None:
        full = f"https://example.org/{'a' * 4000} @bob@example.org {DECOMPOSED}".ljust(5000, "…")
        assert count(full, gotosocial.account.traits).units == 5000

        await gotosocial.post(full)

        lenient = replace(gotosocial.account.traits, text_limit=9000)
        gotosocial.account = replace(gotosocial.account, traits=lenient)
        with pytest.raises(Refused):
            await gotosocial.post(full + "…")

    async def test_it_disregards_the_key_so_a_lost_post_is_looked_up(
        self, gotosocial: Desk
    ) -> None:
        sent = await gotosocial.prepare(Part(text=EVENING))
        sent_at = now()
        gotosocial.order("lose-answer")
        with pytest.raises(Unknown):
            await gotosocial.publish(sent)

        found = await gotosocial.look_up(sent, sent_at)
        assert found.presence is Presence.PRESENT

        await gotosocial.publish(sent)
        assert len(gotosocial.posts()) == 2

    async def test_a_post_is_public_though_its_habit_is_unlisted(self, gotosocial: Desk) -> None:
        await gotosocial.post(EVENING)

        assert gotosocial.posts()[0]["extra"]["visibility"] == "public"

    async def test_its_400_for_a_long_text_is_understood(self, gotosocial: Desk) -> None:
        """It counts code points, not what a reader sees."""
        family = "👩\u200d👩\u200d👧\u200d👦"

        with pytest.raises(Refused) as refusal:
            await gotosocial.post(family * 1000)

        assert refusal.value.code == "too-long"

    async def test_its_400_for_lost_uploads_is_understood(
        self, gotosocial: Desk, image: MediaFile
    ) -> None:
        sent = await gotosocial.prepare(with_media(EVENING, image))
        gotosocial.sandbox.advance(DAY)

        with pytest.raises(PrepareAnew):
            await gotosocial.publish(sent)

    async def test_its_limits_end_in_unix_seconds(self, gotosocial: Desk) -> None:
        gotosocial.order("rate-limit", seconds=90)

        with pytest.raises(SlowDown) as limit:
            await gotosocial.post(EVENING)

        assert limit.value.until is not None
        assert timedelta(seconds=60) < limit.value.until - now() <= timedelta(seconds=91)
