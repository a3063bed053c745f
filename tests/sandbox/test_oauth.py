"""The consent pages and tokens that the networks with OAuth share."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from parvis.sandbox.oauth import challenge_of
from tests.servers.asking import Answer, ask
from tests.servers.sandbox import RunningSandbox

VERIFIER = "a-verifier-that-nobody-else-could-have-thought-of"
REDIRECT = "http://127.0.0.1:8000/connect/squeak/return"


def authorise_url(squeaks: RunningSandbox, **changed: str) -> str:
    query = {
        "client_id": "parvis-sandbox",
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "read write",
        "state": "kept",
        "code_challenge": challenge_of(VERIFIER, "S256"),
        "code_challenge_method": "S256",
    } | changed
    return f"{squeaks.origin('squeak')}/authorize?{urlencode(query)}"


def code_of(location: str) -> str:
    return parse_qs(urlsplit(location).query)["code"][0]


def redeem(squeaks: RunningSandbox, given: str, **changed: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": REDIRECT,
        "client_id": "parvis-sandbox",
        "client_secret": "parvis-sandbox-secret",
        "code_verifier": VERIFIER,
    } | changed
    return ask("POST", f"{squeaks.origin('squeak')}/token", form=form)


def mine(squeaks: RunningSandbox, token: str) -> Answer:
    return ask("GET", f"{squeaks.origin('squeak')}/v1/squeaks", token=token)


def test_the_page_asks_for_consent_and_names_what_for(squeaks: RunningSandbox) -> None:
    page = ask("GET", authorise_url(squeaks)).confirmed().body.decode()

    for shown in ("Librairie Ponts", "read", "write", "Allow", "Deny", "Sandbox:"):
        assert shown in page


def test_allow_leads_back_with_a_code_and_the_state(squeaks: RunningSandbox) -> None:
    location = squeaks.consent(authorise_url(squeaks))

    assert location.startswith(f"{REDIRECT}?")
    assert parse_qs(urlsplit(location).query)["state"] == ["kept"]
    assert redeem(squeaks, code_of(location)).status == 200


def test_deny_leads_back_without_a_code(squeaks: RunningSandbox) -> None:
    denied = ask("POST", authorise_url(squeaks), form={"decision": "deny"})

    query = parse_qs(urlsplit(denied.headers["Location"]).query)
    assert (denied.status, query["error"]) == (302, ["access_denied"])
    assert "code" not in query


def test_the_chosen_account_is_the_one_that_the_token_speaks_for(squeaks: RunningSandbox) -> None:
    code = code_of(squeaks.consent(authorise_url(squeaks), account="ponts_events"))
    token = redeem(squeaks, code).json["access_token"]

    url = f"{squeaks.origin('squeak')}/v1/squeaks"
    ask("POST", url, token=token, json={"text": "Samedi"}).confirmed()

    assert [post["author"] for post in squeaks.posts("squeak")] == ["ponts_events"]


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "https://elsewhere.example.org/return"},
        {"redirect_uri": ""},
    ],
)
def test_a_foreign_app_or_address_is_never_sent_back(
    squeaks: RunningSandbox, changed: dict[str, str]
) -> None:
    shown = ask("GET", authorise_url(squeaks, **changed))

    assert shown.status == 400
    assert "Location" not in shown.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_faulty_question_is_sent_back_with_its_error(
    squeaks: RunningSandbox, changed: dict[str, str], error: str
) -> None:
    sent_back = ask("GET", authorise_url(squeaks, **changed))

    assert sent_back.status == 302
    assert parse_qs(urlsplit(sent_back.headers["Location"]).query)["error"] == [error]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_secret": "guessed"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8000/elsewhere"}, "invalid_grant"),
        ({"code_verifier": "guessed"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
    ],
)
def test_a_code_is_worth_nothing_in_wrong_hands(
    squeaks: RunningSandbox, changed: dict[str, str], error: str
) -> None:
    code = code_of(squeaks.consent(authorise_url(squeaks)))

    assert redeem(squeaks, code, **changed).json == {"error": error}


def test_a_code_dies_young(squeaks: RunningSandbox) -> None:
    code = code_of(squeaks.consent(authorise_url(squeaks)))

    squeaks.advance(61)

    assert redeem(squeaks, code).json == {"error": "invalid_grant"}


def test_a_code_used_twice_kills_what_it_gave(squeaks: RunningSandbox) -> None:
    code = code_of(squeaks.consent(authorise_url(squeaks)))
    token = redeem(squeaks, code).json["access_token"]

    assert redeem(squeaks, code).json == {"error": "invalid_grant"}
    assert mine(squeaks, token).json == {"error": "revoked"}


def test_an_access_token_expires_and_is_renewed_once(squeaks: RunningSandbox) -> None:
    first = redeem(squeaks, code_of(squeaks.consent(authorise_url(squeaks)))).json
    squeaks.advance(7201)

    expired = mine(squeaks, first["access_token"])
    renewed = renew(squeaks, first["refresh_token"])
    again = renew(squeaks, first["refresh_token"])

    assert expired.json == {"error": "expired"}
    assert mine(squeaks, renewed.json["access_token"]).status == 200
    assert renewed.json["refresh_token"] != first["refresh_token"]
    assert again.json == {"error": "invalid_grant"}


@pytest.mark.parametrize(("token", "why"), [(None, "missing"), ("guessed", "unknown")])
def test_no_token_and_a_guessed_one_are_told_apart(
    squeaks: RunningSandbox, token: str | None, why: str
) -> None:
    asked = ask("GET", f"{squeaks.origin('squeak')}/v1/squeaks", token=token)

    assert (asked.status, asked.json) == (401, {"error": why})


def test_a_scope_that_was_not_given_is_missing(squeaks: RunningSandbox) -> None:
    token = squeaks.token("squeak", scopes=["write"])["access_token"]

    assert mine(squeaks, token).json == {"error": "scope"}


def test_consent_is_given_to_addresses_of_the_sandbox_alone(squeaks: RunningSandbox) -> None:
    asked = {"url": "http://127.0.0.1:1/authorize"}

    assert ask("POST", f"{squeaks.control}/consent", json=asked).status == 400


def renew(squeaks: RunningSandbox, refresh: str) -> Answer:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": "parvis-sandbox",
        "client_secret": "parvis-sandbox-secret",
    }
    return ask("POST", f"{squeaks.origin('squeak')}/token", form=form)
