"""Each way that a message leaves, against real servers, and what is said when it does not."""

from typing import Any

import pytest

from parvis.config.alerts import Alerts, alerts
from parvis.watch.messages import Event, Message
from parvis.watch.troubles import Severity, Trouble
from parvis.watch.ways import NotTold, tell
from tests.networks.loopback import dead_port
from tests.servers.mailbox import PASSWORD, USER, Mailbox
from tests.servers.receiver import Receiver

MESSAGE = Message(
    event=Event.OPENED,
    trouble=Trouble(code="no-worker", severity=Severity.ERROR),
    desk="https://desk.example.org",
)


def by_mail(port: int, who: str = "") -> Alerts:
    url = f"smtp://{who}127.0.0.1:{port}"
    return alerts({"PARVIS_SMTP_URL": url, "PARVIS_ALERT_EMAIL": "alice@example.org"})


def by_webhook(url: str) -> Alerts:
    return alerts({"PARVIS_ALERT_WEBHOOK": url})


def why_not(way: str, how: Alerts) -> str:
    with pytest.raises(NotTold) as refused:
        tell(way, MESSAGE, how)
    return refused.value.code


def test_a_letter_arrives_with_the_address_of_the_desk(mailbox: Mailbox) -> None:
    tell("mail", MESSAGE, by_mail(mailbox.port))
    [letter] = mailbox.letters
    assert "https://desk.example.org" in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_that_wants_a_password_gets_it() -> None:
    who = f"{USER}:{PASSWORD.replace(' ', '%20')}@"
    with Mailbox(asks_for_password=True) as mailbox:
        tell("mail", MESSAGE, by_mail(mailbox.port, who))
        assert len(mailbox.letters) == 1


def test_a_wrong_password_is_told_as_such_and_not_shown() -> None:
    with Mailbox(asks_for_password=True) as mailbox:
        assert why_not("mail", by_mail(mailbox.port, f"{USER}:hush@")) == "mail-password"


def test_a_mail_server_that_refuses_a_letter_is_told_as_such(mailbox: Mailbox) -> None:
    mailbox.refuses = "554 No"
    assert why_not("mail", by_mail(mailbox.port)) == "mail-refused"


def test_a_mail_server_that_is_not_there_is_told_as_such() -> None:
    assert why_not("mail", by_mail(dead_port())) == "mail-unreachable"


def test_a_mail_server_without_tls_gets_no_letter(mailbox: Mailbox) -> None:
    how = alerts(
        {
            "PARVIS_SMTP_URL": f"smtp+tls://127.0.0.1:{mailbox.port}",
            "PARVIS_ALERT_EMAIL": "alice@example.org",
        }
    )
    assert why_not("mail", how) == "mail-no-tls"
    assert mailbox.letters == []


def test_a_webhook_gets_json_that_chat_programs_can_show(receiver: Receiver) -> None:
    tell("webhook", MESSAGE, by_webhook(receiver.url))
    [said] = receiver.got
    assert said["text"].startswith("Nothing is being sent: no worker is running.")
    assert said["desk"] == "https://desk.example.org"
    assert (said["event"], said["code"], said["severity"]) == ("opened", "no-worker", "error")


def test_a_webhook_that_answers_otherwise_is_told_with_its_status(receiver: Receiver) -> None:
    receiver.status = 404
    assert why_not("webhook", by_webhook(receiver.url)) == "webhook-status-404"


def test_a_webhook_that_is_not_there_is_told_as_such() -> None:
    url = f"http://127.0.0.1:{dead_port()}/hook"
    assert why_not("webhook", by_webhook(url)) == "webhook-unreachable"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status = 302
    assert why_not("webhook", by_webhook(receiver.url)) == "webhook-status-302"


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (Event.OPENED, "Parvis: Trouble: Nothing is being sent: no worker is running"),
        (Event.STILL, "Parvis: still: Nothing is being sent: no worker is running"),
        (Event.CLOSED, "Parvis: over: Nothing is being sent: no worker is running"),
    ],
)
def test_the_subject_says_what_has_happened(event: Any, subject: str) -> None:
    assert Message(event=event, trouble=MESSAGE.trouble, desk="").subject == subject
