"""Tokens at rest, and everywhere else."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from parvis.connections.models import Account
from parvis.connections.sealing import CannotUnseal, seal_tokens, unseal_tokens
from parvis.connections.verbs import disconnect, speaking_as
from parvis.networks.contract import Secret, Tokens
from parvis.people.models import Workspace
from tests.cast import connect

TOKENS = Tokens(
    access=Secret("the access token"),
    refresh=Secret("the refresh token"),
    password=Secret("the app password"),
    expires_at=datetime(2026, 12, 24, 18, tzinfo=UTC),
    scopes=("read", "write"),
)


def test_what_was_sealed_is_unsealed_whole() -> None:
    assert unseal_tokens(seal_tokens(TOKENS, purpose="a"), purpose="a") == TOKENS


def test_sealed_tokens_show_nothing() -> None:
    assert b"token" not in seal_tokens(TOKENS, purpose="a")


def test_the_same_tokens_are_sealed_differently_each_time() -> None:
    assert seal_tokens(TOKENS, purpose="a") != seal_tokens(TOKENS, purpose="a")


def test_tokens_sealed_for_one_account_open_for_no_other() -> None:
    with pytest.raises(CannotUnseal):
        unseal_tokens(seal_tokens(TOKENS, purpose="a"), purpose="b")


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(seal_tokens(TOKENS, purpose="a"))
    sealed[-1] ^= 1
    with pytest.raises(CannotUnseal):
        unseal_tokens(bytes(sealed), purpose="a")


def test_tokens_never_show_in_a_repr_or_a_format() -> None:
    assert "the access token" not in f"{TOKENS} {TOKENS!r} {TOKENS.access} {[TOKENS.access]}"


@pytest.mark.django_db
def test_the_key_lies_outside_the_database_and_is_for_its_owner_alone(ponts: Account) -> None:
    key = settings.INSTALLATION.sealing_key_file
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_the_row_of_an_account_holds_no_token_in_the_clear(ponts: Account) -> None:
    row = Account.objects.filter(pk=ponts.pk).values().get()
    assert "the access token" not in str(row)
    assert b"the access token" not in bytes(row["sealed_tokens"])


@pytest.mark.django_db
def test_disconnecting_destroys_the_tokens_and_keeps_the_account(ponts: Account) -> None:
    disconnect(ponts)
    ponts.refresh_from_db()
    assert ponts.sealed_tokens is None
    assert not ponts.can_publish


@pytest.mark.django_db
def test_connecting_again_renews_the_tokens_of_the_same_account(
    workspace: Workspace, ponts: Account
) -> None:
    again = connect(workspace, refresh=Secret("another refresh token"))
    assert again.pk == ponts.pk
    assert speaking_as(again).tokens.refresh == Secret("another refresh token")
