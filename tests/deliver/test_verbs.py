"""What a person can do about deliveries."""

from datetime import timedelta

import pytest

from parvis.compose.content import Content, Said, UsedMedia
from parvis.compose.models import Media, Post
from parvis.compose.verbs import NoLongerADraft, save_draft
from parvis.connections.models import Account, AccountState
from parvis.deliver import verbs
from parvis.deliver.freeze import NotReady
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.networks.contract import Published
from parvis.people.models import Workspace
from tests.cast import BLUESKY_TRAITS, connect, draft, kept_picture, scheduled

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


def tomorrow():
    return verbs.database_now() + TOMORROW


def test_scheduling_freezes_one_delivery_per_chosen_account(
    ponts: Account, ponts_mastodon: Account
) -> None:
    post = draft(ponts, ponts_mastodon, text="Open on Saturday")
    verbs.schedule(post, tomorrow())
    frozen = Delivery.objects.filter(post=post).order_by("account__network")
    assert [d.account for d in frozen] == [ponts, ponts_mastodon]
    assert [d.parts[0]["text"] for d in frozen] == ["Open on Saturday"] * 2


def test_each_account_says_its_own_variant(ponts: Account, ponts_mastodon: Account) -> None:
    post = draft(
        ponts, ponts_mastodon, said={ponts.pk: Said(text="Short here"), ponts_mastodon.pk: Said()}
    )
    verbs.schedule(post, tomorrow())
    said = {d.account_id: d.parts[0]["text"] for d in Delivery.objects.filter(post=post)}
    assert said == {ponts.pk: "Short here", ponts_mastodon.pk: post.text}


def test_the_record_key_is_fixed_when_the_delivery_is_frozen(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert len(delivery.keys) == 1
    assert len(delivery.keys[0]) == 13  # a TID: 13 characters (atproto record-key specification)


def test_scheduling_twice_makes_one_delivery(ponts: Account) -> None:
    post = draft(ponts)
    verbs.schedule(post, tomorrow())
    with pytest.raises(verbs.AlreadyHandedOver):
        verbs.schedule(post, tomorrow())
    assert Delivery.objects.filter(post=post).count() == 1


def test_a_moment_in_the_past_is_refused_and_the_post_stays_a_draft(ponts: Account) -> None:
    post = draft(ponts)
    with pytest.raises(verbs.InThePast):
        verbs.schedule(post, verbs.database_now() - timedelta(hours=1))
    post.refresh_from_db()
    assert post.is_draft


def test_a_text_that_is_too_long_for_one_account_schedules_none(
    ponts: Account, ponts_mastodon: Account
) -> None:
    post = draft(ponts, ponts_mastodon, text="🕊" * 301)
    with pytest.raises(NotReady) as refusal:
        verbs.schedule(post, tomorrow())
    assert [f.code for f in refusal.value.findings[ponts]] == ["too-long"]
    assert not Delivery.objects.filter(post=post).exists()


def test_a_post_without_accounts_cannot_be_scheduled(ponts: Account) -> None:
    with pytest.raises(NotReady):
        verbs.schedule(draft(ponts, said={}), tomorrow())


def test_an_account_that_must_reconnect_first_is_named(ponts: Account) -> None:
    Account.objects.update(state=AccountState.NEEDS_RECONNECT)
    with pytest.raises(NotReady) as refusal:
        verbs.schedule(draft(ponts), tomorrow())
    assert [f.code for f in refusal.value.findings[ponts]] == ["reconnect-first"]


def test_a_picture_too_large_for_the_network_is_frozen_as_a_smaller_copy(
    workspace: Workspace, ponts: Account
) -> None:
    Account.objects.filter(pk=ponts.pk).update(
        stored_traits={**BLUESKY_TRAITS.to_json(), "image_bytes_limit": 20_000}
    )
    ponts.refresh_from_db()
    large = kept_picture(workspace, width=3000, height=2000)
    assert large.size > 20_000
    delivery = scheduled(ponts, media=(UsedMedia(media_id=large.pk, alt="Stalls"),))
    image = delivery.parts[0]["media"][0]
    assert image["size"] <= 20_000
    assert image["alt"] == "Stalls"
    assert Media.objects.get(copy_of=large).size == image["size"]


def test_editing_is_refused_once_handed_over_and_what_was_typed_is_kept(ponts: Account) -> None:
    post = draft(ponts)
    verbs.schedule(post, tomorrow())
    with pytest.raises(NoLongerADraft) as refusal:
        save_draft(post, Content(text="Too late"), base_revision=post.revision, saved_by=None)
    assert refusal.value.version
    assert refusal.value.version.content["text"] == "Too late"


def test_taking_back_makes_a_draft_again_and_remembers_the_time(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    verbs.take_back(delivery.post)
    post = Post.objects.get(pk=delivery.post_id)
    delivery.refresh_from_db()
    assert (post.is_draft, delivery.state) == (True, State.CANCELLED)
    assert post.planned_at == delivery.due_at


def test_a_post_taken_back_can_be_scheduled_again_with_a_new_identity(ponts: Account) -> None:
    first = scheduled(ponts, in_=TOMORROW)
    verbs.take_back(first.post)
    (second,) = verbs.schedule(Post.objects.get(pk=first.post_id), tomorrow())
    assert second.keys != first.keys


@pytest.mark.parametrize(
    "state", [State.CLAIMED, State.SENDING, State.CHECKING, State.PUBLISHED, State.UNKNOWN]
)
def test_what_is_on_its_way_cannot_be_taken_back_or_moved(ponts: Account, state: State) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    Delivery.objects.filter(pk=delivery.pk).update(state=state)
    with pytest.raises(verbs.AlreadyOnItsWay):
        verbs.take_back(delivery.post)
    with pytest.raises(verbs.AlreadyOnItsWay):
        verbs.move(delivery.post, tomorrow())
    delivery.refresh_from_db()
    assert delivery.state == state


def test_moving_is_all_or_nothing(ponts: Account, ponts_mastodon: Account) -> None:
    delivery = scheduled(ponts, ponts_mastodon, in_=TOMORROW)
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.SENDING)
    with pytest.raises(verbs.AlreadyOnItsWay):
        verbs.move(delivery.post, tomorrow() + TOMORROW)
    due_at = delivery.due_at
    delivery.refresh_from_db()
    assert delivery.due_at == due_at


def test_deleting_a_scheduled_post_cancels_its_deliveries(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    verbs.delete(delivery.post)
    delivery.refresh_from_db()
    assert delivery.state == State.CANCELLED
    assert Post.objects.get(pk=delivery.post_id).deleted_at


def test_a_published_post_cannot_be_deleted_from_history(ponts: Account) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.PUBLISHED, receipts=[{"url": "https://example.org/1"}])
    with pytest.raises(verbs.AlreadyOnItsWay):
        verbs.delete(delivery.post)
    assert Post.objects.get(pk=delivery.post_id).deleted_at is None


def test_a_person_who_found_the_post_settles_it_as_published(ponts: Account) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.UNKNOWN, reason_code="cannot-tell")
    verbs.it_is_there(delivery, Published(remote_id="1", url="https://example.org/1"))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.link) == (State.PUBLISHED, "https://example.org/1")
    assert delivery.settled_at


def test_a_decision_that_came_too_late_changes_nothing(ponts: Account) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.PUBLISHED)
    with pytest.raises(verbs.NothingToDecide):
        verbs.send_again(delivery)
    delivery.refresh_from_db()
    assert delivery.state == State.PUBLISHED


def test_sending_again_keeps_the_identity_of_the_first_attempt(ponts: Account) -> None:
    delivery = scheduled(ponts)
    prepared = {"0": {"key": delivery.keys[0], "text": "…", "body": {}}}
    Delivery.objects.update(state=State.UNKNOWN, prepared=prepared)
    verbs.send_again(delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.prepared) == (State.SCHEDULED, prepared)


def test_reconnecting_releases_what_was_held_for_it(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert verbs.hold_for(ponts, "reconnect") == 1
    assert verbs.release_for(ponts) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason_code) == (State.SCHEDULED, "")


def test_a_post_of_another_workspace_cannot_be_sent_with_our_account(ponts: Account) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    theirs = connect(other, handle="bob.example.org")
    post = draft(ponts, said={ponts.pk: Said(), theirs.pk: Said()})
    assert [variant.account for variant in post.variants.all()] == [ponts]


def test_what_one_account_refused_is_written_anew_for_that_account_alone(
    ponts: Account, ponts_mastodon: Account
) -> None:
    post = scheduled(ponts, ponts_mastodon).post
    Delivery.objects.filter(account=ponts).update(state=State.PUBLISHED)
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.REFUSED)
    refused = Delivery.objects.get(post=post, account=ponts_mastodon)
    anew = verbs.write_anew(refused, None)
    assert [variant.account for variant in anew.variants.all()] == [ponts_mastodon]
    assert (anew.text, anew.is_draft) == (post.text, True)
    refused.refresh_from_db()
    assert refused.set_aside_at
