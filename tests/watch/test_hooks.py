"""A workspace's webhook: what it asked for, each thing once, signed."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.watch import hooks
from parvis.watch.database import Database
from parvis.watch.models import Hook, HookCall
from tests.cast import scheduled
from tests.servers.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)
ALL = {"waiting": True, "refused": True, "lapsing": True, "published": True}


def call() -> int:
    database = Database(patience=30)
    try:
        return hooks.call_what_is_due(database)
    finally:
        database.close()


@pytest.fixture
def hook(workspace: Workspace, receiver: Receiver) -> Hook:
    return hooks.set_hook(workspace, receiver.url, ALL)


def in_state(account: Account, state: State, **more: Any) -> Delivery:
    delivery = scheduled(account, in_=timedelta(minutes=1))
    Delivery.objects.filter(pk=delivery.pk).update(state=state, settled_at=Now(), **more)
    return delivery


def let_a_lease_pass() -> None:
    HookCall.objects.update(lease_until=F("lease_until") - timedelta(days=1))


def test_each_thing_is_told_once(hook: Hook, ponts: Account, receiver: Receiver) -> None:
    refused = in_state(ponts, State.REFUSED, reason_code="too-long")
    assert call() == 1
    let_a_lease_pass()
    assert call() == 0
    [told] = receiver.got
    assert told["event"] == "post.refused"
    assert told["code"] == "too-long"
    assert told["post"] == refused.post_id
    assert told["text"].startswith("ponts.example.org on Bluesky: the network refused a post.")


def test_what_went_out_is_told_with_its_address(
    hook: Hook, ponts: Account, receiver: Receiver
) -> None:
    receipt = {"remote_id": "1", "url": "https://bsky.example/1", "published_at": None}
    in_state(ponts, State.PUBLISHED, receipts=[receipt])
    call()
    [told] = receiver.got
    assert (told["event"], told["url"]) == ("post.published", "https://bsky.example/1")


def test_what_went_out_before_the_hook_is_not_told(
    hook: Hook, ponts: Account, receiver: Receiver
) -> None:
    delivery = in_state(ponts, State.PUBLISHED)
    Delivery.objects.filter(pk=delivery.pk).update(settled_at=Now() - timedelta(hours=1))
    call()
    assert receiver.got == []


def test_only_what_was_asked_for_is_told(hook: Hook, ponts: Account, receiver: Receiver) -> None:
    hooks.change_wishes(hook, {**ALL, "published": False, "refused": False})
    in_state(ponts, State.PUBLISHED)
    in_state(ponts, State.REFUSED)
    in_state(ponts, State.UNKNOWN)
    call()
    assert [told["event"] for told in receiver.got] == ["post.unknown"]


def test_a_message_is_signed_with_the_key_that_the_page_shows(
    hook: Hook, ponts: Account, receiver: Receiver
) -> None:
    in_state(ponts, State.UNKNOWN)
    call()
    [(body, headers)] = receiver.raw
    expected = hmac.new(hooks.key_of(hook).encode(), body, hashlib.sha256).hexdigest()
    assert headers[hooks.SIGNATURE] == f"sha256={expected}"
    assert json.loads(body)["id"].startswith("unknown:")


def test_what_did_not_arrive_is_tried_again_and_the_page_learns_why(
    hook: Hook, ponts: Account, receiver: Receiver
) -> None:
    in_state(ponts, State.UNKNOWN)
    receiver.status = 503
    assert call() == 0
    hook.refresh_from_db()
    assert hook.problem == "webhook-status-503"
    receiver.status = 204
    let_a_lease_pass()
    assert call() == 1
    hook.refresh_from_db()
    assert hook.problem == ""


def test_it_gives_up_at_last(hook: Hook, ponts: Account, receiver: Receiver) -> None:
    in_state(ponts, State.UNKNOWN)
    receiver.status = 500
    call()
    HookCall.objects.update(tries=hooks.MOST_TRIES)
    let_a_lease_pass()
    call()
    assert len(receiver.got) == 1


def test_a_private_address_is_not_called_unless_the_installation_allows_it(
    hook: Hook, settings: Any, receiver: Receiver
) -> None:
    settings.INSTALLATION = replace(settings.INSTALLATION, private_hosts=frozenset())
    hooks.set_hook(hook.workspace, receiver.url.replace("http:", "https:"), ALL)
    hook.refresh_from_db()
    assert hooks.send_test(hook) == "webhook-private-address"
    assert receiver.got == []


def test_the_address_is_kept_sealed_and_only_its_host_is_shown(hook: Hook) -> None:
    assert b"the-secret-of-ponts" not in bytes(hook.address)
    assert hook.host == "127.0.0.1"
    assert "the-secret-of-ponts" not in repr(hook) + str(hook)


@pytest.mark.parametrize("address", ["", "ftp://ponts.example.org", "ponts", "https://"])
def test_an_address_that_is_none_is_refused(workspace: Workspace, address: str) -> None:
    with pytest.raises(hooks.NoAddress):
        hooks.set_hook(workspace, address, ALL)
    assert not Hook.objects.exists()
