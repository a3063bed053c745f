"""What reaches a person by e-mail, a program by webhook, and how troubles are told."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.connections.sealing import CannotUnseal
from parvis.networks import present
from parvis.people.models import MailWishes
from parvis.report.happened import happened_since
from parvis.report.notices import can_write_letters, notice_ways, why_not_told
from parvis.watch import notices
from parvis.watch.hooks import key_of
from parvis.watch.messages import Event
from parvis.watch.models import Hook
from parvis.watch.troubles import Severity, Trouble
from parvis.web.desk_request import DeskRequest, is_an_owners
from parvis.web.forms.notifications import HookForm, MailWishesForm
from parvis.web.views.owners import owners_only
from parvis.web.views.posted import posted_from


@require_http_methods(["GET", "POST"])
def show(request: DeskRequest) -> HttpResponse:
    kept = MailWishes.objects.filter(user=request.user).first()
    form = MailWishesForm(request.POST or None, instance=kept or MailWishes(user=request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your notifications are kept."))
        return redirect("settings-notifications")
    return render_notifications(request, form=form, status=422 if form.errors else 200)


def render_notifications(
    request: DeskRequest,
    *,
    form: MailWishesForm | None = None,
    hook_form: HookForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """With the forms as they were sent, where they could not be kept."""
    kept = MailWishes.objects.filter(user=request.user).first()
    is_owner = is_an_owners(request)
    hook = Hook.objects.filter(workspace=request.workspace).first() if is_owner else None
    context = {
        "form": form or MailWishesForm(instance=kept or MailWishes(user=request.user)),
        "happened": happened_since(request.workspace, kept),
        "can_write": can_write_letters(),
        "ways": notice_ways() if is_owner else (),
        "hook": hook,
        "hook_form": (hook_form or HookForm(instance=hook)) if is_owner else None,
        "hook_key": hook and _key_in_words(hook),
        "hook_problem": why_not_told(hook.problem) if hook else "",
    }
    return render(request, "parvis/settings/notifications.html", context, status=status)


def _key_in_words(hook: Hook) -> str:
    try:
        return key_of(hook)
    except CannotUnseal as error:
        return str(error)


@posted_from("settings-notifications")
def mark_seen(request: DeskRequest) -> HttpResponse:
    """Up to the moment that the page showed: what happened since is still to be seen."""
    until = parse_datetime(request.POST.get("until", ""))
    if until is not None and timezone.is_aware(until) and until <= present.now():
        MailWishes.objects.update_or_create(user=request.user, defaults={"seen_at": until})
    return redirect("settings-notifications")


@posted_from("settings-notifications")
@owners_only
def send_test(request: DeskRequest) -> HttpResponse:
    """By every way that is set up, at once, and says of each whether it arrived."""
    language = settings.ALERTS.language or request.workspace.language
    trouble = Trouble(code="test", severity=Severity.WARNING)
    taken = _("the test was taken.")
    for way in settings.ALERTS.ways:
        if problem := notices.send(way, Event.TEST, trouble, language):
            messages.error(request, _told(way, why_not_told(problem)))
        else:
            messages.success(request, _told(way, taken))
    return redirect("settings-notifications")


def _told(way: str, sentence: str) -> str:
    return _("%(kind)s: %(sentence)s") % {"kind": _names()[way], "sentence": sentence}


def _names() -> dict[str, str]:
    return {"mail": _("E-mail"), "webhook": _("Webhook")}
