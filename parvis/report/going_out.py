"""How much of a delivery is on its network: its parts one by one, and that in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from parvis.deliver.models import Delivery
from parvis.report.sentences import sentence_for_what_is_out


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOut:
    """One part that is on the network. `link` is empty where it gave none to follow."""

    number: int
    is_comment: bool
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingOut:
    """`parts` counts those of the thread, without a first comment. `words` says what is out of a
    post that is not out as a whole, and is empty for all others."""

    parts: int
    has_comment: bool
    out: tuple[PartOut, ...]
    is_partly_out: bool
    words: str

    @property
    def has_several(self) -> bool:
        return self.parts > 1 or self.has_comment

    @property
    def next_number(self) -> int:
        return len(self.out) + 1

    @property
    def next_is_comment(self) -> bool:
        return self.has_comment and len(self.out) >= self.parts


def going_out(delivery: Delivery) -> GoingOut:
    comments = [bool(part.get("is_comment")) for part in delivery.parts]
    parts, has_comment = comments.count(False), any(comments)
    return GoingOut(
        parts=parts,
        has_comment=has_comment,
        out=tuple(_out(delivery, comments)),
        is_partly_out=delivery.is_partly_out,
        words=sentence_for_what_is_out(
            len(delivery.receipts), parts, comment_is_missing=has_comment
        )
        if delivery.is_partly_out
        else "",
    )


def web_address(url: str) -> str:
    """Empty unless it is one that a browser may follow from a page: a server chose it."""
    return url if url.startswith(("https://", "http://")) else ""


def _out(delivery: Delivery, comments: list[bool]) -> Iterable[PartOut]:
    for number, receipt in enumerate(delivery.receipts, start=1):
        yield PartOut(
            number=number,
            is_comment=comments[number - 1],
            link=web_address(str(receipt["url"])),
        )
