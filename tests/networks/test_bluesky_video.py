"""Bluesky's module against the sandbox's video service: pieces, parts, waiting, starting anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from parvis.networks.bluesky import video as video_service
from parvis.networks.bluesky import xrpc
from parvis.networks.contract import MediaFile, Part, Prepared
from parvis.networks.errors import NotSent, Refused, SlowDown
from parvis.networks.http import Http
from parvis.sandbox.bluesky import Bluesky as SandboxBluesky
from tests.networks.bluesky_desk import Desk, desk_in
from tests.networks.media import video_file
from tests.servers.fixtures import StandBefore
from tests.servers.sandbox import RunningSandbox, running_sandbox

LARGE = 17 * 1024 * 1024 + 5
"""More than goes in one piece; three parts."""


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(SandboxBluesky,)) as running:
        yield running


@pytest_asyncio.fixture
async def desk(http: Http, sandbox: RunningSandbox) -> Desk:
    return await desk_in(http, sandbox)


@pytest.fixture
def large(filmed: Path, tmp_path: Path) -> MediaFile:
    """A film with much air behind it, which no player minds."""
    path = tmp_path / "reading.mp4"
    path.write_bytes(filmed.read_bytes())
    with path.open("r+b") as file:
        file.truncate(LARGE)
    return video_file(path)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_service, "_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(video_service, "_POLL_SECONDS", 0.01)


async def test_a_video_arrives_with_its_description(desk: Desk, video: MediaFile) -> None:
    await desk.post(Part(text="Un film", media=(video,)))

    (post,) = desk.sandbox.posts("bluesky")
    assert post["alts"] == [video.alt]
    assert desk.sandbox.medium("bluesky", post["media"][0]["sha256"]) == video.path.read_bytes()


async def test_a_large_video_goes_in_parts(desk: Desk, large: MediaFile) -> None:
    await desk.post(Part(text="Un film", media=(large,)))

    (post,) = desk.sandbox.posts("bluesky")
    assert desk.sandbox.medium("bluesky", post["media"][0]["sha256"]) == large.path.read_bytes()
    assert desk.calls("uploadPart") == 3


async def test_an_upload_that_broke_off_goes_on_where_it_stopped(
    desk: Desk, large: MediaFile
) -> None:
    part = Part(text="Un film", media=(large,))
    # Of the uploading calls: start, status, the first part, and then the answer is lost.
    desk.order("lose-answer", "upload", after=3)
    with pytest.raises(NotSent):
        await desk.prepare(part)

    await desk.publish(await desk.prepare(part))

    assert desk.calls("startUpload") == 1
    assert desk.calls("uploadPart") == 3
    assert desk.texts() == ["Un film"]


async def test_a_video_that_takes_long_is_awaited(
    desk: Desk, video: MediaFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_service, "_POLL_SECONDS", 0.01)
    desk.order("slow-processing", "processing", polls=3)

    await desk.post(Part(text="Un film", media=(video,)))

    assert desk.calls("getJobStatus") == 4


@pytest.mark.usefixtures("impatient")
async def test_a_video_that_takes_too_long_is_asked_for_again_later(
    desk: Desk, video: MediaFile
) -> None:
    part = Part(text="Un film", media=(video,))
    desk.order("slow-processing", "processing", seconds=600)
    with pytest.raises(NotSent) as waiting:
        await desk.prepare(part)
    desk.sandbox.advance(601)

    await desk.publish(await desk.prepare(part))

    assert waiting.value.code == "processing"
    assert desk.calls("uploadVideo") == 1
    assert desk.texts() == ["Un film"]


async def test_a_video_that_was_posted_before_is_not_processed_again(
    desk: Desk, video: MediaFile
) -> None:
    part = Part(text="Un film", media=(video,))

    await desk.post(part)
    await desk.post(part)

    first, second = desk.sandbox.posts("bluesky")
    assert first["media"] == second["media"]


async def test_a_file_that_is_no_video_is_refused_and_forgotten(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "reading.mp4"
    path.write_bytes(b"not a film at all")

    with pytest.raises(Refused) as refusal:
        await desk.prepare(Part(text="Un film", media=(video_file(path),)))

    assert refusal.value.code == "video-refused"
    assert "not a video" in refusal.value.sentence
    assert desk.progress.read("video") == {}


@pytest.mark.parametrize("lost", [{"upload": "gone"}, {"job": "gone"}])
async def test_an_upload_that_the_service_has_lost_is_begun_anew(
    desk: Desk, video: MediaFile, lost: dict[str, str]
) -> None:
    part = Part(text="Un film", media=(video,))
    await desk.progress.keep("video", {"service": desk.account.server, **lost})

    with pytest.raises(NotSent) as trouble:
        await desk.prepare(part)
    await desk.publish(await desk.prepare(part))

    assert trouble.value.code == "video-lost"
    assert desk.texts() == ["Un film"]


async def test_no_more_videos_than_the_day_allows_are_begun(desk: Desk, video: MediaFile) -> None:
    service = desk.sandbox.sandbox.networks["bluesky"]
    jobs = service.shelf.items("video-job")
    await desk.prepare(Part(text="Un film", media=(video,)))
    (job,) = jobs
    for number in range(24):
        jobs.put(replace(job, id=str(number)))

    with pytest.raises(SlowDown) as full:
        await desk.post(Part(text="Un film", media=(video,)))

    assert full.value.code == "video-limit"


async def test_a_moving_gif_is_posted_as_a_video_that_plays_by_itself(
    desk: Desk, image: MediaFile, tmp_path: Path
) -> None:
    path = tmp_path / "pages-turning.gif"
    path.write_bytes(b"GIF89a" + bytes(20))
    moving = replace(
        image, path=path, media_type="image/gif", size=path.stat().st_size, is_animated=True
    )

    sent = await desk.prepare(Part(text="", media=(moving,)))
    await desk.publish(sent)

    embed = _embed_in(sent)
    assert embed["$type"] == "app.bsky.embed.video"
    assert embed["presentation"] == "gif"
    assert [post["alts"] for post in desk.sandbox.posts("bluesky")] == [[image.alt]]


async def test_another_moving_picture_is_refused(desk: Desk, image: MediaFile) -> None:
    moving = replace(image, media_type="image/webp", is_animated=True)

    with pytest.raises(Refused) as refusal:
        await desk.prepare(Part(text="", media=(moving,)))

    assert refusal.value.code == "no-animation"


async def test_where_a_server_is_no_video_service_the_public_one_is_used(
    desk: Desk, video: MediaFile, lost_answers: StandBefore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xrpc, "service_of", lambda _account, public: public)
    before = lost_answers(desk.account.server)
    missing = b'{"error": "MethodNotImplemented", "message": "Method Not Implemented"}'
    headers = {"Content-Type": "application/json"}
    before.answer_instead("/xrpc/app.bsky.video.", 501, body=missing, headers=headers, times=None)
    account = replace(desk.account, server=before.url)

    services = video_service.VideoServices(public=desk.account.server)
    blob = await services.process(desk.http, account, video, desk.progress)

    assert blob["mimeType"] == "video/mp4"
    assert (desk.progress.read("video") or {})["service"] == desk.account.server


async def test_the_permission_for_the_service_shows_nowhere(desk: Desk, video: MediaFile) -> None:
    sent = await desk.prepare(Part(text="Un film", media=(video,)))

    lent = [t.id for t in desk.sandbox.sandbox.networks["bluesky"].shelf.tokens]
    shown = repr((sent, desk.progress.steps))
    assert lent
    assert not any(token in shown for token in lent)


def _embed_in(sent: Prepared) -> dict[str, object]:
    embed: dict[str, object] = sent.body["record"]["embed"]
    return embed
