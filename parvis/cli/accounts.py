"""`parvis accounts`: which are connected, connect one, disconnect one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parvis.cli.command import command, new_group, usual_command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from datetime import datetime

    from parvis.connections.models import Account
    from parvis.networks.contract import Secret
    from parvis.report.account import AccountFacts

Handle = Annotated[str, typer.Argument(help="Such as ponts.bsky.social.")]
Server = Annotated[str, typer.Argument(help="Such as mastodon.social.")]
AccountName = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="Handle, network:handle or number.")
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="Holds the app password; else asked for."),
]
TokenFile = Annotated[
    Path | None,
    typer.Option("--token-file", metavar="FILE", help="Holds the access token; else asked for."),
]

group = new_group("List, connect and disconnect accounts.")
connecting = new_group("Connect an account. The secret is asked for, or read from a file.")
group.add_typer(connecting, name="connect")


def list_accounts(voice: Voice) -> None:
    """List the accounts, or connect and disconnect one."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        from parvis.report.accounts import account_lines

        lines = account_lines(workspace)
        voice.answer({"accounts": [asdict(line) for line in lines]})
        rows = [
            (str(each.account_id), f"{each.network}:{each.named}", each.words, each.problem)
            for each in lines
        ]
        voice.table(("Number", "Account", "State", "Trouble"), rows)
        if not lines:
            voice.tell("None yet. `parvis accounts connect` adds one, and so do the pages.")


def show(voice: Voice, name: AccountName) -> None:
    """Show how an account was connected, what it may do, how long that holds, and its limits."""
    from parvis.cli.desk import opened_desk, the_workspace
    from parvis.cli.naming import account_named

    with opened_desk():
        workspace = the_workspace()
        from parvis.connections.models import Account
        from parvis.report.account import account_facts

        account = account_named(name, list(Account.objects.filter(workspace=workspace)))
        facts = account_facts(account)
        voice.answer({"account": asdict(facts)}, f"{account}, number {account.pk}")
        voice.table(("", ""), _rows_of(facts))
        for limit in facts.limits:
            voice.tell(limit)


def connect_bluesky(voice: Voice, handle: Handle, password_file: PasswordFile = None) -> None:
    """Connect a Bluesky account with an app password (bsky.app, Settings, App passwords)."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk(), _networks_told():
        workspace = the_workspace()
        from parvis.connections.verbs import connect_with_password

        secret = _secret("App password: ", password_file)
        _welcome(voice, connect_with_password(workspace, "bluesky", handle, secret))


def connect_mastodon(voice: Voice, server: Server, token_file: TokenFile = None) -> None:
    """Connect a Mastodon account with a token (on the server: Preferences, Development)."""
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk(), _networks_told():
        workspace = the_workspace()
        from parvis.connections.verbs import connect_with_token

        secret = _secret("Access token: ", token_file)
        _welcome(voice, connect_with_token(workspace, "mastodon", server, secret))


def disconnect(voice: Voice, name: AccountName) -> None:
    """Disconnect an account: its tokens are destroyed; its posts stay, and what is due is held."""
    from parvis.cli.desk import opened_desk, the_workspace
    from parvis.cli.naming import account_named

    with opened_desk():
        workspace = the_workspace()
        from parvis.connections.verbs import accounts_of
        from parvis.deliver import leaving

        account = account_named(name, accounts_of(workspace))
        held = leaving.disconnect(account)
        said = f"{account} is disconnected. {held} scheduled deliveries are held."
        voice.answer({"account": account.pk, "name": str(account), "held": held}, said)


usual_command(group, list_accounts)
command(connecting, "bluesky")(connect_bluesky)
command(connecting, "mastodon")(connect_mastodon)
command(group, "show")(show)
command(group, "disconnect")(disconnect)


def _rows_of(facts: "AccountFacts") -> list[tuple[str, str]]:
    """A row for each thing that there is something to say about."""
    scopes = "\n".join(f"{each.name}  {each.words}".rstrip() for each in facts.permissions)
    rows = (
        ("State", facts.line.words),
        ("Trouble", facts.line.problem),
        ("Server", facts.server),
        ("Connected", f"{_written(facts.connected_at)}  {facts.connected_by}".rstrip()),
        ("Renewed", _written(facts.refreshed_at)),
        ("Renewed next", _written(facts.refresh_at)),
        ("Holds until", _written(facts.expires_at)),
        ("Ends", _written(facts.lapses_at) or facts.ends_by),
        ("Permissions", scopes),
        ("Scheduled", str(facts.line.scheduled)),
        ("Held", str(facts.line.held)),
    )
    return [(what, said) for what, said in rows if said]


def _written(moment: "datetime | None") -> str:
    from django.utils.timezone import localtime

    return f"{localtime(moment):%Y-%m-%d %H:%M %Z}" if moment else ""


def _welcome(voice: Voice, account: "Account") -> None:
    from parvis.deliver import leaving

    released = leaving.welcome_back(account)
    more = f" {released} held deliveries are scheduled again." if released else ""
    facts = {"account": account.pk, "name": str(account), "released": released}
    voice.answer(facts, f"{account} is connected.{more}")


def _secret(question: str, file: Path | None) -> "Secret":
    """Never from an argument: other users of a machine can read those."""
    from parvis.networks.contract import Secret

    secret = Secret(_typed(question) if file is None else _first_line(file))
    if not secret.reveal():
        raise Failure("usage", "No secret was given. Nothing was changed.", ExitCode.USAGE)
    return secret


def _typed(question: str) -> str:
    if sys.stdin.isatty():
        return getpass(question).strip()
    return sys.stdin.readline().strip()


def _first_line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(
            "no-file", f"{file} cannot be read ({type(error).__name__}). Nothing was changed."
        ) from None


@contextmanager
def _networks_told() -> Iterator[None]:
    from parvis.networks.errors import NetworkError
    from parvis.report.sentences import sentence_for_connecting

    try:
        yield
    except NetworkError as error:
        raise Failure(error.code, sentence_for_connecting(error)) from None
