"""How the score writes its marks."""

from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache
from html import escape

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from parvis.report.score import ScoreMark
from parvis.web.templatetags.desk import address_of, state_words

register = template.Library()


@register.simple_tag
def score_marks(marks: Sequence[ScoreMark]) -> SafeString:
    """Of one voice."""
    pen = _pen_for(timezone.get_current_timezone(), get_language())
    return mark_safe("".join(map(pen.write, marks)))  # noqa: S308 - all of it is the desk's own


class _Pen:
    """Writes marks in one zone and language. A busy day has half a thousand of them: as a template,
    each would take ten times as long. What holds for all of them is asked for once."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._clock = pgettext("time of day", "%(hour)02d:%(minute)02d")
        self._one = _("%(time)s, %(state)s")
        self._several = _("%(count)s from %(time)s on, %(state)s")
        self._states: dict[str, str] = {}
        self._posts = reverse("posts")

    def write(self, mark: ScoreMark) -> str:
        return _MARK.format(
            x=mark.x,
            address=address_of("post", mark.post_id) if mark.count == 1 else self._posts,
            words=escape(self._words(mark)),
            shape=mark.shape,
            many=_MANY.format(mark.count) if mark.count > 1 else "",
        )

    def _words(self, mark: ScoreMark) -> str:
        """What it says to a pointer or a screen reader: “14:05, published”."""
        at = mark.at.astimezone(self._zone)
        told = {
            "time": self._clock % {"hour": at.hour, "minute": at.minute},
            "state": self._state(mark.state),
            "count": mark.count,
        }
        return (self._one if mark.count == 1 else self._several) % told

    def _state(self, state: str) -> str:
        if state not in self._states:
            self._states[state] = state_words(state)
        return self._states[state]


@lru_cache(maxsize=16)
def _pen_for(zone: tzinfo, language: str | None) -> _Pen:
    return _Pen(zone)


_MARK = (
    '<svg x="{x}" y="50%" overflow="visible"><a href="{address}" aria-label="{words}">'
    '<title>{words}</title><circle class="halo" r="10"/>'
    '<use href="#mark-{shape}" x="-7" y="-7" width="14" height="14"/>{many}</a></svg>'
)
_MANY = '<text class="many" x="12" y="-5">{}</text>'
