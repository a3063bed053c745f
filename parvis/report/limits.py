"""What an account's network carries, in words: its traits, line by line."""

from collections.abc import Iterator

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.networks.traits import Counting, Following, PollTraits, Traits, VideoTraits
from parvis.report import phrases


def limits_in_words(traits: Traits) -> tuple[str, ...]:
    return tuple(_lines(traits))


def _lines(traits: Traits) -> Iterator[str]:
    yield _text(traits)
    yield from _images(traits)
    yield _video(traits.video) if traits.video else _("No videos.")
    yield _alt(traits.alt_limit)
    yield _poll(traits.poll) if traits.poll else _("No polls.")
    yield _following(traits)
    if traits.visibilities:
        named = (str(phrases.VISIBILITIES[visibility]) for visibility in traits.visibilities)
        yield _("Who may see it: %(named)s.") % {"named": ", ".join(named)}
    if traits.has_content_warning:
        yield _("Content warnings are possible.")
    if not traits.deletes:
        yield _("Posts cannot be deleted from here, only on the network itself.")
    if traits.fetches_media:
        yield _("The network comes to fetch pictures and videos from a public address.")


def _text(traits: Traits) -> str:
    counted = {
        Counting.GRAPHEMES: _("Text: %(limit)s characters."),
        Counting.WEIGHTED: _("Text: %(limit)s characters; many signs and every emoji count as 2."),
        Counting.EMOJI_BYTES: _("Text: %(limit)s characters; an emoji counts as its bytes."),
        Counting.CODE_POINTS: _("Text: %(limit)s characters; some emoji count as several."),
        Counting.UTF16: _("Text: %(limit)s characters; most emoji count as 2."),
    }[traits.counting]
    said = [counted % {"limit": traits.text_limit}]
    if traits.text_bytes_limit:
        said.append(_("At most %(limit)s bytes.") % {"limit": traits.text_bytes_limit})
    if traits.url_weight:
        said.append(_("Every link counts as %(weight)s.") % {"weight": traits.url_weight})
    return " ".join(said)


def _images(traits: Traits) -> Iterator[str]:
    if not traits.image_limit:
        yield _("No pictures.")
        return
    told = {"count": traits.image_limit, "size": filesizeformat(traits.image_bytes_limit)}
    yield (
        ngettext(
            "Pictures: %(count)s, of at most %(size)s.",
            "Pictures: %(count)s, each of at most %(size)s.",
            traits.image_limit,
        )
        % told
    )
    if not traits.posts_text_alone:
        yield _("No post without a picture or a video.")


def _video(video: VideoTraits) -> str:
    told = {
        "count": video.limit,
        "size": filesizeformat(video.bytes_limit),
        "length": _length(video.longest_seconds),
    }
    return (
        ngettext(
            "Videos: %(count)s, of at most %(size)s and %(length)s.",
            "Videos: %(count)s, each of at most %(size)s and %(length)s.",
            video.limit,
        )
        % told
    )


def _length(seconds: float) -> str:
    if seconds < 120 or (seconds < 600 and seconds % 60):
        return ngettext("%(n)d second", "%(n)d seconds", int(seconds)) % {"n": int(seconds)}
    minutes = int(seconds // 60)
    if minutes < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}


def _alt(limit: int) -> str:
    if not limit:
        return _("Pictures carry no descriptions.")
    return _("Descriptions of pictures: %(limit)s characters.") % {"limit": limit}


def _poll(poll: PollTraits) -> str:
    told = {"options": poll.most_options, "limit": poll.option_limit}
    return _("Polls: %(options)s choices, each of %(limit)s characters.") % told


def _following(traits: Traits) -> str:
    return {
        Following.REPLIES: _("Threads of several parts, and a first comment."),
        Following.COMMENT: _("A first comment, but no threads."),
        Following.NOTHING: _("Neither threads nor a first comment."),
    }[traits.following]
