"""What went wrong while an account was connected, asked about or renewed, in sentences by code.

The codes are those of networks.http, of networks.answer and of the network modules' ways of signing
in. A sentence may name such facts alone as every place gives that raises its code.
"""

from django.utils.translation import gettext_lazy as _

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
    "account-locked": _(
        "%(host)s has locked this account for now. Sign in there to unlock it, then try again."
    ),
    "account-disabled": _("%(host)s has shut this account out. Sign in there and see to it."),
    "account-restricted": _(
        "The network has restricted this account. Sign in there and do what is asked."
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
    "unknown-host": _(
        "No server named “%(host)s” could be found. Nothing was kept. Check its spelling, and "
        "whether this machine reaches the internet."
    ),
    "not-secure": _("%(host)s does not speak https as it should, so nothing was sent to it."),
    "unreachable": _("%(host)s cannot be reached at present. Nothing was kept; try again later."),
    "too-late-to-send": _(
        "This machine was held up before it could ask %(host)s. Nothing was kept; try again."
    ),
    "no-answer": _("%(host)s did not answer. Nothing was kept; try again in a moment."),
    "code-refused": _("The network did not accept the sign-in. Nothing was kept; begin again."),
    "scope-missing": _(
        "The network gave less permission than posting needs. Nothing was kept; begin again and "
        "allow what is asked."
    ),
    "no-permission": _(
        "The network gave less permission than this needs. Begin again and allow what is asked."
    ),
    "no-page": _(
        "This permission opens no Facebook Page that you may post to. Nothing was kept; begin "
        "again, choose a Page in Facebook’s own dialog, and see that your role there lets you "
        "create content."
    ),
    "no-professional-account": _(
        "None of the Pages that this permission opens has an Instagram professional account. "
        "Nothing was kept; link the account to a Page in its settings, or connect it through "
        "Instagram itself."
    ),
    "no-such-way": _("This network is not connected in this way. Nothing was kept; begin again."),
    "wrong-token": _(
        "%(host)s does not accept this token. Copy it again, whole, from Preferences → Development "
        "on that server."
    ),
    "token-dead": _("The network no longer accepts this permission. Connect the account again."),
    "token-revoked": _("The permission was taken back on the network. Connect the account again."),
    "token-lapsed": _("The permission has come to its end. Connect the account again."),
    "token-expired": _("The session had lapsed. Nothing was changed; try again in a moment."),
    "refresh-busy": _("The permission is being renewed just now. Try again in a moment."),
    "not-refreshed": _(
        "%(host)s did not renew the permission (%(status)s). Nothing was changed; it is tried "
        "again by itself."
    ),
    "cannot-unseal": _(
        "The stored permission cannot be opened: the sealing key in the data folder is another "
        "one. Put the old key back, or connect the account again."
    ),
    "odd-answer": _(
        "%(host)s gave an answer (%(status)s) that is not its own: something stands before it. "
        "Nothing was kept; try again later."
    ),
    "server-trouble": _(
        "%(host)s answered with trouble of its own (%(status)s). Nothing was kept; try again later."
    ),
    "rejected": _("The network refused: “%(said)s”. Nothing was kept."),
    "no-app": _(
        "The developer app for this network is not entered here. Enter its credentials under "
        "“Developer apps”, then try again."
    ),
    "bad-app": _(
        "The network does not know these credentials of the developer app. Nothing was kept; copy "
        "both again, whole, from the app’s own page there."
    ),
    "cannot-check-app": _(
        "The network does not tell whether it knows this app before somebody signs in."
    ),
    "app-not-enrolled": _(
        "%(host)s does not let the developer app do this: “%(said)s”. Look at the app’s project "
        "and its access in the developer console."
    ),
    "app-suspended": _(
        "%(host)s has suspended the developer app. Its developer console tells why."
    ),
    "app-blocked": _(
        "The network has blocked the developer app. See the app’s own page there and do what is "
        "asked."
    ),
    "out-of-credit": _(
        "The developer account at %(host)s has no credit left, or reached its cap. Buy credit or "
        "raise the cap in its developer console."
    ),
    "version-retired": _(
        "The network no longer serves the version of its API that Parvis speaks. Nothing was kept; "
        "install a newer version of Parvis."
    ),
    "retired": _(
        "%(host)s no longer offers what was asked for. A newer version of Parvis may know its "
        "successor: install it."
    ),
    "sandbox-away": _("The sandbox does not answer. Nothing was changed; try again in a moment."),
    "sandbox-refused": _("The sandbox refused that. Nothing was kept; start it anew."),
    "rate-limit": _("%(host)s asks to wait. Nothing was kept; try again in a few minutes."),
    "unreadable": _("The answer of %(host)s could not be understood. Nothing was kept."),
}
