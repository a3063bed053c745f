"""Bluesky's module against the sandbox: signing in, lost answers, limits, figures, replies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.bluesky import Bluesky, xrpc
from parvis.networks.bluesky.measures import AppView
from parvis.networks.bluesky.post import build_record
from parvis.networks.contract import MediaFile, Part, Presence, Secret
from parvis.networks.errors import Expired, NotSent, Reconnect, Refused, SlowDown, Unknown
from parvis.networks.fit import refuse_misfit
from parvis.networks.http import Http
from parvis.networks.measures import Metric
from parvis.networks.traits import ReplySetting
from parvis.sandbox.bluesky import Bluesky as SandboxBluesky
from parvis.sandbox.bluesky.lexicon import Unfit, check_record
from tests.networks.bluesky_desk import HANDLE, Desk, desk_in, password_in
from tests.networks.bluesky_post import ACCOUNT, KEY, NOON
from tests.servers.asking import ask
from tests.servers.fixtures import StandBefore
from tests.servers.sandbox import RunningSandbox, running_sandbox

EVENING = "Ce soir à 19 h : lecture de « La Place » 📚 https://example.org/lecture #lecture"
GATED = Part(text=EVENING, reply_setting=ReplySetting.FOLLOWERS)
JSON = {"Content-Type": "application/json"}
STORED = ("lose-answer", "error-after", "malformed", "empty-body")
NOT_STORED = ("lose-request", "error-before", "html-error-page")


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(SandboxBluesky,)) as running:
        yield running


@pytest_asyncio.fixture
async def desk(http: Http, sandbox: RunningSandbox) -> Desk:
    return await desk_in(http, sandbox)


# Signing in.


async def test_a_wrong_password_is_answered_with_a_sentence(
    http: Http, sandbox: RunningSandbox
) -> None:
    wrong = Secret("abcd-abcd-abcd-abcd")

    with pytest.raises(Refused) as refusal:
        await Bluesky().sign_in(http, HANDLE, wrong, sandbox.origin("bluesky"))

    assert refusal.value.code == "wrong-password"
    assert "App passwords" in refusal.value.sentence


async def test_a_handle_leads_to_its_server_by_way_of_the_directory(
    http: Http, sandbox: RunningSandbox
) -> None:
    origin = sandbox.origin("bluesky")
    network = Bluesky(plc_directory=origin, entryway=origin)

    found = await network.sign_in(http, HANDLE, Secret(password_in(sandbox)))

    assert (found.server, found.handle, found.display_name) == (origin, HANDLE, "Librairie Ponts")


async def test_the_thirty_first_sign_in_in_five_minutes_has_to_wait(
    http: Http, sandbox: RunningSandbox
) -> None:
    origin, password = sandbox.origin("bluesky"), Secret(password_in(sandbox))
    for _ in range(30):
        await Bluesky().sign_in(http, HANDLE, password, origin)

    with pytest.raises(SlowDown) as limit:
        await Bluesky().sign_in(http, HANDLE, password, origin)

    assert limit.value.until is not None
    assert limit.value.until - datetime.now(UTC) <= timedelta(minutes=5)


async def test_an_app_password_made_on_the_page_signs_in_until_it_is_revoked(
    http: Http, sandbox: RunningSandbox
) -> None:
    origin = sandbox.origin("bluesky")
    page = f"{origin}/settings/app-passwords"
    ask("POST", page, form={"account": HANDLE, "name": "Parvis"}).confirmed()
    owner = sandbox.sandbox.networks["bluesky"].person_named(HANDLE)
    assert owner is not None
    made = next(
        each
        for each in sandbox.sandbox.networks["bluesky"].shelf.items("app-password")
        if each.owner_id == owner.id and each.extra["name"] == "Parvis"
    )
    password = Secret(made.extra["password"])
    await Bluesky().sign_in(http, HANDLE, password, origin)

    ask("POST", page, form={"account": HANDLE, "revoke": made.id}).confirmed()

    with pytest.raises(Refused):
        await Bluesky().sign_in(http, HANDLE, password, origin)


async def test_a_lapsed_session_is_renewed(desk: Desk) -> None:
    desk.sandbox.advance(2 * 3600)
    sent = await desk.prepare("Bonjour")

    with pytest.raises(Expired):
        await desk.publish(sent)
    await desk.refresh()
    await desk.publish(sent)

    assert desk.texts() == ["Bonjour"]


async def test_after_ninety_days_the_app_password_signs_in_anew(desk: Desk) -> None:
    desk.sandbox.advance(91 * 86_400)

    await desk.refresh()

    assert await desk.network.check(desk.http, desk.account) == HANDLE


async def test_two_workers_may_refresh_with_the_same_token(desk: Desk) -> None:
    first = await desk.network.refresh(desk.http, desk.account, None)
    second = await desk.network.refresh(desk.http, desk.account, None)

    for tokens in (first, second):
        account = replace(desk.account, tokens=tokens)
        assert await desk.network.check(desk.http, account) == HANDLE


async def test_who_is_shut_out_asks_for_a_person(desk: Desk) -> None:
    sent = await desk.prepare("Bonjour")
    desk.order("revoked-token", "publish")

    with pytest.raises(Expired):
        await desk.publish(sent)
    with pytest.raises(Reconnect) as dead:
        await desk.refresh()

    assert "app password" in dead.value.sentence
    assert desk.texts() == []


# What became of a post.


@pytest.mark.parametrize("part", [Part(text=EVENING), GATED], ids=["for all", "for some"])
@pytest.mark.parametrize("fault", STORED)
async def test_a_post_whose_answer_is_lost_is_found(desk: Desk, fault: str, part: Part) -> None:
    sent = await desk.prepare(part)
    desk.order(fault, "publish")

    with pytest.raises(Unknown):
        await desk.publish(sent)
    found = await desk.look_up(sent)

    assert found.presence is Presence.PRESENT
    assert found.published is not None
    assert found.published.reference["cid"]
    assert desk.texts() == [EVENING]


@pytest.mark.parametrize("part", [Part(text=EVENING), GATED], ids=["for all", "for some"])
@pytest.mark.parametrize("fault", NOT_STORED)
async def test_a_post_that_was_not_stored_is_absent_and_sent_again(
    desk: Desk, fault: str, part: Part
) -> None:
    sent = await desk.prepare(part)
    desk.order(fault, "publish")

    with pytest.raises(Unknown):
        await desk.publish(sent)
    found = await desk.look_up(sent)
    await desk.publish(sent)

    assert found.presence is Presence.ABSENT
    assert desk.texts() == [EVENING]


async def test_an_equal_text_an_hour_earlier_is_another_post(desk: Desk) -> None:
    await desk.post(EVENING)
    desk.sandbox.advance(3600)
    sent = await desk.prepare(EVENING)
    desk.order("lose-request", "publish")

    with pytest.raises(Unknown):
        await desk.publish(sent)

    assert (await desk.look_up(sent)).presence is Presence.ABSENT


async def test_a_look_up_that_is_not_answered_leaves_the_question_open(desk: Desk) -> None:
    sent = await desk.prepare("Bonjour")
    desk.order("error-before", "look-up")

    with pytest.raises(NotSent):
        await desk.look_up(sent)


async def test_a_post_under_a_key_that_is_taken_is_not_written_over(desk: Desk) -> None:
    sent = await desk.prepare("Bonjour")
    await desk.publish(sent)
    record = sent.body["record"] | {"text": "Bonsoir"}
    other = replace(sent, body=sent.body | {"record": record})

    with pytest.raises(Unknown) as doubt:
        await desk.publish(other)

    assert doubt.value.code == "already-there"
    assert desk.texts() == ["Bonjour"]


async def test_a_refusal_passes_on_what_the_server_said(desk: Desk) -> None:
    sent = await desk.prepare("Bonjour")
    desk.order("refuse", "publish", detail="This word is not allowed")

    with pytest.raises(Refused) as refusal:
        await desk.publish(sent)

    assert "This word is not allowed" in refusal.value.sentence
    assert "Nothing was posted" in refusal.value.sentence


async def test_a_limit_says_until_when_to_wait(desk: Desk) -> None:
    sent = await desk.prepare("Bonjour")
    desk.order("rate-limit", "publish", seconds=90)

    with pytest.raises(SlowDown) as limit:
        await desk.publish(sent)

    assert limit.value.until is not None
    assert timedelta(seconds=60) < limit.value.until - datetime.now(UTC) <= timedelta(seconds=90)


async def test_an_image_carries_its_alt_text(desk: Desk, image: MediaFile) -> None:
    await desk.post(Part(text="", media=(image, image)))

    (post,) = desk.sandbox.posts("bluesky")
    assert post["alts"] == [image.alt, image.alt]
    stored = desk.sandbox.medium("bluesky", post["media"][0]["sha256"])
    assert stored == image.path.read_bytes()


async def test_an_image_that_was_sent_is_not_sent_again(desk: Desk, image: MediaFile) -> None:
    part = Part(text="", media=(image,))
    first = await desk.prepare(part)
    second = await desk.prepare(part)

    assert desk.calls("uploadBlob") == 1
    assert first.body["record"]["embed"] == second.body["record"]["embed"]


async def test_an_image_that_waited_too_long_is_sent_again(desk: Desk, image: MediaFile) -> None:
    """The server throws away what no post refers to."""
    part = Part(text="", media=(image,))
    await desk.prepare(part)
    kept = desk.progress.read("blob-0") or {}
    two_hours_ago = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    await desk.progress.keep("blob-0", kept | {"at": two_hours_ago})
    desk.sandbox.advance(7 * 3600)
    await desk.refresh()

    await desk.publish(await desk.prepare(part))

    assert desk.calls("uploadBlob") == 2
    assert len(desk.sandbox.posts("bluesky")) == 1


# Figures, replies, deleting.


async def test_figures_grow_and_come_for_twenty_five_posts_at_a_time(desk: Desk) -> None:
    ids = [(await desk.post(f"Post {number}")).remote_id for number in range(27)]
    desk.sandbox.advance(48 * 3600)
    await desk.refresh()

    found = await desk.network.read_metrics(desk.http, desk.account, ids)

    assert [each.remote_id for each in found] == ids
    assert all(each.counts[Metric.LIKES] > 0 for each in found)
    assert not any(each.is_gone for each in found)
    assert desk.calls("getPosts") == 2


async def test_the_figures_of_a_deleted_post_say_that_it_is_gone(desk: Desk) -> None:
    kept, deleted = await desk.post("un"), await desk.post("deux")
    await desk.network.delete(desk.http, desk.account, deleted.remote_id)

    ids = [deleted.remote_id, kept.remote_id]
    gone, there = await desk.network.read_metrics(desk.http, desk.account, ids)

    assert (gone.is_gone, gone.counts) == (True, {})
    assert not there.is_gone


async def test_replies_of_the_audience_are_read_oldest_first(desk: Desk) -> None:
    post = await desk.post(EVENING)
    desk.sandbox.advance(48 * 3600)
    await desk.refresh()

    found = await desk.network.read_replies(desk.http, desk.account, post.remote_id)

    assert found.cursor is None
    assert found.replies
    assert [reply.written_at for reply in found.replies] == sorted(
        reply.written_at for reply in found.replies
    )
    assert {reply.parent_id for reply in found.replies} == {post.remote_id}
    assert {reply.author_handle for reply in found.replies} <= {
        "alice.test",
        "bob.test",
        "charlie.test",
    }


async def test_nobody_answers_a_post_that_nobody_may_answer(desk: Desk) -> None:
    closed = await desk.post(Part(text=EVENING, reply_setting=ReplySetting.NOBODY))
    desk.sandbox.advance(48 * 3600)
    await desk.refresh()

    found = await desk.network.read_replies(desk.http, desk.account, closed.remote_id)

    assert found.replies == ()


async def test_the_replies_of_a_deleted_post_are_refused(desk: Desk) -> None:
    post = await desk.post(EVENING)
    await desk.network.delete(desk.http, desk.account, post.remote_id)

    with pytest.raises(Refused) as gone:
        await desk.network.read_replies(desk.http, desk.account, post.remote_id)

    assert gone.value.code == "post-gone"


async def test_a_post_that_the_appview_does_not_show_yet_is_not_gone(
    desk: Desk,
) -> None:
    """An AppView that lags behind: the repository has the post, the AppView does not."""
    post = await desk.post(EVENING)
    service = desk.sandbox.sandbox.networks["bluesky"]
    kept = service.shelf.posts.living(post.remote_id)
    assert kept is not None
    service.delete_post(kept)

    (figures,) = await desk.network.read_metrics(desk.http, desk.account, [post.remote_id])
    with pytest.raises(NotSent) as unseen:
        await desk.network.read_replies(desk.http, desk.account, post.remote_id)

    assert (figures.is_gone, figures.counts) == (False, {})
    assert unseen.value.code == "not-shown-yet"


async def test_where_a_server_has_no_appview_the_public_one_is_asked_without_permission(
    desk: Desk, lost_answers: StandBefore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xrpc, "service_of", lambda _account, public: public)
    post = await desk.post(EVENING)
    before = lost_answers(desk.account.server)
    trouble = b'{"error": "UpstreamFailure", "message": "Upstream service unreachable"}'
    before.answer_instead("app.bsky.feed.", 502, body=trouble, headers=JSON, times=None)
    account = replace(desk.account, server=before.url)

    (figures,) = await AppView(public=desk.account.server).read_metrics(
        desk.http, account, [post.remote_id]
    )

    assert figures.counts[Metric.REPLIES] == 0


def test_no_service_of_bluesky_hears_of_an_account_on_a_machine_of_ones_own() -> None:
    rehearsed = replace(ACCOUNT, server="http://127.0.0.1:8607")

    assert xrpc.service_of(rehearsed, "https://public.api.bsky.app") == ""
    assert xrpc.service_of(ACCOUNT, "https://public.api.bsky.app")


async def test_deleting_twice_is_a_success(desk: Desk) -> None:
    post = await desk.post(GATED)

    await desk.network.delete(desk.http, desk.account, post.remote_id)
    await desk.network.delete(desk.http, desk.account, post.remote_id)

    assert desk.texts() == []


async def test_a_visitor_reads_the_post_at_the_address_of_its_receipt(desk: Desk) -> None:
    post = await desk.post(EVENING)

    page = ask("GET", post.url).confirmed().body.decode()

    assert "lecture de « La Place »" in page
    assert "Sandbox" in page


# Counting.


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=340))
def test_no_text_that_fits_is_refused_or_altered(text: str) -> None:
    """The sandbox counts on its own, and checks that facets lie on whole characters."""
    part = Part(text=text, language="fr")
    try:
        refuse_misfit(part, Bluesky.usual_traits, "Bluesky")
    except Refused:
        return
    record = build_record(part, NOON, {}, [])

    assert check_record("app.bsky.feed.post", KEY, record)
    assert record["text"] == text


@pytest.mark.parametrize("grapheme", ["e", "é", "e\u0301", "👩‍👩‍👧", "🇫🇷", "한", "ก็", "א"])
def test_three_hundred_graphemes_fit_and_one_more_does_not(grapheme: str) -> None:
    limit = min(300, 3000 // len(grapheme.encode()))

    for count, fits in ((limit, True), (limit + 1, False)):
        part = Part(text=grapheme * count)
        assert _is_accepted_here(part) is _is_accepted_there(part) is fits


def _is_accepted_here(part: Part) -> bool:
    try:
        refuse_misfit(part, Bluesky.usual_traits, "Bluesky")
    except Refused:
        return False
    return True


def _is_accepted_there(part: Part) -> bool:
    try:
        return check_record("app.bsky.feed.post", KEY, build_record(part, NOON, {}, []))
    except Unfit:
        return False
