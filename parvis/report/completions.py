"""What a writer may be about to type: the hashtags and mentions of the workspace's latest posts."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from parvis.compose.models import Post, Variant
from parvis.networks.text import Span, find_hashtags, find_mentions
from parvis.people.models import Workspace

# A few weeks of a busy desk: what is older is not what one is about to type.
_LATEST = 400
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions:
    """With their signs, the most used first."""

    hashtags: tuple[str, ...]
    mentions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    text: str
    accounts: frozenset[int]


def completions_for(workspace: Workspace, accounts: Collection[int]) -> Completions:
    """Hashtags of all posts; mentions of those that one of the accounts said, since a name is
    somebody on one network only. Two queries."""
    written = list(_written(workspace))
    own = [each for each in written if each.accounts.intersection(accounts)]
    return Completions(
        hashtags=_most_used(
            (each.text, span) for each in written for span in find_hashtags(each.text)
        ),
        mentions=_most_used((each.text, span) for each in own for span in find_mentions(each.text)),
    )


def _written(workspace: Workspace) -> Iterator[_Written]:
    latest = Post.objects.filter(workspace=workspace, deleted_at=None).order_by("-saved_at")
    rows = list(latest.values_list("pk", "text", "thread", "first_comment")[:_LATEST])
    said: dict[int, dict[int, str | None]] = {pk: {} for pk, *_ in rows}
    variants = Variant.objects.filter(post__in=said)
    for post_id, account_id, text in variants.values_list("post_id", "account_id", "text"):
        said[post_id][account_id] = text
    for pk, text, thread, comment in rows:
        shared = frozenset(account for account, own in said[pk].items() if own is None)
        yield _Written(text="\n".join((text, *thread, comment)), accounts=shared)
        for account, own in said[pk].items():
            if own is not None:
                yield _Written(text=own, accounts=frozenset({account}))


def _most_used(found: Iterable[tuple[str, Span]]) -> tuple[str, ...]:
    """Each as it is written most often, whatever its capitals."""
    spelt: dict[str, Counter[str]] = {}
    for text, span in found:
        word = text[span.start : span.end]
        spelt.setdefault(word.casefold(), Counter())[word] += 1
    often = sorted(spelt.values(), key=lambda counted: -counted.total())
    return tuple(counted.most_common(1)[0][0] for counted in often[:_MOST])
