"""Tokens and app secrets are in the sealed columns and nowhere else."""

import logging
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from parvis.connections import client_apps, oauth, rehearsal, verbs
from parvis.connections.models import Account, Offer, OwnedApp
from parvis.people.models import Workspace
from tests.connections.sandboxed import rehearsed, renew_due
from tests.servers.sandbox import RunningSandbox
from tests.web.rehearsing import come_back, one_sandbox, sandbox, sandbox_beside

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["one_sandbox", "sandbox", "sandbox_beside"]  # fixtures


def secrets_of(account: Account) -> list[str]:
    tokens = verbs.speaking_as(account).tokens
    kept = (tokens.access, tokens.refresh, tokens.password)
    return [secret.reveal() for secret in kept if secret]


def everything_in_the_database() -> str:
    """Every row of every table, as PostgreSQL writes it."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def in_hex(text: str) -> str:
    """As a binary column is written out."""
    return text.encode().hex()


def come_back_from_facebook(desk: Client, sandbox: RunningSandbox) -> str:
    """Through the real pages of the desk; answers where the choice is made."""
    leaving = desk.post("/accounts/rehearse/facebook/")
    return str(come_back(desk, sandbox, leaving)["Location"])


def test_tokens_are_in_no_page_no_log_no_session_and_no_open_column(
    desk: Client,
    sandbox_beside: RunningSandbox,
    workspace: Workspace,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        desk.post("/accounts/rehearse/")
        pages = [desk.get("/").content.decode(), desk.get("/accounts/").content.decode()]
        for account in Account.objects.all():
            pages.append(desk.get(f"/accounts/{account.pk}/").content.decode())
            pages.append(desk.post(f"/accounts/{account.pk}/check/", follow=True).content.decode())
        Account.objects.update(refresh_at=Now())
        renew_due()
    sessions = str([session.get_decoded() for session in Session.objects.all()])
    kept = everything_in_the_database()
    every = [secret for account in Account.objects.all() for secret in secrets_of(account)]
    assert len(every) > 7
    for secret in every:
        for place in (*pages, caplog.text, sessions, kept, repr(list(Account.objects.all()))):
            assert secret not in place
        assert in_hex(secret) not in kept


def test_an_account_as_its_network_sees_it_shows_no_token(
    sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    said = repr(verbs.speaking_as(account))
    assert all(secret not in said for secret in secrets_of(account))


def test_what_waits_to_be_chosen_shows_no_token_and_is_forgotten_after_an_hour(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    page = desk.get(come_back_from_facebook(desk, sandbox_beside)).content.decode()
    offers = list(Offer.objects.all())
    assert len(offers) == 2
    batch = offers[0].batch
    tokens = [oauth._connected(each).tokens.access.reveal() for each in offers]
    kept = everything_in_the_database()
    assert all(token not in page and token not in kept for token in tokens)

    Offer.objects.update(found_at=Now() - oauth.OFFER_LASTS - timedelta(seconds=1))
    assert oauth.offers_of(workspace, batch) == []
    oauth.offer(workspace, [], is_sandbox=True)
    assert not Offer.objects.exists()


def test_what_was_not_chosen_is_forgotten_at_once(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    choice = come_back_from_facebook(desk, sandbox_beside)
    chosen = Offer.objects.order_by("pk")[0]
    desk.post(choice, {"offer": chosen.pk})
    assert [account.remote_id for account in Account.objects.all()] == [chosen.remote_id]
    assert not Offer.objects.exists()


def test_the_secret_of_a_developer_app_is_sealed_and_unsealed_for_its_own_name_alone(
    sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    stage = rehearsal.stage_of("x")
    assert stage is not None
    assert stage.app is not None
    client_apps.keep_app("x", stage.app, is_sandbox=True)
    secret = stage.app.client_secret.reveal()
    assert secret.encode() not in bytes(OwnedApp.objects.get().sealed_secret)
    account = rehearsed(workspace, "x")
    assert secret not in repr(async_to_sync(client_apps.app_of)(account))
    OwnedApp.objects.update(name="linkedin")
    with pytest.raises(client_apps.CannotUnseal):
        client_apps._opened_owned(OwnedApp.objects.get())
