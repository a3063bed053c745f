"""Pictures that look alike are found, whatever their size and form."""

import pytest

from parvis.compose.likeness import alike, likeness_of, look_at_pictures
from parvis.compose.models import Media
from parvis.people.models import Workspace
from tests.cast import copy_for_a_network, kept_photograph, kept_picture, photograph

pytestmark = pytest.mark.django_db


def test_a_picture_keeps_its_likeness_at_another_size_and_form(workspace: Workspace) -> None:
    whole = kept_photograph(workspace, width=960, height=720)
    small = kept_photograph(workspace, width=320, height=240, kind="JPEG")
    assert alike([whole.pk]) == {whole.pk: [small.pk]}


def test_a_copy_made_for_a_network_is_no_look_alike(workspace: Workspace) -> None:
    whole = kept_photograph(workspace, width=1500, height=1000)
    copy = copy_for_a_network(whole)
    assert abs(copy.likeness ^ whole.likeness).bit_count() <= 6
    assert alike([whole.pk]) == {}


def test_another_picture_is_not_alike(workspace: Workspace) -> None:
    one = kept_photograph(workspace, seed=1)
    kept_photograph(workspace, seed=2)
    assert alike([one.pk]) == {}


def test_even_surfaces_are_not_taken_for_each_other(workspace: Workspace) -> None:
    teal, red = (kept_picture(workspace, colour=colour) for colour in ("teal", "red"))
    assert teal.likeness == 0
    assert alike([teal.pk, red.pk]) == {}


def test_a_picture_of_another_workspace_is_not_found(workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="Europe/Paris", language="en")
    mine = kept_photograph(workspace)
    kept_photograph(other)
    assert alike([mine.pk]) == {}


def test_what_was_kept_before_is_looked_at_a_few_at_a_time(workspace: Workspace) -> None:
    for seed in range(3):
        kept_photograph(workspace, seed=seed)
    Media.objects.update(likeness=None)
    assert [look_at_pictures(limit=2), look_at_pictures(limit=2), look_at_pictures()] == [2, 1, 0]
    assert Media.objects.get(sha256=kept_photograph(workspace).sha256).likeness == likeness_of(
        photograph()
    )


def test_a_picture_whose_file_is_gone_is_looked_at_once(workspace: Workspace) -> None:
    media = kept_photograph(workspace)
    Media.objects.update(likeness=None)
    media.path.unlink()
    assert [look_at_pictures(), look_at_pictures()] == [1, 0]
