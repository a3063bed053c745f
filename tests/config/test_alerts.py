"""Whom to tell: what may be set up, and what is said of nonsense without showing a secret."""

import pytest

from parvis.config.alerts import Alerts, alerts
from parvis.config.installation import Misconfigured

MAIL = {"PARVIS_ALERT_EMAIL": "alice@example.org"}


def test_nothing_is_set_up_unless_it_is_said() -> None:
    found = alerts({})
    assert found.ways == ()
    assert (found.mail_server, found.webhook, found.metrics_token) == (None, None, None)


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://127.0.0.1", 25, False, False),
        ("smtp+tls://mail.example.org", 587, True, False),
        ("smtps://mail.example.org", 465, False, True),
        ("smtps://mail.example.org:2465", 2465, False, True),
    ],
)
def test_the_scheme_says_how_the_mail_server_is_spoken_to(
    url: str, port: int, starttls: bool, tls: bool
) -> None:
    server = alerts({"PARVIS_SMTP_URL": url}).mail_server
    assert server is not None
    assert (server.port, server.starttls, server.tls) == (port, starttls, tls)


def test_user_and_password_may_hold_any_sign() -> None:
    url = "smtps://ponts%40example.org:h%2Fu%40sh@mail.example.org"
    server = alerts({"PARVIS_SMTP_URL": url}).mail_server
    assert server is not None
    assert (server.user, server.password.reveal()) == ("ponts@example.org", "h/u@sh")


def test_mail_goes_to_several_and_comes_from_the_first_unless_it_is_said() -> None:
    server = {"PARVIS_SMTP_URL": "smtps://mail.example.org"}
    two = {**server, "PARVIS_ALERT_EMAIL": "alice@example.org, bob@example.org"}
    found = alerts(two)
    assert found.mail_to == ("alice@example.org", "bob@example.org")
    assert found.mail_from == "alice@example.org"
    assert found.ways == ("mail",)
    assert alerts({**two, "PARVIS_MAIL_FROM": "desk@example.org"}).mail_from == "desk@example.org"


def test_a_webhook_may_be_on_this_machine_without_https() -> None:
    assert alerts({"PARVIS_ALERT_WEBHOOK": "http://127.0.0.1:9000/hook"}).ways == ("webhook",)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (MAIL, "PARVIS_SMTP_URL"),
        ({"PARVIS_ALERT_EMAIL": "alice"}, "PARVIS_ALERT_EMAIL"),
        ({"PARVIS_SMTP_URL": "mail.example.org"}, "PARVIS_SMTP_URL"),
        ({"PARVIS_SMTP_URL": "https://u:hush@mail.example.org"}, "PARVIS_SMTP_URL"),
        ({"PARVIS_SMTP_URL": "smtp+tls://u:hush@mail.example.org:x"}, "PARVIS_SMTP_URL"),
        ({"PARVIS_SMTP_URL": "smtp+tls://u:hu[sh@[mail"}, "PARVIS_SMTP_URL"),
        ({"PARVIS_SMTP_URL": "smtp://u:hush@mail.example.org"}, "in the open"),
        ({"PARVIS_MAIL_FROM": "a@example.org,b@example.org"}, "PARVIS_MAIL_FROM"),
        ({"PARVIS_ALERT_WEBHOOK": "http://chat.example.org/hush"}, "PARVIS_ALERT_WEBHOOK"),
        ({"PARVIS_ALERT_WEBHOOK": "https://u:hush@chat.example.org/"}, "PARVIS_ALERT_WEBHOOK"),
        ({"PARVIS_ALERT_WEBHOOK": "hush"}, "PARVIS_ALERT_WEBHOOK"),
        ({"PARVIS_METRICS_TOKEN": "hush"}, "PARVIS_METRICS_TOKEN"),
        ({"PARVIS_METRICS_TOKEN": "hush hush hush hush hush"}, "PARVIS_METRICS_TOKEN"),
        ({"PARVIS_LANGUAGE": "de"}, "PARVIS_LANGUAGE"),
    ],
)
def test_nonsense_is_told_with_its_name_and_without_a_secret(
    environment: dict[str, str], named: str
) -> None:
    with pytest.raises(Misconfigured, match=named) as told:
        alerts(environment)
    assert "hush" not in str(told.value)


def test_no_secret_shows_in_the_settings() -> None:
    found: Alerts = alerts(
        {
            **MAIL,
            "PARVIS_SMTP_URL": "smtps://ponts:hush-1@mail.example.org",
            "PARVIS_ALERT_WEBHOOK": "https://chat.example.org/hooks/hush-2",
            "PARVIS_METRICS_TOKEN": "hush-3-and-thirteen-more",
        }
    )
    assert "hush" not in repr(found)
