"""How a message leaves: by e-mail, and as JSON to a webhook. Each says only by a code why not."""

import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence

from asgiref.sync import async_to_sync
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from yarl import URL

from parvis.config.alerts import Alerts, MailServer
from parvis.networks.errors import NetworkError
from parvis.networks.http import Http
from parvis.watch.messages import Message

SECONDS = 10.0


class NotTold(Exception):
    """It did not get there, or nobody said that it did. `code` names why, and holds no secret."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def tell(way: str, message: Message, alerts: Alerts) -> None:
    """Raises NotTold."""
    _WAYS[way](message, alerts)


def _tell_by_mail(message: Message, alerts: Alerts) -> None:
    send_letter(alerts, alerts.mail_to, message.subject, message.body)


def send_letter(
    alerts: Alerts, to: Sequence[str], subject: str, body: str, *, unsubscribe: str = ""
) -> None:
    """`unsubscribe` is the address of the page where such letters are ended. Raises NotTold."""
    assert alerts.mail_server is not None
    # What answers mail by itself should not answer this.
    headers = {"Auto-Submitted": "auto-generated"}
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
    mail = EmailMessage(
        subject=subject,
        body=body,
        from_email=alerts.mail_from or to[0],
        to=to,
        headers=headers,
        connection=_post_office(alerts.mail_server),
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        # What smtplib says may quote who signed in.
        raise NotTold(_code_of(error)) from None


def _post_office(server: MailServer) -> EmailBackend:
    return EmailBackend(
        host=server.host,
        port=server.port,
        username=server.user,
        password=server.password.reveal(),
        use_tls=server.starttls,
        use_ssl=server.tls,
        timeout=int(SECONDS),
    )


def _code_of(error: Exception) -> str:
    for kind, code in _MAIL_CODES:
        if isinstance(error, kind):
            return code
    return "mail-refused"


# From the particular to the general: smtplib's own errors are OSErrors as well.
_MAIL_CODES: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "mail-password"),
    (smtplib.SMTPRecipientsRefused, "mail-recipient"),
    (smtplib.SMTPSenderRefused, "mail-sender"),
    (smtplib.SMTPNotSupportedError, "mail-no-tls"),
    (smtplib.SMTPServerDisconnected, "mail-no-answer"),
    (smtplib.SMTPConnectError, "mail-unreachable"),
    (smtplib.SMTPException, "mail-refused"),
    (ssl.SSLError, "mail-not-secure"),
    (OSError, "mail-unreachable"),
)


def _tell_the_webhook(message: Message, alerts: Alerts) -> None:
    assert alerts.webhook is not None
    async_to_sync(_posted)(URL(alerts.webhook.reveal()), message)


async def _posted(address: URL, message: Message) -> None:
    """The owner has named this host, so it may be a private one."""
    host = address.raw_host or ""
    named = frozenset({f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"})
    try:
        async with Http(allow_private_hosts=named) as http:
            answer = await http.post(
                address,
                network="parvis",
                purpose="alert",
                json=message.to_json(),
                seconds=SECONDS,
            )
    except NetworkError as error:
        raise NotTold(f"webhook-{error.code}") from None
    if not 200 <= answer.status < 300:
        raise NotTold(f"webhook-status-{answer.status}")


_WAYS: Mapping[str, Callable[[Message, Alerts], None]] = {
    "mail": _tell_by_mail,
    "webhook": _tell_the_webhook,
}
