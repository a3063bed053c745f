"""Whom to tell when something is wrong, and who may read the figures: settings of the watchdog.

Nonsense is said at once, and never with the secret that it holds.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from parvis.config.installation import Misconfigured
from parvis.networks.secret import Secret

LANGUAGES = ("en", "fr")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ADDRESS = re.compile(r"[^@\s,<>\"]+@[^@\s,<>\"]+")
# Each scheme of PARVIS_SMTP_URL with its usual port.
_SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """`starttls` and `tls` exclude each other."""

    host: str
    port: int
    user: str
    password: Secret
    starttls: bool
    tls: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Ways that are not set up are empty or None. `language` is empty where the owner's will do."""

    mail_server: MailServer | None
    mail_from: str
    mail_to: tuple[str, ...]
    webhook: Secret | None
    metrics_token: Secret | None
    language: str

    @property
    def ways(self) -> tuple[str, ...]:
        by_mail = ("mail",) if self.mail_server and self.mail_to else ()
        return (*by_mail, *(("webhook",) if self.webhook else ()))


def alerts(environment: Mapping[str, str] = os.environ) -> Alerts:
    server = _mail_server(environment.get("PARVIS_SMTP_URL", ""))
    mail_to = _addresses(environment, "PARVIS_ALERT_EMAIL")
    if mail_to and server is None:
        raise Misconfigured(
            "PARVIS_ALERT_EMAIL is set and PARVIS_SMTP_URL is not, so nothing could be sent there. "
            "Set PARVIS_SMTP_URL to your mail server, such as "
            "smtp+tls://user:password@mail.example.org:587."
        )
    return Alerts(
        mail_server=server,
        mail_from=_sender(environment, mail_to),
        mail_to=mail_to,
        webhook=_webhook(environment.get("PARVIS_ALERT_WEBHOOK", "")),
        metrics_token=_token(environment.get("PARVIS_METRICS_TOKEN", "")),
        language=_language(environment.get("PARVIS_LANGUAGE", "")),
    )


def _mail_server(url: str) -> MailServer | None:
    if not url:
        return None
    parts = _parts_of(url)
    if parts is None or parts.scheme not in _SMTP_PORTS or not parts.hostname:
        raise Misconfigured(
            "PARVIS_SMTP_URL cannot be read. Write it as smtp+tls://user:password@host:587 (or "
            "smtps:// for TLS from the start, or smtp:// for a server on this machine), with %40 "
            "for an @ in the password, %2F for a / and so on."
        )
    if parts.password and parts.scheme == "smtp" and parts.hostname not in _LOOPBACK:
        raise Misconfigured(
            "PARVIS_SMTP_URL would send a password in the open. Write smtp+tls:// or smtps://."
        )
    return MailServer(
        host=parts.hostname,
        port=parts.port or _SMTP_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=Secret(unquote(parts.password or "")),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )


def _sender(environment: Mapping[str, str], mail_to: tuple[str, ...]) -> str:
    """Who alerts oneself is the sender as well, unless it is said otherwise."""
    named = _addresses(environment, "PARVIS_MAIL_FROM")
    if len(named) > 1:
        raise Misconfigured("PARVIS_MAIL_FROM must be one e-mail address.")
    return (named or mail_to or ("",))[0]


def _addresses(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    words = [word.strip() for word in environment.get(name, "").split(",")]
    for word in filter(None, words):
        if not _ADDRESS.fullmatch(word):
            raise Misconfigured(
                f"{name} must hold e-mail addresses with commas between them, such as "
                f"alice@example.org, and “{word}” is none."
            )
    return tuple(filter(None, words))


def _webhook(url: str) -> Secret | None:
    """The address is the key to whatever it writes to."""
    if not url:
        return None
    parts = _parts_of(url)
    is_closed = parts is not None and parts.scheme == "https"
    is_local = parts is not None and parts.scheme == "http" and parts.hostname in _LOOPBACK
    if parts is None or not parts.hostname or not (is_closed or is_local) or "@" in parts.netloc:
        raise Misconfigured(
            "PARVIS_ALERT_WEBHOOK must be an https:// address (http:// on this machine alone), "
            "without user and password."
        )
    return Secret(url)


def _token(value: str) -> Secret | None:
    if value and not re.fullmatch(r"[\x21-\x7e]{16,}", value):
        raise Misconfigured(
            "PARVIS_METRICS_TOKEN must be 16 characters or more, without spaces. `openssl rand "
            "-hex 32` makes a good one."
        )
    return Secret(value) if value else None


def _language(value: str) -> str:
    if value and value not in LANGUAGES:
        raise Misconfigured(f"PARVIS_LANGUAGE must be en or fr, and it is “{value}”.")
    return value


def _parts_of(url: str) -> SplitResult | None:
    """None when it is no URL, or its port no port."""
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None
