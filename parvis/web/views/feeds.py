"""Feeds: the list, one of them, its rule, and what can be done with them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.intake import feed_posting, feed_verbs
from parvis.intake.feed_fetching import NotFetched, Offered
from parvis.intake.feed_looking import Look
from parvis.intake.feed_models import Entry, Fate, Feed
from parvis.intake.feed_reading import NoFeed
from parvis.intake.feed_rules import Rule, rule_of
from parvis.report.feeds import (
    feed_lines,
    page_of_feed,
    rule_choices,
    sentence_for_trouble,
    trial_of,
)
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.feeds import AddressForm, RuleForm
from parvis.web.views.posted import posted_from


@require_safe
def list_feeds(request: DeskRequest) -> HttpResponse:
    return _list(request, AddressForm())


@posted_from("feeds")
def find(request: DeskRequest) -> HttpResponse:
    """Adds what stands at the address; where its page names several feeds, one is chosen first."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        found = feed_verbs.find(form.cleaned_data["address"])
    except (NotFetched, NoFeed) as trouble:
        form.add_error("address", _told(trouble))
        return _list(request, form, status=422)
    if isinstance(found, Look):
        feed = feed_verbs.add(request.workspace, found, request.user)
        messages.info(request, _("Here is the feed. Nothing is posted before you switch it on."))
        return redirect("feed-rule", feed.pk)
    return _list(request, form, offered=found)


@require_safe
def show_feed(request: DeskRequest, feed_id: int) -> HttpResponse:
    asked = request.GET.get("show", "")
    page = page_of_feed(
        _feed(request, feed_id),
        shelf=asked if asked in set(Fate) else "",
        before=_number(request.GET.get("before", "")),
    )
    return render(request, "parvis/feeds/feed.html", {"page": page, "line": page.line})


@require_http_methods(["GET", "HEAD", "POST"])
def change_rule(request: DeskRequest, feed_id: int) -> HttpResponse:
    """Tries a rule on the entries that are there, keeps it, or switches the feed on with it."""
    feed = _feed(request, feed_id)
    kept, choices = rule_of(feed), rule_choices(feed)
    form = RuleForm(request.POST if request.method == "POST" else None, rule=kept, choices=choices)
    context = {"feed": feed, "form": form, "choices": choices}
    if not form.is_bound:
        return _rule_page(request, context, kept)
    if not form.is_valid():
        return _rule_page(request, context, None)
    rule, do = form.rule, request.POST.get("do")
    if do not in ("keep", "on"):
        return _rule_page(request, context, rule)
    feed_verbs.keep_rule(feed, rule)
    if do == "on" and not _switched_on(feed, form):
        return _rule_page(request, context, rule)
    messages.success(request, _about_rule(do))
    return redirect("feed", feed_id)


@posted_from("feed", "feed_id")
def look(request: DeskRequest, feed_id: int) -> HttpResponse:
    try:
        looked = feed_verbs.look_now(_feed(request, feed_id))
    except feed_verbs.BeingLookedAt:
        messages.info(request, _("A worker is looking just now."))
    else:
        if looked.trouble:
            messages.error(request, _("The feed could not be read. What is known of it is below."))
        else:
            messages.success(request, _about_look(looked))
    return redirect("feed", feed_id)


@posted_from("feed", "feed_id")
def pause(request: DeskRequest, feed_id: int) -> HttpResponse:
    feed_verbs.pause(_feed(request, feed_id))
    messages.success(request, _("The feed is paused. What is scheduled already goes out."))
    return redirect("feed", feed_id)


@posted_from("feed", "feed_id")
def resume(request: DeskRequest, feed_id: int) -> HttpResponse:
    feed_verbs.resume(_feed(request, feed_id))
    messages.success(
        request, _("The feed goes on. What came meanwhile is listed, and not posted by itself.")
    )
    return redirect("feed", feed_id)


@posted_from("feed", "feed_id")
def delete(request: DeskRequest, feed_id: int) -> HttpResponse:
    feed_verbs.delete(_feed(request, feed_id))
    messages.success(
        request, _("The feed is deleted. Its posts stay. For 30 days it can be put back.")
    )
    return redirect("feeds")


@posted_from("feed", "feed_id")
def restore(request: DeskRequest, feed_id: int) -> HttpResponse:
    feed_verbs.restore(_feed(request, feed_id))
    messages.success(request, _("The feed is back."))
    return redirect("feed", feed_id)


@posted_from("feed", "feed_id")
def put_aside(request: DeskRequest, feed_id: int) -> HttpResponse:
    feed_verbs.put_trouble_aside(_feed(request, feed_id))
    return redirect("today")


@posted_from("feed", "feed_id")
def draft_entry(request: DeskRequest, feed_id: int, entry_id: int) -> HttpResponse:
    try:
        post = feed_posting.draft_of(_entry(request, feed_id, entry_id), request.user)
    except feed_posting.BecameAPost:
        messages.info(request, _("It had become a post already. Nothing was made."))
        return redirect("feed", feed_id)
    messages.success(request, _("Here is the draft."))
    return redirect("compose", post.pk)


@posted_from("feed", "feed_id")
def leave_entry_out(request: DeskRequest, feed_id: int, entry_id: int) -> HttpResponse:
    feed_posting.leave_out(_entry(request, feed_id, entry_id))
    return redirect("feed", feed_id)


def _feed(request: DeskRequest, feed_id: int) -> Feed:
    feeds = Feed.objects.select_related("workspace", "campaign")
    return get_object_or_404(feeds, pk=feed_id, workspace=request.workspace)


def _entry(request: DeskRequest, feed_id: int, entry_id: int) -> Entry:
    return get_object_or_404(Entry, pk=entry_id, feed=feed_id, feed__workspace=request.workspace)


def _list(
    request: DeskRequest, form: AddressForm, *, offered: Sequence[Offered] = (), status: int = 200
) -> HttpResponse:
    context = {"feeds": feed_lines(request.workspace), "form": form, "offered": offered}
    return render(request, "parvis/feeds/list.html", context, status=status)


def _rule_page(request: DeskRequest, context: dict[str, Any], rule: Rule | None) -> HttpResponse:
    """Without a rule something was typed that is none, and nothing can be tried."""
    form, feed = context["form"], context["feed"]
    shown = {**context, "rule": rule, "trial": trial_of(feed, rule) if rule else []}
    status = 422 if form.errors else 200
    return render(request, "parvis/feeds/rule.html", shown, status=status)


def _switched_on(feed: Feed, form: RuleForm) -> bool:
    try:
        feed_verbs.switch_on(feed)
    except feed_verbs.NoAccounts:
        form.add_error("accounts", _("Choose an account at least; the rule is kept."))
        return False
    return True


def _about_rule(done: str) -> str:
    if done == "on":
        return _("The feed is switched on. What comes from now on becomes posts by its rule.")
    return _("The rule is kept. It holds for what comes from now on.")


def _about_look(looked: feed_verbs.Looked) -> str:
    if not looked.new:
        return _("There is nothing new.")
    told = ngettext("%(n)s new entry", "%(n)s new entries", looked.new) % {"n": looked.new}
    made = ngettext("%(n)s post was made.", "%(n)s posts were made.", looked.posted)
    return _("%(entries)s. %(posts)s") % {"entries": told, "posts": made % {"n": looked.posted}}


def _told(trouble: NotFetched | NoFeed) -> str:
    facts = trouble.facts if isinstance(trouble, NotFetched) else {}
    return sentence_for_trouble(trouble.code, facts)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None
