"""What every network keeps, asked of each before a real server or in the sandbox: publishing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from parvis.networks.contract import MediaFile, Poll, Prepared
from parvis.networks.errors import (
    Duplicate,
    Expired,
    NotSent,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Call, Http
from parvis.networks.secret import Secret
from tests.networks.author import EVENING, Author, now
from tests.networks.grounds import POLLING, THREADING, Ground, SandboxGround
from tests.networks.loopback import dead_port
from tests.networks.media import draw_picture, picture_file

DAY = 24 * 60


async def test_a_post_with_an_image_arrives_as_it_was_written(
    author: Author, ground: Ground, image: MediaFile
) -> None:
    await author.connect()
    sent = await author.prepare(media=(image,))

    receipt = await author.publish(sent)

    (post,) = ground.posts()
    assert post.remote_id == receipt.remote_id
    assert post.text == EVENING
    assert post.alts == (image.alt,)
    assert post.files == (image.path.read_bytes(),)
    assert receipt.url.startswith("http")
    assert receipt.published_at is None or abs(now() - receipt.published_at) < timedelta(minutes=1)


async def test_several_images_arrive_in_order(
    author: Author, ground: Ground, image: MediaFile, tmp_path: Path
) -> None:
    await author.connect()
    draw_picture(tmp_path / "poster.jpg", colour="maroon")
    poster = picture_file(tmp_path / "poster.jpg", alt="The poster of the reading")

    await author.post(media=(poster, image))

    (post,) = ground.posts()
    assert post.alts == (poster.alt, image.alt)
    assert post.files == (poster.path.read_bytes(), image.path.read_bytes())


@pytest.mark.parametrize("sandbox_ground", POLLING, indirect=True)
async def test_a_poll_arrives_with_its_options(
    sandbox_author: Author, sandbox_ground: SandboxGround
) -> None:
    await sandbox_author.connect()
    poll = Poll(options=("Samedi", "Dimanche, à 11 h"), minutes=DAY)

    await sandbox_author.post("Quel jour ?", poll=poll)

    assert [post.text for post in sandbox_ground.posts()] == ["Quel jour ?"]
    assert sandbox_ground.poll_options() == list(poll.options)


async def test_a_video_arrives_whole(author: Author, ground: Ground, video: MediaFile) -> None:
    account = await author.connect()
    assert account.traits.video is not None
    described = replace(video, alt=video.alt if account.traits.video.alt_limit else "")

    receipt = await author.publish_in_the_end(await author.prepare(media=(described,)))

    (post,) = ground.posts()
    assert post.remote_id == receipt.remote_id
    assert post.text == EVENING
    assert post.files == (video.path.read_bytes(),)
    assert post.alts == (described.alt,)


@pytest.mark.parametrize("ground", THREADING, indirect=True)
async def test_a_thread_arrives_in_order(author: Author, ground: Ground) -> None:
    await author.connect()

    first = await author.post("Un")
    second = await author.post("Deux", follows=(first,))
    third = await author.post("Trois", follows=(first, second))

    assert [(post.text, post.remote_id, post.parent_id) for post in ground.posts()] == [
        ("Un", first.remote_id, ""),
        ("Deux", second.remote_id, first.remote_id),
        ("Trois", third.remote_id, second.remote_id),
    ]


async def test_a_first_comment_stands_below_its_post(author: Author, ground: Ground) -> None:
    await author.connect()
    post = await author.post()

    comment = await author.post("Entrée libre.", follows=(post,), is_comment=True)

    below = ground.posts()[-1]
    assert (below.remote_id, below.text) == (comment.remote_id, "Entrée libre.")
    assert below.parent_id == post.remote_id


async def test_preparing_publishes_nothing(
    author: Author, ground: Ground, image: MediaFile
) -> None:
    await author.connect()

    await author.prepare(media=(image,))

    assert ground.posts() == []


async def test_a_prepared_post_survives_being_stored(
    author: Author, ground: Ground, image: MediaFile
) -> None:
    await author.connect()
    sent = await author.prepare(media=(image,))

    restored = Prepared.from_json(sent.to_json())
    await author.publish(restored)

    assert restored == sent
    assert [post.text for post in ground.posts()] == [EVENING]


async def test_the_same_key_sent_twice_is_one_post_where_the_network_knows_keys(
    author: Author, ground: Ground
) -> None:
    account = await author.connect()
    sent = await author.prepare()
    first = await author.publish(sent)
    receipts = [first.remote_id]

    with suppress(Refused, NotSent, Unknown):
        receipts.append((await author.publish(sent)).remote_id)

    if account.traits.native_key_seconds == 0:
        assert sorted(post.remote_id for post in ground.posts()) == sorted(set(receipts))
    else:
        assert set(receipts) == {first.remote_id}
        assert [post.remote_id for post in ground.posts()] == [first.remote_id]


async def test_equal_texts_under_two_keys_are_two_posts_unless_the_network_minds(
    author: Author, ground: Ground
) -> None:
    await author.connect()
    await author.post()
    again = await author.prepare()

    if ground.refuses_equal_texts:
        with pytest.raises(Duplicate):
            await author.publish(again)
    else:
        await author.publish(again)

    assert len(ground.posts()) == (1 if ground.refuses_equal_texts else 2)


async def test_an_unreachable_server_got_nothing(author: Author, ground: Ground) -> None:
    account = await author.connect()
    sent = await author.prepare()
    elsewhere = replace(account, server=f"http://127.0.0.1:{dead_port()}")

    with pytest.raises(NotSent) as trouble:
        await author.publish(sent, elsewhere)

    assert trouble.value.code == "unreachable"
    assert ground.posts() == []


async def test_a_text_that_is_too_long_is_refused_before_it_is_sent(
    author: Author, ground: Ground
) -> None:
    account = await author.connect()

    with pytest.raises(Refused) as refusal:
        await author.prepare("é" * (account.traits.text_limit + 1))

    assert refusal.value.code == "too-long"
    assert ground.posts() == []


async def test_a_text_that_the_server_finds_too_long_is_refused(
    author: Author, ground: Ground
) -> None:
    account = await author.connect()
    length = account.traits.text_limit + 1_000
    unlimited = replace(account.traits, text_limit=length, text_bytes_limit=None)

    author.account = replace(account, traits=unlimited)

    with pytest.raises(Refused) as refusal:
        await author.post("é" * length)

    # Meta's networks have no code of their own for it, and are quoted instead.
    assert refusal.value.code in ("too-long", "rejected")
    assert ground.posts() == []


async def test_a_limit_says_until_when_to_wait(author: Author, ground: Ground) -> None:
    await author.connect()
    sent = await author.prepare()
    ground.faults.limit(90)

    with pytest.raises(SlowDown) as limit:
        await author.publish(sent)

    assert limit.value.until is not None
    assert timedelta(0) < limit.value.until - now() <= ground.longest_wait
    assert ground.posts() == []


async def test_a_dead_permission_asks_for_a_person(author: Author, ground: Ground) -> None:
    account = await author.connect()
    sent = await author.prepare()
    shut_out = ground.shut_out(account)

    with pytest.raises((Expired, Reconnect)):
        await author.publish(sent, shut_out)
    with pytest.raises(Reconnect) as dead:
        await author.network.refresh(author.http, shut_out, ground.app)

    assert "connect the account again" in dead.value.sentence.lower()
    assert ground.posts() == []


@pytest.mark.parametrize("fault", ["lose_answer", "error_after", "garble"])
async def test_an_answer_that_tells_nothing_is_unknown(
    author: Author, ground: Ground, fault: str
) -> None:
    await author.connect()
    sent = await author.prepare()
    getattr(ground.faults, fault)()

    with pytest.raises(Unknown):
        await author.publish(sent)

    assert len(ground.posts()) == 1


@pytest.mark.parametrize(("fault", "stored"), [("empty-body", 1), ("html-error-page", 0)])
async def test_an_answer_without_meaning_is_unknown(
    sandbox_author: Author, sandbox_ground: SandboxGround, fault: str, stored: int
) -> None:
    await sandbox_author.connect()
    sent = await sandbox_author.prepare()
    sandbox_ground.faults.order(fault)

    with pytest.raises(Unknown):
        await sandbox_author.publish(sent)

    assert len(sandbox_ground.posts()) == stored


async def test_no_secret_shows_in_what_is_said_or_metered(
    author: Author, ground: Ground, http: Http
) -> None:
    calls: list[Call] = []
    author.http = http.metered(calls.append)
    account = await author.connect()
    sent = await author.prepare()
    await author.publish(sent)

    shown = repr((account, sent, sent.to_json(), calls))
    for secret in (account.tokens.access, account.tokens.refresh, account.tokens.password):
        assert not isinstance(secret, Secret) or secret.reveal() not in shown
    assert {call.network for call in calls} == {ground.network.name}
    assert [call.purpose for call in calls].count("publish") == 1
