"""What the composer's scripts ask for while somebody writes."""

from django.http import JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from parvis.report.completions import completions_for
from parvis.report.emoji_names import USUAL, named_emoji
from parvis.web.desk_request import DeskRequest


@require_safe
@never_cache
def complete(request: DeskRequest) -> JsonResponse:
    sent = request.GET.getlist("account")
    accounts = [int(number) for number in sent if number.isascii() and number.isdecimal()]
    found = completions_for(request.workspace, accounts)
    return JsonResponse({"#": found.hashtags, "@": found.mentions})


@require_safe
@cache_control(private=True, max_age=24 * 60 * 60)
@vary_on_headers("Accept-Language", "Cookie")
def emoji(request: DeskRequest) -> JsonResponse:
    named = named_emoji(get_language() or "en")
    return JsonResponse({"usual": len(USUAL), "named": named})
