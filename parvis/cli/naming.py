"""Which account, post or delivery a person means."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure

if TYPE_CHECKING:
    from parvis.compose.models import Post
    from parvis.connections.models import Account
    from parvis.deliver.models import Delivery
    from parvis.people.models import Workspace


def account_named(name: str, among: Sequence["Account"]) -> "Account":
    """By number, by handle or by network:handle; the beginning will do if it fits one only."""
    wanted = name.strip().removeprefix("@").casefold()
    whole = [account for account in among if wanted in _names_of(account)]
    begun = [account for account in among if any(n.startswith(wanted) for n in _names_of(account))]
    fitting = whole or (begun if wanted and not wanted.isdecimal() else [])
    if len(fitting) == 1:
        return fitting[0]
    raise _several(name, fitting) if fitting else _none(name, among)


def post_numbered(workspace: "Workspace", number: int) -> "Post":
    from parvis.compose.models import Post

    post = Post.objects.filter(workspace=workspace, pk=number).first()
    if post is None:
        raise Failure(
            "no-post",
            f"There is no post {number}. Nothing was changed. `parvis posts` lists them.",
            ExitCode.NOT_FOUND,
        )
    return post


def delivery_of(post: "Post", number: int | None, waiting: Sequence["Delivery"]) -> "Delivery":
    """The one that is named, or the only one that waits for a decision."""
    if number is None and len(waiting) == 1:
        return waiting[0]
    for delivery in waiting:
        if delivery.pk == number:
            return delivery
    raise Failure("no-delivery", _which_wait(post, number, waiting), ExitCode.NOT_FOUND)


def _which_wait(post: "Post", number: int | None, waiting: "Sequence[Delivery]") -> str:
    if not waiting:
        return f"Nothing about post {post.pk} waits for a decision. Nothing was changed."
    named = ", ".join(f"{each.pk} ({each.account})" for each in waiting)
    one = "More than one delivery waits" if number is None else f"Delivery {number} does not wait"
    return f"{one} for a decision. Nothing was changed. Name one with --delivery: {named}."


def _names_of(account: "Account") -> tuple[str, ...]:
    handle = account.handle.removeprefix("@").casefold()
    return (str(account.pk), handle, f"{account.network}:{handle}")


def _several(name: str, fitting: Sequence["Account"]) -> Failure:
    named = ", ".join(f"{account.pk} ({account})" for account in fitting)
    return Failure(
        "several-accounts",
        f"“{name}” fits more than one account: {named}. Write more of it, or the number.",
        ExitCode.NOT_FOUND,
    )


def _none(name: str, among: Sequence["Account"]) -> Failure:
    named = ", ".join(str(account) for account in among)
    there = f"There are {named}." if named else "Connect one with `parvis accounts connect`."
    return Failure(
        "no-account", f"No connected account is named “{name}”. {there}", ExitCode.NOT_FOUND
    )
