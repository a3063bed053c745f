"""LinkedIn against the sandbox: images and videos."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from parvis.networks.contract import (
    Account,
    MediaFile,
    Part,
    Tokens,
)
from parvis.networks.errors import (
    NotSent,
    Refused,
)
from parvis.networks.http import Http
from parvis.networks.linkedin import media
from parvis.networks.secret import Secret
from tests.networks.keeping import Kept
from tests.networks.linkedin_accounts import (
    LINKEDIN,
    member,
    organisation,
    prepare,
)
from tests.networks.loopback import Server
from tests.servers.sandbox import RunningSandbox

PART_OF_A_VIDEO = 4 * 1024 * 1024


@pytest.fixture
def long_video(filmed: Path, tmp_path: Path, video: MediaFile) -> MediaFile:
    """A video of three parts: what players leave unread is put behind the film."""
    path = tmp_path / "long.mp4"
    shutil.copy(filmed, path)
    with path.open("r+b") as file:
        file.truncate(2 * PART_OF_A_VIDEO + 1000)
    return replace(video, path=path, size=path.stat().st_size, alt="")


class TestUploads:
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

    assert odd.value.code == "odd-upload-address"
    assert [request.method for request in server.requests] == ["POST"]


def _uploads(sandbox: RunningSandbox, status: int | None = None) -> int:
    return sum(
        1
        for call in sandbox.calls("linkedin")
        if call["method"] == "PUT" and status in (None, call["status"])
    )
