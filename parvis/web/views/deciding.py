"""The decisions that a person makes about deliveries."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.deliver import verbs as deliver
from parvis.deliver.models import Delivery
from parvis.report.lateness import sentence_for_limit
from parvis.report.trace import last_event_of
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.deciding import FoundForm
from parvis.web.forms.when import WhenForm
from parvis.web.views.posted import posted_from


@posted_from("today")
def it_is_there(request: DeskRequest, delivery_id: int) -> HttpResponse:
    """Either one of the posts that were found, or the address that a person has seen it at."""
    delivery = _delivery(request, delivery_id)
    form = FoundForm(request.POST, candidates=delivery.candidates)
    if not form.is_valid():
        messages.error(request, form.complaint)
        return _back(request, delivery)
    return _decide(
        request,
        delivery,
        lambda: deliver.it_is_there(delivery, form.published(), by=request.user),
        lambda: _what_is_noted(delivery),
    )


@posted_from("today")
def look_again(request: DeskRequest, delivery_id: int) -> HttpResponse:
    delivery = _delivery(request, delivery_id)
    return _decide(
        request,
        delivery,
        lambda: deliver.look_again(delivery, by=request.user),
        lambda: _("It is looked up again. Nothing is sent meanwhile."),
    )


@posted_from("today")
def send_again(request: DeskRequest, delivery_id: int) -> HttpResponse:
    delivery = _delivery(request, delivery_id)
    return _decide(
        request,
        delivery,
        lambda: deliver.send_again(delivery, by=request.user),
        lambda: _("It is sent again."),
    )


@posted_from("today")
def give_up(request: DeskRequest, delivery_id: int) -> HttpResponse:
    delivery = _delivery(request, delivery_id)
    said = _("Given up. It will not be sent; the text stays with the post.")
    if delivery.receipts:
        said = _("The rest is given up and will not be sent. What is out stays out.")
    return _decide(
        request, delivery, lambda: deliver.give_up(delivery, by=request.user), lambda: said
    )


@posted_from("today")
def release(request: DeskRequest, delivery_id: int) -> HttpResponse:
    delivery = _delivery(request, delivery_id)
    said = _("The rest goes out now.") if delivery.receipts else _("It goes out now.")
    return _decide(
        request, delivery, lambda: deliver.release(delivery, by=request.user), lambda: said
    )


@posted_from("today")
def release_after_limit(request: DeskRequest, delivery_id: int) -> HttpResponse:
    delivery = _delivery(request, delivery_id)
    return _decide(
        request,
        delivery,
        lambda: deliver.release_after_limit(delivery, by=request.user),
        lambda: _("It goes out as soon as the network’s limit has ended."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: DeskRequest, delivery_id: int) -> HttpResponse:
    """A held delivery alone, where others of its post are out or on their way."""
    delivery = _delivery(request, delivery_id)
    form = WhenForm(request.POST or None, zone=request.workspace.zone, at=delivery.due_at)
    if not form.is_valid():
        return _choose_a_time(request, delivery, form)
    due_at = form.cleaned_data["due_at"]
    try:
        deliver.move_alone(delivery, due_at, by=request.user)
    except deliver.InThePast:
        form.add_error(None, _("This moment has gone by. Nothing was moved; choose a later one."))
        return _choose_a_time(request, delivery, form)
    except deliver.NothingToDecide:
        messages.info(request, _settled_meanwhile(delivery))
    else:
        messages.success(request, _("It has a new time."))
    return redirect("post", delivery.post_id)


@posted_from("today")
def set_aside(request: DeskRequest, delivery_id: int) -> HttpResponse:
    delivery = _delivery(request, delivery_id)
    return _decide(
        request,
        delivery,
        lambda: deliver.set_aside(delivery, by=request.user),
        lambda: _("Set aside. It stays with the post’s history."),
    )


@posted_from("today")
def write_anew(request: DeskRequest, delivery_id: int) -> HttpResponse:
    delivery = _delivery(request, delivery_id)
    try:
        draft = deliver.write_anew(delivery, request.user)
    except deliver.NothingToDecide:
        messages.info(request, _settled_meanwhile(delivery))
        return _back(request, delivery)
    return redirect("compose", draft.pk)


def _decide(
    request: DeskRequest,
    delivery: Delivery,
    decide: Callable[[], None],
    said: Callable[[], str],
) -> HttpResponse:
    try:
        decide()
    except deliver.StillPaused:
        messages.warning(
            request,
            _("Nothing was sent: the account is paused. End the pause under “Queue” first."),
        )
    except deliver.LimitOutlasts as limit:
        messages.warning(request, sentence_for_limit(delivery, limit.until))
    except deliver.NothingToLookUp:
        messages.warning(
            request,
            _("There is no attempt here that could be looked up. Look on the network yourself."),
        )
    except deliver.NothingToDecide:
        messages.info(request, _settled_meanwhile(delivery))
    else:
        messages.success(request, said())
    return _back(request, delivery)


def _choose_a_time(request: DeskRequest, delivery: Delivery, when: WhenForm) -> HttpResponse:
    status = 422 if when.is_bound else 200
    context = {"delivery": delivery, "when": when}
    return render(request, "parvis/move_delivery.html", context, status=status)


def _settled_meanwhile(delivery: Delivery) -> str:
    """Whoever came first is named, so that two people at one desk need not wonder."""
    if what := last_event_of(delivery):
        return _("This was settled meanwhile. %(what)s Nothing was changed now.") % {"what": what}
    return _("This was settled meanwhile. Nothing was changed.")


def _what_is_noted(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    if delivery.rest_is_given_up:
        return _(
            "Noted as published. Its address alone does not let the rest answer it, so the rest is "
            "not sent: write it anew from here."
        )
    return _("Noted as published.")


def _delivery(request: DeskRequest, delivery_id: int) -> Delivery:
    return get_object_or_404(Delivery, pk=delivery_id, workspace=request.workspace)


def _back(request: DeskRequest, delivery: Delivery) -> HttpResponse:
    """To the page whose button was pressed, if it is one of ours."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return HttpResponseRedirect(page)
    return redirect("post", delivery.post_id)
