"""The figures in words: what each is called, how it is counted out, and what it means where it
comes from. What two networks define differently is never one figure."""

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from parvis.networks.measures import Metric

NAMES = {
    Metric.IMPRESSIONS: pgettext_lazy("figure", "Impressions"),
    Metric.VIEWS: pgettext_lazy("figure", "Views"),
    Metric.REACH: pgettext_lazy("figure", "Reach"),
    Metric.LIKES: pgettext_lazy("figure", "Likes"),
    Metric.REACTIONS: pgettext_lazy("figure", "Reactions"),
    Metric.REPLIES: pgettext_lazy("figure", "Replies"),
    Metric.COMMENTS: pgettext_lazy("figure", "Comments"),
    Metric.REPOSTS: pgettext_lazy("figure", "Reposts"),
    Metric.SHARES: pgettext_lazy("figure", "Shares"),
    Metric.QUOTES: pgettext_lazy("figure", "Quotes"),
    Metric.BOOKMARKS: pgettext_lazy("figure", "Bookmarks"),
    Metric.SAVES: pgettext_lazy("figure", "Saves"),
    Metric.LINK_CLICKS: pgettext_lazy("figure", "Link clicks"),
    Metric.CLICKS: pgettext_lazy("figure", "Clicks"),
    Metric.PROFILE_CLICKS: pgettext_lazy("figure", "Profile clicks"),
    Metric.ENGAGEMENTS: pgettext_lazy("figure", "Engagements"),
    Metric.VIDEO_VIEWS: pgettext_lazy("figure", "Video views"),
}

# Those that stand in a line of text: what was seen, what was liked, what was answered.
_COUNTED = {
    Metric.IMPRESSIONS: ngettext_lazy("%(n)s impression", "%(n)s impressions", "count"),
    Metric.VIEWS: ngettext_lazy("%(n)s view", "%(n)s views", "count"),
    Metric.LIKES: ngettext_lazy("%(n)s like", "%(n)s likes", "count"),
    Metric.REACTIONS: ngettext_lazy("%(n)s reaction", "%(n)s reactions", "count"),
    Metric.REPLIES: ngettext_lazy("%(n)s reply", "%(n)s replies", "count"),
    Metric.COMMENTS: ngettext_lazy("%(n)s comment", "%(n)s comments", "count"),
    Metric.REPOSTS: ngettext_lazy("%(n)s repost", "%(n)s reposts", "count"),
}
LEADING = tuple(_COUNTED)

_MEANINGS = {
    Metric.IMPRESSIONS: _("How often it was shown, to the same person again as well."),
    Metric.VIEWS: _("How often it was shown or played, to the same person again as well."),
    Metric.REACH: _("How many people or accounts saw it; each is counted once, by an estimate."),
    Metric.LIKES: _("How many accounts like it now. Who takes a like back is not counted."),
    Metric.REACTIONS: _("Likes and all the other signs that the network offers, together."),
    Metric.REPLIES: _("Answers to it, as the network counts them."),
    Metric.COMMENTS: _("Comments below it, as the network counts them."),
    Metric.REPOSTS: _("How often others passed it on unchanged."),
    Metric.SHARES: _("How often it was shared."),
    Metric.QUOTES: _("How often others passed it on with words of their own."),
    Metric.BOOKMARKS: _("How many accounts keep it to read again."),
    Metric.SAVES: _("How many accounts saved it."),
    Metric.LINK_CLICKS: _("Clicks on links in it."),
    Metric.CLICKS: _("Clicks anywhere on it."),
    Metric.PROFILE_CLICKS: _("Clicks from it to the account’s profile."),
    Metric.ENGAGEMENTS: _("All that people did with it, added up by the network."),
    Metric.VIDEO_VIEWS: _("How often its video was played."),
}
_MEANINGS_ON = {
    ("x", Metric.IMPRESSIONS): _(
        "How often X showed it, on the web and in its apps, to the same person again as well."
    ),
    ("x", Metric.LINK_CLICKS): _(
        "Clicks on links in it. X tells this to the author alone, for thirty days."
    ),
    ("x", Metric.PROFILE_CLICKS): _(
        "Clicks from it to the profile. X tells this to the author alone, for thirty days."
    ),
    ("x", Metric.ENGAGEMENTS): _(
        "All that people did with it, as X adds it up. X tells this to the author alone, for "
        "thirty days."
    ),
    ("facebook", Metric.VIEWS): _(
        "How often Facebook played or displayed it. It is not what Facebook called impressions."
    ),
    ("facebook", Metric.REACH): _(
        "How many people Facebook played or displayed it to, by its estimate."
    ),
    ("facebook", Metric.SHARES): _("How often people on Facebook shared it further."),
    ("instagram", Metric.VIEWS): _("How often Instagram played or displayed it."),
    ("instagram", Metric.ENGAGEMENTS): _(
        "Likes, saves, comments and shares, less those that were taken back, as Instagram adds "
        "them up."
    ),
    ("linkedin", Metric.IMPRESSIONS): _(
        "How often LinkedIn showed it for at least a moment; what was paid for is not counted."
    ),
    ("linkedin", Metric.REACH): _(
        "How many members LinkedIn showed it to; what was paid for is not counted."
    ),
    ("linkedin", Metric.CLICKS): _(
        "Clicks on its content, on the name or on the logo, as LinkedIn counts them."
    ),
    ("threads", Metric.VIEWS): _(
        "How often Threads displayed it. Threads calls it in development."
    ),
    ("threads", Metric.SHARES): _("How often it was shared away from Threads or in messages."),
    ("mastodon", Metric.LIKES): _(
        "How many accounts marked it as a favourite, as far as this account’s server heard of it."
    ),
    ("mastodon", Metric.REPOSTS): _(
        "How many accounts boosted it, as far as this account’s server heard of it."
    ),
    ("mastodon", Metric.REPLIES): _(
        "Answers to it, as far as this account’s server heard of them."
    ),
    ("bluesky", Metric.BOOKMARKS): _("How many accounts keep it among their saved posts."),
}


def meaning_of(network: str, metric: Metric) -> str:
    return str(_MEANINGS_ON.get((network, metric)) or _MEANINGS[metric])


def counted_out(metric: Metric, count: int) -> str:
    """“1,204 views”. Of the leading figures alone."""
    return str(_COUNTED[metric] % {"count": count, "n": grouped(count)})


def grouped(count: int) -> str:
    """“12,040”, as the reader's language groups digits."""
    return number_format(count, 0, use_l10n=True, force_grouping=True)
