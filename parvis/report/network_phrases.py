"""The networks in words: what connecting each means, how an account came here, what each permission
lets Parvis do."""

from django.utils.translation import gettext_lazy as _

# What connecting a network means, on the page that offers it.
NETWORKS = {
    "x": _("Your account there. X charges for each post."),
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

# How an account was connected, by its network and the way that is kept with it.
CONNECTED_BY = {
    ("x", ""): _("On X’s own page, through your developer app."),
    ("facebook", "facebook-login"): _(
        "On Facebook’s own page, by somebody who runs this Page, through your Meta app."
    ),
    ("instagram", "instagram-login"): _("On Instagram’s own page, with the account itself."),
    ("instagram", "facebook-login"): _(
        "On Facebook’s own page, through the Page that this account is linked to."
    ),
    ("linkedin", "member"): _("On LinkedIn’s own page, for yourself alone."),
    ("linkedin", "organisations"): _("On LinkedIn’s own page, for you and your organisations."),
    ("threads", "threads"): _("On Threads’ own page, through your developer app."),
    ("mastodon", ""): _("On its server’s own page, or with a token that was made there."),
    ("bluesky", ""): _("With an app password."),
}

# What may end a permission that has no end date, besides taking it back on the network.
ENDS_BY = {
    "facebook": _(
        "It ends when the person who gave it changes their password or loses their role on the "
        "Page."
    ),
    ("instagram", "facebook-login"): _(
        "It ends when the person who gave it changes their password or loses their role on the "
        "Page."
    ),
    "bluesky": _("It ends when the app password is deleted in Bluesky’s settings."),
    "mastodon": _("It ends when you withdraw it in your server’s preferences."),
}

_POST = _("publish posts")
_DELETE = _("delete its posts")
_READ = _("read its own posts")
_PERSON = _("see who the account is")
_MEDIA = _("send pictures and videos")
_RENEW = _("stay signed in")
_COMMENTS = _("write and read comments")
_FIGURES = _("read figures such as likes and views")
_PAGES = _("see which Pages you run")
_ORGANISATIONS = _("see which organisations you administer, and read their figures")
_OF_ORGANISATIONS = _("publish posts of the organisation")
_READ_OF_ORGANISATIONS = _("read the organisation’s posts")

# What each permission is for. Mastodon's are told in whole families as well.
SCOPES = {
    "tweet.read": _READ,
    "tweet.write": _POST,
    "users.read": _PERSON,
    "media.write": _MEDIA,
    "offline.access": _RENEW,
    "pages_show_list": _PAGES,
    "pages_read_engagement": _READ,
    "pages_manage_posts": _POST,
    "pages_manage_engagement": _COMMENTS,
    "pages_read_user_content": _COMMENTS,
    "read_insights": _FIGURES,
    "instagram_basic": _PERSON,
    "instagram_content_publish": _POST,
    "instagram_manage_comments": _COMMENTS,
    "instagram_manage_insights": _FIGURES,
    "instagram_business_basic": _PERSON,
    "instagram_business_content_publish": _POST,
    "instagram_business_manage_comments": _COMMENTS,
    "instagram_business_manage_insights": _FIGURES,
    "openid": _PERSON,
    "profile": _PERSON,
    "r_basicprofile": _PERSON,
    "w_member_social": _POST,
    "r_member_postAnalytics": _FIGURES,
    "r_organization_social": _READ_OF_ORGANISATIONS,
    "w_organization_social": _OF_ORGANISATIONS,
    "rw_organization_admin": _ORGANISATIONS,
    "threads_basic": _PERSON,
    "threads_content_publish": _POST,
    "threads_read_replies": _COMMENTS,
    "threads_manage_replies": _COMMENTS,
    "threads_manage_insights": _FIGURES,
    "threads_delete": _DELETE,
    "read": _READ,
    "write": _POST,
    "read:accounts": _PERSON,
    "read:statuses": _READ,
    "write:statuses": _POST,
    "write:media": _MEDIA,
}
