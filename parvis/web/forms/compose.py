"""Reads what the composer's form sends. It refuses nothing: whatever was typed must be kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, localtime

from parvis.compose.content import Content, Said, UsedMedia
from parvis.compose.lateness import USUAL, is_in_range
from parvis.compose.models import FORMATS, REPLY_SETTINGS, VISIBILITIES, Media
from parvis.networks.part import Poll
from parvis.people.models import Workspace
from parvis.web.forms.arranging import USUAL_POLL_MINUTES, arranged
from parvis.web.forms.marking import read_tags, read_utm
from parvis.web.forms.when import WhenForm, within_reach

_VISIBILITIES = {value for value, _ in VISIBILITIES}
_REPLY_SETTINGS = {value for value, _ in REPLY_SETTINGS}
_FORMATS = {value for value, _ in FORMATS}
_LONGEST_TAB = 64
_LAST_TURN = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as one tab sent it.

    `turn` counts the tab's saves, and is 0 without scripts; `lacks_pictures` says that pictures
    came with the form which could not be kept.
    """

    content: Content
    post_id: int | None = None
    base_revision: int = 0
    tab: str = ""
    turn: int = 0
    when: WhenForm
    lacks_pictures: bool = False


def read_typed(sent: QueryDict, workspace: Workspace) -> Typed:
    when = WhenForm(sent, zone=workspace.zone)
    return Typed(
        content=_read_content(sent, when),
        post_id=_number(sent.get("post")),
        base_revision=_number(sent.get("revision")) or 0,
        tab=_text(sent, "tab")[:_LONGEST_TAB],
        turn=min(_number(sent.get("turn")) or 0, _LAST_TURN),
        when=when,
    )


def rearranged(typed: Typed, order: str) -> Typed:
    """`order` is what a small button of the page sends."""
    return replace(typed, content=arranged(typed.content, order))


def below(typed: Typed, added: str) -> Typed:
    """The first text with another one below it."""
    text = typed.content.text
    joined = f"{text.rstrip()}\n\n{added}" if text.strip() else added
    return replace(typed, content=replace(typed.content, text=joined))


def with_pictures(typed: Typed, added: Iterable[Media]) -> Typed:
    """Each as it was described the last time."""
    used = (UsedMedia(media_id=media.pk, alt=media.alt) for media in added)
    media = (*typed.content.media, *used)
    return replace(typed, content=replace(typed.content, media=media))


def _read_content(sent: QueryDict, when: WhenForm) -> Content:
    thread = tuple(_cleaned(text) for text in sent.getlist("thread"))
    return Content(
        text=_text(sent, "text"),
        thread=thread,
        first_comment=_text(sent, "first_comment"),
        splits="splits" in sent,
        poll=_read_poll(sent),
        language=_text(sent, "language")[:35],
        content_warning=_text(sent, "content_warning"),
        visibility=_one_of(_VISIBILITIES, sent.get("visibility", "")),
        media=_read_media(sent, last_part=len(thread)),
        said=_read_said(sent),
        planned_at=_planned(sent, when),
        lateness_allowed=_read_lateness(sent),
        campaign_id=_number(sent.get("campaign")),
        tags=read_tags(sent),
        utm=read_utm(sent),
        signs="unsigned" not in sent,
    )


def _read_media(sent: QueryDict, last_part: int) -> tuple[UsedMedia, ...]:
    """Each file sends its number, its alt text and its part, in the order on the page. One whose
    part is not there any more stands with the last."""
    media, alts = sent.getlist("media"), sent.getlist("alt")
    parts = sent.getlist("media_part")
    return tuple(
        UsedMedia(media_id=number, alt=_cleaned(alt), part=min(_number(part) or 0, last_part))
        for media_id, alt, part in zip_longest(media, alts, parts[: len(media)], fillvalue="")
        if (number := _number(media_id)) is not None
    )


def _read_poll(sent: QueryDict) -> Poll | None:
    """Options are kept as they were typed, empty ones too."""
    options = tuple(_cleaned(option) for option in sent.getlist("poll_option"))
    if not options:
        return None
    return Poll(
        options=options,
        minutes=_number(sent.get("poll_minutes")) or USUAL_POLL_MINUTES,
        multiple_choice="poll_multiple" in sent,
    )


def _read_lateness(sent: QueryDict) -> int:
    seconds = _number(sent.get("lateness"))
    return seconds if seconds is not None and is_in_range(seconds) else USUAL


def _read_said(sent: QueryDict) -> dict[int, Said]:
    chosen = {text: _number(text) for text in sent.getlist("account")}
    return {number: _said_by(text, sent) for text, number in chosen.items() if number is not None}


def _said_by(account: str, sent: QueryDict) -> Said:
    differs = account in sent.getlist("differ")
    return Said(
        text=_text(sent, f"said-{account}") if differs else None,
        visibility=_one_of(_VISIBILITIES, sent.get(f"visibility-{account}", "")),
        reply_setting=_one_of(_REPLY_SETTINGS, sent.get(f"replies-{account}", "")),
        format=_one_of(_FORMATS, sent.get(f"format-{account}", "")),
    )


def _one_of(known: set[str], value: str) -> str:
    return value if value in known else ""


def _planned(sent: QueryDict, when: WhenForm) -> datetime | None:
    """The planned moment stays as exact as it was while the page shows it to the minute."""
    planned = _moment(sent.get("planned", ""))
    shown = (sent.get("date", ""), sent.get("time", "")[:5])
    if planned and not sent.get("moment") and shown == as_shown(planned):
        return planned
    return when.cleaned_data["due_at"] if when.is_valid() else None


def as_shown(moment: datetime) -> tuple[str, str]:
    """The date and the time as browsers want them in their fields."""
    local = localtime(moment)
    return local.strftime("%Y-%m-%d"), local.strftime("%H:%M")


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        if moment is None or is_naive(moment):
            return None
        within_reach(moment)
    except (ValueError, ValidationError):
        return None
    return moment


def _text(sent: QueryDict, name: str) -> str:
    return _cleaned(sent.get(name, ""))


def _cleaned(text: str) -> str:
    """Browsers send CRLF; and PostgreSQL's text cannot hold NUL, which no keyboard types."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _number(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    return int(text)
