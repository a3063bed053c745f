"""Of what an older version kept, the copies that it made for networks are told apart."""

from importlib import import_module

import pytest
from django.db import connection

from parvis.compose.content import UsedMedia
from parvis.compose.models import Media
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.people.models import Workspace
from tests.cast import BLUESKY_TRAITS, copy_for_a_network, draft, kept_photograph, scheduled

pytestmark = pytest.mark.django_db

MARK_OLD_COPIES = import_module("parvis.compose.migrations.0007_media_copies").MARK_OLD_COPIES


@pytest.fixture
def sent(ponts: Account) -> Delivery:
    """A picture that went into a delivery as a copy, of which nothing says yet that it is one."""
    narrow = {**BLUESKY_TRAITS.to_json(), "image_bytes_limit": 60_000}
    Account.objects.filter(pk=ponts.pk).update(stored_traits=narrow)
    ponts.refresh_from_db()
    whole = kept_photograph(ponts.workspace, width=1500, height=1000)
    delivery = scheduled(ponts, media=(UsedMedia(media_id=whole.pk),))
    assert Media.objects.exclude(copy_of=None).exists()
    Media.objects.update(copy_of=None)
    return delivery


def marked() -> dict[int, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(MARK_OLD_COPIES)
    return dict(Media.objects.order_by("pk").values_list("pk", "copy_of"))


def test_what_a_delivery_names_in_the_place_of_its_posts_picture_is_a_copy(sent: Delivery) -> None:
    whole, copy = Media.objects.order_by("pk")
    assert marked() == {whole.pk: None, copy.pk: whole.pk}


def test_a_copy_that_a_post_uses_stays_in_the_library(sent: Delivery) -> None:
    whole, copy = Media.objects.order_by("pk")
    draft(sent.account, media=(UsedMedia(media_id=copy.pk),))
    assert marked() == {whole.pk: None, copy.pk: None}


def test_a_copy_that_somebody_described_stays_in_the_library(sent: Delivery) -> None:
    whole, copy = Media.objects.order_by("pk")
    Media.objects.filter(pk=copy.pk).update(alt="Stalls at dawn")
    assert marked() == {whole.pk: None, copy.pk: None}


def test_what_no_delivery_names_is_left_alone(workspace: Workspace) -> None:
    whole = kept_photograph(workspace, width=1500, height=1000)
    copy = copy_for_a_network(whole)
    Media.objects.update(copy_of=None)
    assert marked() == {whole.pk: None, copy.pk: None}
