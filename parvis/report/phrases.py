"""The sentences themselves, by code. The facts of a code are named where it is raised."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.report.connecting_phrases import CONNECTING as CONNECTING
from parvis.report.finding_phrases import FINDINGS as FINDINGS
from parvis.report.outcome_phrases import DECISIONS as DECISIONS
from parvis.report.outcome_phrases import DECISIONS_ABOUT_A_COMMENT as DECISIONS_ABOUT_A_COMMENT
from parvis.report.outcome_phrases import DECISIONS_ABOUT_A_PART as DECISIONS_ABOUT_A_PART
from parvis.report.outcome_phrases import FOLLOWS as FOLLOWS
from parvis.report.outcome_phrases import FOLLOWS_OF_THE_REST as FOLLOWS_OF_THE_REST
from parvis.report.outcome_phrases import OUT as OUT
from parvis.report.outcome_phrases import OUT_BUT_THE_COMMENT as OUT_BUT_THE_COMMENT
from parvis.report.reason_phrases import BLOCKED as BLOCKED
from parvis.report.reason_phrases import CALM as CALM
from parvis.report.reason_phrases import REASONS as REASONS

VISIBILITIES = {
    "public": pgettext_lazy("visibility", "public"),
    "unlisted": pgettext_lazy("visibility", "unlisted"),
    "private": pgettext_lazy("visibility", "followers only"),
    "direct": pgettext_lazy("visibility", "mentioned people only"),
    "connections": pgettext_lazy("visibility", "connections only"),
}
REPLY_SETTINGS = {
    "everyone": pgettext_lazy("who may reply", "everyone"),
    "followed": pgettext_lazy("who may reply", "whom the account follows"),
    "followers": pgettext_lazy("who may reply", "followers"),
    "mentioned": pgettext_lazy("who may reply", "mentioned people only"),
    "subscribers": pgettext_lazy("who may reply", "subscribers"),
    "verified": pgettext_lazy("who may reply", "verified accounts"),
    "nobody": pgettext_lazy("who may reply", "nobody"),
}
FORMATS = {
    "post": pgettext_lazy("format", "post"),
    "reel": pgettext_lazy("format", "reel"),
    "story": pgettext_lazy("format", "story"),
}

# compose.pictures and compose.videos
PICTURES = {
    "not-a-picture": _(
        "This file is no picture or video that can be read: use JPEG, PNG, WebP or GIF, or a video "
        "such as MP4."
    ),
    "too-large": _("This file is larger than %(limit_size)s. Make it smaller and add it again."),
    "too-many-pixels": _(
        "This picture has %(pixels)s pixels, more than the %(limit)s that can be handled. Make it "
        "smaller and add it again."
    ),
    "moves-and-is-no-gif": _(
        "This picture moves, and only GIF pictures may. Add it as a GIF, or a still one instead."
    ),
    "moves": _("This picture moves, and a part of it would stand still. It was left as it is."),
    "not-a-video": _(
        "This file has no moving pictures in it. Add a video, or export this one again as MP4."
    ),
    "video-codec": _(
        "This video is encoded in a way that networks do not take (%(codec)s). Export it as MP4 "
        "with H.264 and AAC, then add it again."
    ),
    "broken-video": _(
        "This video is damaged or was cut off: it cannot be read to its end. Export it again as "
        "MP4 with H.264 and AAC, then add it again."
    ),
}
