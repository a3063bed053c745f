"""What a writer is told of a finding, by its code: `networks.fit`, the rest of `compose`, and
`deliver.freeze`. `report.sentences` writes the facts out."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# The text, and what may follow it.
_TEXT = {
    "empty": _("There is nothing to say yet: write a text or add a picture."),
    "too-long": ngettext_lazy(
        "%(over)s character too many of %(limit)s. Shorten it, or say it differently here.",
        "%(over)s characters too many of %(limit)s. Shorten it, or say it differently here.",
        "over",
    ),
    "too-many-bytes": _(
        "The text takes %(length)s bytes of %(limit)s. Emoji and accents count for more than one: "
        "shorten it, or say it differently here."
    ),
    "too-many-hashtags": ngettext_lazy(
        "%(count)s hashtags, and this network takes %(limit)s. Take some out.",
        "%(count)s hashtags, and this network takes %(limit)s. Take some out.",
        "limit",
    ),
    "hashtags-advised": ngettext_lazy(
        "%(count)s hashtags: this network heeds %(limit)s, and may hide what has more.",
        "%(count)s hashtags: this network heeds %(limit)s, and may hide what has more.",
        "limit",
    ),
    "too-many-mentions": ngettext_lazy(
        "%(count)s mentions, and this network takes %(limit)s. Take some out.",
        "%(count)s mentions, and this network takes %(limit)s. Take some out.",
        "limit",
    ),
    "too-many-cashtags": ngettext_lazy(
        "%(count)s cashtags such as $ABC, and this network takes %(limit)s. Take some out.",
        "%(count)s cashtags such as $ABC, and this network takes %(limit)s. Take some out.",
        "limit",
    ),
    "too-many-links": ngettext_lazy(
        "%(count)s different links, and this network takes %(limit)s. Take some out.",
        "%(count)s different links, and this network takes %(limit)s. Take some out.",
        "limit",
    ),
    "no-comment": _(
        "This network takes no comment of ours. Take the first comment out, or leave this account "
        "out."
    ),
    "comment-text-alone": _("Here a comment is text alone. Take the media and the poll out of it."),
    "joined-here": _(
        "This network has no threads: the %(count)s parts stand below each other in one post."
    ),
    "thread-left-out": _(
        "This account says its own text alone: what goes on as a thread elsewhere is left out here."
    ),
}

# What is chosen for the whole post, or for one account.
_CHOICES = {
    "no-content-warning": _(
        "This network has no content warning. Remove it, or leave this account out."
    ),
    "no-visibility": _(
        "This network cannot post as “%(visibility_said)s”. Choose another visibility, or leave "
        "this account out."
    ),
    "no-reply-setting": _(
        "On this network, who may reply cannot be “%(reply_setting_said)s”. Choose something else."
    ),
    "no-format": _("This network cannot post this as “%(format_said)s”. Choose another format."),
    "reel-needs-video": _("A reel is one video. Add one video alone, or choose another format."),
    "story-needs-one": _(
        "A story is one picture or one video. Keep just one, or choose another format."
    ),
    "story-without-text": _(
        "A story carries no text on this network. Say it differently here, with no text, or choose "
        "another format."
    ),
}

_PICTURES = {
    "needs-image": _("This network takes no post without a picture. Add one."),
    "too-many-images": ngettext_lazy(
        "%(count)s pictures, and this network takes %(limit)s. Remove some, or leave it out.",
        "%(count)s pictures, and this network takes %(limit)s. Remove some, or leave it out.",
        "limit",
    ),
    "too-many-media": ngettext_lazy(
        "%(count)s pictures and videos, and this network takes %(limit)s. Remove some, or leave it "
        "out.",
        "%(count)s pictures and videos, and this network takes %(limit)s. Remove some, or leave it "
        "out.",
        "limit",
    ),
    "image-type": _(
        "Picture %(number)s is of a kind that this network does not take. Add it in another form."
    ),
    "other-kind": _(
        "Picture %(number)s is of a kind that this network does not take: a copy of another kind "
        "is sent there."
    ),
    "image-too-large": _(
        "Picture %(number)s is larger than the %(limit_size)s that this network takes. Use another "
        "one."
    ),
    "image-too-wide": _(
        "Picture %(number)s has more pixels than this network takes. Use a smaller one."
    ),
    "image-shape": _(
        "Picture %(number)s is too wide or too tall for this network (%(width)s × %(height)s). "
        "Crop it and add it again."
    ),
    "smaller-copy": _(
        "Picture %(number)s is larger than the %(limit_size)s that this network takes: a smaller "
        "copy is sent there."
    ),
    "picture-too-large": _(
        "Picture %(number)s cannot be made small enough for this network. Use another one."
    ),
    "animation-too-large": _(
        "Picture %(number)s is an animation larger than the %(limit_size)s that this network "
        "takes, and a smaller copy would stand still. Use another one."
    ),
    "no-animation": _(
        "Picture %(number)s moves, and would stand still on this network. Use a still one, or a "
        "video."
    ),
    "animation-alone": _(
        "Picture %(number)s moves, and a moving picture stands alone here. Remove the others, or "
        "leave this account out."
    ),
    "no-alt": _(
        "Picture %(number)s has no description: people who cannot see it will not know what it "
        "shows."
    ),
    "alt-too-long": _(
        "Description %(number)s is longer than the %(limit)s characters that this network takes. "
        "Shorten it."
    ),
    "alt-left-out": _(
        "This network takes no description here: description %(number)s is not sent there."
    ),
}

_VIDEOS = {
    "no-video": _("This network takes no video from us. Leave this account out, or remove it."),
    "too-many-videos": ngettext_lazy(
        "%(count)s videos, and this network takes %(limit)s. Remove some, or leave it out.",
        "%(count)s videos, and this network takes %(limit)s. Remove some, or leave it out.",
        "limit",
    ),
    "video-beside-images": _("This network takes no video beside pictures. Keep one of the two."),
    "video-type": _(
        "Video %(number)s is of a kind that this network does not take. Add it as an MP4."
    ),
    "video-too-large": _(
        "Video %(number)s is larger than the %(limit_size)s that this network takes. Make it "
        "smaller and add it again."
    ),
    "video-too-wide": _(
        "Video %(number)s has more pixels than this network takes (%(width)s × %(height)s). Make "
        "it smaller and add it again."
    ),
    "video-too-short": _(
        "Video %(number)s lasts %(seconds)s seconds, and this network takes none shorter than "
        "%(limit)s. Use another one."
    ),
    "video-too-long": _(
        "Video %(number)s lasts %(seconds)s seconds, and this network takes none longer than "
        "%(limit)s. Shorten it and add it again."
    ),
    "no-alt-of-video": _(
        "Video %(number)s has no description: people who cannot see or hear it will not know what "
        "it shows."
    ),
}

_POLLS = {
    "no-poll": _("This network takes no poll from us. Take it out, or leave this account out."),
    "poll-options": _(
        "A poll has 2 to %(limit)s options here, and this one has %(count)s. Change their number."
    ),
    "poll-empty-option": _("An option of the poll is empty. Fill it in, or remove it."),
    "poll-option-too-long": _(
        "An option of the poll has %(length)s characters of %(limit)s. Shorten it."
    ),
    "poll-question": _(
        "The first line of the text is shown as the poll’s question here: it must have 1 to "
        "%(limit)s characters, and has %(length)s."
    ),
    "poll-one-choice": _("Here people choose one option alone. Do not let them choose several."),
    "poll-with-media": _(
        "This network takes no poll beside pictures or videos. Keep one of the two."
    ),
    "poll-minutes": _(
        "A poll of %(minutes_duration)s cannot be had here: from %(shortest_duration)s to "
        "%(longest_duration)s. Choose another duration."
    ),
}

# The account whatever it says: its connection, where it finds our files, what it is charged.
_ACCOUNT = {
    "reconnect-first": _("This account must be connected again before it can publish."),
    "also-to-sandbox": _(
        "This account is of the sandbox, and the post goes to real networks too. Leave it out, or "
        "leave those out to rehearse."
    ),
    "lapses-before": _(
        "The permission of this account lapses on %(day_written)s, before this goes out. Connect "
        "it again before then."
    ),
    "no-public-address": _(
        "This network comes to fetch pictures and videos, and cannot reach this desk. Give it a "
        "public https address (PARVIS_PUBLIC_URL), or leave this account out."
    ),
    "price": _("This post costs %(amount_price)s."),
    "price-with-link": _(
        "A link makes this post cost %(amount_price)s instead of %(plain_amount_price)s."
    ),
    "sandbox-price": _("The sandbox charges nothing; the network itself asks %(amount_price)s."),
    "sandbox-price-with-link": _(
        "The sandbox charges nothing; at the network itself a link makes this post cost "
        "%(amount_price)s instead of %(plain_amount_price)s."
    ),
}

# A text that comes back: `schedule.equal_texts`.
_REPEATS = {
    "repeats-forbidden": ngettext_lazy(
        "This network forbids a text that comes again: %(needed)s text is needed that this account "
        "has not said yet (%(fresh)s so far; what was posted or is scheduled is not new). Add "
        "texts that take turns, let it come less often, or leave this account out.",
        "This network forbids a text that comes again: %(needed)s different texts are needed that "
        "this account has not said yet (%(fresh)s so far; what was posted or is scheduled is not "
        "new). Add texts that take turns, let it come less often, or leave this account out.",
        "needed",
    ),
    "repeats-may-be-refused": _(
        "This network may refuse a text that comes again, or show it to fewer people; how soon is "
        "too soon is not known. Texts that take turns help."
    ),
}

FINDINGS = {**_TEXT, **_CHOICES, **_PICTURES, **_VIDEOS, **_POLLS, **_ACCOUNT, **_REPEATS}
