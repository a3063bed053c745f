"""Does something to an installation from inside: `python -m tests.inside NAME [JSON]`.

The tests run Parvis as its own processes, on data folders of their own. What they need there and no
command offers (an owner, an account without a server behind it) is done here, in one more process.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from parvis.cli.desk import opened_desk


def open_desk_of_alice() -> int:
    from tests.cast import open_the_desk_of_alice

    return open_the_desk_of_alice().pk


def furnish() -> dict[str, Any]:
    """Alice's desk with two accounts, a picture and one post scheduled for tomorrow."""
    from parvis.compose.content import UsedMedia
    from parvis.people.models import Workspace
    from tests.cast import connect, kept_picture, scheduled

    open_desk_of_alice()
    workspace = Workspace.objects.get()
    bluesky = connect(workspace)
    mastodon = connect(workspace, "mastodon", "ponts")
    media = kept_picture(workspace)
    used = (UsedMedia(media_id=media.pk, alt="Stalls on the square"),)
    delivery = scheduled(bluesky, mastodon, in_=timedelta(days=1), media=used)
    return {
        "accounts": [bluesky.pk, mastodon.pk],
        "post": delivery.post_id,
        "picture": str(media.path),
    }


def rehearse(network: str) -> int:
    """Connects the account of the sandbox that runs beside this installation."""
    from parvis.connections import rehearsal
    from parvis.people.models import Workspace

    stage = rehearsal.stage_of(network)
    assert stage is not None
    return rehearsal.rehearse_with(Workspace.objects.get(), stage).pk


def schedule_many(number: int) -> None:
    """So many posts for the one account there is, all of them due now."""
    from parvis.connections.models import Account
    from tests.cast import scheduled

    account = Account.objects.get()
    for each in range(number):
        scheduled(account, text=f"Post {each:02}")


def schedule_texts(account_id: int, texts: list[str]) -> list[int]:
    """One post each for this account, due now, in this order."""
    from parvis.connections.models import Account
    from tests.cast import scheduled

    account = Account.objects.get(pk=account_id)
    return [scheduled(account, text=text).post_id for text in texts]


def schedule_picture(account_id: int, text: str) -> list[str]:
    """A post with a picture, due now: its number and where the picture lies."""
    from parvis.compose.content import UsedMedia
    from parvis.connections.models import Account
    from tests.cast import kept_picture, scheduled

    account = Account.objects.get(pk=account_id)
    media = kept_picture(account.workspace)
    used = (UsedMedia(media_id=media.pk, alt="Stalls on the square"),)
    return [str(scheduled(account, text=text, media=used).post_id), str(media.path)]


def reveal_token(account_id: int) -> str:
    from parvis.connections.models import Account
    from parvis.connections.verbs import speaking_as

    return speaking_as(Account.objects.get(pk=account_id)).tokens.access.reveal()


def restore_and_die(file: str) -> None:
    """A restore that loses its machine just before it is done."""
    from parvis.backup import restore as restoring
    from parvis.config.installation import installation

    restoring._make_honest = lambda *_: os._exit(9)  # type: ignore[assignment]
    restoring.restore(installation(), Path(file), replace=True)


def main() -> None:
    with opened_desk():
        answer = globals()[sys.argv[1]](*map(json.loads, sys.argv[2:]))
    print(json.dumps(answer))  # noqa: T201 - it is what this program is for


if __name__ == "__main__":
    main()
