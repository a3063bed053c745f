"""A desk knows its keys and its media folder, and no machine with others opens it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from parvis.config.installation import Installation, read_or_make_key
from parvis.deliver.states import State
from parvis.people.models import Desk, Workspace
from parvis.upkeep.findings import Weight
from parvis.upkeep.identity import (
    MARK_FILE,
    NotThisDesk,
    adopt_what_is_here,
    holds_media,
    prove_identity,
)
from parvis.upkeep.identity_checks import examine_identity
from tests.cast import connect, scheduled

pytestmark = pytest.mark.django_db
NewMachine = Callable[[str], Installation]


@pytest.fixture
def new_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewMachine:
    """A machine with keys and a media folder of its own, at which the test then sits."""

    def make(name: str) -> Installation:
        data = tmp_path / name
        installed = replace(settings.INSTALLATION, data=data, media=data / "media")
        installed.media.mkdir(parents=True)
        read_or_make_key(installed.sealing_key_file, length=32)
        read_or_make_key(installed.signing_key_file, length=48)
        sit_at(installed)
        return installed

    def sit_at(installed: Installation) -> None:
        monkeypatch.setattr(settings, "INSTALLATION", installed)

    return make


@pytest.fixture
def first(new_machine: NewMachine) -> Installation:
    installed = new_machine("first")
    prove_identity(installed)
    return installed


def share_keys(ours: Installation, theirs: Installation) -> None:
    shutil.copytree(
        ours.sealing_key_file.parent, theirs.sealing_key_file.parent, dirs_exist_ok=True
    )


def test_the_first_start_marks_the_media_folder(first: Installation) -> None:
    assert (first.media / MARK_FILE).read_text().strip() == Desk.objects.get().mark


def test_the_database_does_not_learn_the_keys(first: Installation) -> None:
    desk = Desk.objects.get()
    for file in (first.sealing_key_file, first.signing_key_file):
        assert file.read_text() not in (desk.sealing_key, desk.signing_key)


def test_a_second_start_finds_nothing_amiss(first: Installation) -> None:
    prove_identity(first)


def test_a_machine_that_shares_keys_and_media_belongs_to_the_desk(
    first: Installation, new_machine: NewMachine
) -> None:
    second = replace(new_machine("second"), media=first.media)
    share_keys(first, second)
    prove_identity(second)


@pytest.mark.parametrize("key", ["sealing.key", "signing.key"])
def test_a_machine_with_another_key_is_told_which_and_what_to_do(
    first: Installation, new_machine: NewMachine, key: str
) -> None:
    second = replace(new_machine("second"), media=first.media)
    own = (second.data / "keys" / key).read_text()
    share_keys(first, second)
    (second.data / "keys" / key).write_text(own)
    with pytest.raises(NotThisDesk, match=rf"{key} is not the one of this desk.*Copy the folder"):
        prove_identity(second)


def test_a_key_that_is_missing_is_told_and_not_made(first: Installation) -> None:
    first.sealing_key_file.unlink()
    with pytest.raises(NotThisDesk, match="is missing"):
        prove_identity(first)
    assert not first.sealing_key_file.exists()


def test_a_media_folder_without_the_mark_is_told(
    first: Installation, new_machine: NewMachine
) -> None:
    second = new_machine("second")
    share_keys(first, second)
    with pytest.raises(NotThisDesk, match=r"it has no desk\.mark.*PARVIS_MEDIA"):
        prove_identity(second)


def test_a_media_folder_of_another_desk_is_told(first: Installation) -> None:
    (first.media / MARK_FILE).write_text("0" * 32)
    with pytest.raises(NotThisDesk, match="it carries the mark of another"):
        prove_identity(first)


def test_a_media_folder_that_is_gone_is_told(first: Installation) -> None:
    shutil.rmtree(first.media)
    with pytest.raises(NotThisDesk, match=r"desk\.mark"):
        prove_identity(first)


def test_a_new_database_takes_over_the_mark_of_its_media_folder(first: Installation) -> None:
    mark = Desk.objects.get().mark
    Desk.objects.all().delete()
    prove_identity(first)
    assert Desk.objects.get().mark == mark


def test_an_older_desk_is_given_its_identity_where_its_tokens_open(
    new_machine: NewMachine, workspace: Workspace
) -> None:
    machine = new_machine("first")
    connect(workspace)
    prove_identity(machine)
    assert Desk.objects.exists()


def test_an_older_desk_gets_no_identity_from_a_machine_without_its_key(
    new_machine: NewMachine, workspace: Workspace
) -> None:
    new_machine("first")
    connect(workspace)
    stranger = new_machine("stranger")
    with pytest.raises(NotThisDesk, match=r"sealing\.key is not the one"):
        prove_identity(stranger)
    assert not Desk.objects.exists()


def test_who_has_lost_the_keys_makes_the_new_ones_those_of_the_desk(
    first: Installation, new_machine: NewMachine
) -> None:
    second = new_machine("second")
    adopt_what_is_here(second)
    prove_identity(second)
    with pytest.raises(NotThisDesk):
        prove_identity(first)


def test_accounts_whose_key_is_lost_are_to_be_connected_again_and_their_posts_are_held(
    new_machine: NewMachine, workspace: Workspace
) -> None:
    new_machine("first")
    account = connect(workspace)
    delivery = scheduled(account)
    assert adopt_what_is_here(new_machine("second")) == [account]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason_code) == (State.HELD, "reconnect")


def test_a_marked_folder_without_pictures_holds_no_media(first: Installation) -> None:
    assert not holds_media(first)
    (first.media / "ab").mkdir()
    assert holds_media(first)


def test_the_doctor_says_whether_this_machine_belongs_to_the_desk(first: Installation) -> None:
    assert [found.weight for found in examine_identity(first)] == [Weight.FINE]
    (first.media / MARK_FILE).unlink()
    assert [found.weight for found in examine_identity(first)] == [Weight.FAULT]


def test_the_doctor_gives_no_identity(new_machine: NewMachine) -> None:
    examine_identity(new_machine("first"))
    assert not Desk.objects.exists()
