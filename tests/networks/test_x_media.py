"""Pictures, animations and videos on X: sent, described, awaited, and taken up again."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Picture

from parvis.networks.contract import Account, MediaFile, Presence
from parvis.networks.errors import NotSent, Refused, Unknown
from parvis.networks.http import Http
from parvis.networks.measures import Metric
from parvis.networks.x import media
from parvis.networks.x.media import CHUNK
from tests.networks.keeping import Kept
from tests.networks.media import film, video_file
from tests.networks.x_account import NETWORK, account_on, now, post, prepare
from tests.servers.sandbox import RunningSandbox


@pytest.fixture
def account(sandbox: RunningSandbox) -> Account:
    return account_on(sandbox)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> MediaFile:
    """A film of three chunks: an MP4 may be followed by anything in a box called free."""
    path = tmp_path_factory.mktemp("films") / "long.mp4"
    film(path)
    filling = random.Random(1).randbytes(2 * CHUNK)
    with path.open("ab") as file:
        file.write((len(filling) + 8).to_bytes(4, "big") + b"free" + filling)
    return video_file(path)


@pytest.fixture
def animation(tmp_path: Path) -> MediaFile:
    path = tmp_path / "pages-turning.gif"
    frames = [Picture.new("RGB", (32, 32), colour) for colour in ("teal", "white", "teal")]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200, loop=0)
    return MediaFile(
        path=path,
        media_type="image/gif",
        size=path.stat().st_size,
        width=32,
        height=32,
        alt="Pages turning",
        is_animated=True,
    )


def uploads(sandbox: RunningSandbox) -> list[str]:
    """The last words of the paths that uploading called, in order."""
    told = [call for call in sandbox.calls("x") if call["method"] == "POST"]
    paths = [call["path"].split("?")[0].rsplit("/", 1)[-1] for call in told]
    return [path for path in paths if path not in ("tweets", "token")]


async def test_a_picture_arrives_with_its_description(
    sandbox: RunningSandbox, http: Http, account: Account, image: MediaFile
) -> None:
    await post(http, account, media=(image, image))

    (shown,) = sandbox.posts("x")
    assert shown["alts"] == [image.alt, image.alt]
    contents = [sandbox.medium("x", one["sha256"]) for one in shown["media"]]
    assert contents == [image.path.read_bytes()] * 2


async def test_a_video_goes_in_chunks_and_arrives_whole(
    sandbox: RunningSandbox, http: Http, account: Account, large: MediaFile
) -> None:
    await post(http, account, media=(large,))

    (shown,) = sandbox.posts("x")
    assert sandbox.medium("x", shown["media"][0]["sha256"]) == large.path.read_bytes()
    assert shown["alts"] == [large.alt]
    assert uploads(sandbox) == ["initialize", *["append"] * 3, "finalize", "metadata"]


async def test_an_animation_moves_as_a_gif(
    sandbox: RunningSandbox, http: Http, account: Account, animation: MediaFile
) -> None:
    await post(http, account, media=(animation,))

    (shown,) = sandbox.posts("x")
    assert shown["media"][0]["media_type"] == "image/gif"
    assert uploads(sandbox)[0] == "initialize"


async def test_processing_is_awaited(
    sandbox: RunningSandbox, http: Http, account: Account, video: MediaFile
) -> None:
    sandbox.order("x", "slow-processing", on="processing", polls=3)

    await post(http, account, media=(video,))

    asked = [call for call in sandbox.calls("x") if call["purpose"] == "processing"]
    assert len(asked) == 4


async def test_processing_that_takes_long_is_left_for_later(
    sandbox: RunningSandbox,
    http: Http,
    account: Account,
    video: MediaFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(media, "PATIENCE", 0.5)
    sandbox.order("x", "slow-processing", on="processing", seconds=300)
    kept = Kept()

    with pytest.raises(NotSent) as later:
        await prepare(http, account, media=(video,), progress=kept)
    sandbox.advance(300)
    sent = await prepare(http, account, media=(video,), progress=kept)

    assert later.value.code == "processing"
    assert uploads(sandbox).count("initialize") == 1
    await NETWORK.publish(http, account, sent)


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("fault", ["lose-answer", "lose-request", "error-before", "error-after"])
async def test_an_upload_goes_on_where_it_broke(
    sandbox: RunningSandbox,
    http: Http,
    account: Account,
    large: MediaFile,
    fault: str,
    lost: int,
) -> None:
    """The requests are initialize, three times append, finalize and metadata."""
    sandbox.order("x", fault, on="upload", after=lost)
    kept = Kept()

    with pytest.raises(NotSent):
        await prepare(http, account, media=(large,), progress=kept)
    sent = await prepare(http, account, media=(large,), progress=kept)
    await NETWORK.publish(http, account, sent)

    (shown,) = sandbox.posts("x")
    assert sandbox.medium("x", shown["media"][0]["sha256"]) == large.path.read_bytes()
    assert shown["alts"] == [large.alt]
    assert uploads(sandbox).count("initialize") == 1
    assert uploads(sandbox).count("append") <= 4


@pytest.mark.parametrize("reached", [1, 3, 4])
async def test_an_upload_that_x_forgot_begins_anew(
    sandbox: RunningSandbox, http: Http, account: Account, large: MediaFile, reached: int
) -> None:
    """After initialize alone, after two segments, and after all three."""
    sandbox.order("x", "lose-request", on="upload", after=reached)
    kept = Kept()
    with pytest.raises(NotSent):
        await prepare(http, account, media=(large,), progress=kept)
    sandbox.reset()
    account = account_on(sandbox)

    with pytest.raises(NotSent) as gone:
        await prepare(http, account, media=(large,), progress=kept)
    await NETWORK.publish(
        http, account, await prepare(http, account, media=(large,), progress=kept)
    )

    assert gone.value.code == "media-gone"
    assert len(sandbox.posts("x")) == 1


async def test_an_upload_of_yesterday_is_not_trusted(
    sandbox: RunningSandbox, http: Http, account: Account, image: MediaFile
) -> None:
    """Its id lives for a day, and must outlive the post's sending."""
    kept = Kept()
    old = await prepare(http, account, media=(image,), progress=kept)
    stored = kept.read("media-0")
    assert stored is not None
    await kept.keep("media-0", stored | {"expires_at": int(now().timestamp()) + 60})

    new = await prepare(http, account, media=(image,), progress=kept)

    assert new.body["media"]["media_ids"] != old.body["media"]["media_ids"]


async def test_a_repeated_preparation_sends_nothing_twice(
    sandbox: RunningSandbox, http: Http, account: Account, image: MediaFile
) -> None:
    kept = Kept()
    first = await prepare(http, account, media=(image,), progress=kept)
    sent = uploads(sandbox)

    second = await prepare(http, account, media=(image,), progress=kept)

    assert second.body == first.body
    assert uploads(sandbox) == sent


async def test_a_file_that_is_no_picture_is_refused_by_name(
    http: Http, account: Account, image: MediaFile, tmp_path: Path
) -> None:
    path = tmp_path / "menu.jpg"
    path.write_bytes(b"Soupe du jour")

    with pytest.raises(Refused) as refusal:
        await prepare(http, account, media=(replace(image, path=path, size=13),))

    assert refusal.value.code == "media-refused"
    assert "menu.jpg" in refusal.value.sentence


async def test_a_video_that_x_cannot_play_is_refused(
    http: Http, account: Account, video: MediaFile, tmp_path: Path
) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"not a film at all")

    with pytest.raises(Refused) as refusal:
        await prepare(http, account, media=(replace(video, path=path, size=17),))

    assert refusal.value.code == "media-refused"
    assert "Unsupported" in refusal.value.sentence


async def test_a_lost_post_is_found_by_its_media(
    sandbox: RunningSandbox, http: Http, account: Account, image: MediaFile
) -> None:
    sent, sent_at = await prepare(http, account, "", media=(image,)), now()
    sandbox.order("x", "lose-answer", on="publish")

    with pytest.raises(Unknown):
        await NETWORK.publish(http, account, sent)

    found = await NETWORK.look_up(http, account, sent, sent_at)
    assert found.presence is Presence.PRESENT


async def test_an_equal_text_with_another_picture_is_not_taken_for_ours(
    sandbox: RunningSandbox, http: Http, account: Account, image: MediaFile
) -> None:
    sent, sent_at = await prepare(http, account, media=(image,)), now()
    other = await post(http, account, media=(image,))

    found = await NETWORK.look_up(http, account, sent, sent_at)

    assert found.presence is Presence.CANNOT_TELL
    assert [candidate.remote_id for candidate in found.candidates] == [other.remote_id]


async def test_views_of_a_video_are_counted(
    sandbox: RunningSandbox, http: Http, account: Account, video: MediaFile
) -> None:
    receipt = await post(http, account, media=(video,))
    sandbox.advance(6000)

    (read,) = await NETWORK.read_metrics(http, account, [receipt.remote_id])

    assert read.counts[Metric.VIDEO_VIEWS] > 0
