"""Carries out what a person has decided about a delivery."""

from typing import TYPE_CHECKING

from parvis.cli.choices import Choice, Seen
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.deliver import verbs
from parvis.deliver.candidates import published_as
from parvis.networks.contract import Published

if TYPE_CHECKING:
    from parvis.deliver.models import Delivery


def carry_out(delivery: "Delivery", choice: Choice, seen: Seen) -> str:
    """Answers what follows. Raises NothingToDecide when it does not wait for that."""
    if choice is Choice.THERE:
        published = _published(delivery, seen)
        verbs.it_is_there(delivery, published)
        return _what_is_noted(delivery, published)
    act, said = _ACTS[choice]
    act(delivery)
    return said


def _published(delivery: "Delivery", seen: Seen) -> Published:
    if seen.candidate is None:
        return _published_at(seen.url)
    if not 1 <= seen.candidate <= len(delivery.candidates):
        raise Failure(
            "no-candidate",
            f"There is no candidate {seen.candidate} of delivery {delivery.pk}. Nothing was done. "
            f"`parvis posts show {delivery.post_id}` numbers what was found.",
            ExitCode.NOT_FOUND,
        )
    return published_as(delivery.candidates[seen.candidate - 1])


def _published_at(url: str) -> Published:
    """A pasted address names no id of the network’s, so none is invented."""
    if not url.startswith(("https://", "http://")):
        raise Failure(
            "usage",
            "Say where it is: --candidate with the number of what was found, or --url with the "
            "address of the post. Nothing was done.",
            ExitCode.USAGE,
        )
    return Published(remote_id="", url=url)


def _what_is_noted(delivery: "Delivery", published: Published) -> str:
    delivery.refresh_from_db()
    if delivery.rest_is_given_up:
        return (
            "Noted as published. Its address alone does not let the rest answer it, so the rest is "
            "not sent: write it anew on the post’s page."
        )
    return f"Noted as published: {published.url}"


_ACTS = {
    Choice.AGAIN: (verbs.send_again, "It is sent again."),
    Choice.LOOK: (verbs.look_again, "It is looked up again. Nothing is sent meanwhile."),
    Choice.RELEASE: (verbs.release, "It goes out now."),
    Choice.AFTER_LIMIT: (
        verbs.release_after_limit,
        "It goes out as soon as the network’s limit has ended.",
    ),
    Choice.GIVE_UP: (verbs.give_up, "Given up. It will not be sent; the text stays."),
    Choice.SET_ASIDE: (verbs.set_aside, "Set aside. It stays with the post’s history."),
}
