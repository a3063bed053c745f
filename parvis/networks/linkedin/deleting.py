"""Taking a post or a comment away."""

import re

from yarl import URL

from parvis.networks.contract import Account
from parvis.networks.http import Http
from parvis.networks.linkedin.api import NETWORK, failure, is_gone
from parvis.networks.linkedin.restli import address, headers

_COMMENT = re.compile(r"urn:li:comment:\((?P<thread>.+),(?P<number>\d+)\)")


async def delete(http: Http, account: Account, urn: str) -> None:
    """LinkedIn answers 204 the second time as well (from memory)."""
    answer = await http.delete(
        _where(account, urn),
        network=NETWORK,
        purpose="delete",
        headers=headers("DELETE"),
        bearer=account.tokens.access,
    )
    if not answer.ok and not is_gone(answer):
        raise failure(answer)


def _where(account: Account, urn: str) -> URL:
    """A comment is named by its post and its number; its URN holds both."""
    comment = _COMMENT.fullmatch(urn)
    if comment is None:
        return address(account.server, "/rest/posts/{}", urn)
    return address(
        account.server,
        "/rest/socialActions/{}/comments/{}",
        comment["thread"],
        comment["number"],
        actor=account.remote_id,
    )
