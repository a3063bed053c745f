"""The ways by which the installation tells of its own troubles, and whether they get there."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from parvis.watch import notices


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWay:
    """`to` is for whom, where that is no secret. `problem` is why the last notice did not arrive;
    empty when it did, or none was sent yet."""

    name: str
    to: str
    is_set_up: bool
    problem: str


def notice_ways() -> tuple[NoticeWay, ...]:
    alerts = settings.ALERTS
    with connection.cursor() as cursor:
        problems = dict(notices.failures(cursor))
    return (
        NoticeWay(
            name="mail",
            to=", ".join(alerts.mail_to),
            is_set_up="mail" in alerts.ways,
            problem=_why_not(problems.get("mail", "")),
        ),
        NoticeWay(
            name="webhook",
            to="",
            is_set_up="webhook" in alerts.ways,
            problem=_why_not(problems.get("webhook", "")),
        ),
    )


def can_write_letters() -> bool:
    return settings.ALERTS.mail_server is not None


def why_not_told(code: str) -> str:
    return _why_not(code)


def _why_not(code: str) -> str:
    if not code:
        return ""
    if code.startswith("webhook-status-"):
        return str(_WEBHOOK_ANSWERED % {"status": code.rpartition("-")[2]})
    return str(_WHY_NOT.get(code, _WEBHOOK_AWAY if code.startswith("webhook") else _MAIL_REFUSED))


_MAIL_REFUSED = _("The mail server did not take it.")
_WEBHOOK_AWAY = _("The webhook did not answer.")
_WEBHOOK_ANSWERED = _("The webhook answered with the status %(status)s.")
_WHY_NOT = {
    "webhook-private-address": _(
        "That address is inside a private network. Whoever runs this installation can allow it."
    ),
    "webhook-not-https": _("Only https:// is spoken, so that nothing travels in the open."),
    "webhook-unknown-host": _("No server of that name could be found."),
    "webhook-sealed": _("The address cannot be opened with this key file. Enter it again."),
    "mail-password": _("The mail server does not know this user and password."),
    "mail-recipient": _("The mail server does not take letters for this address."),
    "mail-sender": _("The mail server does not take letters from this sender."),
    "mail-no-tls": _("The mail server offers no TLS, so nothing was sent."),
    "mail-not-secure": _("The mail server’s certificate could not be trusted."),
    "mail-no-answer": _("The mail server broke off."),
    "mail-unreachable": _("The mail server could not be reached."),
}
