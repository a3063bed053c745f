"""A thread of which the first parts are out: what the pages say, and what can be done."""

from collections.abc import Iterable

import pytest
from django.test import Client

from parvis.compose.content import Content, UsedMedia, content_of
from parvis.compose.models import Media, Post
from parvis.connections.models import Account
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State
from parvis.networks.part import Poll
from parvis.people.models import Workspace
from tests.cast import (
    copy_for_a_network,
    draft,
    kept_photograph,
    kept_picture,
    scheduled,
)

pytestmark = pytest.mark.django_db

TEXTS = ("The square reopens.", "At noon on Saturday.", "Bring chairs.")
STOPPED = (State.REFUSED, State.HELD, State.UNKNOWN)


def receipts(number: int) -> list[dict[str, object]]:
    return [
        {"remote_id": f"at://{n}", "url": f"https://bsky.app/{n}", "published_at": None}
        for n in range(1, number + 1)
    ]


def stopped(account: Account, state: State, out: int = 1, **how: object) -> Delivery:
    content = {"text": TEXTS[0], "thread": TEXTS[1:], **how}
    delivery = scheduled(account, **content)
    code = {"reason_code": "cannot-tell" if state is State.UNKNOWN else "too-long"}
    Delivery.objects.filter(pk=delivery.pk).update(state=state, receipts=receipts(out), **code)
    delivery.refresh_from_db()
    return delivery


def shown(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(desk: Client, delivery: Delivery) -> str:
    return shown(desk, f"/posts/{delivery.post_id}/")


def after(desk: Client, delivery: Delivery, verb: str, **form: str) -> str:
    answer = desk.post(f"/deliveries/{delivery.pk}/{verb}/", form, follow=True)
    delivery.refresh_from_db()
    return answer.content.decode()


def offered(page: str, *words: str) -> dict[str, bool]:
    return {one: f">{one}</button>" in page for one in words}


def in_order(page: str, texts: Iterable[str]) -> bool:
    places = [page.find(text) for text in texts]
    return -1 not in places and places == sorted(places)


@pytest.mark.parametrize("state", STOPPED)
@pytest.mark.parametrize("address", ["/", "/posts/{post}/"])
def test_what_is_out_is_said_with_its_link_and_nothing_denies_it(
    desk: Client, ponts: Account, state: State, address: str
) -> None:
    delivery = stopped(ponts, state)
    page = shown(desk, address.format(post=delivery.post_id))
    assert "Part 1 of 3 is out." in page
    assert 'href="https://bsky.app/1"' in page
    assert "Nothing was posted" not in page


def test_the_heading_names_the_part(desk: Client, ponts: Account) -> None:
    stopped(ponts, State.REFUSED)
    assert "Bluesky refused part 2 of 3 of ponts.example.org." in shown(desk, "/")


def test_every_receipt_is_linked(desk: Client, ponts: Account) -> None:
    page = page_of(desk, stopped(ponts, State.PUBLISHED, out=3))
    assert all(f'href="https://bsky.app/{number}"' in page for number in (1, 2, 3))
    assert "is out." not in page


def test_the_parts_are_told_in_order(desk: Client, ponts: Account) -> None:
    page = page_of(desk, stopped(ponts, State.REFUSED))
    assert in_order(page, TEXTS)
    assert in_order(page, ("Part 1", "Part 2", "Part 3"))


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.HELD, {"Send the rest now", "Give up the rest", "Write the rest anew"}),
        (State.UNKNOWN, {"Give up the rest", "It is not there: send again"}),
        (State.REFUSED, {"Write the rest anew", "Leave it at that"}),
        (State.CANCELLED, {"Write the rest anew"}),
    ],
)
def test_what_can_be_done_about_the_rest_is_offered_and_nothing_else(
    desk: Client, ponts: Account, state: State, buttons: set[str]
) -> None:
    page = page_of(desk, stopped(ponts, state))
    never = {"Correct it", "Take back and edit", "Give up", "Send it now", "Write it anew"}
    rest = {"Send the rest now", "Give up the rest", "Write the rest anew", "Leave it at that"}
    assert offered(page, *never, *rest, *buttons) == {
        one: one in buttons for one in never | rest | buttons
    }


@pytest.mark.parametrize("state", [*STOPPED, State.CANCELLED, State.SCHEDULED])
def test_a_post_that_is_partly_out_cannot_be_taken_back(
    desk: Client, ponts: Account, state: State
) -> None:
    delivery = stopped(ponts, state)
    answer = desk.post(f"/posts/{delivery.post_id}/take-back/", follow=True)
    assert "Too late: part of this post is on its way or has gone out." in answer.content.decode()
    assert not Post.objects.get().is_draft


def test_sending_the_rest_says_so(desk: Client, ponts: Account) -> None:
    delivery = stopped(ponts, State.HELD)
    assert "The rest goes out now." in after(desk, delivery, "release")
    assert (delivery.state, len(delivery.receipts)) == (State.SCHEDULED, 1)


def test_giving_up_the_rest_keeps_what_is_out_in_sight(desk: Client, ponts: Account) -> None:
    delivery = stopped(ponts, State.HELD)
    assert "The rest is given up" in after(desk, delivery, "give-up")
    assert in_order(page_of(desk, delivery), ("Part 1 of 3 is out.", "The rest is not sent."))
    assert "partly out" in shown(desk, "/posts/?show=published")


@pytest.mark.parametrize("state", [State.REFUSED, State.HELD, State.CANCELLED])
def test_writing_the_rest_anew_makes_a_draft_of_what_is_not_out(
    desk: Client, workspace: Workspace, ponts: Account, ponts_mastodon: Account, state: State
) -> None:
    stalls = kept_picture(workspace)
    content = {"first_comment": "Ask us anything.", "content_warning": ""}
    media = (UsedMedia(media_id=stalls.pk, alt="Chairs", part=2),)
    delivery = stopped(ponts, state, media=media, **content)
    after(desk, delivery, "write-anew")
    anew = Post.objects.get(handed_over_at=None)
    wrote = content_of(anew)
    assert (wrote.text, wrote.thread, wrote.first_comment) == (
        TEXTS[1],
        (TEXTS[2],),
        "Ask us anything.",
    )
    assert wrote.media == (UsedMedia(media_id=stalls.pk, alt="Chairs", part=1),)
    assert list(wrote.said) == [ponts.pk]
    assert delivery.state == (State.CANCELLED if state is State.HELD else state)


def test_of_what_was_split_by_itself_only_the_rest_is_written_anew(
    desk: Client, ponts: Account
) -> None:
    sentences = [f"Sentence number {n} of a long text about the square." for n in range(12)]
    delivery = scheduled(ponts, text=" ".join(sentences), splits=True)
    assert len(delivery.parts) > 1
    Delivery.objects.update(state=State.REFUSED, receipts=receipts(1))
    after(desk, delivery, "write-anew")
    anew = content_of(Post.objects.get(handed_over_at=None))
    rest = [part["text"] for part in delivery.parts[1:]]
    assert (anew.text, *anew.thread) == tuple(rest)
    assert sentences[0] not in anew.text


def test_the_rest_is_written_anew_with_the_whole_picture_and_not_with_its_copy(
    desk: Client, ponts: Account
) -> None:
    whole = kept_photograph(ponts.workspace, width=1500, height=1000)
    copy = copy_for_a_network(whole)
    delivery = stopped(ponts, State.REFUSED, media=(UsedMedia(media_id=copy.pk, part=1),))
    after(desk, delivery, "write-anew")
    anew = Post.objects.get(handed_over_at=None)
    assert [used.media for used in anew.used_media.all()] == [whole]


def test_what_is_still_open_is_not_written_anew(desk: Client, ponts: Account) -> None:
    delivery = stopped(ponts, State.UNKNOWN)
    assert "This was settled meanwhile." in after(desk, delivery, "write-anew")
    assert not Post.objects.filter(handed_over_at=None).exists()


def test_a_part_that_was_found_lets_the_next_one_answer_it(desk: Client, ponts: Account) -> None:
    delivery = stopped(ponts, State.UNKNOWN)
    found = {"remote_id": "at://found", "url": "https://bsky.app/found", "text": TEXTS[1]}
    Delivery.objects.update(candidates=[{**found, "published_at": None}])
    assert "Noted as published." in after(desk, delivery, "it-is-there", candidate="at://found")
    assert (delivery.state, len(delivery.receipts)) == (State.SCHEDULED, 2)


def test_an_address_alone_lets_nothing_answer_it_so_the_rest_waits_to_be_written_anew(
    desk: Client, ponts: Account
) -> None:
    delivery = stopped(ponts, State.UNKNOWN)
    page = after(desk, delivery, "it-is-there", url="https://bsky.app/seen")
    assert "so the rest is not sent" in page
    assert "Parts 1 to 2 of 3 are out." in page
    assert offered(page, "Write the rest anew") == {"Write the rest anew": True}
    assert delivery.state == State.CANCELLED


def test_a_first_comment_that_did_not_go_out_is_no_part_of_a_thread(
    desk: Client, ponts: Account
) -> None:
    delivery = stopped(ponts, State.REFUSED, thread=(), first_comment="Ask us anything.")
    page = page_of(desk, delivery)
    assert "The post is out, and its first comment is not." in page
    assert "Part 1" not in page
    assert "Bluesky refused a first comment of ponts.example.org." in shown(desk, "/")


def test_attempts_name_their_part(desk: Client, ponts: Account) -> None:
    delivery = stopped(ponts, State.REFUSED)
    for part in (0, 1):
        Attempt.objects.create(
            delivery=delivery, part=part, number=part + 1, fence=1, worker="w", request={"key": "k"}
        )
    page = page_of(desk, delivery)
    steps = ("Part 1</span> Attempt 1: it was sent.", "Part 2</span> Attempt 2: it was sent.")
    assert in_order(page, steps)


def test_what_blocks_is_said_with_what_the_owner_does_and_can_be_sent_after_that(
    desk: Client, ponts: Account
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(
        state=State.HELD, reason_code="out-of-credit", reason_facts={"host": "api.x.com"}
    )
    page = page_of(desk, delivery)
    assert "The developer account at api.x.com has no credit left" in page
    assert "once that is done, send it now." in page
    assert offered(page, "Send it now") == {"Send it now": True}


def test_a_poll_is_told_with_its_options_and_how_long_it_lasts(
    desk: Client, ponts_mastodon: Account
) -> None:
    poll = Poll(options=("At dawn", "At dusk"), minutes=60 * 24, multiple_choice=True)
    page = page_of(desk, scheduled(ponts_mastodon, text="When?", poll=poll))
    assert in_order(page, ("When?", "At dawn", "At dusk", "A poll that lasts 1 day"))
    assert "several answers" in page


def test_a_video_is_shown_as_one(desk: Client, workspace: Workspace, ponts: Account) -> None:
    film = Media.objects.create(
        workspace=workspace,
        sha256="f" * 64,
        name="stalls.mp4",
        media_type="video/mp4",
        size=1000,
        width=640,
        height=360,
        seconds=2.0,
    )
    post = draft(ponts, text="", media=(UsedMedia(media_id=film.pk, alt="Stalls, filmed"),))
    page = shown(desk, f"/posts/{post.pk}/")
    assert f'<video src="/media/{film.sha256}' in page
    assert 'aria-label="Stalls, filmed"' in page
    assert "Video without text" in shown(desk, "/posts/")


def test_a_draft_shows_the_parts_as_each_account_would_say_them(
    desk: Client, ponts: Account
) -> None:
    content = Content(text=TEXTS[0], thread=TEXTS[1:])
    post = draft(ponts, text=content.text, thread=content.thread)
    assert in_order(shown(desk, f"/posts/{post.pk}/"), ("Part 1", "Part 2", "Part 3"))
    assert "3 parts" in shown(desk, "/posts/")
