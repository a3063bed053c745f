"""The addresses at which networks fetch media: nobody guesses one, and each lasts for a day."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.core.signing import TimestampSigner

from parvis.compose import public_media
from parvis.compose.media import as_media_file
from parvis.compose.public_media import (
    OPEN_FOR,
    can_be_fetched_by,
    media_opened_by,
    new_probe,
    opened_to,
    probe_opened_by,
)
from parvis.connections.models import Account
from parvis.networks.part import MediaFile
from parvis.people.models import Workspace
from tests.cast import kept_picture
from tests.compose.reach import fetching, reached_at

pytestmark = pytest.mark.django_db

ORIGIN = "https://desk.example.org"


@pytest.fixture
def shop_window(workspace: Workspace) -> MediaFile:
    return as_media_file(kept_picture(workspace), "The shop window")


def signed_in(file: MediaFile) -> str:
    return file.public_url.split("/")[-2]


def test_a_network_that_fetches_is_told_where(
    ponts: Account, shop_window: MediaFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached_at(monkeypatch, ORIGIN)
    told = opened_to(fetching(ponts), shop_window)
    assert told.public_url.startswith(f"{ORIGIN}/media/open/")
    assert told.public_url.endswith(".png")
    assert media_opened_by(signed_in(told)).path == shop_window.path


def test_a_network_that_is_handed_media_is_told_no_address(
    ponts: Account, shop_window: MediaFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached_at(monkeypatch, ORIGIN)
    assert opened_to(ponts, shop_window) == shop_window


@pytest.mark.parametrize("origin", ["", "http://desk.example.org"])
def test_without_an_https_address_nothing_is_opened(
    ponts: Account, shop_window: MediaFile, monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    reached_at(monkeypatch, origin)
    assert not can_be_fetched_by(fetching(ponts))
    assert opened_to(fetching(ponts), shop_window).public_url == ""


def test_the_sandbox_fetches_on_this_machine(
    ponts: Account, shop_window: MediaFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached_at(monkeypatch, "", local="http://127.0.0.1:8000")
    account = fetching(ponts)
    account.is_sandbox = True
    assert opened_to(account, shop_window).public_url.startswith("http://127.0.0.1:8000/media/")


@pytest.fixture
def opened(ponts: Account, shop_window: MediaFile, monkeypatch: pytest.MonkeyPatch) -> str:
    reached_at(monkeypatch, ORIGIN)
    return signed_in(opened_to(fetching(ponts), shop_window))


def test_each_altered_sign_shuts_an_address(opened: str) -> None:
    for at, sign in enumerate(opened):
        other = "A" if sign != "A" else "B"
        assert media_opened_by(opened[:at] + other + opened[at + 1 :]) is None


def test_a_file_is_not_opened_by_its_name(opened: str, shop_window: MediaFile) -> None:
    name = shop_window.path.name
    assert media_opened_by(name) is None
    assert media_opened_by(f"{name}:{opened.partition(':')[2]}") is not None
    other = "0" * 64
    assert media_opened_by(f"{other}:{opened.partition(':')[2]}") is None


def test_another_installations_signature_opens_nothing(shop_window: MediaFile) -> None:
    made_up = TimestampSigner(key="a guess", salt=public_media._SIGNER.salt)
    assert media_opened_by(made_up.sign(shop_window.path.name)) is None


def test_what_else_this_installation_signs_opens_nothing(shop_window: MediaFile) -> None:
    elsewhere = TimestampSigner(salt="parvis.elsewhere")
    assert media_opened_by(elsewhere.sign(shop_window.path.name)) is None
    assert media_opened_by(public_media._PROBES.sign(shop_window.path.name)) is None


def after(monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    there = time.time() + later.total_seconds()
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: there))


def test_an_address_lasts_for_a_day_and_no_longer(
    opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(monkeypatch, OPEN_FOR - timedelta(minutes=1))
    assert media_opened_by(opened) is not None
    after(monkeypatch, OPEN_FOR + timedelta(minutes=1))
    assert media_opened_by(opened) is None


def test_a_file_that_is_gone_is_not_opened(opened: str, shop_window: MediaFile) -> None:
    content = shop_window.path.read_bytes()
    shop_window.path.unlink()
    try:
        assert media_opened_by(opened) is None
    finally:
        shop_window.path.write_bytes(content)


def test_an_address_stays_out_of_what_is_said_about_a_file(
    ponts: Account, shop_window: MediaFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached_at(monkeypatch, ORIGIN)
    told = opened_to(fetching(ponts), shop_window)
    assert signed_in(told) not in repr(told)


def test_a_probe_is_answered_by_this_installation_alone() -> None:
    probe = new_probe(ORIGIN)
    signed = probe.address.split("/")[-2]
    assert probe_opened_by(signed) == probe.answer
    assert media_opened_by(signed) is None
    assert probe_opened_by(signed[:-1] + ("A" if signed[-1] != "A" else "B")) is None
    assert django_settings.SECRET_KEY not in probe.answer


def test_each_probe_has_an_answer_of_its_own() -> None:
    assert new_probe(ORIGIN).answer != new_probe(ORIGIN).answer


def test_a_probe_does_not_last(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = new_probe(ORIGIN).address.split("/")[-2]
    after(monkeypatch, public_media.PROBES_OPEN_FOR + timedelta(seconds=5))
    assert probe_opened_by(signed) is None
