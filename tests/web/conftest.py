"""The desk in a test: signed in as Alice, with static files as they lie in the packages."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from parvis.people.models import User


@pytest.fixture(autouse=True)
def _plain_static_files(settings) -> None:
    """The manifest of hashed names is made when Parvis starts, not for tests."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _no_language_left_behind() -> Iterator[None]:
    """A page's language stays active in the thread that served it, until the next request."""
    yield
    translation.deactivate()


@pytest.fixture
def desk(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def strict_desk(alice: User) -> Client:
    """A browser whose forms must carry the token that the page gave them."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    return client
