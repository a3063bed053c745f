"""The sentences themselves, by code. The facts of a code are named where it is raised."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parvis.report.finding_phrases import FINDINGS as FINDINGS

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

# What connecting a network means, on the page that offers it.
NETWORKS = {
    "x": _("Through X’s own page, with a developer app of yours: X charges it for each post."),
    "facebook": _("The Pages that you run. Facebook asks you which of them."),
    "instagram": _("Professional accounts: business or creator."),
    "linkedin": _("Yourself, and the organisations that you administer."),
    "threads": _("Your profile on Threads."),
    "mastodon": _(
        "On any server. Yours asks you whether Parvis may post, and you can withdraw that there."
    ),
    "bluesky": _(
        "With an app password: it can be revoked by itself, and your own password stays yours."
    ),
}

# The ways of connecting a network that offers several.
WAYS = {
    ("instagram", "instagram-login"): _("With the Instagram account itself"),
    ("instagram", "facebook-login"): _("Through the Facebook Page that it is linked to"),
    ("linkedin", "member"): _("Yourself alone"),
    ("linkedin", "organisations"): _("Yourself and your organisations"),
}

# compose.pictures
PICTURES = {
    "not-a-picture": _("This file is not a picture that can be read: use JPEG, PNG, WebP or GIF."),
    "too-large": _("This file is larger than %(limit_size)s. Make it smaller and add it again."),
    "too-many-pixels": _(
        "This picture has %(pixels)s pixels, more than the %(limit)s that can be handled. Make it "
        "smaller and add it again."
    ),
    "moves-and-is-no-gif": _(
        "This picture moves, and only GIF pictures may. Add it as a GIF, or a still one instead."
    ),
}

# networks.http, networks.answer, networks.bluesky and networks.mastodon
CONNECTING = {
    "not-a-handle": _("“%(handle)s” is not a whole handle. Write it like alice.bsky.social."),
    "unknown-account": _("No account %(handle)s was found. Check its spelling."),
    "not-what-it-claims": _(
        "%(handle)s leads to an account that does not call itself so. No password was sent."
    ),
    "no-server": _("This account names no server that holds it. No password was sent."),
    "another-account": _("The server signed in another account than this one. Nothing was kept."),
    "wrong-password": _(
        "The handle or the app password is wrong. Make an app password for Parvis in Bluesky’s "
        "settings, and copy it whole."
    ),
    "needs-app-password": _(
        "This account asks for a code sent by e-mail. Make an app password for Parvis in "
        "Bluesky’s settings instead."
    ),
    "account-deactivated": _(
        "This account is not active on its server. Activate it there, then connect it again."
    ),
    "account-suspended": _("The network has suspended this account. It cannot be connected."),
    "account-gone": _("This account is no longer on its server."),
    "not-a-server": _("This is not the address of a server. Write it like mastodon.social."),
    "bad-address": _("This is not the address of a server. Write it like mastodon.social."),
    "not-mastodon": _(
        "%(host)s does not speak Mastodon’s language. Check the spelling of the server’s name."
    ),
    "moved": _("%(host)s sends on to %(target)s. Write %(target)s instead."),
    "not-https": _(
        "%(host)s was given with http://. Only https:// is spoken, so that no password travels in "
        "the open."
    ),
    "private-address": _(
        "%(host)s leads to a private address, which is not called. If this server is yours, name "
        "it in the setting PARVIS_ALLOW_PRIVATE_HOSTS and restart Parvis."
    ),
    "unknown-host": _("No server named %(host)s could be found. Check its spelling."),
    "not-secure": _("%(host)s does not speak https as it should, so nothing was sent to it."),
    "unreachable": _("%(host)s cannot be reached at present. Nothing was kept; try again later."),
    "no-answer": _("%(host)s did not answer. Nothing was kept; try again in a moment."),
    "code-refused": _("%(host)s did not accept the sign-in. Nothing was kept; begin again."),
    "scope-missing": _(
        "%(host)s gave less permission than posting needs. Begin again and allow what is asked."
    ),
    "wrong-token": _(
        "%(host)s does not accept this token. Copy it again, whole, from Preferences → Development "
        "on that server."
    ),
    "token-dead": _("The server does not accept this permission. Nothing was kept; begin again."),
    "odd-answer": _(
        "%(host)s gave an answer (%(status)s) that is not its own: something stands before it. "
        "Nothing was kept; try again later."
    ),
    "server-trouble": _(
        "%(host)s answered with trouble of its own (%(status)s). Nothing was kept; try again later."
    ),
    "rate-limit": _("%(host)s asks to wait. Nothing was kept; try again in a few minutes."),
    "unreadable": _("The answer of %(host)s could not be understood. Nothing was kept."),
}

# deliver.courier, deliver.claims and the network modules: what happened. What follows from it
# depends on the delivery's state, and is said by FOLLOWS.
REASONS = {
    "too-late": _("It was due more than 12 hours ago, and nothing could send it then."),
    "reconnect": _("The account must be connected again."),
    "disconnected": _("The account was disconnected."),
    "cannot-unseal": _(
        "The stored permission cannot be opened: the sealing key in the data folder is another "
        "one. Put the old key back, or connect the account again."
    ),
    "worker-lost": _("The worker stopped while it was sending."),
    "restored": _("This desk was restored from a backup that may be older than what was sent."),
    "cannot-tell": _(
        "The network did not confirm it, and what is on the account does not tell for certain."
    ),
    "under-way": _("It is not there yet, but the network may still be at it."),
    "absent": _("It was looked for and is surely not on the network."),
    "defect": _("A defect in Parvis interrupted the answer."),
    "no-answer": _("The network did not answer."),
    "unreadable": _("The network’s answer could not be understood."),
    "server-trouble": _("%(host)s answered with trouble of its own (%(status)s)."),
    "rate-limit": _("%(host)s asks to wait before the next request."),
    "media-missing": _(
        "A picture is missing from the data folder. Restore the folder from a backup, or take the "
        "post back and add the picture again."
    ),
    "file-missing": _(
        "A picture is missing from the data folder. Restore the folder from a backup, or take the "
        "post back and add the picture again."
    ),
    "refresh-busy": _("The account’s permission is being renewed."),
    "token-dead": _("The network no longer accepts the permission that it gave."),
    "token-expired": _("The session had lapsed and is renewed."),
    "scope-missing": _(
        "The account was connected with less permission than posting needs. Connect it again and "
        "allow what is asked."
    ),
    "account-suspended": _("The network has suspended this account."),
    "account-deactivated": _(
        "This account is deactivated on its network. Activate it there first."
    ),
    "account-gone": _("This account is no longer on its server."),
    "image-too-large": _("The server takes no picture this large."),
    "image-not-ready": _("The server is still working on a picture."),
    "already-there": _("The network has a post under this identity already."),
    "unreachable": _("%(host)s cannot be reached."),
    "unknown-host": _("No server named %(host)s could be found."),
    "not-secure": _("%(host)s does not speak https as it should."),
    "odd-answer": _(
        "%(host)s gave an answer (%(status)s) that is not its own: something stands before it."
    ),
    "rejected": _("The network refused it: “%(said)s”."),
    "too-long": _("The network found the text too long."),
    "empty": _("There was neither text nor picture."),
    "needs-image": _("This network takes no post without a picture."),
    "no-content-warning": _("This network has no content warning."),
    "no-visibility": _("This network cannot post as “%(visibility_said)s”."),
    "alt-too-long": _("A picture’s description is too long for this network."),
    "too-many-images": _("There were more pictures than this network takes."),
    "image-type": _("The network takes no pictures of type %(type)s."),
    "image-too-wide": _("A picture has more pixels than this network takes."),
}

# What follows for a delivery in this state, once something has gone wrong.
FOLLOWS = {
    "scheduled": _("Nothing was posted. It is tried again by itself."),
    "claimed": _("It is being prepared."),
    "sending": _("It is being sent."),
    "checking": _("Parvis is looking on the network whether it is there. Nothing is sent twice."),
    "unknown": _("Look on the network, then decide here. Until then nothing is sent."),
    "held": _("Nothing was posted. It waits."),
    "refused": _("Nothing was posted. Take the post back to correct it, or leave it at that."),
    "published": "",
    "cancelled": "",
}

# What is the matter with a delivery that waits for a person.
DECISIONS = {
    "unknown": _("%(network)s has not confirmed a post of %(handle)s."),
    "held": _("A post of %(handle)s on %(network)s is held."),
    "refused": _("%(network)s refused a post of %(handle)s."),
}
