"""What every network keeps: after an unknown outcome the look-up says what became of the post."""

from __future__ import annotations

import pytest

from parvis.networks.contract import MediaFile, Presence
from parvis.networks.errors import NotSent, Unknown
from tests.networks.author import Author, now
from tests.networks.grounds import READING, REAL, Ground

SEVERAL_WORDS = (
    "@charlie & co. : 3 < 4 « où ? »\n\nVoir https://example.org/a?b=1&c=2#d (ou pas).\n#Été"
)


@pytest.mark.parametrize("fault", ["lose_answer", "error_after", "garble"])
async def test_a_post_whose_answer_is_lost_is_found(
    author: Author, ground: Ground, image: MediaFile, fault: str
) -> None:
    await author.connect()
    sent = await author.prepare(media=(image,))
    getattr(ground.faults, fault)()
    sent_at = now()

    with pytest.raises(Unknown):
        await author.publish(sent)

    found = await author.find(sent, sent_at)
    assert [post.remote_id for post in ground.posts()] == [found.remote_id]
    assert found.url.startswith("http")


async def test_a_text_of_several_kinds_of_words_is_found(author: Author, ground: Ground) -> None:
    await author.connect()
    sent = await author.prepare(SEVERAL_WORDS)
    ground.faults.lose_answer()
    sent_at = now()

    with pytest.raises(Unknown):
        await author.publish(sent)

    found = await author.find(sent, sent_at)
    assert [(post.remote_id, post.text) for post in ground.posts()] == [
        (found.remote_id, SEVERAL_WORDS)
    ]


@pytest.mark.parametrize("fault", ["error_before", "lose_request"])
async def test_a_post_that_never_arrived_is_absent(
    author: Author, ground: Ground, fault: str
) -> None:
    await author.connect()
    sent = await author.prepare()
    getattr(ground.faults, fault)()
    sent_at = now()

    with pytest.raises(Unknown):
        await author.publish(sent)
    found = await author.look_up(sent, sent_at)

    if ground.looks_up_by_posting:
        assert found.presence is Presence.PRESENT
        assert len(ground.posts()) == 1
    else:
        assert found.presence is Presence.ABSENT
        assert ground.posts() == []


async def test_what_was_absent_can_be_published_with_what_was_prepared(
    author: Author, ground: Ground
) -> None:
    await author.connect()
    sent = await author.prepare()
    ground.faults.lose_request()
    sent_at = now()
    with pytest.raises(Unknown):
        await author.publish(sent)

    found = await author.look_up(sent, sent_at)
    receipt = found.published or await author.publish(sent)

    assert [post.remote_id for post in ground.posts()] == [receipt.remote_id]


async def test_the_same_text_an_hour_earlier_is_another_post(
    author: Author, ground: Ground
) -> None:
    await author.connect()
    earlier = await author.post()
    later = await author.prepare()

    found = await author.look_up(later, ground.an_hour_later())

    if ground.looks_up_by_posting:
        # LinkedIn's refusal names the earlier one; that it is another one only its books can tell.
        assert found.published is None or found.published.remote_id == earlier.remote_id
    else:
        assert found.presence is Presence.ABSENT
    assert len(ground.posts()) == 1


async def test_a_post_known_to_be_another_one_is_never_taken_for_this_one(
    author: Author, ground: Ground
) -> None:
    await author.connect()
    other = await author.post()
    sent = await author.prepare()

    found = await author.network.look_up(
        author.http, author.account, sent, now(), frozenset({other.remote_id})
    )

    assert found.published is None or found.published.remote_id != other.remote_id


async def test_a_look_up_without_an_answer_claims_nothing(author: Author, ground: Ground) -> None:
    await author.connect()
    sent = await author.prepare()
    ground.faults.silence()

    with pytest.raises((NotSent, Unknown)):
        await author.look_up(sent, now())


@pytest.mark.parametrize("ground", [*REAL, *READING], indirect=True)
async def test_a_part_of_a_thread_is_found_below_its_parent(author: Author, ground: Ground) -> None:
    await author.connect()
    first = await author.post()
    sent = await author.prepare("La suite", follows=(first,), is_comment=True)
    ground.faults.lose_answer()
    sent_at = now()

    with pytest.raises(Unknown):
        await author.publish(sent)

    found = await author.find(sent, sent_at)
    below = ground.posts()[-1]
    assert (below.remote_id, below.parent_id) == (found.remote_id, first.remote_id)
