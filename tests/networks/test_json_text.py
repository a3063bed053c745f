"""JSON as it is read from servers and written to them and to the database."""

from datetime import UTC, datetime
from json import JSONDecodeError

import pytest

from parvis.networks.json_text import read_json, write_json
from parvis.networks.secret import Secret


def test_half_of_a_surrogate_pair_is_read_and_written() -> None:
    assert read_json(b'"cut \\ud83d"') == "cut \ud83d"
    assert read_json(write_json("cut \ud83d")) == "cut \ud83d"


def test_a_secret_is_written_only_as_its_owner_says() -> None:
    assert write_json({"token": Secret("open")}, lambda secret: "…") == '{"token":"…"}'.encode()
    with pytest.raises(TypeError):
        write_json({"token": Secret("open")})


def test_a_moment_is_no_json() -> None:
    with pytest.raises(TypeError):
        write_json(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize("text", [b"", b"{", b"<html>", b"\xff"])
def test_what_is_no_json_is_a_value_error(text: bytes) -> None:
    with pytest.raises((JSONDecodeError, UnicodeDecodeError)):
        read_json(text)
