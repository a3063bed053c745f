"""Campaigns: the list, the page of one, and what can be done with it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parvis.compose import campaigns as compose
from parvis.compose.models import Campaign
from parvis.report.campaigns import campaign_lines, story_of_campaign
from parvis.web.desk_request import DeskRequest
from parvis.web.forms.campaigns import CampaignForm
from parvis.web.views.posted import posted_from


@require_safe
def list_campaigns(request: DeskRequest) -> HttpResponse:
    return _list(request, CampaignForm())


@posted_from("campaigns")
def start(request: DeskRequest) -> HttpResponse:
    form = CampaignForm(request.POST)
    if form.is_valid():
        try:
            campaign = compose.start_campaign(request.workspace, form.outline)
        except compose.NameTaken:
            form.add_error("name", _name_taken())
        else:
            messages.success(request, _("The campaign is there. Posts can be put into it now."))
            return redirect("campaign", campaign.pk)
    return _list(request, form, status=422)


@require_safe
def show_campaign(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = _campaign(request, campaign_id)
    return _page(request, campaign, CampaignForm(campaign=campaign))


@posted_from("campaign", "campaign_id")
def change(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = _campaign(request, campaign_id)
    form = CampaignForm(request.POST)
    if form.is_valid():
        try:
            compose.change_campaign(campaign, form.outline)
        except compose.NameTaken:
            form.add_error("name", _name_taken())
        else:
            messages.success(request, _("The campaign is kept as you changed it."))
            return redirect("campaign", campaign_id)
    return _page(request, _campaign(request, campaign_id), form, status=422)


@posted_from("campaign", "campaign_id")
def end(request: DeskRequest, campaign_id: int) -> HttpResponse:
    compose.end_campaign(_campaign(request, campaign_id))
    messages.success(
        request,
        _("The campaign has ended. Its posts stay as they are, also those still to go out."),
    )
    return redirect("campaign", campaign_id)


@posted_from("campaign", "campaign_id")
def reopen(request: DeskRequest, campaign_id: int) -> HttpResponse:
    compose.reopen_campaign(_campaign(request, campaign_id))
    messages.success(request, _("The campaign goes on."))
    return redirect("campaign", campaign_id)


def _campaign(request: DeskRequest, campaign_id: int) -> Campaign:
    campaigns = Campaign.objects.select_related("workspace")
    return get_object_or_404(campaigns, pk=campaign_id, workspace=request.workspace)


def _list(request: DeskRequest, form: CampaignForm, status: int = 200) -> HttpResponse:
    context = {"campaigns": campaign_lines(request.workspace), "form": form}
    return render(request, "parvis/campaigns.html", context, status=status)


def _page(
    request: DeskRequest, campaign: Campaign, form: CampaignForm, status: int = 200
) -> HttpResponse:
    context = {"campaign": campaign, "story": story_of_campaign(campaign), "form": form}
    return render(request, "parvis/campaign.html", context, status=status)


def _name_taken() -> str:
    return _("Another campaign has this name. Choose a different one.")
