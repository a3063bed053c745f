"""One message about one trouble: that it began, that it goes on, or that it is over."""

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext

from parvis.watch.phrases import heading_of, sentence_of, severity_in_words
from parvis.watch.troubles import Trouble


class Event(StrEnum):
    OPENED = "opened"
    STILL = "still"
    CLOSED = "closed"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`desk` is where the pages are, empty where that is not known."""

    event: Event
    trouble: Trouble
    desk: str

    @property
    def subject(self) -> str:
        heading = heading_of(self.trouble)
        if self.event is Event.TEST:
            return gettext("Parvis: a test")
        if self.event is Event.CLOSED:
            return gettext("Parvis: over: %(heading)s") % {"heading": heading}
        told = {"severity": severity_in_words(self.trouble), "heading": heading}
        if self.event is Event.STILL:
            return gettext("Parvis: still: %(heading)s") % told
        return gettext("Parvis: %(severity)s: %(heading)s") % told

    @property
    def sentence(self) -> str:
        """In one paragraph, for whoever shows no subject."""
        heading = heading_of(self.trouble)
        if self.event is Event.TEST:
            return gettext("This is a test: if you read it, notices of Parvis reach you.")
        if self.event is Event.CLOSED:
            return gettext("It is over: %(heading)s.") % {"heading": heading}
        return f"{heading}. {sentence_of(self.trouble)}"

    @property
    def body(self) -> str:
        lines = [self.sentence]
        if since := self.trouble.since:
            told = {"moment": f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"}
            lines.append(gettext("Since %(moment)s.") % told)
        if self.desk:
            lines.append(self.desk)
        return "\n\n".join(lines) + "\n"

    def to_json(self) -> dict[str, Any]:
        trouble = self.trouble
        return {
            "event": self.event,
            "code": trouble.code,
            "severity": trouble.severity,
            "sentence": self.sentence,
            "text": self.sentence,
            "facts": dict(trouble.facts),
            "since": trouble.since and trouble.since.isoformat(),
            "desk": self.desk,
        }
