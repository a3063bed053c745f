"""A letter to one person about their desk, in the language that is active."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from parvis.config.reach import all_networks
from parvis.people.dates import written_date

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """`what` begins with its kind. `day` is an ISO date, empty where none matters; the counts are
    of a daily letter."""

    what: str
    network: str = ""
    handle: str = ""
    text: str = ""
    day: str = ""
    went_out: int = 0
    coming: int = 0
    waiting: int = 0

    @property
    def kind(self) -> str:
        return self.what.partition(":")[0]

    @property
    def sentence(self) -> str:
        told = {"account": self._account(), "day": self._day()}
        said = {
            "unknown": _("%(account)s: whether a post went out is unknown. You decide."),
            "held": _("%(account)s: a post is held and waits for you."),
            "refused": _("%(account)s: the network refused a post."),
            "published": _("%(account)s: a post went out."),
            "lapse": _("%(account)s: the permission ends on %(day)s. Connect it again before."),
            "reconnect": _("%(account)s must be connected again. Its posts wait."),
        }[self.kind]
        return f"{said % told}{self._excerpt()}"

    def _account(self) -> str:
        known = all_networks().get(self.network)
        label = known.label if known else self.network
        return _("%(handle)s on %(network)s") % {"handle": self.handle, "network": label}

    def _day(self) -> str:
        if not self.day:
            return ""
        written = pgettext("day with year, Django’s date format", "l j F Y")
        return written_date(date.fromisoformat(self.day), written)

    def _excerpt(self) -> str:
        words = " ".join(self.text.split())
        if not words:
            return ""
        return "\n  " + _("“%(text)s”") % {"text": words if len(words) < 90 else words[:88] + "…"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`desk` is where the pages are, and `settings_page` where such letters are ended; empty where
    that is not known."""

    name: str
    things: tuple[Thing, ...]
    desk: str
    settings_page: str

    @property
    def subject(self) -> str:
        happened = self._happened
        if not happened:
            return _("Parvis: your day")
        return ngettext(
            "Parvis: %(count)s thing for you", "Parvis: %(count)s things for you", len(happened)
        ) % {"count": len(happened)}

    @property
    def body(self) -> str:
        return "\n\n".join(self._paragraphs()) + "\n"

    @property
    def _happened(self) -> list[Thing]:
        return [thing for thing in self.things if thing.kind != "day"]

    def _paragraphs(self) -> Iterator[str]:
        happened = self._happened
        yield from (thing.sentence for thing in happened[:SHOWN])
        more = len(happened[SHOWN:])
        if more:
            yield ngettext("And %(n)s more.", "And %(n)s more.", more) % {"n": more}
        for thing in self.things:
            if thing.kind == "day":
                yield _day_in_words(thing)
        if self.desk:
            yield self.desk
        if self.settings_page:
            yield _("You asked for these letters. To change that: %(page)s") % {
                "page": self.settings_page
            }


def _day_in_words(day: Thing) -> str:
    went_out = ngettext(
        "%(n)s delivery went out since yesterday.",
        "%(n)s deliveries went out since yesterday.",
        day.went_out,
    )
    coming = ngettext("%(n)s goes out until tomorrow.", "%(n)s go out until tomorrow.", day.coming)
    waiting = ngettext("%(n)s waits for you.", "%(n)s wait for you.", day.waiting)
    return " ".join(
        (
            went_out % {"n": day.went_out},
            coming % {"n": day.coming},
            waiting % {"n": day.waiting},
        )
    )
