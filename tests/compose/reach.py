"""Where an installation can be reached, and an account whose network comes to fetch media."""

from dataclasses import replace

import pytest
from django.conf import settings

from parvis.connections.models import Account


def reached_at(monkeypatch: pytest.MonkeyPatch, public: str, *, local: str = "") -> None:
    installed = replace(settings.INSTALLATION, public_url=public, local_url=local)
    monkeypatch.setattr(settings, "INSTALLATION", installed)


def fetching(account: Account) -> Account:
    account.stored_traits = replace(account.traits, fetches_media=True).to_json()
    account.save()
    return account
