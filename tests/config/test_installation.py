"""What the environment may hold, and what is said of nonsense in it."""

import os
import subprocess
from pathlib import Path

import pytest

from parvis.config.installation import Misconfigured, installation

MAKEFILE = Path(__file__).parents[2]


@pytest.mark.parametrize("named", ["~nobody-of-that-name/desk", "~nobody-of-that-name"])
def test_a_home_folder_that_nobody_has_is_told(named: str) -> None:
    with pytest.raises(Misconfigured, match="no home folder is known"):
        installation({"PARVIS_DATA": named})


def test_a_way_up_and_down_again_is_shown_as_the_folder_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    found = installation({"PARVIS_DATA": f"{tmp_path}/clone/../été and more"}).data
    assert found == tmp_path.resolve() / "été and more"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://parvis:hush@127.0.0.1/parvis",
        "postgresql://parvis:hush@127.0.0.1:abc/parvis",
        "postgresql://parvis:hush@127.0.0.1:99999/parvis",
        "postgresql://parvis:hu[sh@[127.0.0.1:5/parvis",
        "parvis",
    ],
)
def test_a_database_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL") as told:
        installation({"DATABASE_URL": url})
    assert "hush" not in str(told.value)


@pytest.mark.parametrize(
    "value",
    [
        "desk.example.org",
        "https://",
        "https://desk.example.org/parvis",
        "https://desk.example.org?x",
        "https://desk.example.org:99999",
        "https://alice:hush@desk.example.org",
        "https://[::1",
    ],
)
@pytest.mark.parametrize(
    "name", ["PARVIS_PUBLIC_URL", "PARVIS_PLC_DIRECTORY", "PARVIS_BLUESKY_ENTRYWAY"]
)
def test_an_address_that_is_more_or_less_than_a_host_is_told(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name) as told:
        installation({name: value})
    assert "hush" not in str(told.value)


@pytest.mark.parametrize(
    "value", ["https://desk.example.org", "https://desk.example.org/", "http://[::1]:8000"]
)
def test_an_address_is_taken_without_its_last_slash(value: str) -> None:
    assert installation({"PARVIS_PUBLIC_URL": value}).public_url == value.rstrip("/")


@pytest.mark.parametrize("value", ["https://desk.example.org", "a b", "desk.example.org/x"])
@pytest.mark.parametrize("name", ["PARVIS_ALLOWED_HOSTS", "PARVIS_ALLOW_PRIVATE_HOSTS"])
def test_a_list_of_hosts_with_something_else_in_it_is_told(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        installation({name: f"desk.example.org,{value}"})


def test_hosts_are_names_and_addresses_with_or_without_a_port() -> None:
    listed = "desk.example.org, .example.org,été.example.org:9000,192.0.2.7,[2001:db8::1]:80,::1,"
    assert installation({"PARVIS_ALLOWED_HOSTS": listed}).allowed_hosts == (
        "desk.example.org",
        ".example.org",
        "été.example.org:9000",
        "192.0.2.7",
        "[2001:db8::1]:80",
        "::1",
    )


def test_a_switch_that_is_neither_yes_nor_no_is_told() -> None:
    with pytest.raises(Misconfigured, match="PARVIS_DEBUG"):
        installation({"PARVIS_DEBUG": "maybe"})


def test_make_hands_on_a_data_folder_with_spaces_whole() -> None:
    said = subprocess.run(
        [
            "make",
            "--no-print-directory",
            "--eval=told:;@printenv PARVIS_DATA",
            "told",
            "DATA=../Écrits & autres/l'été",
        ],
        cwd=MAKEFILE,
        capture_output=True,
        text=True,
        env={name: os.environ[name] for name in os.environ if name != "PARVIS_DATA"},
        check=True,
    )
    assert said.stdout == "../Écrits & autres/l'été\n"
