"""The one dangerous request: creating the post or the comment."""

from parvis.networks.contract import Account, Prepared, Published
from parvis.networks.http import Http
from parvis.networks.linkedin.api import NETWORK
from parvis.networks.linkedin.post import is_comment, read_receipt
from parvis.networks.linkedin.restli import address, headers


async def send(http: Http, account: Account, prepared: Prepared) -> Published:
    if is_comment(prepared):
        where = address(account.server, "/rest/socialActions/{}/comments", prepared.body["object"])
    else:
        where = address(account.server, "/rest/posts")
    answer = await http.post(
        where,
        network=NETWORK,
        purpose="publish",
        json=prepared.body,
        headers=headers("CREATE"),
        bearer=account.tokens.access,
        publishes=True,
    )
    return read_receipt(answer, account, prepared)
