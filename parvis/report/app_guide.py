"""What to do at a network to register a developer app there, step by step.

Networks rename their settings without notice. The names of products and permissions follow their
own documentation as far as it was found; where things stand in their consoles is from memory, and
the page says that they may be called otherwise.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

# xdevplatform/docs, fundamentals/authentication (2026-08): confidential clients use HTTP Basic.
_X = (
    _("Open the app’s “User authentication settings”, and choose OAuth 2.0."),
    _(
        "Permission: “Read and write”. Type: “Web App, Automated App or Bot”, which makes it a "
        "confidential client with a secret of its own."
    ),
    _("Copy the OAuth 2.0 client ID and client secret. The API key of OAuth 1.0a is not used."),
    _("X charges for each post: the app may need credit before it can publish."),
)
# Where the products stand is from memory; reviews as Meta's pages tell of them.
_META = (
    _("Add “Facebook Login” to the app; the redirect address is one of its valid OAuth addresses."),
    _("The app ID and the app secret stand in the app’s settings, under “Basic”."),
    _(
        "For Pages and accounts of people with a role in the app nothing more may be needed. For "
        "other people’s, Meta may ask for App Review and for a verification of your business."
    ),
)
_INSTAGRAM = (
    _(
        "Add Instagram to a Meta app, and set up its API “with Instagram login”: the redirect "
        "address is entered there, under business login."
    ),
    _(
        "Copy the Instagram app ID and the Instagram app secret that stand there. They are not "
        "those of the Meta app around them."
    ),
    _(
        "Until Meta has reviewed the app, it may serve only accounts that you add to it as testers "
        "and that accept this in their settings."
    ),
)
# learn.microsoft.com; that the Community Management API stands alone is from memory of its page.
_LINKEDIN = (
    _("LinkedIn asks which company page the app belongs to."),
    _(
        "To post as yourself, add the products “Share on LinkedIn” and “Sign in with LinkedIn "
        "using OpenID Connect”. They may be granted at once."
    ),
    _(
        "To post as organisations too, add the “Community Management API” instead. LinkedIn grants "
        "it after a review, and it may have to be the app’s only product: then it takes an app of "
        "its own, which serves yourself as well."
    ),
    _("The redirect address, the client ID and the client secret stand under “Auth”."),
    _(
        "A permission ends after 60 days. Only partners whom LinkedIn approved can renew it; "
        "everybody else signs in again, and Parvis says so days ahead."
    ),
)
# fbsamples/threads_api (2026-01) for the permissions; the console's wording from memory.
_THREADS = (
    _("Make a Meta app with the use case “Access the Threads API”, and allow the permissions."),
    _(
        "The redirect address is entered in the settings of this use case. The two other addresses "
        "there, for uninstalling and deleting, may have to be filled in: Parvis does not use them."
    ),
    _(
        "Copy the Threads app ID and the Threads app secret. They are not those of the Meta app "
        "around them."
    ),
    _(
        "Until Meta has reviewed the app, it may serve only profiles that you add to it as testers "
        "and that accept this in their settings on Threads."
    ),
)

_GUIDES: dict[str, Sequence[Any]] = {
    "x": _X,
    "meta": _META,
    "instagram": _INSTAGRAM,
    "linkedin": _LINKEDIN,
    "threads": _THREADS,
}


def steps_for(app: str) -> tuple[str, ...]:
    """In the reader's language."""
    return tuple(str(step) for step in _GUIDES.get(app, ()))
